#include "kube/kueue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kube/ask.h"
#include "kube/owner.h"
#include "kube/quantity.h"

static const struct kube_kind waiting_local = {.group = "visibility.kueue.x-k8s.io",
                                               .version = "v1beta1",
                                               .plural = "localqueues",
                                               .kind = "PendingWorkloadsSummary",
                                               .word = "queue",
                                               .system = "Kueue's visibility API"};
static const struct kube_kind waiting_cluster = {.group = "visibility.kueue.x-k8s.io",
                                                 .version = "v1beta1",
                                                 .plural = "clusterqueues",
                                                 .kind = "PendingWorkloadsSummary",
                                                 .word = "cluster queue",
                                                 .system = "Kueue's visibility API",
                                                 .cluster_wide = true};

static void set_version(struct kueue *kueue, const char *version)
{
    kueue->local_queue = kube_local_queues;
    kueue->cluster_queue = kube_cluster_queues;
    kueue->workload = kube_workloads;
    kueue->waiting_local = waiting_local;
    kueue->waiting_cluster = waiting_cluster;
    kueue->local_queue.version = kueue->cluster_queue.version = kueue->workload.version = version;
    kueue->waiting_local.version = kueue->waiting_cluster.version = version;
}

static node_t *list_queues(struct kueue *kueue, struct err *err)
{
    struct kube_ask ask = {0};
    kube_ask_list(&ask, &kueue->local_queue, kueue->ns, NULL, NULL);
    kube_ask_all(kueue->kube, &ask, 1);
    node_t *queues = TAKE(ask.answer);
    if (!queues)
        err_move(err, &ask.err);
    kube_ask_release(&ask);
    return queues;
}

int kueue_open(struct kueue *kueue, struct kube *kube, const char *ns, struct err *err)
{
    CLEANUP(err_release) struct err newer = ERR_INIT;
    *kueue = (struct kueue){.kube = kube, .ns = xstrdup_or_null(ns), .cluster_queues = node_new_object()};
    set_version(kueue, "v1beta1");
    kueue->local_queues = list_queues(kueue, err);
    if (kueue->local_queues)
        return 0;
    set_version(kueue, "v1beta2");
    if (err->code == ERR_FAILED)
        kueue->local_queues = list_queues(kueue, &newer);
    if (!kueue->local_queues) {
        kueue_release(kueue);
        return -1;
    }
    err_clear(err);
    return 0;
}

void kueue_release(struct kueue *kueue)
{
    free(kueue->ns);
    node_free(kueue->local_queues);
    node_free(kueue->cluster_queues);
    *kueue = (struct kueue){0};
}

/* ---- queues and their quota ---- */

static const char *cluster_queue_of(const node_t *queue) { return node_str(queue, "/spec/clusterQueue", ""); }

/* Each that is named by the queues, once. */
static void ask_cluster_queues(struct kueue *kueue)
{
    size_t most = node_len(kueue->local_queues), n = 0;
    AUTOFREE struct kube_ask *asks = xcalloc(most ? most : 1, sizeof(*asks));
    AUTOFREE const char **names = xcalloc(most ? most : 1, sizeof(char *));
    for (const node_t *queue = node_first(kueue->local_queues); queue; queue = node_next(queue)) {
        const char *name = cluster_queue_of(queue);
        if (!*name || node_get(kueue->cluster_queues, name))
            continue;
        node_set(kueue->cluster_queues, name, node_new_null());
        names[n] = name;
        kube_ask_one(&asks[n++], &kueue->cluster_queue, NULL, name);
    }
    kube_ask_all(kueue->kube, asks, n);
    for (size_t i = 0; i < n; i++) {
        CLEANUP(str_release) struct str why = STR_INIT;
        node_t *found = TAKE(asks[i].answer);
        node_set(kueue->cluster_queues, names[i], found ? found : node_new_str(kube_ask_why(&asks[i], &why)));
        kube_ask_release(&asks[i]);
    }
}

