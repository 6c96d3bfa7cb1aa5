#include "train/kube_job.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "kube/kueue.h"

enum { NAME_MAX_LEN = 63 };

int kube_job_check_name(const struct job_kind *kind, const char *name, struct err *err)
{
    size_t max = NAME_MAX_LEN - strlen(kind->name_tail), len = strlen(name);
    bool is_label = len > 0 && name[0] >= 'a' && name[0] <= 'z' && name[len - 1] != '-' &&
                    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
    if (is_label && len <= max)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" cannot be the name of a %s", name, kind->kind->kind);
    if (is_label)
        return err_why(err, "it is longer than %zu characters: \"NAME%s\" is a host name", max, kind->name_tail);
    return err_why(err, "it takes lower-case letters, digits and -, a letter first and no - at the end");
}

node_t *job_member(node_t *object, const char *key)
{
    node_t *there = node_get(object, key);
    return node_type(there) == NODE_OBJECT ? there : node_set(object, key, node_new_object());
}

void job_mark_submission(node_t *object)
{
    unsigned char bytes[8];
    char hex[2 * sizeof(bytes) + 1] = "";
    if (getentropy(bytes, sizeof(bytes)) != 0)
        return; /* then a repeated POST whose first answer was lost is a conflict */
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    node_set_str(job_member(job_member(object, "metadata"), "annotations"), "aiwf/submission", hex);
}

void job_set_suspended(const struct job_kind *kind, node_t *object, bool suspended)
{
    node_t *spec = job_member(object, "spec");
    node_set_bool(kind->in_run_policy ? job_member(spec, "runPolicy") : spec, "suspend", suspended);
}

static node_t *from_flags(const struct trainer_env *env, const struct job_spec *spec, struct job_source *source, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    struct job_spec with = *spec;
    if (pod_check(spec, err) != 0 || (kind->check && kind->check(spec, err) != 0) ||
        job_source_read(source, spec, env->kube->ns, err) != 0)
        return NULL;
    with.files = source;
    CLEANUP(node_free) node_t *object = kube_object(kind->kind, env->kube->ns, spec->name);
    if (source->config_map)
        node_set_str(job_member(node_get(object, "metadata"), "annotations"), ANNOTATION_SOURCE,
                     node_str(source->config_map, "/metadata/name", ""));
    return kind->fill(env, &with, job_member(object, "spec"), err) == 0 ? TAKE(object) : NULL;
}

static node_t *from_manifest(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    const char *ns = node_str(spec->manifest, "/metadata/namespace", NULL);
    if (ns && strcmp(ns, env->kube->ns) != 0) {
        err_set(err, ERR_USAGE, "the file's namespace is %s, the context's %s", ns, env->kube->ns);
        err_hint(err, "-n %s", ns);
        return NULL;
    }
    node_t *object = node_copy(spec->manifest);
    node_set_str(job_member(object, "metadata"), "name", spec->name);
    node_set_str(job_member(object, "metadata"), "namespace", env->kube->ns);
    node_delete(object, "status");
    return object;
}

static node_t *new_object(const struct trainer_env *env, const struct job_spec *spec, struct job_source *source, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, spec->name, err) != 0)
        return NULL;
    node_t *object = spec->manifest ? from_manifest(env, spec, err) : from_flags(env, spec, source, err);
    if (!object)
        return NULL;
    node_t *labels = job_member(node_get(object, "metadata"), "labels");
    node_set_str(labels, "app.kubernetes.io/managed-by", "aiwf");
    node_set_str(labels, LABEL_JOB, spec->name);
    job_mark_submission(object);
    if (!spec->queue)
        return object;
    node_set_str(labels, LABEL_QUEUE, spec->queue);
    job_set_suspended(kind, object, true); /* until Kueue admits it */
    return object;
}

static int exists_hint(struct err *err, const char *name)
{
    return err->code == ERR_CONFLICT ? err_hint(err, "aiwf train wait %s, or aiwf train delete %s", name, name) : -1;
}

/* Which flag a refused field comes from. */
static const struct kube_flag flags[] = {
    {"metadata.name", "NAME"},
    {"metadata.labels", "--queue"},
    {"spec.backoffLimit", "--retries"},
    {"spec.activeDeadlineSeconds", "--timeout"},
    {"spec.parallelism", "--nodes"},
    {"spec.completions", "--nodes"},
    {"spec.trainer.numNodes", "--nodes"},
    {"spec.runtimeRef", "--runtime"},
    {"spec.template.spec.containers[0].image", "--image"},
    {"spec.template.spec.containers[0].env", "--env"},
    {"spec.template.spec.containers[0].resources", "--gpus, --cpu or --memory"},
    {"spec.template.spec.priorityClassName", "--priority"},
    {"spec.template.spec.volumes", "--dataset"},
    {0},
};

static struct kube_source source_of(const struct job_spec *spec)
{
    if (spec->manifest)
        return (struct kube_source){.doc = spec->file, .object = spec->manifest};
    return (struct kube_source){.flags = flags};
}

