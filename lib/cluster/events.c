#include "cluster/events.h"

#include <stdlib.h>
#include <string.h>

#include "openstack/heat.h"

enum { RANDOM_LEN = 12 }; /* what Heat puts after the name of a nested stack */

void cluster_events_release(struct cluster_events *events)
{
    for (size_t i = 0; i < events->n; i++) {
        free(events->stacks[i].id);
        free(events->stacks[i].path);
        free(events->stacks[i].last);
    }
    *events = (struct cluster_events){0};
}

/* ---- one event ---- */

static bool is_random(const char *part, size_t len)
{
    return len == RANDOM_LEN && strspn(part, "abcdefghijklmnopqrstuvwxyz0123456789") >= len;
}

void cluster_event_place(const char *stack, const char *root, struct str *s)
{
    size_t root_len = strlen(root), before = s->len;
    if (strncmp(stack, root, root_len) != 0 || stack[root_len] != '-')
        return;
    for (const char *part = stack + root_len + 1; *part;) {
        size_t len = strcspn(part, "-");
        if (is_random(part, len) && s->len > before)
            str_addc(s, '/');
        else
            str_addf(s, "%s%.*s", s->len > before && !str_ends(s->buf, "/") ? "-" : "", (int)len, part);
        part += len + (part[len] == '-');
    }
    if (str_ends(s->buf, "/"))
        str_cut(s, s->len - 1);
}

/* The name of the stack that the event is of. */
static char *stack_of(const node_t *event)
{
    for (const node_t *link = node_first(node_get(event, "links")); link; link = node_next(link)) {
        const char *href = node_str(link, "/href", "");
        const char *at = strcmp(node_str(link, "/rel", ""), "stack") == 0 ? strstr(href, "/stacks/") : NULL;
        if (at)
            return xstrndup(at + strlen("/stacks/"), strcspn(at + strlen("/stacks/"), "/"));
    }
    return xstrdup("");
}

static node_t *plain(const node_t *event, const char *root)
{
    AUTOFREE char *stack = stack_of(event);
    CLEANUP(str_release) struct str place = STR_INIT;
    const char *name = node_str(event, "/resource_name", "?");
    cluster_event_place(stack, root, &place);
    if (strcmp(name, stack) != 0)
        str_addf(&place, "%s%s", place.len ? "/" : "", name);
    else if (!place.len)
        str_add(&place, "stack");
    node_t *item = node_new_object();
    node_set_str(item, "time", node_str(event, "/event_time", NULL));
    node_set_str(item, "resource", place.buf);
    node_set_str(item, "status", node_str(event, "/resource_status", NULL));
    node_set_str(item, "reason", heat_reason(node_str(event, "/resource_status_reason", "")));
    node_set_str(item, "physical_id", node_str(event, "/physical_resource_id", NULL));
    node_set_str(item, "stack", stack);
    node_set_str(item, "id", node_str(event, "/id", NULL));
    return item;
}

/* ---- all stacks ---- */

static void add_stack(struct cluster_events *events, const node_t *owner)
{
    const char *id = node_str(owner, "/stack_id", NULL);
    for (size_t i = 0; id && i < events->n; i++)
        if (strcmp(events->stacks[i].id, id) == 0)
            return;
    if (!id || events->n == EVENT_STACKS_MAX)
        return;
    events->stacks[events->n].id = xstrdup(id);
    events->n++;
}

static void find_stacks(struct cluster_events *events, struct openstack *os, const node_t *cluster)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    AUTOFREE char *path = xasprintf("%s/%s/nodegroups", magnum_cluster.path, node_str(cluster, "/uuid", ""));
    struct openstack_call call = {.service = magnum_cluster.service, .path = path, .microversion = magnum_cluster.microversion};
    CLEANUP(node_free) node_t *answer = openstack_get(os, &call, &none);
    add_stack(events, cluster);
    for (const node_t *group = node_first(node_get(answer, "nodegroups")); group; group = node_next(group))
        add_stack(events, group);
}

static int no_stack(const node_t *cluster, struct err *err)
{
    const char *name = node_str(cluster, "/name", "?");
    if (!err->what)
        err_set(err, ERR_FAILED, "cluster %s has no stack yet", name);
    err_wrap(err, "cannot list the events of cluster %s", name);
    return err_hint(err, "a Cluster API driver keeps none; aiwf why cluster %s", name);
}

/* Oldest first; those of one second stay in their stack's order. */
static void merge(node_t *all, node_t *more)
{
    CLEANUP(node_free) node_t *old = node_new_array();
    for (node_t *item; (item = node_first(all));)
        node_push(old, node_detach(all, item));
    for (;;) {
        node_t *a = node_first(old), *b = node_first(more);
        if (!a && !b)
            return;
        bool takes_a = a && (!b || strcmp(node_str(a, "/time", ""), node_str(b, "/time", "")) <= 0);
        node_push(all, node_detach(takes_a ? old : more, takes_a ? a : b));
    }
}

node_t *cluster_events_next(struct cluster_events *events, struct openstack *os, const node_t *cluster, struct err *err)
{
    CLEANUP(node_free) node_t *all = node_new_array();
    bool seen = false;
    find_stacks(events, os, cluster);
    for (size_t i = 0; i < events->n; i++) {
        CLEANUP(err_release) struct err one = ERR_INIT;
        char **path = &events->stacks[i].path;
        if (!*path)
            *path = heat_stack_path(os, events->stacks[i].id, &one);
        CLEANUP(node_free) node_t *raw = *path ? heat_events(os, *path, events->stacks[i].last, &one) : NULL;
        if (!raw) {
            err_move(err, &one);
            continue;
        }
        seen = true;
        AUTOFREE char *root = heat_stack_name(*path);
        CLEANUP(node_free) node_t *items = node_new_array();
        for (const node_t *event = node_first(raw); event; event = node_next(event)) {
            node_push(items, plain(event, root));
            free(events->stacks[i].last);
            events->stacks[i].last = xstrdup(node_str(event, "/id", ""));
        }
        merge(all, items);
    }
    if (!seen) {
        no_stack(cluster, err);
        return NULL;
    }
    err_clear(err);
    return TAKE(all);
}
