/* Whichever system the cluster has: what is installed is asked of its API server, in as few requests as can be. */
#include <string.h>

#include "kube/ask.h"
#include "train/kube_job.h"

enum { KINDS_MAX = 8 };

/* Those of a cluster, at most KINDS_MAX; returns how many. */
static size_t cluster_trainers(const struct trainer **ret)
{
    size_t n = 0;
    for (const struct trainer *const *trainer = trainers; *trainer && n < KINDS_MAX; trainer++)
        if ((*trainer)->cluster)
            ret[n++] = *trainer;
    return n;
}

/* Of the objects that are there, the first two. */
static int find(const struct trainer_env *env, const char *name, const struct trainer **ret, struct err *err)
{
    struct kube_ask asks[KINDS_MAX] = {{0}};
    const struct trainer *of[KINDS_MAX];
    const struct kube_kind *kinds[KINDS_MAX];
    size_t n = cluster_trainers(of);
    for (size_t i = 0; i < n; i++)
        kinds[i] = of[i]->cluster->kind;
    int found = kube_ask_kinds(env->kube, kinds, asks, n, name, err);
    for (size_t i = 0, told = 0; i < n; i++) {
        if (asks[i].answer && told < 2)
            ret[told++] = of[i];
        kube_ask_release(&asks[i]);
    }
    return found;
}

static const struct trainer *locate(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct trainer *those[2] = {0};
    if (kube_job_check_name(trainer_find("job")->cluster, name, err) != 0)
        return NULL;
    int found = find(env, name, those, err);
    if (found == 1)
        return those[0];
    if (found == 0)
        err_set(err, ERR_NOT_FOUND, "there is no job \"%s\" in namespace %s", name, env->kube->ns);
    if (found < 2)
        return NULL;
    err_set(err, ERR_CONFLICT, "several jobs are called \"%s\": a %s and a %s", name, those[0]->cluster->kind->kind,
            those[1]->cluster->kind->kind);
    err_hint(err, "--trainer %s, or --trainer %s", those[0]->name, those[1]->name);
    return NULL;
}

/* The first of them that is installed and can do it. */
static const struct trainer *first_that_can(const struct trainer_env *env, const struct job_spec *spec, const char *const *names,
                                            struct err *err)
{
    for (; *names; names++) {
        CLEANUP(err_release) struct err cannot = ERR_INIT;
        const struct trainer *trainer = trainer_find(*names);
        bool is_there = trainer;
        if (!trainer || (trainer->cluster->check && trainer->cluster->check(env, spec, &cannot) != 0))
            continue;
        if (trainer->cluster->kind->system && kube_has(env->kube, trainer->cluster->kind, &is_there, err) != 0)
            return NULL;
        if (is_there)
            return trainer;
    }
    return trainer_find("job");
}

static const struct trainer *tell(const struct trainer_env *env, const struct trainer *trainer, const char *why)
{
    AUTOFREE char *text = trainer ? xasprintf("trainer %s: %s", trainer->name, why) : NULL;
    if (text && env->say)
        env->say(env->say_arg, text);
    return trainer;
}

static const struct trainer *choose(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    static const char *const distributed[] = {"trainjob", "pytorch", "job", NULL};
    static const char *const queued[] = {"pytorch", "trainjob", "job",
                                         NULL}; /* which each Kueue knows: TrainJobs only newer ones */
    if (spec->manifest)
        return trainer_of(spec->manifest);
    if (spec->ps > 0 || spec->workers > 0)
        return tell(env, trainer_find("tf"), "--workers and --ps are TensorFlow's");
    if (spec->runtime)
        return tell(env, trainer_find("trainjob"), "--runtime is Kubeflow Trainer's");
    if (spec->nodes < 2)
        return tell(env, trainer_find("job"), "one node needs no more");
    const struct trainer *trainer = first_that_can(env, spec, spec->queue ? queued : distributed, err);
    if (!trainer)
        return NULL;
    AUTOFREE char *why =
        xasprintf("%lld nodes, and %s", (long long)spec->nodes,
                  trainer->cluster->kind->system ? "it is installed" : "nothing else that can do it is installed");
    return tell(env, trainer, why);
}