/* Of status.flavorsUsage and its like: the row of a flavor's resource. */
static const node_t *usage_of(const node_t *usage, const char *flavor, const char *resource)
{
    for (const node_t *one = node_first(usage); one; one = node_next(one)) {
        if (strcmp(node_str(one, "/name", ""), flavor) != 0)
            continue;
        const node_t *row = node_find(node_get(one, "resources"), "/name", resource);
        if (row)
            return row;
    }
    return NULL;
}

static const node_t *first_of(const node_t *object, const char *a, const char *b)
{
    const node_t *found = node_at(object, a);
    return found ? found : node_at(object, b);
}

static void add_quota(node_t *rows, const node_t *flavor, const node_t *cluster_queue, const node_t *queue)
{
    const char *name = node_str(flavor, "/name", "?");
    const node_t *used = first_of(cluster_queue, "/status/flavorsReservation", "/status/flavorsUsage");
    const node_t *here = first_of(queue, "/status/flavorsReservation", "/status/flavorUsage");
    for (const node_t *one = node_first(node_get(flavor, "resources")); one; one = node_next(one)) {
        const char *resource = node_str(one, "/name", "?");
        const node_t *row = usage_of(used, name, resource);
        node_t *quota = node_push(rows, node_new_object());
        node_set_str(quota, "resource", resource);
        node_set_str(quota, "flavor", name);
        node_set_num(quota, "quota", kube_quantity(node_get(one, "nominalQuota")));
        node_set_num(quota, "borrowing_limit", kube_quantity(node_get(one, "borrowingLimit")));
        node_set_num(quota, "used", kube_quantity(node_get(row, "total")));
        node_set_num(quota, "borrowed", kube_quantity(node_get(row, "borrowed")));
        node_set_num(quota, "used_here", kube_quantity(node_get(usage_of(here, name, resource), "total")));
    }
}

static node_t *quota_of(const node_t *cluster_queue, const node_t *queue)
{
    node_t *rows = node_new_array();
    for (const node_t *group = node_first(node_at(cluster_queue, "/spec/resourceGroups")); group; group = node_next(group))
        for (const node_t *flavor = node_first(node_get(group, "flavors")); flavor; flavor = node_next(flavor))
            add_quota(rows, flavor, cluster_queue, queue);
    return rows;
}

static const char *state_of(const node_t *queue, const node_t *cluster_queue)
{
    const char *local = node_str(queue, "/spec/stopPolicy", "None"), *whole = node_str(cluster_queue, "/spec/stopPolicy", "None");
    if (strcmp(local, "None") != 0 || strcmp(whole, "None") != 0)
        return "Stopped";
    return kube_condition_is(queue, "Active", "True") ? "Active" : "Inactive";
}

static node_t *queue_document(const node_t *queue, const node_t *cluster_queue)
{
    node_t *one = node_new_object();
    bool is_seen = node_type(cluster_queue) == NODE_OBJECT;
    const char *state = state_of(queue, cluster_queue);
    node_set_str(one, "name", node_str(queue, "/metadata/name", "?"));
    node_set_str(one, "namespace", node_str(queue, "/metadata/namespace", NULL));
    node_set_str(one, "cluster_queue", cluster_queue_of(queue));
    node_set_str(one, "state", state);
    node_set_str(one, "message",
                 strcmp(state, "Active") == 0 ? NULL : node_str(kube_condition(queue, "Active"), "/message", NULL));
    node_set_num(one, "pending", node_num(queue, "/status/pendingWorkloads", 0));
    node_set_num(one, "reserving", node_num(queue, "/status/reservingWorkloads", 0));
    node_set_num(one, "admitted", node_num(queue, "/status/admittedWorkloads", 0));
    node_set_str(one, "cohort", node_text(first_of(cluster_queue, "/spec/cohortName", "/spec/cohort")));
    node_set_str(one, "strategy", node_str(cluster_queue, "/spec/queueingStrategy", NULL));
    node_set(one, "quota", is_seen ? quota_of(cluster_queue, queue) : node_new_null());
    node_set_bool(one, "quota_seen", is_seen);
    node_set_str(one, "quota_unseen_because", node_text(cluster_queue));
    return one;
}

