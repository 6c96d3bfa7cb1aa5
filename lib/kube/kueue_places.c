/* Where jobs stand in their queues, of all queues at once. */
#include <stdlib.h>
#include <string.h>

#include "kube/ask.h"
#include "kube/kueue.h"
#include "net/url.h"

static bool has_waiting(const node_t *queue) { return node_num(queue, "/status/pendingWorkloads", 0) > 0; }

static void ask_places(const struct kueue *kueue, const node_t *queue, struct kube_ask *ask)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_path(&path, &kueue->waiting_local, node_str(queue, "/metadata/namespace", "?"), node_str(queue, "/metadata/name", "?"),
              "pendingworkloads");
    url_query(&path, "limit", "1000");
    *ask = (struct kube_ask){.kind = &kueue->waiting_local, .failing = xstrdup("cannot see the order")};
    ask->path = str_detach(&path);
}

static void add_place(node_t *places, const node_t *entry)
{
    const node_t *owner = node_first(node_at(entry, "/metadata/ownerReferences"));
    const char *name = node_str(owner, "/name", NULL);
    double position = node_num(entry, "/positionInLocalQueue", -1);
    if (!name || position < 0)
        return;
    node_t *one = node_push(places, node_new_object());
    node_set_str(one, "name", name);
    node_set_str(one, "namespace", node_str(entry, "/metadata/namespace", NULL));
    node_set_str(one, "queue", node_str(entry, "/localQueueName", NULL));
    node_set_num(one, "position", position + 1);
}

/* One that does not say it is left out, unless none does. */
node_t *kueue_places(const struct kueue *kueue, struct err *err)
{
    struct kube_ask asks[KUEUE_PLACES_QUEUES] = {{0}};
    CLEANUP(node_free) node_t *places = node_new_array();
    size_t n = 0, failed = 0;
    for (const node_t *queue = node_first(kueue->local_queues); queue && n < KUEUE_PLACES_QUEUES; queue = node_next(queue))
        if (has_waiting(queue))
            ask_places(kueue, queue, &asks[n++]);
    kube_ask_all(kueue->kube, asks, n);
    for (size_t i = 0; i < n; i++) {
        for (const node_t *entry = node_first(asks[i].answer); entry; entry = node_next(entry))
            add_place(places, entry);
        failed += !asks[i].answer;
    }
    bool is_in_vain = n && failed == n;
    if (is_in_vain)
        err_move(err, &asks[0].err);
    for (size_t i = 0; i < n; i++)
        kube_ask_release(&asks[i]);
    return is_in_vain ? NULL : TAKE(places);
}
