/* Functions of an OpenFaaS gateway (facts: openfaas/faas, api-docs/spec.openapi.yml; faas-provider, types). */
#include <string.h>

#include "base/clock.h"
#include "net/rest.h"
#include "net/url.h"
#include "serverless/features.h"
#include "serverless/openfaas.h"
#include "serverless/secrets.h"
#include "wait/wait.h"

static const struct function_support support[FEATURE_COUNT] = {
    [FEATURE_IMAGE] = {.as = "image", .required = true},
    [FEATURE_SOURCE] = {.why_not = "OpenFaaS runs images, not folders"},
    [FEATURE_COMMAND] = {.as = "envProcess"},
    [FEATURE_STDIO] = {.why_not = "on OpenFaaS the image's own watchdog decides that"},
    [FEATURE_ENV] = {.as = "envVars"},
    [FEATURE_SECRETS] = {.as = "secrets, in /var/openfaas/secrets"},
    [FEATURE_READY_PATH] = {.as = "annotation com.openfaas.ready.http.path"},
    [FEATURE_MEMORY] = {.as = "limits"},
    [FEATURE_CPU] = {.as = "limits"},
    [FEATURE_GPUS] = {.as = "limits nvidia.com/gpu"},
    [FEATURE_REQUESTS] = {.as = "requests"},
    [FEATURE_LIMITS] = {.as = "limits"},
    [FEATURE_READ_ONLY] = {.as = "readOnlyRootFilesystem"},
    [FEATURE_SCALE] = {.as = "labels com.openfaas.scale.min, max"},
    [FEATURE_ZERO] = {.as = "label com.openfaas.scale.zero"},
    [FEATURE_METRIC] = {.as = "labels com.openfaas.scale.type, target"},
    [FEATURE_IDLE] = {.as = "label com.openfaas.scale.zero-duration"},
    [FEATURE_CONCURRENCY] = {.as = "label com.openfaas.scale.target"},
    [FEATURE_QUEUE] = {.as = "envVars max_inflight"},
    [FEATURE_TIMEOUT] = {.as = "envVars exec_timeout"},
    [FEATURE_START] = {.why_not = "OpenFaaS has no such limit"},
    [FEATURE_LABELS] = {.as = "labels"},
    [FEATURE_ANNOTATIONS] = {.as = "annotations"},
    [FEATURE_NODE_SELECTOR] = {.as = "constraints"},
};

extern const struct runtime runtime_openfaas;

static int check_spec(const struct function_spec *spec, struct err *err)
{
    return function_check(&runtime_openfaas, spec, err) != 0 ? -1 : openfaas_check(spec, err);
}

/* Of a label that holds a number. */
static void set_label_number(node_t *object, const char *key, const node_t *labels, const char *label)
{
    const char *text = node_text(node_get(labels, label));
    long long value;
    if (text && str_to_int(text, 0, INT32_MAX, &value))
        node_set_num(object, key, (double)value);
}

static const char *state_of(int64_t replicas, int64_t available)
{
    if (available > 0)
        return "Ready";
    return replicas > 0 ? "Starting" : "Idle";
}

static node_t *function_of(const struct openfaas *gateway, const node_t *status)
{
    static const struct {
        const char *key, *path;
    } texts[] = {{"name", "/name"},
                 {"image", "/image"},
                 {"command", "/envProcess"},
                 {"namespace", "/namespace"},
                 {"created", "/createdAt"}};
    node_t *function = node_new_object();
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        node_set_str(function, texts[i].key, node_str(status, texts[i].path, NULL));
    int64_t replicas = node_int(status, "/replicas", 0), available = node_int(status, "/availableReplicas", 0);
    const node_t *labels = node_get(status, "labels");
    node_set_str(function, "state", state_of(replicas, available));
    node_set_str(function, "runtime", "openfaas");
    node_set_num(function, "replicas", (double)replicas);
    node_set_num(function, "available", (double)available);
    node_set_num(function, "invocations", node_num(status, "/invocationCount", 0));
    node_t *scale = node_set(function, "scale", node_new_object());
    set_label_number(scale, "min", labels, "com.openfaas.scale.min");
    set_label_number(scale, "max", labels, "com.openfaas.scale.max");
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *name = openfaas_full_name(gateway, node_str(status, "/name", ""));
    node_set_str(function, "url", url_path(&url, gateway->url, "/function/{}", name, NULL));
    return function;
}