node_t *kueue_queues(struct kueue *kueue)
{
    node_t *queues = node_new_array();
    ask_cluster_queues(kueue);
    for (const node_t *queue = node_first(kueue->local_queues); queue; queue = node_next(queue))
        node_push(queues, queue_document(queue, node_get(kueue->cluster_queues, cluster_queue_of(queue))));
    return queues;
}

/* ---- workloads ---- */

const char *kueue_state(const node_t *workload)
{
    if (kube_condition_is(workload, "Finished", "True"))
        return "Finished";
    if (kube_condition_is(workload, "Admitted", "True"))
        return "Admitted";
    if (!node_bool(workload, "/spec/active", true))
        return "Inactive";
    if (kube_condition_is(workload, "QuotaReserved", "True"))
        return "QuotaReserved";
    return kube_condition_is(workload, "Evicted", "True") ? "Evicted" : "Pending";
}

static void add_amounts(node_t *asks, const node_t *pod, const char *pointer, double count)
{
    for (const node_t *container = node_first(node_at(pod, "/spec/containers")); container; container = node_next(container))
        for (const node_t *one = node_first(node_at(container, pointer)); one; one = node_next(one))
            node_set_num(asks, node_key(one), count * kube_pod_asks(pod, node_key(one)));
}

static void add_pod_set(node_t *asks, const node_t *set)
{
    CLEANUP(node_free) node_t *one = node_new_object();
    double count = node_num(set, "/count", 1);
    add_amounts(one, node_get(set, "template"), "/resources/limits", count);
    add_amounts(one, node_get(set, "template"), "/resources/requests", count);
    for (const node_t *amount = node_first(one); amount; amount = node_next(amount))
        node_set_num(asks, node_key(amount), node_num(node_get(asks, node_key(amount)), "", 0) + node_value(amount));
}

static node_t *asks_of(const node_t *workload)
{
    node_t *asks = node_new_object();
    for (const node_t *set = node_first(node_at(workload, "/spec/podSets")); set; set = node_next(set))
        add_pod_set(asks, set);
    return asks;
}

void kueue_asks_print(const node_t *asks, struct str *s)
{
    size_t start = s->len;
    for (const node_t *one = node_first(asks); one; one = node_next(one)) {
        str_add(s, s->len > start ? ", " : "");
        kube_quantity_print(s, node_key(one), node_value(one));
        bool is_one_gpu = node_value(one) == 1 && strcmp(node_key(one), "gpus") == 0;
        str_addf(s, " %s", is_one_gpu ? "gpu" : node_key(one));
    }
}

static void set_job(node_t *one, const node_t *metadata)
{
    CLEANUP(str_release) struct str job = STR_INIT;
    const node_t *owner = node_first(node_get(metadata, "ownerReferences"));
    const char *kind = node_str(owner, "/kind", NULL), *name = node_str(owner, "/name", NULL);
    if (kind && name)
        kube_work_print(kind, name, &job);
    else
        str_addf(&job, "workload/%s", node_str(metadata, "/name", "?"));
    node_set_str(one, "job", job.buf);
    node_set_str(one, "kind", kind);
    node_set_str(one, "name", name);
    node_set_str(one, "workload", node_str(metadata, "/name", NULL));
    node_set_str(one, "namespace", node_str(metadata, "/namespace", NULL));
}

