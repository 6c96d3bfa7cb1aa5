/* Jobs as processes of this machine: the local gateway (lib/local/api.md). */
#include <string.h>

#include "net/rest.h"
#include "net/url.h"
#include "train/trainer.h"

static const char *gateway_of(const struct trainer_env *env, struct err *err)
{
    const char *url = context_get(env->context, SETTING_openfaas);
    if (url)
        return url;
    err_set(err, ERR_USAGE, "context %s has no local gateway", env->context->name);
    err_hint(err, "--context local");
    return NULL;
}

static void set_positive(node_t *object, const char *key, double value)
{
    if (value > 0)
        node_set_num(object, key, value);
}

static node_t *body_of(const struct job_spec *spec)
{
    node_t *body = node_new_object();
    node_set_str(body, "name", spec->name);
    node_t *command = node_set(body, "command", node_new_array());
    for (size_t i = 0; spec->command && i < spec->command->n; i++)
        node_push(command, node_new_str(spec->command->v[i]));
    node_set_pairs(node_set(body, "env", node_new_object()), spec->env);
    if (spec->workdir)
        node_set_str(body, "workdir", spec->workdir);
    if (spec->source)
        node_set_str(body, "source", spec->source);
    set_positive(body, "gpus", (double)spec->gpus);
    set_positive(body, "memory_bytes", (double)spec->memory_bytes);
    set_positive(body, "cpus", spec->cpus);
    set_positive(body, "retries", (double)spec->retries);
    set_positive(body, "timeout_ms", (double)spec->timeout_ms);
    return body;
}

static int check(const struct job_spec *spec, struct err *err)
{
    if (spec->manifest) {
        err_set(err, ERR_USAGE, "a local job is no object of a cluster");
        return err_hint(err, "--context with a cluster, or aiwf train submit NAME -- COMMAND");
    }
    if (spec->image) {
        err_set(err, ERR_USAGE, "a local job has no image: it is a process of this machine");
        return err_hint(err, "leave --image out");
    }
    bool is_several = spec->nodes > 1 || spec->workers > 0 || spec->ps > 0;
    const char *option = is_several                            ? "--nodes, --workers or --ps"
                         : spec->datasets && spec->datasets->n ? "--dataset"
                         : spec->runtime                       ? "--runtime"
                         : spec->success                       ? "--success"
                         : spec->queue                         ? "--queue"
                         : spec->priority                      ? "--priority"
                         : spec->spot                          ? "--spot"
                                                               : NULL;
    if (!option)
        return 0;
    err_set(err, ERR_USAGE, "a local job has no %s: it is one process of this machine", option);
    return err_hint(err, "leave it out, or --context with a cluster");
}

static node_t *manifest(const struct trainer_env *env, const struct job_spec *spec, bool ask, struct err *err)
{
    if (check(spec, err) != 0)
        return NULL;
    if (!ask)
        return body_of(spec);
    trainer_lacks(env->trainer, "check a job without running it", err);
    return NULL;
}

static node_t *list(const struct trainer_env *env, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    return gateway ? rest_get(env->http, url_path(&url, gateway, "/system/aiwf/jobs", NULL), "cannot list jobs", err) : NULL;
}

static node_t *show(const struct trainer_env *env, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    AUTOFREE char *failing = xasprintf("cannot show job \"%s\"", name);
    return gateway ? rest_get(env->http, url_path(&url, gateway, "/system/aiwf/jobs/{}", name, NULL), failing, err) : NULL;
}

/* What becomes of the one that has the name is its user's to say: it may have trained for days. */
static int taken(const struct trainer_env *env, const char *name, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *job = show(env, name, &none);
    if (job && job_is_over(job))
        return err_hint(err, "another name, aiwf train retry %s --replace, or aiwf train delete %s", name, name);
    return err_hint(err, "aiwf train wait %s, or aiwf train cancel %s", name, name);
}