static node_t *list(const struct runtime_env *env, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0)
        return NULL;
    url_path(&url, gateway.url, "/system/functions", NULL);
    url_query(&url, "namespace", gateway.namespace);
    CLEANUP(node_free) node_t *all = rest_get(env->http, url.buf, "cannot list functions", err);
    if (!all)
        return NULL;
    node_t *functions = node_new_array(); /* a gateway may answer null for none */
    node_t *status;
    while ((status = node_first(all))) { /* what was read makes room for what is made of it */
        node_push(functions, function_of(&gateway, status));
        node_free(node_detach(all, status));
    }
    return functions;
}

static node_t *show(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0)
        return NULL;
    AUTOFREE char *failing = xasprintf("cannot show function \"%s\"", name);
    url_path(&url, gateway.url, "/system/function/{}", name, NULL);
    url_query(&url, "namespace", gateway.namespace);
    CLEANUP(node_free) node_t *status = rest_get(env->http, url.buf, failing, err);
    return status ? function_of(&gateway, status) : NULL;
}

/* Providers refuse a second one of a name with 400, 409 or 500. */
static int say_conflict(const struct runtime_env *env, const struct function_spec *spec, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *there = show(env, spec->name, &none);
    if (!there)
        return -1;
    err_set(err, ERR_CONFLICT, "function \"%s\" exists already", spec->name);
    return err_hint(err, "--replace, or --if-not-exists");
}

static int deploy(const struct runtime_env *env, const struct function_spec *spec, bool replace, struct err *err)
{
    struct openfaas gateway;
    if (check_spec(spec, err) != 0 || openfaas_of(env, &gateway, err) != 0)
        return -1;
    if (openfaas_deploy(&gateway, spec, replace, err) == 0)
        return 0;
    bool may_be_there = !replace && (err->code == ERR_FAILED || err->code == ERR_CONFLICT);
    return may_be_there ? say_conflict(env, spec, err) : -1;
}

/* The Community Edition takes any number, and scales to 1 to 5 (facts: openfaas/faas, gateway/scaling/ranges.go). */
struct scaling {
    const struct runtime_env *env;
    const char *name;
    int64_t wanted, seen;
};

static enum wait_state look_at_scale(void *arg, struct str *note, struct err *err)
{
    struct scaling *scaling = arg;
    CLEANUP(node_free) node_t *function = show(scaling->env, scaling->name, err);
    if (!function)
        return WAIT_FAILED;
    scaling->seen = node_int(function, "/replicas", scaling->wanted);
    str_addf(note, "%lld", (long long)scaling->seen);
    return scaling->seen == scaling->wanted ? WAIT_DONE : WAIT_PENDING;
}

/* A provider's view of what it has just changed may be a moment old. */
static int was_taken(const struct runtime_env *env, const char *name, int64_t wanted, struct err *err)
{
    enum { VIEW_MS = 3000, CE_MIN = 1, CE_MAX = 5 };
    struct scaling scaling = {.env = env, .name = name, .wanted = wanted};
    struct wait waiting = {.what = name, .look = look_at_scale, .arg = &scaling, .timeout_ms = VIEW_MS};
    if (wait_for(&waiting, err) == 0)
        return 0;
    int64_t kept = wanted < CE_MIN ? CE_MIN : CE_MAX;
    if (err->code != ERR_TIMEOUT || scaling.seen != kept)
        return err->code == ERR_TIMEOUT ? (err_clear(err), 0) : -1; /* someone else's scaling is no refusal */
    err_set(err, ERR_FAILED, "function \"%s\" was not scaled to %lld: its gateway keeps it at %lld", name, (long long)wanted,
            (long long)kept);
    err_why(err, "OpenFaaS' Community Edition scales to 1 to 5 instances");
    return err_hint(err, wanted ? "--runtime knative or deployment for more"
                                : "--runtime knative scales to zero; so do OpenFaaS Standard and for Enterprises");
}

static int scale(const struct runtime_env *env, const char *name, int64_t replicas, struct err *err)
{
    enum { CE_MAX = 5 };
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0 || openfaas_scale(&gateway, name, replicas, err) != 0)
        return -1;
    return replicas > 0 && replicas <= CE_MAX ? 0 : was_taken(env, name, replicas, err);
}

