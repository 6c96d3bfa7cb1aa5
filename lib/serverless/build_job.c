#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "kube/logs.h"
#include "kube/object.h"
#include "kube/podspec.h"
#include "serverless/build.h"
#include "serverless/pods.h"
#include "wait/wait.h"

#define CONTEXT_DIR  "/aiwf-context"
#define CONTEXT_FILE "context.tar.gz"
#define JOB_LABEL    "batch.kubernetes.io/job-name"

/* ---- objects ---- */

static void push_text(node_t *list, const char *text) { node_push(list, node_new_str(text)); }

static void add_login(const struct build_job *job, node_t *pod, node_t *container)
{
    const struct kube_mount at = {.name = "login", .path = "/kaniko/.docker"};
    node_t *secret = node_set(kube_volume_add(pod, container, &at), "secret", node_new_object());
    node_set_str(secret, "secretName", job->login);
    node_t *item = node_push(node_set(secret, "items", node_new_array()), node_new_object());
    node_set_str(item, "key", ".dockerconfigjson");
    node_set_str(item, "path", "config.json");
}

static node_t *marked(const struct kube_kind *kind, const struct build_job *job, const char *name)
{
    node_t *object = kube_object(kind, job->kube ? job->kube->ns : NULL, name);
    kube_mark(object);
    return object;
}

static node_t *args_of(const struct build_spec *spec)
{
    node_t *args = node_new_array();
    const char *own = build_own_file(spec);
    AUTOFREE char *file = xasprintf("--dockerfile=%s", own ? own : "Containerfile");
    AUTOFREE char *image = xasprintf("--destination=%s", spec->image);
    push_text(args, "--context=tar://" CONTEXT_DIR "/" CONTEXT_FILE);
    push_text(args, file);
    push_text(args, image);
    for (size_t i = 0; spec->args && i < spec->args->n; i++) {
        AUTOFREE char *arg = xasprintf("--build-arg=%s", spec->args->v[i]);
        push_text(args, arg);
    }
    return args;
}

node_t *build_job_object(const struct build_spec *spec, const struct build_job *job, const char *name)
{
    enum { KEPT_S = 3600 };
    node_t *object = marked(&kube_jobs, job, name);
    node_t *of = node_set(object, "spec", node_new_object());
    node_set_num(of, "backoffLimit", 0);
    node_set_num(of, "ttlSecondsAfterFinished", KEPT_S);
    node_t *pod = node_set(node_set(of, "template", node_new_object()), "spec", node_new_object());
    node_set_str(pod, "restartPolicy", "Never");
    node_t *container = node_push(node_set(pod, "containers", node_new_array()), node_new_object());
    node_set_str(container, "name", "build");
    node_set_str(container, "image", job->builder);
    node_set(container, "args", args_of(spec));
    const struct kube_mount context = {.name = "context", .path = CONTEXT_DIR};
    node_set_str(node_set(kube_volume_add(pod, container, &context), "configMap", node_new_object()), "name", name);
    if (job->login)
        add_login(job, pod, container);
    return object;
}

/* ---- the folder ---- */

