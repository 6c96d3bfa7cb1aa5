#include "serverless/openfaas.h"

#include <string.h>

#include "local/cron.h"
#include "net/rest.h"
#include "net/url.h"
#include "serverless/container.h"
#include "serverless/invoke.h"

int openfaas_of(const struct runtime_env *env, struct openfaas *ret, struct err *err)
{
    const char *url = context_get(env->context, SETTING_openfaas);
    if (!url) {
        err_set(err, ERR_USAGE, "context %s has no OpenFaaS gateway", env->context->name);
        return err_hint(err, "aiwf context set NAME --openfaas URL");
    }
    *ret = (struct openfaas){.http = env->http, .url = url, .namespace = context_get(env->context, SETTING_namespace)};
    return 0;
}

static void set_text(node_t *object, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void set_text(node_t *object, const char *key, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    node_set_str(object, key, text.buf);
}

/* A quantity that Kubernetes reads: whole binary units where there are any. */
static void set_bytes(node_t *object, const char *key, int64_t bytes)
{
    static const char *const units[] = {"", "Ki", "Mi", "Gi", "Ti"};
    size_t unit = 0;
    for (; bytes && bytes % 1024 == 0 && unit + 1 < ARRAY_LEN(units); unit++)
        bytes /= 1024;
    set_text(object, key, "%lld%s", (long long)bytes, units[unit]);
}

static void set_duration(node_t *object, const char *key, int64_t ms)
{
    if (ms % 1000 == 0)
        set_text(object, key, "%llds", (long long)(ms / 1000));
    else
        set_text(object, key, "%lldms", (long long)ms);
}

/* "rps=50": what its autoscaler decides by, and how much of it an instance should have. */
static const char *const scale_types[] = {"rps", "capacity", "cpu", "queue", NULL};

static int check_metric(const struct function_spec *spec, struct err *err)
{
    const struct strv *metrics = spec->metrics;
    if (!metrics || !metrics->n)
        return 0;
    if (metrics->n > 1 || spec->concurrency > 0)
        return err_set(err, ERR_USAGE, "--metric: OpenFaaS decides by one thing%s",
                       spec->concurrency > 0 ? ", and --concurrency is one" : "");
    const char *equals = strchr(metrics->v[0], '=');
    AUTOFREE char *type = xstrndup(metrics->v[0], equals ? (size_t)(equals - metrics->v[0]) : strlen(metrics->v[0]));
    long long target;
    for (const char *const *known = scale_types; *known; known++)
        if (strcmp(*known, type) == 0 && equals && str_to_int(equals + 1, 1, INT32_MAX, &target))
            return 0;
    err_set(err, ERR_USAGE, "--metric: \"%s\" is nothing that OpenFaaS decides by", metrics->v[0]);
    return err_hint(err, "rps=50, capacity=5 (requests at once), cpu=500 (thousandths of a core) or queue=10");
}

static const char *value_of(const struct strv *pairs, const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < pairs->n; i++)
        if (str_starts(pairs->v[i], key) && pairs->v[i][len] == '=')
            return pairs->v[i] + len + 1;
    return NULL;
}

/* What the cron connector reads: a schedule that nobody would read, or that it cannot, is a mistake. */
static int check_schedule(const struct function_spec *spec, struct err *err)
{
    const struct strv *annotations = &function_detail(spec)->annotations;
    const char *schedule = value_of(annotations, "schedule"), *topics = value_of(annotations, "topic");
    CLEANUP(strv_release) struct strv topic = STRV_INIT;
    struct cron cron;
    if (topics)
        strv_split(&topic, topics, ", ");
    bool is_cron = strv_has(&topic, "cron-function");
    if (schedule && !is_cron) {
        err_set(err, ERR_USAGE, "--annotation schedule: only functions of the topic cron-function are called by one");
        return err_hint(err, "--annotation topic=cron-function");
    }
    if (is_cron && !schedule) {
        err_set(err, ERR_USAGE, "--annotation topic=cron-function: there is no schedule");
        return err_hint(err, "--annotation 'schedule=*/5 * * * *'");
    }
    return schedule && cron_parse(schedule, &cron, err) != 0 ? err_wrap(err, "--annotation schedule") : 0;
}

