/* TrainJobs of Kubeflow Trainer: a runtime of the cluster says how ranks are run (facts: trainer v2.0,
 * pkg/apis/trainer/v1alpha1/trainjob_types.go, and those of v2.1 and v2.2). */
#include <string.h>

#include "base/clock.h"
#include "train/kube_job.h"

#define RANKS   "node" /* the job of a runtime's job set whose pods are the ranks, and their container */
#define RUNTIME "torch-distributed"
/* What the versions call a job's changes to the pods of its runtime. */
#define OVERRIDES_2_0 "podSpecOverrides"
#define OVERRIDES_2_1 "podTemplateOverrides"
#define OVERRIDES_2_2 "runtimePatches"

/* What a TrainJob may say has changed with each version: the fields of its spec, by the cluster's definition of the kind. NULL
 * where nobody may read that. The caller frees. */
static node_t *fields_of(const struct trainer_env *env)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(node_free) node_t *crd = kube_show(env->kube, &kube_crds, NULL, "trainjobs.trainer.kubeflow.org", &unseen);
    node_t *spec = node_at(crd, "/spec/versions/0/schema/openAPIV3Schema/properties/spec");
    return spec ? node_detach(spec, node_get(spec, "properties")) : NULL;
}

/* The oldest where it is unknown. */
static const char *override_word(const node_t *fields)
{
    static const char *const words[] = {OVERRIDES_2_0, OVERRIDES_2_1, OVERRIDES_2_2};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!fields || node_get(fields, words[i]))
            return words[i];
    return NULL;
}

/* Most have no word in any version (to v2.2): a TrainJob is tried as often as the Jobs of its runtime are, and its pods have its
 * runtime's priority. */
static const char *impossible(const struct job_spec *spec, const node_t *fields)
{
    if (spec->workers > 0 || spec->ps > 0)
        return "--workers and --ps";
    if (spec->retries)
        return "--retries";
    if (spec->success)
        return "--success";
    if (spec->priority)
        return "--priority";
    return spec->timeout_ms && !node_get(fields, "activeDeadlineSeconds") ? "--timeout" : NULL;
}

static int check(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    CLEANUP(node_free) node_t *fields = spec->timeout_ms ? fields_of(env) : NULL;
    const char *option = impossible(spec, fields);
    if (!option)
        return 0;
    err_set(err, ERR_USAGE, "a TrainJob of this cluster's Kubeflow Trainer has no %s: that is its runtime's", option);
    return err_hint(err, "--runtime NAME of one that has it, or --trainer pytorch, or --trainer job");
}

static node_t *moved(node_t *from, const char *key, node_t *to)
{
    node_t *child = node_get(from, key);
    AUTOFREE char *name = xstrdup(key); /* key may be the child's own */
    return child ? node_set(to, name, node_detach(from, child)) : NULL;
}

/* What is put there goes to the pods of the ranks. */
static node_t *override_of(node_t *object_spec, const char *word)
{
    node_t *entry = node_push(node_set(object_spec, word, node_new_array()), node_new_object());
    if (strcmp(word, OVERRIDES_2_2) == 0) {
        node_set_str(entry, "manager", "aiwf/train");
        node_t *set = node_object(node_object(node_object(entry, "trainingRuntimeSpec"), "template"), "spec");
        node_t *job = node_push(node_set(set, "replicatedJobs", node_new_array()), node_new_object());
        node_set_str(job, "name", RANKS);
        return node_object(node_object(node_object(node_object(job, "template"), "spec"), "template"), "spec");
    }
    node_t *target = node_push(node_set(entry, "targetJobs", node_new_array()), node_new_object());
    node_set_str(target, "name", RANKS);
    return strcmp(word, OVERRIDES_2_1) == 0 ? node_object(entry, "spec") : entry;
}

/* Of the pods only this can be said by the job: the rest is the runtime's. */
static node_t *changes_of(const struct job_spec *spec)
{
    CLEANUP(node_free) node_t *template = pod_template(spec, RANKS);
    node_t *pod = node_new_object(), *from = node_get(template, "spec");
    moved(from, "tolerations", pod);
    moved(from, "affinity", pod);
    if (moved(from, "volumes", pod)) {
        node_t *container = node_push(node_set(pod, "containers", node_new_array()), node_new_object());
        node_set_str(container, "name", RANKS);
        moved(node_at(from, "/containers/0"), "volumeMounts", container);
    }
    return pod;
}

