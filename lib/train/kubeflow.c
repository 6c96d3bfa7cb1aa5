#include "train/kubeflow.h"

#include <string.h>

#include "base/clock.h"
void kubeflow_policy(const struct job_spec *spec, node_t *object_spec)
{
    node_t *policy = node_set(object_spec, "runPolicy", node_new_object());
    node_set_str(policy, "cleanPodPolicy", "Running");
    if (spec->retries)
        node_set_num(policy, "backoffLimit", (double)spec->retries);
    if (spec->timeout_ms)
        node_set_num(policy, "activeDeadlineSeconds", (double)seconds_up(spec->timeout_ms));
}

/* ExitCode: a rank that a signal ended (its node was taken away) is made anew, one whose program failed is not. */
static const char *restart_policy(const struct job_spec *spec)
{
    return spec->spot ? "ExitCode" : spec->retries ? "OnFailure" : "Never";
}

void kubeflow_role(const struct job_spec *spec, node_t *roles, const char *role, int64_t replicas, const char *container)
{
    if (replicas < 1)
        return;
    node_t *replica = node_set(roles, role, node_new_object());
    node_set_num(replica, "replicas", (double)replicas);
    node_set_str(replica, "restartPolicy", restart_policy(spec));
    node_t *template = node_set(replica, "template", pod_template(spec, container));
    node_delete(node_get(template, "spec"), "restartPolicy"); /* the operator sets it */
}

static void read_roles(const node_t *object, const char *pointer, struct job_reading *ret)
{
    for (const node_t *role = node_first(node_at(object, pointer)); role; role = node_next(role)) {
        int64_t replicas = node_int(role, "/replicas", 1);
        const node_t *pod = node_at(role, "/template/spec");
        ret->ranks += replicas;
        ret->gpus += replicas * pod_gpus(pod);
        if (ret->pod_spec)
            continue;
        ret->pod_spec = pod;
        ret->container = node_at(pod, "/containers/0");
    }
    for (const node_t *role = node_first(node_at(object, "/status/replicaStatuses")); role; role = node_next(role)) {
        ret->ready += node_int(role, "/active", 0) + node_int(role, "/succeeded", 0);
        ret->failed += node_int(role, "/failed", 0);
    }
}

static void set_state(const node_t *object, const char *type, enum job_state state, struct job_reading *ret)
{
    const node_t *condition = kube_condition(object, type);
    ret->state = state;
    ret->reason = state == JOB_FAILED || state == JOB_PENDING ? node_str(condition, "/reason", NULL) : NULL;
    ret->message = ret->reason ? node_str(condition, "/message", NULL) : NULL;
    if ((state == JOB_FAILED || state == JOB_SUCCEEDED) && !ret->finished)
        ret->finished = node_str(condition, "/lastTransitionTime", NULL);
}

void kubeflow_read(const node_t *object, const char *roles, struct job_reading *ret)
{
    ret->started = node_str(object, "/status/startTime", NULL);
    ret->finished = node_str(object, "/status/completionTime", NULL);
    ret->retries = node_int(object, "/spec/runPolicy/backoffLimit", 0);
    read_roles(object, roles, ret);
    if (kube_condition_is(object, "Succeeded", "True"))
        set_state(object, "Succeeded", JOB_SUCCEEDED, ret);
    else if (kube_condition_is(object, "Failed", "True"))
        set_state(object, "Failed", JOB_FAILED, ret);
    else if (node_bool(object, "/spec/runPolicy/suspend", false))
        set_state(object, "Suspended", JOB_SUSPENDED, ret);
    else if (kube_condition_is(object, "Restarting", "True"))
        set_state(object, "Restarting", JOB_PENDING, ret);
    else
        ret->state = kube_condition_is(object, "Running", "True") ? JOB_RUNNING : JOB_PENDING;
}

const char *kubeflow_role_of(const node_t *pod, int64_t *ret_index)
{
    long long n;
    const char *index = node_str(pod, "/metadata/labels/training.kubeflow.org~1replica-index", NULL);
    const char *role = node_str(pod, "/metadata/labels/training.kubeflow.org~1replica-type", NULL);
    if (!index || !role || !str_to_int(index, 0, INT32_MAX, &n))
        return NULL;
    *ret_index = n;
    return role;
}
