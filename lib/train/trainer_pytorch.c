/* PyTorchJobs of Kubeflow's training operator: a master, which is rank 0, and workers (facts: training-operator v1,
 * pkg/apis/kubeflow.org/v1/pytorch_types.go; its webhook wants the container's name). */
#include <string.h>

#include "train/kubeflow.h"

#define CONTAINER "pytorch"
#define ROLES     "pytorchReplicaSpecs"

static int check(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    (void)env;
    if (spec->success && strcmp(spec->success, "0") != 0) {
        err_set(err, ERR_USAGE, "a PyTorchJob succeeds with its master, which is rank 0: --success can be nothing else");
        return err_hint(err, "--trainer job");
    }
    const char *option = spec->workers > 0 || spec->ps > 0 ? "--workers and --ps" : spec->runtime ? "--runtime" : NULL;
    if (!option)
        return 0;
    err_set(err, ERR_USAGE, "a PyTorchJob has no %s", option);
    return err_hint(err, "%s", spec->runtime ? "--trainer trainjob" : "--nodes N: a master and N - 1 workers; or --trainer tf");
}

/* For torchrun. By itself the operator starts one for each GPU, or else for each of the node's processors; what it starts
 * overrides the environment, where the user may have said how many. */
static void set_processes(node_t *object_spec, int64_t gpus)
{
    const node_t *env = node_at(object_spec, "/" ROLES "/Master/template/spec/containers/0/env");
    const char *processes = node_str(node_find(env, "/name", "PET_NPROC_PER_NODE"), "/value", gpus ? NULL : "1");
    if (processes)
        node_set_str(object_spec, "nprocPerNode", processes);
}

static int fill(const struct trainer_env *env, const struct job_spec *spec, node_t *object_spec, struct err *err)
{
    (void)env;
    (void)err;
    kubeflow_policy(spec, object_spec);
    node_t *roles = node_set(object_spec, ROLES, node_new_object());
    kubeflow_role(spec, roles, "Master", 1, CONTAINER);
    kubeflow_role(spec, roles, "Worker", spec->nodes - 1, CONTAINER);
    set_processes(object_spec, spec->gpus);
    return 0;
}

static void read_job(const node_t *object, struct job_reading *ret) { kubeflow_read(object, "/spec/" ROLES, ret); }

static int64_t rank(const node_t *object, const node_t *pod)
{
    int64_t index;
    const char *role = kubeflow_role_of(pod, &index);
    if (!role)
        return -1;
    return strcmp(role, "master") == 0 ? index : index + node_int(object, "/spec/" ROLES "/Master/replicas", 0);
}

static const char *const pod_tails[] = {"*-#", NULL};

static const struct job_kind pytorch_kind = {
    .kind = &kube_pytorch_jobs,
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

const struct trainer trainer_pytorch = {
    .name = "pytorch",
    .help = "PyTorchJobs of Kubeflow's training operator",
    .cluster = &pytorch_kind,
    KUBE_JOB_OPERATIONS,
};