/* The source first: no rank runs without it. */
static int send(const struct trainer_env *env, const node_t *object, const struct job_source *source,
                const struct kube_write *how, struct err *err)
{
    CLEANUP(node_free) node_t *made = NULL;
    if (job_source_create(env, source, err) != 0 ||
        kube_create(env->kube, env->trainer->cluster->kind, object, how, &made, err) != 0)
        return exists_hint(err, node_str(object, "/metadata/name", "?"));
    CLEANUP(err_release) struct err left = ERR_INIT;
    const char *config_map = node_str(source->config_map, "/metadata/name", NULL);
    if (config_map && job_source_own(env, config_map, made, &left) != 0 && env->say) {
        AUTOFREE char *text = xasprintf("config map %s will stay when the job is deleted: %s", config_map, left.what);
        env->say(env->say_arg, text);
    }
    return 0;
}

int kube_job_submit(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    CLEANUP(job_source_release) struct job_source source = {0};
    CLEANUP(node_free) node_t *object = new_object(env, spec, &source, err);
    struct kube_source fields = source_of(spec);
    return object ? send(env, object, &source, &(struct kube_write){.source = &fields}, err) : -1;
}

static node_t *both(node_t *config_map, node_t *object)
{
    node_t *list = node_new_object();
    node_set_str(list, "apiVersion", "v1");
    node_set_str(list, "kind", "List");
    node_t *items = node_set(list, "items", node_new_array());
    node_push(items, config_map);
    node_push(items, object);
    return list;
}

node_t *kube_job_manifest(const struct trainer_env *env, const struct job_spec *spec, bool ask, struct err *err)
{
    CLEANUP(job_source_release) struct job_source source = {0};
    CLEANUP(node_free) node_t *object = new_object(env, spec, &source, err);
    node_t *answer = NULL;
    if (!object)
        return NULL;
    if (!ask)
        return source.config_map ? both(TAKE(source.config_map), TAKE(object)) : TAKE(object);
    struct kube_source fields = source_of(spec);
    struct kube_write how = {.dry_run = true, .source = &fields};
    if (kube_create(env->kube, env->trainer->cluster->kind, object, &how, &answer, err) != 0)
        exists_hint(err, spec->name);
    return answer;
}

static void set_known(node_t *job, const char *key, const char *text)
{
    if (text && *text)
        node_set_str(job, key, text);
    else
        node_set(job, key, node_new_null());
}

static void set_count(node_t *job, const char *key, int64_t n)
{
    node_set(job, key, n < 0 ? node_new_null() : node_new_num((double)n));
}

static const char *state_word(const node_t *object, const struct job_reading *reading)
{
    static const char *const words[] = {"Pending", "Running", "Suspended", "Succeeded", "Failed"};
    bool is_over = reading->state == JOB_SUCCEEDED || reading->state == JOB_FAILED;
    bool is_cancelled = node_str(object, "/metadata/annotations/aiwf~1cancelled", NULL);
    if (is_cancelled && !is_over)
        return "Cancelled";
    bool is_queued = node_str(object, "/metadata/labels/kueue.x-k8s.io~1queue-name", NULL);
    return reading->state == JOB_SUSPENDED && is_queued ? "Queued" : words[reading->state];
}

static void add_times(const node_t *object, const struct job_reading *reading, node_t *job)
{
    int64_t created, started, finished, now = clock_wall_ms();
    const char *queued = node_str(object, "/metadata/creationTimestamp", "");
    bool has_begun = reading->started && rfc3339_parse(reading->started, &started);
    bool has_ended = reading->finished && rfc3339_parse(reading->finished, &finished);
    set_known(job, "queued", queued);
    set_known(job, "started", reading->started);
    set_known(job, "finished", reading->finished);
    int64_t end = has_ended ? finished : now;
    if (!rfc3339_parse(queued, &created))
        created = has_begun ? started : end;
    int64_t waited = (has_begun ? started : end) - created, ran = has_begun ? end - started : -1;
    set_count(job, "wait_ms", waited > 0 ? waited : 0);
    set_count(job, "run_ms", has_begun && ran < 0 ? 0 : ran);
}

static void add_program(const struct job_reading *reading, node_t *job)
{
    node_t *command = node_set(job, "command", node_new_array());
    static const char *const parts[] = {"command", "args"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        for (const node_t *word = node_first(node_get(reading->container, parts[i])); word; word = node_next(word))
            node_push(command, node_copy(word));
    set_known(job, "image", node_str(reading->container, "/image", NULL));
    set_known(job, "priority", node_str(reading->pod_spec, "/priorityClassName", NULL));
}

static void add_reason(const struct job_reading *reading, node_t *job)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (reading->reason)
        str_add(&text, reading->reason);
    if (reading->message && *reading->message)
        str_addf(&text, "%s%s", text.len ? ": " : "", reading->message);
    set_known(job, "reason", text.buf);
}

