/* A job's place in a queue of Kueue's: whether it is let in, what it waits for and behind whom (facts: Kueue v1beta1). */
#include <string.h>

#include "base/clock.h"
#include "kube/kueue.h"
#include "train/kube_job.h"

#define QUEUE_POINTER      "/metadata/labels/kueue.x-k8s.io~1queue-name"
#define LEFT_QUEUE_POINTER "/metadata/annotations/aiwf~1queue"

const char *job_queue(const node_t *object)
{
    return node_str(object, QUEUE_POINTER, node_str(object, LEFT_QUEUE_POINTER, NULL));
}

int kube_job_check_queue(const struct trainer_env *env, const char *queue, struct err *err)
{
    CLEANUP(kueue_release) struct kueue kueue = {0};
    if (kueue_open(&kueue, env->kube, env->kube->ns, err) == 0)
        return kueue_check(&kueue, queue, err);
    if (err->code != ERR_AUTH)
        return -1;
    err_clear(err);
    return 0;
}

bool job_is_queued(const node_t *job) { return strcmp(node_str(job, "/state", ""), "Queued") == 0; }

node_t *kube_job_workloads(const struct trainer_env *env, const node_t *object)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    if (!node_str(object, QUEUE_POINTER, NULL))
        return NULL;
    AUTOFREE char *selector = kube_job_workload_selector(object);
    return kube_list_of(env->kube, &kube_workloads, env->kube->ns, selector, &unseen);
}

char *kube_job_workload_selector(const node_t *object)
{
    return xasprintf("kueue.x-k8s.io/job-uid=%s", node_str(object, "/metadata/uid", ""));
}

/* "Pending: couldn't assign flavors ..." */
static char *admission_of(const node_t *workload)
{
    CLEANUP(node_free) node_t *described = kueue_describe(workload);
    const char *message = node_str(described, "/message", NULL), *state = kueue_state(workload);
    return message && *message ? xasprintf("%s: %s", state, message) : xstrdup(state);
}

void job_add_admission(node_t *job, const node_t *workloads)
{
    const node_t *workload = job_is_over(job) ? NULL : node_first(workloads);
    node_set(job, "queue_position", node_new_null());
    if (!workload) {
        if (job_is_queued(job))
            node_set_str(job, "reason", "Kueue has made no workload of it (yet)");
        return;
    }
    node_set(job, "workload", kueue_describe(workload));
    AUTOFREE char *admission = admission_of(workload);
    node_set_str(job, "admission", admission);
    if (job_is_queued(job))
        node_set_str(job, "reason", admission);
}

/* The workload of a job in a list: by whom it belongs to. */
static const node_t *workload_of(const node_t *workloads, const node_t *job)
{
    const struct trainer *trainer = trainer_find(node_str(job, "/trainer", ""));
    const char *kind = trainer ? trainer->cluster->kind->kind : "";
    for (const node_t *one = node_first(workloads); one; one = node_next(one)) {
        const node_t *owner = node_first(node_at(one, "/metadata/ownerReferences"));
        if (strcmp(node_str(owner, "/kind", ""), kind) == 0 &&
            str_eq(node_str(owner, "/name", NULL), node_str(job, "/name", NULL)) &&
            str_eq(node_str(one, "/metadata/namespace", NULL), node_str(job, "/namespace", NULL)))
            return one;
    }
    return NULL;
}

static bool has_queued(const node_t *jobs)
{
    for (const node_t *job = node_first(jobs); job; job = node_next(job))
        if (job_is_queued(job))
            return true;
    return false;
}

void kube_job_add_admissions(const struct trainer_env *env, node_t *jobs)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    const char *ns = env->all_namespaces ? NULL : env->kube->ns;
    if (!has_queued(jobs))
        return;
    CLEANUP(node_free) node_t *workloads = kube_list_of(env->kube, &kube_workloads, ns, NULL, &unseen);
    for (node_t *job = node_first(jobs); job && workloads; job = node_next(job)) {
        const node_t *workload = job_is_queued(job) ? workload_of(workloads, job) : NULL;
        AUTOFREE char *admission = workload ? admission_of(workload) : NULL;
        if (admission)
            node_set_str(job, "reason", admission);
    }
}

node_t *kube_job_place(const struct trainer_env *env, const node_t *job)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(kueue_release) struct kueue kueue = {0};
    const char *workload = node_str(job, "/workload/workload", NULL), *queue = node_str(job, "/queue", NULL);
    if (!workload || !queue || kueue_open(&kueue, env->kube, env->kube->ns, &unseen) != 0)
        return NULL;
    CLEANUP(node_free) node_t *waiting = kueue_waiting(&kueue, queue, &unseen);
    for (node_t *one = node_first(waiting); one; one = node_next(one))
        if (str_eq(node_str(one, "/workload", NULL), workload))
            return node_detach(waiting, one);
    return NULL;
}

void job_add_place(node_t *job, const node_t *place)
{
    static const char *const copied[] = {"behind", "estimated"};
    const node_t *position = node_get(place, "position");
    if (!position || !job_is_queued(job))
        return;
    node_set(job, "queue_position", node_copy(position));
    for (size_t i = 0; i < ARRAY_LEN(copied); i++)
        node_set(job, copied[i], node_copy(node_get(place, copied[i])));
}

/* A workload that is not active is none of Kueue's concern; else it would let the job go on. */
static int stop_workloads(const struct trainer_env *env, const node_t *workloads, struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_set_bool(node_object(patch, "spec"), "active", false);
    for (const node_t *w = node_first(workloads); w; w = node_next(w))
        if (kube_patch(env->kube, &kube_workloads, env->kube->ns, node_str(w, "/metadata/name", "?"), patch, err) != 0)
            return -1;
    return 0;
}

/* Out of the queue where Kueue has not come to it yet: it would make a workload later, and let it in. */
static node_t *stop_patch(const struct job_kind *kind, const node_t *object, bool leaves_queue)
{
    CLEANUP(str_release) struct str now = STR_INIT;
    node_t *patch = node_new_object();
    node_t *metadata = node_object(patch, "metadata");
    rfc3339_print(&now, clock_wall_ms());
    node_set_str(node_object(metadata, "annotations"), ANNOTATION_CANCELLED, now.buf);
    if (leaves_queue) {
        node_set_str(node_object(metadata, "annotations"), ANNOTATION_QUEUE, job_queue(object));
        node_set(node_object(metadata, "labels"), LABEL_QUEUE, node_new_null());
    }
    job_set_suspended(kind, patch, true);
    return patch;
}

int kube_job_stop(const struct trainer_env *env, const node_t *object, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    const char *name = node_str(object, "/metadata/name", "?");
    CLEANUP(node_free) node_t *workloads = kube_job_workloads(env, object);
    CLEANUP(node_free) node_t *patch = stop_patch(kind, object, job_queue(object) && !node_len(workloads));
    return stop_workloads(env, workloads, err) == 0 ? kube_patch(env->kube, kind->kind, env->kube->ns, name, patch, err) : -1;
}
