/* Functions as processes of this machine: the local gateway (lib/local/api.md). */
#include <string.h>

#include "net/rest.h"
#include "net/url.h"
#include "serverless/features.h"
#include "serverless/openfaas.h"

/* The namespace of a context is Kubernetes': it means nothing here. */
static int gateway_of(const struct runtime_env *env, struct openfaas *ret, struct err *err)
{
    int rc = openfaas_of(env, ret, err);
    ret->namespace = NULL;
    return rc;
}

static const struct function_support support[FEATURE_COUNT] = {
    [FEATURE_IMAGE] = {.as = "nothing: its command is a process of this machine"},
    [FEATURE_SOURCE] = {.as = "a private copy of the folder"},
    [FEATURE_COMMAND] = {.as = "/bin/sh -c", .required = true},
    [FEATURE_STDIO] = {.as = "a process a request"},
    [FEATURE_ENV] = {.as = "the process's environment"},
    [FEATURE_READY_PATH] = {.as = "a GET of it"},
    [FEATURE_MEMORY] = {.as = "a limit of the process"},
    [FEATURE_CPU] = {.as = "what energy and cost count"},
    [FEATURE_GPUS] = {.as = "what energy and cost count"},
    [FEATURE_SCALE] = {.as = "processes"},
    [FEATURE_ZERO] = {.as = "no process"},
    [FEATURE_IDLE] = {.as = "the gateway's own clock"},
    [FEATURE_CONCURRENCY] = {.as = "requests at once a process"},
    [FEATURE_QUEUE] = {.as = "the gateway's queue"},
    [FEATURE_TIMEOUT] = {.as = "the process is ended"},
    [FEATURE_START] = {.as = "the process is ended"},
    [FEATURE_LABELS] = {.as = "labels"},
};

extern const struct runtime runtime_local;

static int check_spec(const struct function_spec *spec, struct err *err) { return function_check(&runtime_local, spec, err); }

static int deploy(const struct runtime_env *env, const struct function_spec *spec, bool replace, struct err *err)
{
    struct openfaas gateway;
    if (check_spec(spec, err) != 0 || gateway_of(env, &gateway, err) != 0)
        return -1;
    return openfaas_deploy(&gateway, spec, replace, err);
}

static int scale(const struct runtime_env *env, const char *name, int64_t replicas, struct err *err)
{
    struct openfaas gateway;
    return gateway_of(env, &gateway, err) != 0 ? -1 : openfaas_scale(&gateway, name, replicas, err);
}

static int remove_function(const struct runtime_env *env, const char *name, struct err *err)
{
    struct openfaas gateway;
    return gateway_of(env, &gateway, err) != 0 ? -1 : openfaas_remove(&gateway, name, err);
}

static int print_logs(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                      bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err)
{
    struct openfaas_logs logs = {.name = name, .follow = follow, .tail = tail, .on_line = on_line, .arg = arg};
    struct openfaas gateway;
    return gateway_of(env, &gateway, err) != 0 ? -1 : openfaas_logs(&gateway, &logs, err);
}

static node_t *list(const struct runtime_env *env, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (gateway_of(env, &gateway, err) != 0)
        return NULL;
    return rest_get(env->http, url_path(&url, gateway.url, "/system/aiwf/functions", NULL), "cannot list functions", err);
}

/* A GET of one function or a part of it: `pattern` has one {} for the name. */
static node_t *get_of(const struct runtime_env *env, const char *pattern, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (gateway_of(env, &gateway, err) != 0)
        return NULL;
    AUTOFREE char *failing = xasprintf("cannot show function \"%s\"", name);
    return rest_get(env->http, url_path(&url, gateway.url, pattern, name, NULL), failing, err);
}

static node_t *show(const struct runtime_env *env, const char *name, struct err *err)
{
    return get_of(env, "/system/aiwf/functions/{}", name, err);
}

/* An answer that carries X-Aiwf-Start is the function's; any other is the gateway's own. */
static int gateway_error(const struct invoke_request *req, const struct http_response *res, struct err *err)
{
    if (http_check(res, err, "cannot invoke function \"%s\"", req->name) == 0)
        return 0;
    const char *retry = http_header(res, "retry-after");
    switch (res->status) {
    case 404:
        return err_hint(err, "aiwf function list");
    case 429:
        return retry ? err_hint(err, "again in %s s, or more instances: aiwf function deploy --scale", retry) : -1;
    case 500: /* a stdio process failed, see local/api.md */
    case 502:
    case 503:
        err->code = ERR_WORKLOAD;
        return err_hint(err, "aiwf function logs %s", req->name);
    default:
        return -1;
    }
}

static int invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    struct openfaas gateway;
    if (gateway_of(env, &gateway, err) != 0 || openfaas_invoke(&gateway, req, res, err) != 0)
        return -1;
    return invoke_start(res) ? 0 : gateway_error(req, res, err);
}

static int make_cold(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (gateway_of(env, &gateway, err) != 0)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot end the instances of function \"%s\"", name);
    struct rest_call call = {.method = "POST",
                             .url = url_path(&url, gateway.url, "/system/aiwf/functions/{}/cold", name, NULL),
                             .failing = failing,
                             .idempotent = true};
    return rest_do(env->http, &call, NULL, err);
}

static node_t *cold_stages(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *starts = get_of(env, "/system/aiwf/functions/{}/cold-starts", name, err);
    if (!starts)
        return NULL;
    node_t *last = NULL;
    for (node_t *start = node_first(starts); start; start = node_next(start))
        last = start;
    return last ? node_detach(starts, last) : node_new_null();
}

const struct runtime runtime_local = {
    .name = "local",
    .help = "processes of this machine, behind the gateway of `aiwf local up`",
    .support = support,
    .check = check_spec,
    .queues = true,
    .deploy = deploy,
    .spec_json = openfaas_deployment,
    .list = list,
    .show = show,
    .invoke = invoke,
    .scale = scale,
    .logs = print_logs,
    .remove = remove_function,
    .make_cold = make_cold,
    .cold_stages = cold_stages,
    .secrets_instead = "a file that only you can read, whose path --env gives to the function",
    .calls_back = true,
};