node_t *kueue_describe(const node_t *workload)
{
    node_t *one = node_new_object();
    const char *state = kueue_state(workload);
    const node_t *reserved = kube_condition(workload, "QuotaReserved"), *evicted = kube_condition(workload, "Evicted");
    bool is_told = strcmp(node_str(reserved, "/status", ""), "False") == 0;
    const node_t *says = is_told && strcmp(state, "Inactive") != 0 ? reserved : evicted;
    set_job(one, node_get(workload, "metadata"));
    node_set_str(one, "queue", node_str(workload, "/spec/queueName", NULL));
    node_set_str(one, "state", state);
    node_set_num(one, "priority", node_num(workload, "/spec/priority", 0));
    node_set_str(one, "priority_class", node_str(workload, "/spec/priorityClassName", NULL));
    node_set(one, "asks", asks_of(workload));
    node_set_str(one, "reason", node_str(says, "/reason", NULL));
    node_set_str(one, "message", node_str(says, "/message", NULL));
    node_set_str(one, "since", node_str(workload, "/metadata/creationTimestamp", NULL));
    return one;
}

/* ---- what waits, in order ---- */

struct waiting {
    struct kueue *kueue;
    const char *queue, *cluster_queue;
    struct kube_ask workloads, order, cluster_order;
};

static void ask_order(struct kube_ask *ask, const struct kube_kind *kind, const char *ns, const char *name)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    if (!*name)
        return;
    kube_path(&path, kind, ns, name, "pendingworkloads");
    str_addf(&path, "?limit=%d", 1000);
    *ask = (struct kube_ask){.kind = kind, .failing = xstrdup("cannot see the order")};
    ask->path = str_detach(&path);
}

static bool is_pending(const node_t *workload)
{
    const char *state = kueue_state(workload);
    return strcmp(state, "Pending") == 0 || strcmp(state, "Evicted") == 0 || strcmp(state, "Inactive") == 0;
}

static const node_t *entry_of(const node_t *order, const node_t *job)
{
    for (const node_t *entry = node_first(order); entry; entry = node_next(entry))
        if (str_eq(node_str(entry, "/metadata/name", NULL), node_str(job, "/workload", NULL)) &&
            str_eq(node_str(entry, "/metadata/namespace", NULL), node_str(job, "/namespace", NULL)))
            return entry;
    return NULL;
}

/* Who stands right before a place in the order, which may be another namespace's. */
static void set_behind(node_t *job, const node_t *order, const char *place_key, const char *ns)
{
    const node_t *its = entry_of(order, job);
    double place = node_num(node_get(its, place_key), "", -1);
    for (const node_t *entry = place > 0 ? node_first(order) : NULL; entry; entry = node_next(entry)) {
        if (node_num(node_get(entry, place_key), "", -1) != place - 1)
            continue;
        CLEANUP(node_free) node_t *before = node_new_object();
        set_job(before, node_get(entry, "metadata"));
        const char *its_ns = node_str(before, "/namespace", ns), *name = node_str(before, "/job", "?");
        AUTOFREE char *text = strcmp(its_ns, ns) == 0 ? xstrdup(name) : xasprintf("%s in %s", name, its_ns);
        node_set_str(job, "behind", text);
    }
}

static void set_places(const struct waiting *w, node_t *job)
{
    const node_t *order = w->order.answer, *cluster_order = w->cluster_order.answer;
    const node_t *here = entry_of(order, job), *there = entry_of(cluster_order, job);
    const node_t *cluster_place = there ? there : here;
    if (here)
        node_set_num(job, "position", node_num(here, "/positionInLocalQueue", 0) + 1);
    if (cluster_place)
        node_set_num(job, "cluster_position", node_num(cluster_place, "/positionInClusterQueue", 0) + 1);
    if (there)
        set_behind(job, cluster_order, "positionInClusterQueue", w->kueue->ns);
    else
        set_behind(job, order, "positionInLocalQueue", w->kueue->ns);
}

static int by_place(const void *a, const void *b)
{
    const node_t *x = *(node_t *const *)a, *y = *(node_t *const *)b;
    double left = node_num(x, "/position", INFINITY), right = node_num(y, "/position", INFINITY);
    if (left != right)
        return left < right ? -1 : 1;
    left = node_num(x, "/priority", 0), right = node_num(y, "/priority", 0);
    if (left != right)
        return left > right ? -1 : 1;
    int age = strcmp(node_str(x, "/since", ""), node_str(y, "/since", ""));
    return age ? age : strcmp(node_str(x, "/workload", ""), node_str(y, "/workload", ""));
}

