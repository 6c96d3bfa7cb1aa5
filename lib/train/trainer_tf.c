/* TFJobs of Kubeflow's training operator: a chief, workers, parameter servers (facts: training-operator v1,
 * pkg/apis/kubeflow.org/v1/tensorflow_types.go). */
#include <string.h>

#include "train/kubeflow.h"

#define CONTAINER "tensorflow"
#define ROLES     "tfReplicaSpecs"

static int check(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    (void)env;
    if (spec->success && strcmp(spec->success, "0") != 0 && strcmp(spec->success, "all") != 0) {
        err_set(err, ERR_USAGE, "a TFJob succeeds with its chief (--success 0) or with all its workers (--success all)");
        return err_hint(err, "--trainer job");
    }
    if (spec->runtime) {
        err_set(err, ERR_USAGE, "a TFJob has no --runtime");
        return err_hint(err, "--trainer trainjob");
    }
    if (spec->nodes < 2 || !spec->workers)
        return 0;
    err_set(err, ERR_USAGE, "--nodes and --workers exclude each other: both say how many work");
    return err_hint(err, "--workers N --ps M");
}

static int fill(const struct trainer_env *env, const struct job_spec *spec, node_t *object_spec, struct err *err)
{
    (void)env;
    (void)err;
    int64_t workers = spec->workers ? spec->workers : spec->nodes;
    kubeflow_policy(spec, object_spec);
    if (str_eq(spec->success, "all"))
        node_set_str(object_spec, "successPolicy", "AllWorkers");
    node_t *roles = node_set(object_spec, ROLES, node_new_object());
    kubeflow_role(spec, roles, "Chief", 1, CONTAINER);
    kubeflow_role(spec, roles, "Worker", workers - 1, CONTAINER);
    kubeflow_role(spec, roles, "PS", spec->ps, CONTAINER);
    return 0;
}

static void read_job(const node_t *object, struct job_reading *ret) { kubeflow_read(object, "/spec/" ROLES, ret); }

static int64_t replicas(const node_t *object, const char *role)
{
    const node_t *roles = node_at(object, "/spec/" ROLES);
    return node_get(roles, role) ? node_int(node_get(roles, role), "/replicas", 1) : 0;
}

/* The chief, then the workers, then the parameter servers and evaluators. */
static int64_t rank(const node_t *object, const node_t *pod)
{
    int64_t index, chiefs = replicas(object, "Chief") + replicas(object, "Master"), workers = replicas(object, "Worker");
    const char *role = kubeflow_role_of(pod, &index);
    if (!role)
        return -1;
    if (strcmp(role, "worker") == 0)
        return chiefs + index;
    if (strcmp(role, "ps") == 0)
        return chiefs + workers + index;
    return strcmp(role, "evaluator") == 0 ? chiefs + workers + replicas(object, "PS") + index : index;
}

static const char *const pod_tails[] = {"*-#", NULL};

static const struct job_kind tf_kind = {
    .kind = &kube_tf_jobs,
    .container = CONTAINER,
    .pod_label = "training.kubeflow.org/job-name",
    .pod_tails = pod_tails,
    .name_tail = "-worker-9999",
    .in_run_policy = true,
    .check = check,
    .fill = fill,
    .read = read_job,
    .rank = rank,
};

const struct trainer trainer_tf = {
    .name = "tf",
    .help = "TFJobs of Kubeflow's training operator",
    .cluster = &tf_kind,
    KUBE_JOB_OPERATIONS,
};
