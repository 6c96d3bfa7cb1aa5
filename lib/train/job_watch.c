/* A job that is followed: its object, its pods and its workload by a watch each, so that a look asks the server for nothing. */
#include <stdlib.h>

#include "base/clock.h"
#include "kube/watch.h"
#include "train/kube_job.h"

enum { PLACE_MS = 5000 }; /* between two questions for the place in a queue, which no watch tells */

struct job_watch {
    struct trainer_env env;
    char *name;
    node_t *first; /* what was seen before the watches had their first list */
    bool is_gone;
    struct kube_watch *object, *pods, *workloads;
    node_t *losses; /* pods that were taken away while this was looking */
    node_t *place;
    int64_t place_ms; /* when it was asked for; 0: not yet */
};

struct job_watch *kube_job_watch(const struct trainer_env *env, const char *name)
{
    struct job_watch *watch = xcalloc(1, sizeof(*watch));
    watch->env = *env;
    watch->name = xstrdup(name);
    watch->losses = node_new_object();
    return watch;
}

void job_watch_close(struct job_watch *watch)
{
    if (!watch)
        return;
    kube_watch_close(watch->object);
    kube_watch_close(watch->pods);
    kube_watch_close(watch->workloads);
    node_free(watch->first);
    node_free(watch->losses);
    node_free(watch->place);
    free(watch->name);
    free(watch);
}

static void on_object(enum kube_change change, const node_t *object, const node_t *kept, void *arg)
{
    struct job_watch *watch = arg;
    (void)object;
    (void)kept;
    watch->is_gone = watch->is_gone || change == KUBE_DELETED; /* another one of its name is another job */
}

static void on_pod(enum kube_change change, const node_t *pod, const node_t *kept, void *arg)
{
    const struct job_watch *watch = arg;
    (void)change;
    (void)kept;
    job_losses_see(watch->losses, pod);
}

static const char *const object_parts[] = {
    "/metadata/creationTimestamp", "/metadata/labels", "/metadata/annotations", "/spec", "/status", NULL};
static const char *const pod_parts[] = {"/metadata/creationTimestamp",
                                        "/metadata/deletionTimestamp",
                                        "/metadata/labels",
                                        "/spec/nodeName",
                                        "/spec/containers",
                                        "/status",
                                        NULL};
static const char *const workload_parts[] = {"/metadata/creationTimestamp", "/metadata/ownerReferences", "/spec", "/status",
                                             NULL};

struct kube_watch *kube_job_follow(const struct trainer_env *env, const char *name, kube_job_change *on_change, void *arg)
{
    AUTOFREE char *fields = xasprintf("metadata.name=%s", name);
    const struct kube_watch_spec spec = {.kind = env->trainer->cluster->kind,
                                         .ns = env->kube->ns,
                                         .fields = fields,
                                         .keep = object_parts,
                                         .on_change = on_change,
                                         .arg = arg};
    return kube_watch_open(env->kube, &spec);
}

static void follow_pods(struct job_watch *watch)
{
    AUTOFREE char *labels = xasprintf("%s=%s", watch->env.trainer->cluster->pod_label, watch->name);
    const struct kube_watch_spec spec = {
        .kind = &kube_pods, .ns = watch->env.kube->ns, .labels = labels, .keep = pod_parts, .on_change = on_pod, .arg = watch};
    watch->pods = kube_watch_open(watch->env.kube, &spec);
}

static void follow_workloads(struct job_watch *watch, const node_t *object)
{
    AUTOFREE char *labels = kube_job_workload_selector(object);
    const struct kube_watch_spec spec = {
        .kind = &kube_workloads, .ns = watch->env.kube->ns, .labels = labels, .keep = workload_parts};
    watch->workloads = kube_watch_open(watch->env.kube, &spec);
}

/* What every look without a watch does too; a job that is over needs none. */
static node_t *first_look(struct job_watch *watch, struct err *err)
{
    node_t *job = kube_job_look(&watch->env, watch->name, watch->losses, err);
    if (!job || job_is_over(job))
        return job;
    watch->first = node_copy(job);
    watch->object = kube_job_follow(&watch->env, watch->name, on_object, watch);
    follow_pods(watch);
    return job;
}

/* Whether the server lets us watch at all: some may only get and list. */
static bool is_refused(const struct job_watch *watch)
{
    CLEANUP(err_release) struct err why = ERR_INIT;
    return !watch->object || kube_watch_check(watch->object, &why) != 0 || kube_watch_check(watch->pods, &why) != 0;
}

static const struct err *trouble(const struct job_watch *watch)
{
    const struct err *of_object = kube_watch_trouble(watch->object);
    return of_object ? of_object : kube_watch_trouble(watch->pods);
}

static void look_for_place(struct job_watch *watch, node_t *job)
{
    int64_t now = clock_mono_ms();
    if (!job_is_queued(job))
        return;
    if (!watch->place_ms || now - watch->place_ms >= PLACE_MS) {
        node_free(watch->place);
        watch->place = kube_job_place(&watch->env, job);
        watch->place_ms = now;
    }
    job_add_place(job, watch->place);
}

/* Of one that is in no queue there is nothing to follow, and who may not see workloads goes without. */
static const node_t *workloads_of(struct job_watch *watch, const node_t *object)
{
    if (!watch->workloads && job_queue(object))
        follow_workloads(watch, object);
    return watch->workloads && kube_watch_is_synced(watch->workloads) ? kube_watch_items(watch->workloads) : NULL;
}

/* The watches need not be equally far: the end is looked at once more, whole. What only they have seen of it stays; takes the job. */
static node_t *ended(struct job_watch *watch, node_t *taken, struct err *err)
{
    CLEANUP(node_free) node_t *job = taken;
    node_t *last = kube_job_look(&watch->env, watch->name, watch->losses, err);
    const node_t *failure = node_get(job, "last_failure");
    if (!last && err->code == ERR_NOT_FOUND) {
        err_clear(err);
        return TAKE(job);
    }
    if (last && failure && !node_get(last, "last_failure")) {
        node_set(last, "last_failure", node_copy(failure));
        job_recall(last, failure);
    }
    return last;
}

static node_t *seen(struct job_watch *watch, struct err *err)
{
    const node_t *object = node_first(kube_watch_items(watch->object));
    if (watch->is_gone || !object) {
        err_set(err, ERR_NOT_FOUND, "there is no job \"%s\" in namespace %s", watch->name, watch->env.kube->ns);
        return NULL;
    }
    const struct job_parts parts = {object, kube_watch_items(watch->pods), workloads_of(watch, object), watch->losses};
    node_t *job = kube_job_described(watch->env.trainer, &parts);
    look_for_place(watch, job);
    return job_is_over(job) ? ended(watch, job, err) : job;
}

node_t *job_watch_look(struct job_watch *watch, struct err *err)
{
    if (!watch->first)
        return first_look(watch, err);
    if (is_refused(watch))
        return watch->env.trainer->show(&watch->env, watch->name, err);
    if (trouble(watch)) {
        err_copy(err, trouble(watch));
        return NULL;
    }
    bool is_synced = kube_watch_is_synced(watch->object) && kube_watch_is_synced(watch->pods);
    return is_synced ? seen(watch, err) : node_copy(watch->first);
}

int job_watch_change(void *source, int64_t at_most_ms, struct err *err)
{
    const struct job_watch *watch = source;
    if (!is_refused(watch))
        return kube_watch_change(watch->env.kube, at_most_ms, err);
    return clock_sleep_ms(at_most_ms) ? err_set(err, ERR_INTERRUPTED, "interrupted") : 0;
}
