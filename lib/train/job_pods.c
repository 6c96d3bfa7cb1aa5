/* What a job's pods say of its ranks (facts: the Kubernetes API reference, v1.37, PodStatus). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kube/quantity.h"
#include "train/kube_job.h"
#include "train/last_words.h"

static const node_t *status_of(const node_t *pod, const char *container)
{
    const node_t *statuses = node_at(pod, "/status/containerStatuses");
    const node_t *found = node_find(statuses, "/name", container);
    return found ? found : node_first(statuses);
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

/* The kubelet says only that it was killed. */
static void add_limit(const node_t *pod, const char *container, node_t *rank)
{
    CLEANUP(str_release) struct str limit = STR_INIT;
    for (const node_t *one = node_first(node_at(pod, "/spec/containers")); one; one = node_next(one)) {
        const node_t *memory = node_at(one, "/resources/limits/memory");
        if (memory && strcmp(node_str(one, "/name", ""), container) == 0)
            kube_quantity_print(&limit, "memory", kube_quantity(memory));
    }
    if (!limit.len || strcmp(node_str(rank, "/reason", ""), "OOMKilled") != 0 || node_str(rank, "/message", NULL))
        return;
    AUTOFREE char *text = xasprintf("its memory limit is %s", limit.buf);
    node_set_str(rank, "message", text);
}

static void read_end(const node_t *pod, const node_t *ended, node_t *rank)
{
    const node_t *disrupted = kube_condition(pod, "DisruptionTarget");
    if (ended)
        node_set_num(rank, "exit_code", (double)node_int(ended, "/exitCode", -1));
    const char *reason = known_reason(node_str(ended, "/reason", NULL));
    const char *message = kube_last_output(ended) ? NULL : node_str(ended, "/message", NULL);
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

static node_t *read_pod(const node_t *pod, const struct job_kind *kind, const node_t *object)
{
    const node_t *status = status_of(pod, kind->container);
    const node_t *ended = node_at(status, "/state/terminated");
    const char *phase = node_str(pod, "/status/phase", "Pending");
    bool is_going = node_str(pod, "/metadata/deletionTimestamp", NULL);
    node_t *rank = node_new_object();
    int64_t number = kind->rank(object, pod);
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
        add_limit(pod, node_str(status, "/name", kind->container), rank);
    }
    const char *output = kube_last_output(ended);
    AUTOFREE char *own = output ? xstrndup(output, last_words_own(output)) : NULL;
    if (own)
        node_set_str(rank, "last_output", own);
    return rank;
}

/* By rank, and of each rank the newest first. */
static int in_order(const void *a, const void *b)
{
    const node_t *x = *(node_t *const *)a, *y = *(node_t *const *)b;
    double left = node_num(x, "/rank", INFINITY), right = node_num(y, "/rank", INFINITY);
    if (left != right)
        return left < right ? -1 : 1;
    int newest = strcmp(node_str(y, "/created", ""), node_str(x, "/created", ""));
    return newest ? newest : strcmp(node_str(x, "/pod", ""), node_str(y, "/pod", ""));
}

static bool is_same_rank(const node_t *a, const node_t *b)
{
    return a && node_type(node_get(a, "rank")) == NODE_NUMBER && node_num(a, "/rank", -1) == node_num(b, "/rank", -2);
}

/* The newest pod of a rank stands for it; those before it were its tries. Takes the n documents. */
static node_t *by_rank(node_t **pods, size_t n)
{
    node_t *ranks = node_new_array(), *last = NULL;
    qsort(pods, n, sizeof(*pods), in_order);
    for (size_t i = 0; i < n; i++) {
        if (!is_same_rank(last, pods[i])) {
            last = node_push(ranks, pods[i]);
            continue;
        }
        node_set_num(last, "tries", (double)(node_int(last, "/tries", 1) + 1));
        node_free(pods[i]);
    }
    return ranks;
}

static bool failed_before(const node_t *a, const node_t *b)
{
    if (job_failed_for_another(a) != job_failed_for_another(b))
        return job_failed_for_another(b);
    int order = strcmp(node_str(a, "/finished", "~"), node_str(b, "/finished", "~"));
    return order < 0;
}

static bool has_failed(const node_t *rank)
{
    return strcmp(node_str(rank, "/state", ""), "Failed") == 0 || node_int(rank, "/exit_code", 0) > 0;
}

static const node_t *first_failed(const node_t *ranks)
{
    const node_t *first = NULL;
    for (const node_t *r = node_first(ranks); r; r = node_next(r))
        if (has_failed(r) && (!first || failed_before(r, first)))
            first = r;
    return first;
}

static void add_failure(node_t *job, const node_t *rank)
{
    static const char *const copied[] = {"rank", "pod", "exit_code", "reason", "message", "last_output", "restarts", "tries"};
    node_t *failure = node_set(job, "last_failure", node_new_object());
    for (size_t i = 0; i < ARRAY_LEN(copied); i++)
        if (node_get(rank, copied[i]))
            node_set(failure, copied[i], node_copy(node_get(rank, copied[i])));
    node_set_bool(failure, "goes_on", strcmp(node_str(rank, "/state", ""), "Failed") != 0); /* its container was started anew */
    job_recall(job, failure);
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

/* Pods made anew and containers started anew, of all ranks; the attempt is that of the rank with the most. */
static void count_tries(node_t *job, const node_t *ranks)
{
    int64_t restarts = 0, most = 0;
    for (const node_t *r = node_first(ranks); r; r = node_next(r)) {
        int64_t of_rank = node_int(r, "/restarts", 0) + node_int(r, "/tries", 1) - 1;
        restarts += of_rank;
        most = of_rank > most ? of_rank : most;
    }
    if (!node_len(ranks))
        return;
    node_set_num(job, "restarts", (double)restarts);
    node_set_num(job, "attempt", (double)(most + 1));
}

static int64_t ready_of(const node_t *pods)
{
    int64_t ready = 0;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        ready += kube_condition_is(pod, "Ready", "True") || strcmp(node_str(pod, "/status/phase", ""), "Succeeded") == 0;
    return ready;
}

static void add_ready(node_t *job, const node_t *pods)
{
    int64_t ready = ready_of(pods);
    if (!node_len(pods))
        return; /* they may be gone: the object knows more */
    node_set_num(node_get(job, "ranks"), "ready", (double)ready);
    if (ready && strcmp(node_str(job, "/state", ""), "Pending") == 0)
        node_set_str(job, "state", "Running");
}

void job_add_pods(node_t *job, const struct job_kind *kind, const node_t *object, const node_t *pods)
{
    size_t n = 0;
    AUTOFREE node_t **list = xcalloc(node_len(pods) + 1, sizeof(node_t *));
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        list[n++] = read_pod(pod, kind, object);
    const node_t *ranks = node_set(job, "pods", by_rank(list, n));
    count_tries(job, ranks);
    add_ready(job, pods);
    const node_t *failed = first_failed(ranks);
    if (failed)
        add_failure(job, failed);
    if (!job_is_over(job))
        add_hindrance(job, ranks);
}