static int add_overrides(const struct trainer_env *env, const struct job_spec *spec, node_t *object_spec, struct err *err)
{
    CLEANUP(node_free) node_t *pod = changes_of(spec);
    if (!node_len(pod))
        return 0;
    CLEANUP(node_free) node_t *fields = fields_of(env);
    const char *word = override_word(fields);
    if (!word) {
        err_set(err, ERR_FAILED, "this version of Kubeflow Trainer takes no volumes or tolerations as aiwf knows them");
        return err_hint(err, "a runtime that has them, or the TrainJob in a file: -f FILE");
    }
    if (strcmp(word, OVERRIDES_2_0) == 0)
        node_delete(pod, "affinity"); /* spot nodes are then tolerated, and not preferred */
    node_t *to = override_of(object_spec, word);
    for (node_t *part; (part = node_first(pod));)
        moved(pod, node_key(part), to);
    return 0;
}

static int fill(const struct trainer_env *env, const struct job_spec *spec, node_t *object_spec, struct err *err)
{
    CLEANUP(node_free) node_t *template = pod_template(spec, RANKS);
    node_t *container = node_at(template, "/spec/containers/0");
    node_set_str(node_set(object_spec, "runtimeRef", node_new_object()), "name", spec->runtime ? spec->runtime : RUNTIME);
    node_t *trainer = node_set(object_spec, "trainer", node_new_object());
    node_set_num(trainer, "numNodes", (double)(spec->nodes > 1 ? spec->nodes : 1));
    if (spec->timeout_ms)
        node_set_num(object_spec, "activeDeadlineSeconds", (double)seconds_up(spec->timeout_ms));
    moved(container, "image", trainer);
    moved(container, "command", trainer);
    moved(container, "env", trainer);
    if (node_get(container, "resources"))
        node_set(trainer, "resourcesPerNode", node_copy(node_get(container, "resources")));
    return add_overrides(env, spec, object_spec, err);
}

static const node_t *ranks_status(const node_t *object)
{
    return node_find(node_at(object, "/status/jobsStatus"), "/name", RANKS);
}

static void read_end(const node_t *object, const char *type, enum job_state state, struct job_reading *ret)
{
    const node_t *condition = kube_condition(object, type);
    ret->state = state;
    ret->finished = node_str(condition, "/lastTransitionTime", NULL);
    if (state != JOB_FAILED)
        return;
    ret->reason = node_str(condition, "/reason", NULL);
    ret->message = node_str(condition, "/message", NULL);
}

static int64_t gpus_of(const node_t *object)
{
    long long n;
    const char *text = node_str(object, "/spec/trainer/resourcesPerNode/limits/nvidia.com~1gpu", NULL);
    return text && str_to_int(text, 0, 1000000, &n)
               ? n
               : node_int(object, "/spec/trainer/resourcesPerNode/limits/nvidia.com~1gpu", 0);
}

static void read_job(const node_t *object, struct job_reading *ret)
{
    const node_t *ranks = ranks_status(object);
    int64_t nodes = node_int(object, "/spec/trainer/numNodes", -1);
    bool is_ready = node_int(ranks, "/ready", 0) + node_int(ranks, "/succeeded", 0) > 0;
    ret->container = node_at(object, "/spec/trainer");
    ret->ranks = nodes; /* unknown when the runtime decides */
    ret->ready = is_ready ? (nodes > 0 ? nodes : 1) : 0;
    ret->gpus = gpus_of(object) * (nodes > 0 ? nodes : 1);
    ret->failed = node_int(ranks, "/failed", 0);
    if (kube_condition_is(object, "Complete", "True"))
        read_end(object, "Complete", JOB_SUCCEEDED, ret);
    else if (kube_condition_is(object, "Failed", "True"))
        read_end(object, "Failed", JOB_FAILED, ret);
    else if (node_bool(object, "/spec/suspend", false))
        ret->state = JOB_SUSPENDED;
    else
        ret->state = is_ready ? JOB_RUNNING : JOB_PENDING;
}

static int64_t rank(const node_t *object, const node_t *pod)
{
    (void)object;
    long long n;
    const char *index = node_str(pod, "/metadata/labels/batch.kubernetes.io~1job-completion-index", NULL);
    bool is_rank = strcmp(node_str(pod, "/metadata/labels/jobset.sigs.k8s.io~1replicatedjob-name", ""), RANKS) == 0;
    return is_rank && index && str_to_int(index, 0, INT32_MAX, &n) ? n : -1;
}

static const char *const pod_tails[] = {RANKS "-0-#-@", NULL};

static const struct job_kind trainjob_kind = {
    .kind = &kube_train_jobs,
    .container = RANKS,
    .pod_label = "jobset.sigs.k8s.io/jobset-name",
    .pod_tails = pod_tails,
    .name_tail = "-dataset-initializer-0-0",
    .has_image = true,
    .check = check,
    .fill = fill,
    .read = read_job,
    .rank = rank,
};

const struct trainer trainer_trainjob = {
    .name = "trainjob",
    .help = "TrainJobs of Kubeflow Trainer, by a training runtime",
    .cluster = &trainjob_kind,
    KUBE_JOB_OPERATIONS,
};
