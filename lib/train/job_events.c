/* What happened to a job: the events of its object, its pods and its workload. */
#include "kube/events.h"
#include "train/kube_job.h"

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
    const node_t *parts[] = {workloads, pods};
    return kube_events_about(env->kube, object, parts, ARRAY_LEN(parts), err);
}