node_t *kube_job_document(const struct trainer *trainer, const node_t *object)
{
    struct job_reading reading = {.retries = -1};
    trainer->cluster->read(object, &reading);
    node_t *job = node_new_object();
    node_set_str(job, "name", node_str(object, "/metadata/name", "?"));
    node_set_str(job, "namespace", node_str(object, "/metadata/namespace", ""));
    node_set_str(job, "state", state_word(object, &reading));
    node_set_str(job, "trainer", trainer->name);
    add_program(&reading, job);
    set_count(job, "gpus", reading.gpus);
    node_t *ranks = node_set(job, "ranks", node_new_object());
    set_count(ranks, "ready", reading.ready);
    set_count(ranks, "total", reading.ranks);
    int64_t tries = reading.retries >= 0 && reading.failed > reading.retries ? reading.retries : reading.failed;
    set_count(job, "attempt", tries + 1);
    set_count(job, "retries", reading.retries);
    set_count(job, "restarts", tries);
    set_known(job, "job_set", node_str(object, "/metadata/labels/jobset.sigs.k8s.io~1jobset-name", NULL));
    set_known(job, "queue", node_str(object, "/metadata/labels/kueue.x-k8s.io~1queue-name", NULL));
    node_set(job, "exit_code", node_new_null());
    node_set(job, "signal", node_new_null());
    add_reason(&reading, job);
    add_times(object, &reading, job);
    return job;
}

node_t *kube_job_list(const struct trainer_env *env, struct err *err)
{
    CLEANUP(node_free) node_t *objects = kube_list_of(env->kube, env->trainer->cluster->kind, env->kube->ns, NULL, err);
    if (!objects)
        return NULL;
    node_t *jobs = node_new_array();
    for (const node_t *object = node_first(objects); object; object = node_next(object))
        node_push(jobs, kube_job_document(env->trainer, object));
    return jobs;
}

static node_t *pods_of(const struct trainer_env *env, const char *name, struct err *err)
{
    AUTOFREE char *selector = xasprintf("%s=%s", env->trainer->cluster->pod_label, name);
    return kube_list_of(env->kube, &kube_pods, env->kube->ns, selector, err);
}

node_t *kube_job_workloads(const struct trainer_env *env, const node_t *object)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    if (!node_str(object, "/metadata/labels/kueue.x-k8s.io~1queue-name", NULL))
        return NULL;
    AUTOFREE char *selector = xasprintf("kueue.x-k8s.io/job-uid=%s", node_str(object, "/metadata/uid", ""));
    return kube_list_of(env->kube, &kube_workloads, env->kube->ns, selector, &unseen);
}

/* Whether Kueue lets it run, and why not. */
static void add_admission(const struct trainer_env *env, const node_t *object, node_t *job)
{
    CLEANUP(node_free) node_t *workloads = job_is_over(job) ? NULL : kube_job_workloads(env, object);
    const node_t *workload = node_first(workloads);
    if (!workload)
        return;
    node_t *described = node_set(job, "workload", kueue_describe(workload));
    const char *message = node_str(described, "/message", NULL), *state = kueue_state(workload);
    AUTOFREE char *admission = message && *message ? xasprintf("%s: %s", state, message) : xstrdup(state);
    node_set_str(job, "admission", admission);
    if (strcmp(node_str(job, "/state", ""), "Queued") == 0)
        node_set_str(job, "reason", admission);
}

node_t *kube_job_show(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return NULL;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *pods = object ? pods_of(env, name, err) : NULL;
    if (!pods)
        return NULL;
    node_t *job = kube_job_document(env->trainer, object);
    job_add_pods(job, kind, object, pods);
    add_admission(env, object, job);
    return job;
}

/* Else Kueue would let it go on: a workload that is not active is none of its concern. */
static int stop_workloads(const struct trainer_env *env, const node_t *object, struct err *err)
{
    CLEANUP(node_free) node_t *workloads = kube_job_workloads(env, object);
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_set_bool(job_member(patch, "spec"), "active", false);
    for (const node_t *w = node_first(workloads); w; w = node_next(w))
        if (kube_patch(env->kube, &kube_workloads, env->kube->ns, node_str(w, "/metadata/name", "?"), patch, err) != 0)
            return -1;
    return 0;
}

static int suspend_for_good(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    CLEANUP(str_release) struct str now = STR_INIT;
    CLEANUP(node_free) node_t *patch = node_new_object();
    rfc3339_print(&now, clock_wall_ms());
    node_set_str(job_member(job_member(patch, "metadata"), "annotations"), ANNOTATION_CANCELLED, now.buf);
    job_set_suspended(kind, patch, true);
    return kube_patch(env->kube, kind->kind, env->kube->ns, name, patch, err);
}

int kube_job_cancel(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *job = object ? kube_job_document(env->trainer, object) : NULL;
    if (!job)
        return -1;
    if (job_is_over(job))
        return err_set(err, ERR_CONFLICT, "job %s is over: %s", name, node_str(job, "/state", ""));
    return stop_workloads(env, object, err) == 0 ? suspend_for_good(env, name, err) : -1;
}

int kube_job_remove(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    return kube_job_check_name(kind, name, err) != 0 ? -1 : kube_delete(env->kube, kind->kind, env->kube->ns, name, err);
}
