/* What a job's pods say of its ranks (facts: the Kubernetes API reference, v1.37, PodStatus). */
#include <string.h>

#include "train/kube_job.h"

static const node_t *status_of(const node_t *pod, const char *container)
{
    const node_t *statuses = node_at(pod, "/status/containerStatuses");
    for (const node_t *s = node_first(statuses); s; s = node_next(s))
        if (strcmp(node_str(s, "/name", ""), container) == 0)
            return s;
    return node_first(statuses);
}

static void set_known(node_t *rank, const char *key, const char *text)
{
    node_set(rank, key, text && *text ? node_new_str(text) : node_new_null());
}

/* "Error" and "Completed" say no more than the exit code. */
static const char *known_reason(const char *reason)
{
    return reason && strcmp(reason, "Error") != 0 && strcmp(reason, "Completed") != 0 ? reason : NULL;
}

static bool is_settling(const char *reason)
{
    return strcmp(reason, "ContainerCreating") == 0 || strcmp(reason, "PodInitializing") == 0;
}

static void read_waiting(const node_t *pod, const node_t *waiting, node_t *rank)
{
    const node_t *scheduled = kube_condition(pod, "PodScheduled");
    const char *reason = node_str(waiting, "/reason", NULL);
    if (scheduled && strcmp(node_str(scheduled, "/status", ""), "False") == 0) {
        set_known(rank, "reason", node_str(scheduled, "/reason", NULL));
        set_known(rank, "message", node_str(scheduled, "/message", NULL));
    } else if (reason && !is_settling(reason)) {
        set_known(rank, "reason", reason);
        set_known(rank, "message", node_str(waiting, "/message", NULL));
    }
}

static void read_end(const node_t *pod, const node_t *ended, node_t *rank)
{
    const node_t *disrupted = kube_condition(pod, "DisruptionTarget");
    if (ended)
        node_set_num(rank, "exit_code", (double)node_int(ended, "/exitCode", -1));
    const char *reason = known_reason(node_str(ended, "/reason", NULL));
    const char *message = node_str(ended, "/message", NULL);
    if (!reason)
        reason = node_str(pod, "/status/reason", NULL);
    if (!message)
        message = node_str(pod, "/status/message", NULL);
    if (!reason && disrupted) {
        reason = node_str(disrupted, "/reason", NULL);
        message = node_str(disrupted, "/message", NULL);
    }
    set_known(rank, "reason", reason);
    set_known(rank, "message", message);
    set_known(rank, "started", node_str(ended, "/startedAt", NULL));
    set_known(rank, "finished", node_str(ended, "/finishedAt", NULL));
}

static node_t *read_pod(const node_t *pod, const struct job_kind *kind)
{
    const node_t *status = status_of(pod, kind->container);
    const node_t *ended = node_at(status, "/state/terminated");
    const char *phase = node_str(pod, "/status/phase", "Pending");
    bool is_going = node_str(pod, "/metadata/deletionTimestamp", NULL);
    node_t *rank = node_new_object();
    int64_t number = kind->rank(pod);
    node_set(rank, "rank", number < 0 ? node_new_null() : node_new_num((double)number));
    node_set_str(rank, "pod", node_str(pod, "/metadata/name", "?"));
    set_known(rank, "node", node_str(pod, "/spec/nodeName", NULL));
    node_set_str(rank, "state", is_going && !ended ? "Terminating" : phase);
    node_set_num(rank, "restarts", (double)node_int(status, "/restartCount", 0));
    node_set_num(rank, "tries", 1);
    set_known(rank, "created", node_str(pod, "/metadata/creationTimestamp", NULL));
    set_known(rank, "started", node_str(status, "/state/running/startedAt", NULL));
    if (!ended && strcmp(phase, "Failed") != 0) {
        ended = node_at(status, "/lastState/terminated"); /* of the try before */
        read_waiting(pod, node_at(status, "/state/waiting"), rank);
        if (ended)
            node_set_num(rank, "exit_code", (double)node_int(ended, "/exitCode", -1));
    } else {
        read_end(pod, ended, rank);
    }
    return rank;
}

static bool is_disruption(const char *reason, bool *ret_node)
{
    static const char *const evictions[] = {"Evicted", "EvictionByEvictionAPI", "PreemptionByScheduler", "Preempting",
                                            "TerminationByKubelet"};
    static const char *const losses[] = {"DeletionByTaintManager", "DeletionByPodGC", "NodeLost", "NodeShutdown"};
    for (size_t i = 0; i < ARRAY_LEN(losses); i++)
        if (strcmp(reason, losses[i]) == 0)
            return *ret_node = true;
    *ret_node = false;
    for (size_t i = 0; i < ARRAY_LEN(evictions); i++)
        if (strcmp(reason, evictions[i]) == 0)
            return true;
    return false;
}