static int submit(const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    const char *gateway = gateway_of(env, err);
    if (!gateway || check(spec, err) != 0)
        return -1;
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(node_free) node_t *body = body_of(spec);
    AUTOFREE char *failing = xasprintf("cannot submit job \"%s\"", spec->name);
    struct rest_call call = {
        .method = "POST", .url = url_path(&url, gateway, "/system/aiwf/jobs", NULL), .body = body, .failing = failing};
    if (rest_do(env->http, &call, NULL, err) == 0)
        return 0;
    if (err->code == ERR_CONFLICT)
        return taken(env, spec->name, err);
    return job_unanswered(spec->name, err);
}

static int print_logs(const struct trainer_env *env, const char *name, const struct job_logs *logs, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    if (!gateway)
        return -1;
    if (logs->rank > 0)
        return err_set(err, ERR_NOT_FOUND, "job \"%s\" is one process of this machine: there is no rank %lld", name,
                       (long long)logs->rank);
    if (logs->previous)
        return err_set(err, ERR_USAGE, "--previous: the attempts of a local job are all in one log");
    AUTOFREE char *failing = xasprintf("cannot read the logs of job \"%s\"", name);
    AUTOFREE char *lines = logs->tail >= 0 ? xasprintf("%lld", (long long)logs->tail) : NULL;
    url_path(&url, gateway, "/system/aiwf/jobs/{}/logs", name, NULL);
    url_query(&url, "tail", lines);
    url_query(&url, "follow", logs->follow ? "true" : "false");
    struct rest_call call = {.url = url.buf, .failing = failing};
    return rest_lines(env->http, &call, logs->on_line, logs->arg, err);
}

static int change(const struct trainer_env *env, const char *method, const char *pattern, const char *name, const char *verb,
                  struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    if (!gateway)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot %s job \"%s\"", verb, name);
    struct rest_call call = {
        .method = method, .url = url_path(&url, gateway, pattern, name, NULL), .failing = failing, .idempotent = true};
    return rest_do(env->http, &call, NULL, err);
}

static int retry(const struct trainer_env *env, const char *name, const char *as, char **ret_name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(node_free) node_t *body = node_new_object();
    CLEANUP(node_free) node_t *job = NULL;
    const char *gateway = gateway_of(env, err);
    if (!gateway)
        return -1;
    if (as)
        node_set_str(body, "name", as);
    AUTOFREE char *failing = xasprintf("cannot run job \"%s\" again", name);
    struct rest_call call = {.method = "POST",
                             .url = url_path(&url, gateway, "/system/aiwf/jobs/{}/retry", name, NULL),
                             .body = body,
                             .failing = failing};
    if (rest_do(env->http, &call, &job, err) == 0) {
        *ret_name = xstrdup(node_str(job, "/name", ""));
        return 0;
    }
    if (err->code == ERR_CONFLICT && (!as || strcmp(as, name) == 0))
        return err_hint(err, "aiwf train cancel %s, or aiwf train wait %s", name, name);
    return as ? job_unanswered(as, err) : -1;
}

static int cancel(const struct trainer_env *env, const char *name, struct err *err)
{
    return change(env, "POST", "/system/aiwf/jobs/{}/cancel", name, "cancel", err);
}

static int remove_job(const struct trainer_env *env, const char *name, struct err *err)
{
    return change(env, "DELETE", "/system/aiwf/jobs/{}", name, "delete", err);
}

static int capacity(const struct trainer_env *env, struct job_capacity *ret, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    if (!gateway)
        return -1;
    CLEANUP(node_free)
    node_t *status =
        rest_get(env->http, url_path(&url, gateway, "/system/aiwf/status", NULL), "cannot ask what this machine has", err);
    if (!status)
        return -1;
    *ret = (struct job_capacity){.gpus = node_int(status, "/gpus/total", INT64_MAX),
                                 .cores = node_int(status, "/cores/total", INT64_MAX)};
    return 0;
}

const struct trainer trainer_local = {
    .name = "local",
    .help = "processes of this machine, queued by the gateway of `aiwf local up`",
    .submit = submit,
    .manifest = manifest,
    .list = list,
    .show = show,
    .logs = print_logs,
    .retry = retry,
    .cancel = cancel,
    .remove = remove_job,
    .capacity = capacity,
};