int openfaas_check(const struct function_spec *spec, struct err *err)
{
    return check_metric(spec, err) != 0 || check_schedule(spec, err) != 0 ? -1 : 0;
}

const char *openfaas_advice(const struct function_spec *spec)
{
    bool is_pro = spec->scale_min == 0 || spec->idle_ms >= 0 || (spec->metrics && spec->metrics->n) || spec->scale_max > 5;
    return is_pro ? "scaling to zero or beyond 5, and by a metric, is done by OpenFaaS Standard and for Enterprises: the "
                    "Community Edition "
                    "keeps 1 to 5 instances, by requests"
                  : NULL;
}

static void add_metric(const struct function_spec *spec, node_t *labels)
{
    const char *equals = spec->metrics && spec->metrics->n ? strchr(spec->metrics->v[0], '=') : NULL;
    if (!equals)
        return;
    set_text(labels, "com.openfaas.scale.type", "%.*s", (int)(equals - spec->metrics->v[0]), spec->metrics->v[0]);
    node_set_str(labels, "com.openfaas.scale.target", equals + 1);
}

static node_t *labels_of(const struct function_spec *spec)
{
    node_t *labels = node_new_object();
    node_set_pairs(labels, spec->labels);
    if (spec->scale_min >= 0)
        set_text(labels, "com.openfaas.scale.min", "%lld", (long long)spec->scale_min);
    if (spec->scale_min >= 0 && !node_get(labels, "com.openfaas.scale.zero"))
        node_set_str(labels, "com.openfaas.scale.zero", spec->scale_min == 0 ? "true" : "false");
    if (spec->scale_max >= 0)
        set_text(labels, "com.openfaas.scale.max", "%lld", (long long)spec->scale_max);
    if (spec->idle_ms >= 0)
        set_duration(labels, "com.openfaas.scale.zero-duration", spec->idle_ms);
    if (spec->concurrency > 0)
        set_text(labels, "com.openfaas.scale.target", "%lld", (long long)spec->concurrency);
    add_metric(spec, labels);
    return labels;
}

static node_t *limits_of(const struct function_spec *spec)
{
    node_t *limits = node_new_object();
    if (spec->memory_bytes > 0)
        set_bytes(limits, "memory", spec->memory_bytes);
    if (spec->cpus > 0)
        set_text(limits, "cpu", "%lldm", (long long)(spec->cpus * 1000 + 0.5));
    if (spec->gpus > 0)
        set_text(limits, "nvidia.com/gpu", "%lld", (long long)spec->gpus);
    node_set_pairs(limits, &function_detail(spec)->limits);
    return limits;
}

static node_t *texts_of(const struct strv *texts)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < texts->n; i++)
        node_push(list, node_new_str(texts->v[i]));
    return list;
}

static node_t *annotations_of(const struct function_spec *spec)
{
    node_t *annotations = node_new_object();
    if (spec->mode)
        node_set_str(annotations, "io.aiwf.mode", spec->mode);
    if (spec->source)
        node_set_str(annotations, "io.aiwf.source", spec->source);
    if (spec->ready_path)
        node_set_str(annotations, "com.openfaas.ready.http.path", spec->ready_path);
    if (spec->start_ms > 0)
        set_duration(annotations, "io.aiwf.start-timeout", spec->start_ms);
    node_set_pairs(annotations, &function_detail(spec)->annotations);
    return annotations;
}

static node_t *env_of(const struct function_spec *spec)
{
    node_t *env = node_new_object();
    node_set_pairs(env, spec->env);
    if (spec->timeout_ms > 0)
        set_duration(env, "exec_timeout", spec->timeout_ms);
    if (spec->queue >= 0)
        set_text(env, "max_inflight", "%lld", (long long)spec->queue);
    return env;
}

