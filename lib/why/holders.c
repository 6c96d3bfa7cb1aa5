#include "why/holders.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "kube/owner.h"
#include "kube/quantity.h"

enum { HOLDERS_SHOWN = 4 };

static node_t *holder_of(struct map *by_key, node_t *all, const node_t *pod)
{
    CLEANUP(str_release) struct str who = STR_INIT;
    struct kube_owner owner = kube_pod_owner(pod);
    const char *ns = node_str(pod, "/metadata/namespace", "");
    kube_owner_print(&owner, &who);
    AUTOFREE char *key = xasprintf("%s %s", ns, who.buf);
    node_t *one = map_get(by_key, key);
    if (one)
        return one;
    one = node_push(all, node_new_object());
    node_set_str(one, "who", who.buf);
    node_set_str(one, "namespace", ns);
    map_set(by_key, key, one);
    return one;
}

static void add(node_t *one, const node_t *pod, double amount)
{
    const char *since = node_str(pod, "/status/startTime", node_str(pod, "/metadata/creationTimestamp", NULL));
    const char *earlier = node_str(one, "/since", NULL);
    double priority = node_num(pod, "/spec/priority", 0);
    node_set_num(one, "amount", node_num(one, "/amount", 0) + amount);
    node_set_num(one, "pods", node_num(one, "/pods", 0) + 1);
    if (!earlier || (since && strcmp(since, earlier) < 0)) {
        AUTOFREE char *kept = xstrdup_or_null(since);
        node_set_str(one, "since", kept);
    }
    if (priority < node_num(one, "/priority", 1e18))
        node_set_num(one, "priority", priority);
}

static int largest_first(const void *a, const void *b)
{
    const node_t *x = *(node_t *const *)a, *y = *(node_t *const *)b;
    double left = node_num(x, "/amount", 0), right = node_num(y, "/amount", 0);
    return left == right ? strcmp(node_str(x, "/who", ""), node_str(y, "/who", "")) : left > right ? -1 : 1;
}

node_t *holders_of(const node_t *pods, const char *resource)
{
    CLEANUP(map_release) struct map by_key = MAP_INIT(NULL);
    CLEANUP(node_free) node_t *all = node_new_array();
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod)) {
        double amount = kube_pod_holds(pod) ? kube_pod_asks(pod, resource) : 0;
        if (amount > 0)
            add(holder_of(&by_key, all, pod), pod, amount);
    }
    size_t n = 0, most = node_len(all);
    AUTOFREE node_t **which = xcalloc(most ? most : 1, sizeof(node_t *));
    for (node_t *one; (one = node_first(all));)
        which[n++] = node_detach(all, one);
    qsort(which, n, sizeof(node_t *), largest_first);
    node_t *holders = node_new_array();
    for (size_t i = 0; i < n; i++)
        node_push(holders, which[i]);
    return holders;
}

static void add_one(struct str *s, const node_t *one, const char *resource, const char *ns)
{
    const char *its = node_str(one, "/namespace", "");
    int64_t since_ms;
    str_add(s, node_str(one, "/who", "?"));
    if (strcmp(its, ns) != 0)
        str_addf(s, " in %s", its);
    str_add(s, " (");
    kube_quantity_print(s, resource, node_num(one, "/amount", 0));
    if (rfc3339_parse(node_str(one, "/since", ""), &since_ms) && clock_wall_ms() >= since_ms) {
        str_add(s, ", ");
        age_print(s, clock_wall_ms() - since_ms);
    }
    str_add(s, ")");
}

void holders_print(struct str *s, const node_t *holders, const char *resource, const char *ns)
{
    size_t shown = 0;
    double rest = 0;
    for (const node_t *one = node_first(holders); one; one = node_next(one)) {
        if (shown == HOLDERS_SHOWN) {
            rest += node_num(one, "/amount", 0);
            continue;
        }
        str_add(s, shown++ ? " \u00b7 " : "");
        add_one(s, one, resource, ns);
    }
    if (rest == 0)
        return;
    str_addf(s, " \u00b7 %zu others (", node_len(holders) - shown);
    kube_quantity_print(s, resource, rest);
    str_add(s, ")");
}