/* A Job below a JobSet that Trainer made (v2.0.0, pkg/constants/constants.go): it outlives its TrainJob until it is collected. */
static bool is_step(const node_t *object)
{
    const node_t *labels = node_at(object, "/metadata/labels");
    return node_get(labels, "jobset.sigs.k8s.io/jobset-name") && node_get(labels, "trainer.kubeflow.org/trainjob-ancestor-step");
}

/* The Jobs below a TrainJob's JobSet are parts of it, also those that a runtime of one's own does not say to be steps. */
static bool is_part(const node_t *job, const node_t *jobs)
{
    const char *set = node_str(job, "/job_set", NULL);
    for (const node_t *other = set ? node_first(jobs) : NULL; other; other = node_next(other))
        if (strcmp(node_str(other, "/trainer", ""), "trainjob") == 0 && strcmp(node_str(other, "/name", ""), set) == 0 &&
            strcmp(node_str(other, "/namespace", ""), node_str(job, "/namespace", "")) == 0)
            return true;
    return false;
}

/* Of every kind that is installed. */
static int list_kinds(const struct trainer_env *env, node_t *jobs, struct err *err)
{
    struct kube_listing lists[KINDS_MAX];
    const struct trainer *of[KINDS_MAX];
    size_t n = cluster_trainers(of);
    for (size_t i = 0; i < n; i++)
        lists[i] = (struct kube_listing){.kind = of[i]->cluster->kind, .ns = env->all_namespaces ? NULL : env->kube->ns};
    if (kube_list_installed(env->kube, lists, n, err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        for (const node_t *object = node_first(lists[i].items); object; object = node_next(object))
            if (!is_step(object))
                node_push(jobs, kube_job_document(of[i], object));
        kube_listing_release(&lists[i]);
    }
    return 0;
}

static node_t *list(const struct trainer_env *env, struct err *err)
{
    CLEANUP(node_free) node_t *jobs = node_new_array();
    if (list_kinds(env, jobs, err) != 0)
        return NULL;
    for (node_t *job = node_first(jobs), *next; job; job = next) {
        next = node_next(job);
        if (is_part(job, jobs))
            node_free(node_detach(jobs, job));
    }
    kube_job_add_admissions(env, jobs);
    return TAKE(jobs);
}

/* For callers that keep one environment for several jobs: each call goes to the trainer that has that job. */
static int submit(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    struct trainer_env chosen = *env;
    return trainer_choose(&chosen, spec, err) == 0 ? chosen.trainer->submit(&chosen, spec, err) : -1;
}

static node_t *show(const struct trainer_env *env, const char *name, struct err *err)
{
    struct trainer_env at = *env;
    return trainer_locate(&at, name, err) == 0 ? at.trainer->show(&at, name, err) : NULL;
}

static int logs(const struct trainer_env *env, const char *name, const struct job_logs *logs, struct err *err)
{
    struct trainer_env at = *env;
    if (trainer_locate(&at, name, err) != 0)
        return -1;
    return at.trainer->logs ? at.trainer->logs(&at, name, logs, err) : trainer_lacks(at.trainer, "show logs", err);
}

static node_t *events(const struct trainer_env *env, const char *name, struct err *err)
{
    struct trainer_env at = *env;
    return trainer_locate(&at, name, err) == 0 ? at.trainer->events(&at, name, err) : NULL;
}

static int retry(const struct trainer_env *env, const char *name, const char *as, char **ret_name, struct err *err)
{
    struct trainer_env at = *env;
    return trainer_locate(&at, name, err) == 0 ? at.trainer->retry(&at, name, as, ret_name, err) : -1;
}

static int cancel(const struct trainer_env *env, const char *name, struct err *err)
{
    struct trainer_env at = *env;
    return trainer_locate(&at, name, err) == 0 ? at.trainer->cancel(&at, name, err) : -1;
}

static int remove_job(const struct trainer_env *env, const char *name, struct err *err)
{
    struct trainer_env at = *env;
    return trainer_locate(&at, name, err) == 0 ? at.trainer->remove(&at, name, err) : -1;
}

const struct trainer trainer_auto = {
    .name = "auto",
    .help = "what the cluster has: Kubeflow's for several nodes, else Jobs",
    .needs_cluster = true,
    .choose = choose,
    .locate = locate,
    .submit = submit,
    .list = list,
    .show = show,
    .logs = logs,
    .events = events,
    .retry = retry,
    .cancel = cancel,
    .remove = remove_job,
};