static int pack(const struct build_spec *spec, const char *scratch, struct str *ret, int log_fd, struct err *err)
{
    AUTOFREE char *made = path_join(scratch, "Containerfile");
    AUTOFREE char *packed = path_join(scratch, CONTEXT_FILE);
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    static const char *const first[] = {"tar", "--exclude=.git", "-czf"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        strv_add(&words, first[i]);
    strv_add(&words, packed);
    if (!build_own_file(spec)) {
        build_containerfile(spec, &text);
        if (file_write_atomic(made, text.buf, text.len, 0600, err) != 0)
            return -1;
        strv_addf(&words, "--directory=%s", scratch);
        strv_add(&words, "Containerfile");
    }
    strv_addf(&words, "--directory=%s", spec->folder);
    strv_add(&words, ".");
    if (build_run_program(&words, log_fd, "packing the folder", err) != 0)
        return -1;
    if (file_read(packed, ret, err) == 0)
        return 0;
    if (!ret->truncated)
        return -1;
    err_set(err, ERR_CAPACITY, "%s is too large for a Job: packed, it may have %d KiB", spec->folder, BUILD_CONTEXT_MAX >> 10);
    return err_hint(err, "leave data out of it, or --builder buildah");
}

static int make_context(const struct build_job *job, const char *name, const struct str *data, struct err *err)
{
    CLEANUP(node_free) node_t *object = marked(&kube_config_maps, job, name);
    CLEANUP(str_release) struct str text = STR_INIT;
    base64_encode(&text, data->buf, data->len);
    node_set_str(node_set(object, "binaryData", node_new_object()), CONTEXT_FILE, text.buf);
    return kube_create(job->kube, &kube_config_maps, object, NULL, NULL, err);
}

/* ---- until it has ended ---- */

struct building {
    const struct build_job *job;
    const char *name;
};

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    const struct building *building = arg;
    struct kube *kube = building->job->kube;
    CLEANUP(node_free) node_t *job = kube_show(kube, &kube_jobs, kube->ns, building->name, err);
    if (!job)
        return err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT ? WAIT_PENDING : WAIT_FAILED;
    str_add(note, "building");
    if (kube_condition_is(job, "Complete", "True"))
        return WAIT_DONE;
    CLEANUP(node_free) node_t *state = node_new_object();
    AUTOFREE char *selector = xasprintf(JOB_LABEL "=%s", building->name);
    pods_tell_trouble(kube, selector, state);
    const char *trouble = node_str(state, "/message", NULL);
    bool has_failed = kube_condition_is(job, "Failed", "True") || strcmp(node_str(state, "/state", ""), "Failed") == 0;
    if (trouble)
        str_addf(note, "\t%s", trouble);
    if (!has_failed)
        return WAIT_PENDING;
    err_set(err, ERR_WORKLOAD, "the job %s did not build the image", building->name);
    if (trouble)
        err_why(err, "%s", trouble);
    return WAIT_FAILED;
}

static bool give_line(const struct kube_log_line *line, void *arg)
{
    const struct build_job *job = arg;
    AUTOFREE char *text = xstrndup(line->text, line->len);
    job->on_line(text, job->arg);
    return true;
}

static void tell_logs(const struct build_job *job, const char *name)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    AUTOFREE char *selector = xasprintf(JOB_LABEL "=%s", name);
    struct kube_logs logs = {
        .ns = job->kube->ns, .selector = selector, .tail = -1, .on_line = give_line, .arg = (void *)(uintptr_t)job};
    kube_logs(job->kube, &logs, &none);
}

static int run_job(const struct build_spec *spec, const struct build_job *job, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *object = build_job_object(spec, job, name);
    struct building building = {job, name};
    AUTOFREE char *what = xasprintf("image %s", spec->image);
    struct wait waiting = {
        .what = what, .look = look, .arg = &building, .timeout_ms = job->timeout_ms, .progress = job->progress};
    if (kube_create(job->kube, &kube_jobs, object, NULL, NULL, err) != 0)
        return -1;
    int rc = wait_for(&waiting, err);
    if (err->code != ERR_INTERRUPTED)
        tell_logs(job, name);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    kube_delete(job->kube, &kube_jobs, job->kube->ns, name, &ignored);
    return rc;
}

static int build_in(const struct build_spec *spec, const struct build_job *job, const char *scratch, int log_fd, struct err *err)
{
    enum { SHORT_HASH = 12 };
    char hash[HASH_HEX];
    CLEANUP(str_release) struct str data = STR_INIT_MAX(BUILD_CONTEXT_MAX);
    if (pack(spec, scratch, &data, log_fd, err) != 0 || hash_data(data.buf, data.len, hash, err) != 0)
        return -1;
    AUTOFREE char *name = xasprintf("build-%.*s-%llx", SHORT_HASH, hash, (unsigned long long)clock_wall_ms());
    if (make_context(job, name, &data, err) != 0)
        return -1;
    int rc = run_job(spec, job, name, err);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    kube_delete(job->kube, &kube_config_maps, job->kube->ns, name, &ignored);
    return rc;
}

int build_job_run(const struct build_spec *spec, const struct build_job *job, int log_fd, struct err *err)
{
    if (spec->archive || spec->file)
        return err_set(err, ERR_USAGE, "%s: a Job builds by the folder's own file, and for a registry",
                       spec->archive ? "--archive" : "--file");
    const char *tmp = getenv("TMPDIR");
    AUTOFREE char *scratch = xasprintf("%s/aiwf-build.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(scratch))
        return err_sys(err, ERR_FAILED, "cannot make a folder in %s", tmp && *tmp ? tmp : "/tmp");
    int rc = build_in(spec, job, scratch, log_fd, err);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    dir_remove(scratch, &ignored);
    return rc;
}