static node_t *sorted(node_t *jobs)
{
    size_t n = 0, all = node_len(jobs);
    AUTOFREE node_t **which = xcalloc(all ? all : 1, sizeof(node_t *));
    node_t *list = node_new_array();
    for (node_t *job; (job = node_first(jobs));)
        which[n++] = node_detach(jobs, job);
    qsort(which, n, sizeof(node_t *), by_place);
    for (size_t i = 0; i < n; i++)
        node_push(list, which[i]);
    node_free(jobs);
    return list;
}

/* Kueue looks at the highest priority first, then at the oldest. */
static void estimate(node_t *jobs)
{
    const char *before = NULL;
    int place = 0;
    for (node_t *job = node_first(jobs); job; job = node_next(job)) {
        if (strcmp(node_str(job, "/state", ""), "Inactive") == 0)
            continue;
        node_set_num(job, "position", ++place);
        node_set_bool(job, "estimated", true);
        node_set_str(job, "behind", before);
        before = node_str(job, "/job", "?");
    }
}

static node_t *empty_places(node_t *job)
{
    node_set(job, "position", node_new_null());
    node_set(job, "cluster_position", node_new_null());
    node_set_bool(job, "estimated", false);
    node_set(job, "behind", node_new_null());
    return job;
}

static node_t *jobs_of(const struct waiting *w)
{
    node_t *jobs = node_new_array();
    for (const node_t *one = node_first(w->workloads.answer); one; one = node_next(one)) {
        if (strcmp(node_str(one, "/spec/queueName", ""), w->queue) != 0 || !is_pending(one))
            continue;
        node_t *job = node_push(jobs, empty_places(kueue_describe(one)));
        set_places(w, job);
    }
    jobs = sorted(jobs);
    if (!w->order.answer)
        estimate(jobs);
    return jobs;
}

static const node_t *find_queue(const struct kueue *kueue, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str known = STR_INIT;
    for (const node_t *queue = node_first(kueue->local_queues); queue; queue = node_next(queue)) {
        const char *its = node_str(queue, "/metadata/name", "?");
        if (strcmp(its, name) == 0)
            return queue;
        str_addf(&known, "%s%s", known.len ? ", " : "", its);
    }
    err_set(err, ERR_NOT_FOUND, "there is no queue \"%s\" in namespace %s", name, kueue->ns);
    if (known.len)
        err_why(err, "there are: %s", known.buf);
    err_hint(err, "aiwf queue");
    return NULL;
}

int kueue_check(const struct kueue *kueue, const char *queue, struct err *err) { return find_queue(kueue, queue, err) ? 0 : -1; }

node_t *kueue_waiting(struct kueue *kueue, const char *name, struct err *err)
{
    const node_t *queue = find_queue(kueue, name, err);
    if (!queue)
        return NULL;
    struct waiting w = {.kueue = kueue, .queue = name, .cluster_queue = cluster_queue_of(queue)};
    struct kube_ask asks[3] = {{0}};
    kube_ask_list(&asks[0], &kueue->workload, kueue->ns, NULL, NULL);
    ask_order(&asks[1], &kueue->waiting_local, kueue->ns, name);
    ask_order(&asks[2], &kueue->waiting_cluster, NULL, w.cluster_queue);
    kube_ask_all(kueue->kube, asks, ARRAY_LEN(asks));
    w.workloads = asks[0], w.order = asks[1], w.cluster_order = asks[2];
    node_t *jobs = asks[0].answer ? jobs_of(&w) : NULL;
    if (!jobs)
        err_copy(err, &asks[0].err);
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        kube_ask_release(&asks[i]);
    return jobs;
}
