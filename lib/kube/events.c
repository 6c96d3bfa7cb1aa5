#include "kube/events.h"

#include <stdlib.h>
#include <string.h>

#include "kube/ask.h"

enum { OBJECTS_MAX = 100 };

static const char *time_of(const node_t *event)
{
    static const char *const places[] = {"/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/firstTimestamp",
                                         "/metadata/creationTimestamp"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (node_str(event, places[i], NULL))
            return node_str(event, places[i], NULL);
    return "";
}

static node_t *document(const node_t *event)
{
    static const char *const copied[] = {"type", "reason", "message"};
    node_t *doc = node_new_object();
    AUTOFREE char *object =
        xasprintf("%s/%s", node_str(event, "/involvedObject/kind", "?"), node_str(event, "/involvedObject/name", "?"));
    node_set_str(doc, "time", time_of(event));
    for (size_t i = 0; i < ARRAY_LEN(copied); i++)
        node_set(doc, copied[i], node_new_str(node_text(node_get(event, copied[i]))));
    node_set_str(doc, "object", object);
    node_set_num(doc, "count", (double)node_int(event, "/series/count", node_int(event, "/count", 1)));
    node_set_str(doc, "from", node_str(event, "/reportingComponent", node_str(event, "/source/component", NULL)));
    return doc;
}

static void ask_events(struct kube_ask *ask, const struct kube *kube, const node_t *object)
{
    AUTOFREE char *fields = xasprintf("involvedObject.uid=%s", node_str(object, "/metadata/uid", "none"));
    kube_ask_list(ask, &kube_events, kube->ns, NULL, fields);
}

static int by_time(const void *a, const void *b)
{
    return strcmp(node_str(*(node_t *const *)a, "/time", ""), node_str(*(node_t *const *)b, "/time", ""));
}

static node_t *sorted(node_t **events, size_t n)
{
    node_t *list = node_new_array();
    qsort(events, n, sizeof(*events), by_time);
    for (size_t i = 0; i < n; i++)
        node_push(list, events[i]);
    return list;
}

static node_t *merged(const struct kube_ask *asks, size_t n)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        total += node_len(asks[i].answer);
    AUTOFREE node_t **events = xcalloc(total + 1, sizeof(node_t *));
    for (size_t i = 0; i < n; i++)
        for (const node_t *event = node_first(asks[i].answer); event; event = node_next(event))
            events[at++] = document(event);
    return sorted(events, at);
}

node_t *kube_events_about(struct kube *kube, const node_t *object, const node_t *const *lists, size_t n, struct err *err)
{
    struct kube_ask asks[OBJECTS_MAX] = {0};
    size_t asked = 0;
    ask_events(&asks[asked++], kube, object);
    for (size_t i = 0; i < n; i++)
        for (const node_t *part = node_first(lists[i]); part && asked < OBJECTS_MAX; part = node_next(part))
            ask_events(&asks[asked++], kube, part);
    kube_ask_all(kube, asks, asked);
    if (asks[0].err.what)
        err_copy(err, &asks[0].err);
    node_t *events = asks[0].answer ? merged(asks, asked) : NULL;
    for (size_t i = 0; i < asked; i++)
        kube_ask_release(&asks[i]);
    return events;
}
