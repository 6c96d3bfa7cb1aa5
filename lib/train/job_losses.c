/* Which of a job's pods the cluster took away: evicted, or lost with their node. A pod that was taken is gone soon; what is left is
 * what was seen of it before, and its events (facts: Kubernetes v1.37, "Pod disruption conditions"; taint-eviction-controller,
 * kubelet and scheduler for the events' reasons). */
#include <ctype.h>
#include <string.h>

#include "kube/ask.h"
#include "train/kube_job.h"

static bool is_disruption(const char *reason, bool *ret_node)
{
    static const char *const evictions[] = {"Evicted",    "EvictionByEvictionAPI", "PreemptionByScheduler",
                                            "Preempting", "TerminationByKubelet",  NULL};
    static const char *const losses[] = {"DeletionByTaintManager", "DeletionByPodGC", "NodeLost", "NodeShutdown", NULL};
    *ret_node = str_index(losses, reason) >= 0;
    return *ret_node || str_index(evictions, reason) >= 0;
}

void job_losses_see(node_t *losses, const node_t *pod)
{
    bool is_node;
    const node_t *disrupted = kube_condition(pod, "DisruptionTarget");
    const char *reason = node_str(disrupted, "/reason", node_str(pod, "/status/reason", ""));
    if (is_disruption(reason, &is_node))
        node_set_bool(losses, node_str(pod, "/metadata/name", "?"), is_node);
}

/* ---- events ---- */

static size_t run_of(const char *text, int (*is)(int))
{
    size_t n = 0;
    while (text[n] && is((unsigned char)text[n]))
        n++;
    return n;
}

static int is_of_suffix(int c) { return islower(c) || isdigit(c); }

/* '#' is a number, '@' the five characters that a controller puts at the end, '*' a word. */
static bool matches(const char *name, const char *pattern)
{
    enum { SUFFIX_LEN = 5 };
    for (; *pattern; pattern++) {
        size_t n = *pattern == '#' ? run_of(name, isdigit) : *pattern == '*' ? run_of(name, islower) : 1;
        if (*pattern == '@')
            n = run_of(name, is_of_suffix) == SUFFIX_LEN ? SUFFIX_LEN : 0;
        else if (*pattern != '#' && *pattern != '*' && *pattern != *name)
            return false;
        if (!n)
            return false;
        name += n;
    }
    return !*name;
}

static bool is_pod_of(const struct job_kind *kind, const char *job, const char *pod)
{
    size_t len = strlen(job);
    if (!str_starts(pod, job) || pod[len] != '-')
        return false;
    for (const char *const *tail = kind->pod_tails; *tail; tail++)
        if (matches(pod + len + 1, *tail))
            return true;
    return false;
}

static const char *const reasons[] = {"TaintManagerEviction", "Evicted", "Preempted"};

static void see_event(node_t *losses, const node_t *event)
{
    const char *pod = node_str(event, "/involvedObject/name", "?"), *reason = node_str(event, "/reason", "");
    bool is_taint = strcmp(reason, reasons[0]) == 0;
    if (is_taint && str_starts(node_str(event, "/message", ""), "Cancelling"))
        return;
    if (!node_get(losses, pod)) /* its own condition says more */
        node_set_bool(losses, pod, is_taint);
}

void job_losses_see_events(node_t *losses, const struct job_kind *kind, const char *job, const node_t *events)
{
    for (const node_t *event = node_first(events); event; event = node_next(event))
        if (is_pod_of(kind, job, node_str(event, "/involvedObject/name", "")))
            see_event(losses, event);
}

void kube_job_find_losses(const struct trainer_env *env, const char *job, node_t *losses)
{
    struct kube_ask asks[ARRAY_LEN(reasons)] = {{0}};
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        AUTOFREE char *fields = xasprintf("involvedObject.kind=Pod,reason=%s", reasons[i]);
        kube_ask_list(&asks[i], &kube_events, env->kube->ns, NULL, fields);
    }
    kube_ask_all(env->kube, asks, ARRAY_LEN(asks));
    for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
        job_losses_see_events(losses, env->trainer->cluster, job, asks[i].answer);
        kube_ask_release(&asks[i]);
    }
}

void job_add_losses(node_t *job, const node_t *losses)
{
    int64_t nodes = 0;
    for (const node_t *one = node_first(losses); one; one = node_next(one))
        nodes += node_bool(one, "", false);
    node_set_num(job, "evictions", (double)((int64_t)node_len(losses) - nodes));
    node_set_num(job, "node_losses", (double)nodes);
}