node_t *openfaas_deployment(const struct function_spec *spec)
{
    const struct function_detail *detail = function_detail(spec);
    node_t *body = node_new_object();
    node_set_str(body, "service", spec->name);
    node_set_str(body, "image", spec->image ? spec->image : "");
    if (spec->command)
        node_set_str(body, "envProcess", spec->command);
    set_if_any(body, "envVars", env_of(spec));
    set_if_any(body, "labels", labels_of(spec));
    set_if_any(body, "annotations", annotations_of(spec));
    set_if_any(body, "limits", limits_of(spec));
    node_t *requests = node_new_object();
    node_set_pairs(requests, &detail->requests);
    set_if_any(body, "requests", requests);
    set_if_any(body, "secrets", texts_of(&detail->secrets));
    set_if_any(body, "constraints", texts_of(&detail->node_selector)); /* "K=V" there too */
    if (detail->read_only)
        node_set_bool(body, "readOnlyRootFilesystem", true);
    return body;
}

/* A call on one function below the gateway; `pattern` may have one {} for its name. */
static int call(const struct openfaas *gateway, const char *method, const char *pattern, const char *name, const node_t *body,
                const char *verb, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    url_path(&url, gateway->url, pattern, name, NULL);
    url_query(&url, "namespace", gateway->namespace);
    AUTOFREE char *failing = xasprintf("cannot %s function \"%s\"", verb, name);
    struct rest_call rest = {.method = method, .url = url.buf, .body = body, .failing = failing};
    return rest_do(gateway->http, &rest, NULL, err);
}

int openfaas_deploy(const struct openfaas *gateway, const struct function_spec *spec, bool replace, struct err *err)
{
    CLEANUP(node_free) node_t *body = openfaas_deployment(spec);
    if (gateway->namespace)
        node_set_str(body, "namespace", gateway->namespace);
    if (replace) {
        CLEANUP(err_release) struct err put_err = ERR_INIT;
        if (call(gateway, "PUT", "/system/functions", spec->name, body, "replace", &put_err) == 0)
            return 0;
        if (put_err.code != ERR_NOT_FOUND)
            return err_move(err, &put_err);
    }
    if (call(gateway, "POST", "/system/functions", spec->name, body, "deploy", err) == 0)
        return 0;
    return err->code == ERR_CONFLICT ? err_hint(err, "--replace, or --if-not-exists") : -1;
}

int openfaas_scale(const struct openfaas *gateway, const char *name, int64_t replicas, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "serviceName", name);
    node_set_num(body, "replicas", (double)replicas);
    return call(gateway, "POST", "/system/scale-function/{}", name, body, "scale", err);
}

int openfaas_remove(const struct openfaas *gateway, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "functionName", name);
    return call(gateway, "DELETE", "/system/functions", name, body, "delete", err);
}

int openfaas_logs(const struct openfaas *gateway, const struct openfaas_logs *logs, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot read the logs of function \"%s\"", logs->name);
    AUTOFREE char *tail = logs->tail >= 0 ? xasprintf("%lld", (long long)logs->tail) : NULL;
    url_path(&url, gateway->url, "/system/logs", NULL);
    url_query(&url, "name", logs->name);
    url_query(&url, "namespace", gateway->namespace);
    url_query(&url, "tail", tail);
    url_query(&url, "follow", logs->follow ? "true" : "false");
    struct rest_call rest = {.url = url.buf, .failing = failing};
    return rest_lines(gateway->http, &rest, logs->on_line, logs->arg, err);
}

char *openfaas_full_name(const struct openfaas *gateway, const char *name)
{
    return gateway->namespace ? xasprintf("%s.%s", name, gateway->namespace) : xstrdup(name);
}

int openfaas_invoke(const struct openfaas *gateway, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *name = openfaas_full_name(gateway, req->name);
    url_path(&url, gateway->url, req->async ? "/async-function/{}" : "/function/{}", name, NULL);
    return invoke_send(&(struct invoke_way){.http = gateway->http, .base = url.buf}, req, res, err);
}