static int remove_function(const struct runtime_env *env, const char *name, struct err *err)
{
    struct openfaas gateway;
    return openfaas_of(env, &gateway, err) != 0 ? -1 : openfaas_remove(&gateway, name, err);
}

static int print_logs(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                      bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err)
{
    struct openfaas_logs logs = {.name = name, .follow = follow, .tail = tail, .on_line = on_line, .arg = arg};
    struct openfaas gateway;
    return openfaas_of(env, &gateway, err) != 0 ? -1 : openfaas_logs(&gateway, &logs, err);
}

/* The gateway's own words, in place of a function's answer. */
static int gateway_error(const struct invoke_request *req, const struct http_response *res, struct err *err)
{
    bool is_missing = res->status == 404 && (strstr(res->body.buf, "error finding function") || req->async);
    bool is_away = res->status == 502 && str_starts(res->body.buf, "Can't reach service");
    if (!is_missing && !is_away)
        return 0;
    http_check(res, err, "cannot invoke function \"%s\"", req->name);
    if (is_away) {
        err->code = ERR_WORKLOAD;
        return err_hint(err, "aiwf why function %s", req->name);
    }
    return err_hint(err, "%s", req->async ? "without --async: this gateway may have no queue" : "aiwf function list");
}

static int invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0 || openfaas_invoke(&gateway, req, res, err) != 0)
        return -1;
    return gateway_error(req, res, err);
}

static node_t *cold_begin(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *function = show(env, name, err);
    if (!function)
        return NULL;
    node_t *begun = node_new_object();
    node_set_str(begun, "how", "by the gateway, scaled to 0; it holds the request that wakes the function");
    node_set_num(begun, "replicas", node_num(function, "/replicas", 1));
    return begun;
}

static int cold_end(const struct runtime_env *env, const char *name, const node_t *begun, struct err *err)
{
    return scale(env, name, node_int(begun, "/replicas", 1), err);
}

struct emptying {
    const struct runtime_env *env;
    const char *name;
};

static enum wait_state look_empty(void *arg, struct str *note, struct err *err)
{
    const struct emptying *emptying = arg;
    CLEANUP(node_free) node_t *function = show(emptying->env, emptying->name, err);
    if (!function)
        return err->code == ERR_UNREACHABLE ? WAIT_PENDING : WAIT_FAILED;
    int64_t replicas = node_int(function, "/replicas", 0), available = node_int(function, "/available", 0);
    str_addf(note, "%lld asked for, %lld available", (long long)replicas, (long long)available);
    return replicas || available ? WAIT_PENDING : WAIT_DONE;
}

static int make_cold(const struct runtime_env *env, const char *name, struct err *err)
{
    enum { TIMEOUT_MS = 60000, GATEWAY_REMEMBERS_MS = 300 };
    struct emptying emptying = {env, name};
    AUTOFREE char *what = xasprintf("the end of the last instance of function %s", name);
    const struct wait wait = {.what = what, .look = look_empty, .arg = &emptying, .timeout_ms = TIMEOUT_MS};
    if (scale(env, name, 0, err) != 0)
        return -1;
    if (wait_for(&wait, err) != 0)
        return err->code == ERR_TIMEOUT ? err_hint(err, "the Community Edition's gateway keeps one: it does not scale to zero")
                                        : -1;
    clock_sleep_ms(GATEWAY_REMEMBERS_MS);
    return 0;
}

/* This gateway takes none away by itself: up to the floor, and down from the one before. */
static int keep(const struct runtime_env *env, const char *name, const struct function_bounds *bounds, bool *ret_changed,
                struct err *err)
{
    CLEANUP(node_free) node_t *function = show(env, name, err);
    if (!function)
        return -1;
    int64_t now = node_int(function, "/replicas", 0);
    bool is_ours = now == bounds->before && bounds->floor < now;
    if (now >= bounds->floor && !is_ours)
        return 0;
    *ret_changed = true;
    return scale(env, name, bounds->floor, err);
}

const struct runtime runtime_openfaas = {
    .name = "openfaas",
    .help = "functions of an OpenFaaS gateway",
    .support = support,
    .check = check_spec,
    .advice = openfaas_advice,
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
    .cold_begin = cold_begin,
    .cold_end = cold_end,
    .keep = keep,
    .label = "faas_function",
    .secrets = &secrets_openfaas,
    .calls_back = true,
};
