#include "train/kube_job.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

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

void job_mark_submission(node_t *object)
{
    unsigned char bytes[8];
    char hex[2 * sizeof(bytes) + 1] = "";
    if (getentropy(bytes, sizeof(bytes)) != 0)
        return; /* then a repeated POST whose first answer was lost is a conflict */
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    node_set_str(node_object(node_object(object, "metadata"), "annotations"), "aiwf/submission", hex);
}

void job_set_suspended(const struct job_kind *kind, node_t *object, bool suspended)
{
    node_t *spec = node_object(object, "spec");
    node_set_bool(kind->in_run_policy ? node_object(spec, "runPolicy") : spec, "suspend", suspended);
}

static node_t *from_flags(const struct trainer_env *env, const struct job_spec *spec, struct job_source *source, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    struct job_spec with = *spec;
    if (pod_check(spec, !kind->has_image, err) != 0 || (kind->check && kind->check(env, spec, err) != 0) ||
        job_source_read(source, spec, env->kube->ns, err) != 0)
        return NULL;
    with.files = source;
    CLEANUP(node_free) node_t *object = kube_object(kind->kind, env->kube->ns, spec->name);
    if (source->config_map)
        node_set_str(node_object(node_get(object, "metadata"), "annotations"), ANNOTATION_SOURCE,
                     node_str(source->config_map, "/metadata/name", ""));
    return kind->fill(env, &with, node_object(object, "spec"), err) == 0 ? TAKE(object) : NULL;
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
    node_set_str(node_object(object, "metadata"), "name", spec->name);
    node_set_str(node_object(object, "metadata"), "namespace", env->kube->ns);
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
    node_t *labels = kube_mark(object);
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
    bool is_hinted = err->hint;
    return err->code == ERR_CONFLICT && !is_hinted ? err_hint(err, "aiwf train wait %s, or aiwf train delete %s", name, name)
                                                   : -1;
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
    {"spec.successPolicy", "--success"},
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

static void own(const struct trainer_env *env, const struct kube_kind *kind, const char *name, const node_t *job)
{
    CLEANUP(err_release) struct err left = ERR_INIT;
    if (!name || job_own(env, kind, name, job, &left) == 0 || !env->say)
        return;
    AUTOFREE char *text = xasprintf("%s %s will stay when the job is deleted: %s", kind->word, name, left.what);
    env->say(env->say_arg, text);
}

int kube_job_create(const struct trainer_env *env, const node_t *object, const struct kube_write *how, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *made = NULL;
    CLEANUP(node_free) node_t *service = job_service_of(object);
    const char *service_name = node_str(service, "/metadata/name", NULL);
    bool is_new = false;
    if (job_service_create(env, service, &is_new, err) != 0)
        return -1;
    if (kube_create(env->kube, env->trainer->cluster->kind, object, how, &made, err) != 0) {
        if (is_new && err->code != ERR_INTERRUPTED)
            kube_delete(env->kube, &kube_services, env->kube->ns, service_name, &none);
        return job_unanswered(node_str(object, "/metadata/name", "?"), err);
    }
    own(env, &kube_config_maps, node_str(object, "/metadata/annotations/aiwf~1source", NULL), made);
    own(env, &kube_services, service_name, made);
    return 0;
}

/* The source first: no rank runs without it. */
int kube_job_submit(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    CLEANUP(job_source_release) struct job_source source = {0};
    CLEANUP(node_free) node_t *object = new_object(env, spec, &source, err);
    struct kube_source fields = source_of(spec);
    if (!object || (spec->queue && kube_job_check_queue(env, spec->queue, err) != 0))
        return -1;
    if (job_source_create(env, &source, err) == 0 &&
        kube_job_create(env, object, &(struct kube_write){.source = &fields}, err) == 0)
        return 0;
    return exists_hint(err, spec->name);
}

/* All that is sent, where that is more than the job. Takes the three. */
static node_t *together(node_t *config_map, node_t *service, node_t *object)
{
    if (!config_map && !service)
        return object;
    node_t *list = node_new_object();
    node_set_str(list, "apiVersion", "v1");
    node_set_str(list, "kind", "List");
    node_t *items = node_set(list, "items", node_new_array());
    if (config_map)
        node_push(items, config_map);
    if (service)
        node_push(items, service);
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
    if (!ask) {
        node_t *service = job_service_of(object);
        return together(TAKE(source.config_map), service, TAKE(object));
    }
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
    return reading->state == JOB_SUSPENDED && job_queue(object) ? "Queued" : words[reading->state];
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
    set_known(job, "queue", job_queue(object));
    node_set(job, "exit_code", node_new_null());
    node_set(job, "signal", node_new_null());
    add_reason(&reading, job);
    add_times(object, &reading, job);
    return job;
}

node_t *kube_job_list(const struct trainer_env *env, struct err *err)
{
    const char *ns = env->all_namespaces ? NULL : env->kube->ns;
    CLEANUP(node_free) node_t *objects = kube_list_of(env->kube, env->trainer->cluster->kind, ns, NULL, err);
    if (!objects)
        return NULL;
    node_t *jobs = node_new_array();
    for (const node_t *object = node_first(objects); object; object = node_next(object))
        node_push(jobs, kube_job_document(env->trainer, object));
    kube_job_add_admissions(env, jobs);
    return jobs;
}

static node_t *pods_of(const struct trainer_env *env, const char *name, struct err *err)
{
    AUTOFREE char *selector = xasprintf("%s=%s", env->trainer->cluster->pod_label, name);
    return kube_list_of(env->kube, &kube_pods, env->kube->ns, selector, err);
}

node_t *kube_job_described(const struct trainer *trainer, const struct job_parts *parts)
{
    node_t *job = kube_job_document(trainer, parts->object);
    CLEANUP(node_free) node_t *losses = parts->losses ? node_copy(parts->losses) : node_new_object();
    for (const node_t *pod = node_first(parts->pods); pod; pod = node_next(pod))
        job_losses_see(losses, pod);
    job_add_pods(job, trainer->cluster, parts->object, parts->pods);
    job_add_losses(job, losses);
    job_add_admission(job, parts->workloads);
    return job;
}

node_t *kube_job_look(const struct trainer_env *env, const char *name, node_t *losses, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return NULL;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *pods = object ? pods_of(env, name, err) : NULL;
    if (!pods)
        return NULL;
    CLEANUP(node_free) node_t *workloads = kube_job_workloads(env, object);
    kube_job_find_losses(env, name, losses);
    const struct job_parts parts = {object, pods, workloads, losses};
    node_t *job = kube_job_described(env->trainer, &parts);
    CLEANUP(node_free) node_t *place = job_is_queued(job) ? kube_job_place(env, job) : NULL;
    job_add_place(job, place);
    return job;
}

node_t *kube_job_show(const struct trainer_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *losses = node_new_object();
    return kube_job_look(env, name, losses, err);
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
    return kube_job_stop(env, object, err);
}

int kube_job_remove(const struct trainer_env *env, const char *name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    return kube_job_check_name(kind, name, err) != 0 ? -1 : kube_delete(env->kube, kind->kind, env->kube->ns, name, err);
}
