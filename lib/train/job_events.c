/* What happened to a job: the events of its object, its pods and its workload (facts: the Kubernetes API reference, Event v1). */
#include <stdlib.h>
#include <string.h>

#include "kube/ask.h"
#include "train/kube_job.h"

enum { PODS_MAX = 100 }; /* whose events are asked for */

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

static void ask_events(struct kube_ask *ask, const struct trainer_env *env, const node_t *object)
{
    AUTOFREE char *fields = xasprintf("involvedObject.uid=%s", node_str(object, "/metadata/uid", "none"));
    kube_ask_list(ask, &kube_events, env->kube->ns, NULL, fields);
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

/* The job, its workload where it is queued, its pods. */
static size_t ask_all(const struct trainer_env *env, const node_t *object, const node_t *parts[2], struct kube_ask *asks)
{
    size_t n = 0;
    ask_events(&asks[n++], env, object);
    for (size_t i = 0; i < 2; i++)
        for (const node_t *part = node_first(parts[i]); part && n < PODS_MAX; part = node_next(part))
            ask_events(&asks[n++], env, part);
    kube_ask_all(env->kube, asks, n);
    return n;
}

node_t *kube_job_events(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return NULL;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    if (!object)
        return NULL;
    AUTOFREE char *selector = xasprintf("%s=%s", kind->pod_label, name);
    CLEANUP(node_free) node_t *pods = kube_list_of(env->kube, &kube_pods, env->kube->ns, selector, err);
    CLEANUP(node_free) node_t *workloads = kube_job_workloads(env, object);
    if (!pods)
        return NULL;
    struct kube_ask asks[PODS_MAX] = {0};
    size_t n = ask_all(env, object, (const node_t *[2]){workloads, pods}, asks);
    if (asks[0].err.what)
        err_copy(err, &asks[0].err);
    node_t *events = asks[0].answer ? merged(asks, n) : NULL;
    for (size_t i = 0; i < n; i++)
        kube_ask_release(&asks[i]);
    return events;
}
