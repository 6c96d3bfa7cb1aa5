/* Jobs of Kubernetes itself, batch/v1 (facts: the Kubernetes API reference, v1.37, JobSpec and JobStatus). */
#include <string.h>

#include "base/clock.h"
#include "kube/podspec.h"
#include "train/kube_job.h"

#define CONTAINER "main"

/* A pod that its node lost, or that was evicted, is run again and counts as no failure. */
static node_t *failure_policy(void)
{
    static const char policy[] =
        "{\"rules\":[{\"action\":\"Ignore\",\"onPodConditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\"}]}]}";
    CLEANUP(err_release) struct err none = ERR_INIT;
    return json_parse(policy, strlen(policy), "policy", &none);
}

/* "all" is what a Job does by itself. */
static node_t *success_policy(const char *ranks)
{
    node_t *policy = node_new_object();
    node_set_str(node_push(node_set(policy, "rules", node_new_array()), node_new_object()), "succeededIndexes", ranks);
    return policy;
}

/* torchrun starts a process for each GPU of its node, as it does under Kubeflow's trainers. */
static void use_gpus(node_t *template, int64_t gpus)
{
    node_t *env = node_array(node_at(template, "/spec/containers/0"), "env");
    AUTOFREE char *each = xasprintf("%lld", (long long)gpus);
    kube_env_default(env, "PET_NPROC_PER_NODE", each);
}

static int fill(const struct trainer_env *env, const struct job_spec *spec, node_t *job, struct err *err)
{
    (void)env;
    (void)err;
    int64_t nodes = spec->nodes > 1 ? spec->nodes : 1;
    node_set_num(job, "backoffLimit", (double)spec->retries);
    if (spec->timeout_ms)
        node_set_num(job, "activeDeadlineSeconds", (double)seconds_up(spec->timeout_ms));
    node_set_num(job, "completions", (double)nodes);
    node_set_num(job, "parallelism", (double)nodes);
    node_set_str(job, "completionMode", "Indexed");
    node_set(job, "podFailurePolicy", failure_policy());
    node_t *template = node_set(job, "template", pod_template(spec, CONTAINER));
    if (nodes > 1)
        job_service_use(template, spec->name, nodes);
    if (spec->gpus > 1)
        use_gpus(template, spec->gpus);
    if (spec->success && strcmp(spec->success, "all") != 0)
        node_set(job, "successPolicy", success_policy(spec->success));
    return 0;
}

static int check(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    (void)env;
    const char *option = spec->workers > 0 || spec->ps > 0 ? "--workers and --ps" : spec->runtime ? "--runtime" : NULL;
    if (!option)
        return 0;
    err_set(err, ERR_USAGE, "a Job has no %s", option);
    return err_hint(err, "%s", spec->runtime ? "--trainer trainjob" : "--trainer tf, or --nodes N");
}

static void read_state(const node_t *object, struct job_reading *ret)
{
    const node_t *failed = kube_condition(object, "Failed");
    ret->finished = node_str(object, "/status/completionTime", NULL);
    if (kube_condition_is(object, "Complete", "True")) {
        ret->state = JOB_SUCCEEDED;
    } else if (failed && kube_condition_is(object, "Failed", "True")) {
        ret->state = JOB_FAILED;
        ret->finished = node_str(failed, "/lastTransitionTime", NULL);
        ret->reason = node_str(failed, "/reason", NULL);
        ret->message = node_str(failed, "/message", NULL);
    } else if (node_bool(object, "/spec/suspend", false)) {
        ret->state = JOB_SUSPENDED;
    } else {
        bool runs = node_int(object, "/status/ready", 0) > 0 || node_int(object, "/status/succeeded", 0) > 0;
        ret->state = runs ? JOB_RUNNING : JOB_PENDING;
    }
}

static void read_job(const node_t *object, struct job_reading *ret)
{
    int64_t parallelism = node_int(object, "/spec/parallelism", 1);
    ret->pod_spec = node_at(object, "/spec/template/spec");
    ret->container = node_at(ret->pod_spec, "/containers/0");
    ret->started = node_str(object, "/status/startTime", NULL);
    ret->ranks = node_int(object, "/spec/completions", parallelism);
    ret->ready = node_int(object, "/status/ready", 0) + node_int(object, "/status/succeeded", 0);
    ret->gpus = pod_gpus(ret->pod_spec) * parallelism;
    ret->failed = node_int(object, "/status/failed", 0);
    ret->retries = node_int(object, "/spec/backoffLimit", 6);
    read_state(object, ret);
}

static int64_t rank(const node_t *object, const node_t *pod)
{
    (void)object;
    long long n;
    const char *index = node_str(pod, "/metadata/labels/batch.kubernetes.io~1job-completion-index", NULL);
    return index && str_to_int(index, 0, INT32_MAX, &n) ? n : -1;
}

static const char *const pod_tails[] = {"#-@", "@", NULL};

static const struct job_kind job_kind = {
    .kind = &kube_jobs,
    .container = CONTAINER,
    .pod_label = "batch.kubernetes.io/job-name",
    .pod_tails = pod_tails,
    .name_tail = "-99999",
    .check = check,
    .fill = fill,
    .read = read_job,
    .rank = rank,
};

const struct trainer trainer_job = {
    .name = "job",
    .help = "jobs of Kubernetes itself (batch/v1)",
    .cluster = &job_kind,
    KUBE_JOB_OPERATIONS,
};