struct tally {
    int64_t restarts, evictions, losses;
};

static void count(const node_t *pod, const node_t *rank, struct tally *tally)
{
    bool is_node;
    const char *reason = node_str(kube_condition(pod, "DisruptionTarget"), "/reason", node_str(rank, "/reason", ""));
    tally->restarts += node_int(rank, "/restarts", 0);
    if (!is_disruption(reason, &is_node))
        return;
    tally->losses += is_node;
    tally->evictions += !is_node;
}

static bool is_newer(const node_t *a, const node_t *b)
{
    return strcmp(node_str(a, "/created", ""), node_str(b, "/created", "")) >= 0;
}

/* The newest pod of a rank stands for it; those before it were its tries. */
static void put(node_t *ranks, node_t *rank)
{
    double number = node_num(rank, "/rank", -1);
    for (node_t *there = node_first(ranks); there; there = node_next(there)) {
        if (number < 0 || node_num(there, "/rank", -1) != number)
            continue;
        int64_t tries = node_int(there, "/tries", 1) + 1;
        bool newer = is_newer(rank, there);
        node_set_num(newer ? rank : there, "tries", (double)tries);
        node_free(newer ? node_detach(ranks, there) : rank);
        if (newer)
            node_push(ranks, rank);
        return;
    }
    node_push(ranks, rank);
}

static node_t *lowest(const node_t *ranks)
{
    node_t *best = NULL;
    for (node_t *r = node_first(ranks); r; r = node_next(r))
        if (!best || node_num(r, "/rank", 1e9) < node_num(best, "/rank", 1e9))
            best = r;
    return best;
}

static node_t *sorted(node_t *ranks)
{
    node_t *list = node_new_array();
    for (node_t *next; (next = lowest(ranks));)
        node_push(list, node_detach(ranks, next));
    return list;
}

/* Ended by the controller because another rank had failed. */
static bool was_told_to_end(const node_t *rank)
{
    int64_t code = node_int(rank, "/exit_code", 0);
    return !node_str(rank, "/reason", NULL) && (code == 143 || code == 137);
}

static bool failed_before(const node_t *a, const node_t *b)
{
    if (was_told_to_end(a) != was_told_to_end(b))
        return was_told_to_end(b);
    int order = strcmp(node_str(a, "/finished", "~"), node_str(b, "/finished", "~"));
    return order < 0;
}

static const node_t *first_failed(const node_t *ranks)
{
    const node_t *first = NULL;
    for (const node_t *r = node_first(ranks); r; r = node_next(r))
        if (strcmp(node_str(r, "/state", ""), "Failed") == 0 && (!first || failed_before(r, first)))
            first = r;
    return first;
}

/* A job that took too long says so itself: how its ranks ended then is the same for all. */
static void add_failure(node_t *job, const node_t *rank)
{
    static const char *const copied[] = {"exit_code", "reason", "message"};
    if (str_starts(node_str(job, "/reason", ""), "DeadlineExceeded"))
        return;
    node_set(job, "failed_rank", node_copy(node_get(rank, "rank")));
    node_set(job, "failed_pod", node_copy(node_get(rank, "pod")));
    set_known(job, "job_reason", node_str(job, "/reason", NULL));
    for (size_t i = 0; i < ARRAY_LEN(copied); i++)
        if (node_get(rank, copied[i]))
            node_set(job, copied[i], node_copy(node_get(rank, copied[i])));
}

/* Why it does not run yet, said by the first rank that says anything. */
static void add_hindrance(node_t *job, const node_t *ranks)
{
    for (const node_t *r = node_first(ranks); r; r = node_next(r)) {
        const char *reason = node_str(r, "/reason", NULL), *message = node_str(r, "/message", NULL);
        if (!reason || strcmp(node_str(r, "/state", ""), "Pending") != 0)
            continue;
        AUTOFREE char *text = message ? xasprintf("%s: %s", reason, message) : xstrdup(reason);
        node_set_str(job, "reason", text);
        return;
    }
}

void job_add_pods(node_t *job, const struct job_kind *kind, const node_t *pods)
{
    CLEANUP(node_free) node_t *ranks = node_new_array();
    struct tally tally = {0};
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod)) {
        node_t *rank = read_pod(pod, kind);
        count(pod, rank, &tally);
        put(ranks, rank);
    }
    node_t *list = node_set(job, "pods", sorted(ranks));
    node_set_num(job, "restarts", (double)(tally.restarts + node_int(job, "/restarts", 0)));
    node_set_num(job, "evictions", (double)tally.evictions);
    node_set_num(job, "node_losses", (double)tally.losses);
    const node_t *failed = first_failed(list);
    if (failed && strcmp(node_str(job, "/state", ""), "Failed") == 0)
        add_failure(job, failed);
    else if (!job_is_over(job))
        add_hindrance(job, list);
}
