/* What was deployed: OpenFaaS's FunctionDeployment (faas-provider types/function_deployment.go) and our fields in it. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/unit.h"
#include "local/function.h"
#include "local/store.h"

void function_config_release(struct function_config *config)
{
    free(config->command);
    free(config->image);
    free(config->source);
    free(config->ready_path);
    free(config->mime);
    strv_release(&config->env);
    *config = (struct function_config){0};
}

/* A member's text: strings only, as the API has it; NULL when it is missing. */
static const char *text_of(const node_t *map, const char *key) { return map ? node_text(node_get(map, key)) : NULL; }

static int read_map(const node_t *spec, const char *key, struct err *err)
{
    const node_t *map = node_get(spec, key);
    if (!map || node_type(map) == NODE_NULL)
        return 0;
    if (node_type(map) != NODE_OBJECT)
        return err_set(err, ERR_USAGE, "%s is no object", key);
    for (const node_t *n = node_first(map); n; n = node_next(n))
        if (node_type(n) != NODE_STRING)
            return err_set(err, ERR_USAGE, "%s.%s is no string", key, node_key(n));
    return 0;
}

static int read_env(struct function_config *config, const node_t *env, struct err *err)
{
    for (const node_t *n = env ? node_first(env) : NULL; n; n = node_next(n)) {
        if (!config->is_stdio && str_eq(node_key(n), "PORT"))
            return err_set(err, ERR_USAGE,
                           "the environment sets PORT, which the gateway chooses for each instance: listen on $PORT");
        AUTOFREE char *pair = xasprintf("%s=%s", node_key(n), node_text(n));
        if (child_env_add(&config->env, pair, err) != 0)
            return -1;
    }
    return 0;
}

static int read_int(const node_t *map, const char *key, long long min, int64_t *ret, struct err *err)
{
    const char *text = text_of(map, key);
    long long value = 0;
    if (!text)
        return 0;
    if (!str_to_int(text, min, 1000000, &value))
        return err_set(err, ERR_USAGE, "%s is no number from %lld to 1000000: \"%s\"", key, min, text);
    *ret = value;
    return 0;
}

static int read_duration(const node_t *map, const char *key, int64_t *ret, struct err *err)
{
    const char *text = text_of(map, key);
    if (!text)
        return 0;
    if (!duration_parse(text, ret))
        return err_set(err, ERR_USAGE, "%s is no duration such as 30s: \"%s\"", key, text);
    return 0;
}

static int read_scale(struct function_config *config, const node_t *labels, bool is_ours, struct err *err)
{
    const char *zero = text_of(labels, "com.openfaas.scale.zero");
    bool to_zero = zero ? str_eq(zero, "true") || str_eq(zero, "1") : is_ours;
    config->scale_min = to_zero ? 0 : 1;
    config->scale_max = config->is_stdio ? DEFAULT_STDIO_MAX : DEFAULT_MAX;
    config->idle_ms = to_zero && !is_ours ? DEFAULT_ZERO_IDLE_MS : DEFAULT_IDLE_MS;
    config->target = DEFAULT_TARGET;
    bool has_max = text_of(labels, "com.openfaas.scale.max") != NULL;
    if (read_int(labels, "com.openfaas.scale.min", 0, &config->scale_min, err) != 0 ||
        read_int(labels, "com.openfaas.scale.max", 1, &config->scale_max, err) != 0 ||
        read_int(labels, "com.openfaas.scale.target", 1, &config->target, err) != 0 ||
        read_duration(labels, "com.openfaas.scale.zero-duration", &config->idle_ms, err) != 0)
        return -1;
    if (config->scale_min > config->scale_max) {
        if (has_max)
            return err_set(err, ERR_USAGE, "com.openfaas.scale.min (%lld) is above com.openfaas.scale.max (%lld)",
                           (long long)config->scale_min, (long long)config->scale_max);
        config->scale_max = config->scale_min;
    }
    return 0;
}

static int read_limits(struct function_config *config, const node_t *spec, struct err *err)
{
    const char *memory = node_str(spec, "/limits/memory", NULL);
    if (memory && *memory && !bytes_parse(memory, &config->memory_bytes))
        return err_set(err, ERR_USAGE, "limits.memory is no size such as 256Mi: \"%s\"", memory);
    const char *cpu = node_str(spec, "/limits/cpu", NULL);
    if (cpu && *cpu && !cpu_parse(cpu, &config->cpus))
        return err_set(err, ERR_USAGE, "limits.cpu is no number of cores such as 500m: \"%s\"", cpu);
    return 0;
}

static int read_timeouts(struct function_config *config, const node_t *env, const node_t *annotations, struct err *err)
{
    config->queue_max = DEFAULT_QUEUE;
    config->start_ms = DEFAULT_START_MS;
    if (read_duration(env, "read_timeout", &config->read_ms, err) != 0 ||
        read_duration(env, "write_timeout", &config->write_ms, err) != 0 ||
        read_duration(env, "exec_timeout", &config->exec_ms, err) != 0 ||
        read_int(env, "max_inflight", 0, &config->queue_max, err) != 0 ||
        read_duration(annotations, "io.aiwf.start-timeout", &config->start_ms, err) != 0)
        return -1;
    if (config->start_ms <= 0)
        config->start_ms = DEFAULT_START_MS;
    return 0;
}

static int read_annotations(struct function_config *config, const node_t *annotations, bool *ret_is_ours, struct err *err)
{
    const char *mode = text_of(annotations, "io.aiwf.mode");
    const char *source = text_of(annotations, "io.aiwf.source");
    const char *ready = text_of(annotations, "com.openfaas.ready.http.path");
    *ret_is_ours = mode || source;
    config->is_stdio = !mode || str_eq(mode, "stdio");
    if (mode && !config->is_stdio && !str_eq(mode, "http"))
        return err_set(err, ERR_USAGE, "io.aiwf.mode is neither http nor stdio: \"%s\"", mode);
    if (source && *source != '/')
        return err_set(err, ERR_USAGE, "io.aiwf.source is no absolute path: \"%s\"", source);
    if (ready && (*ready != '/' || strpbrk(ready, " \t\r\n")))
        return err_set(err, ERR_USAGE, "com.openfaas.ready.http.path is no path: \"%s\"", ready);
    config->source = xstrdup_or_null(source);
    config->ready_path = xstrdup_or_null(ready);
    return 0;
}

int function_config_read(struct function_config *config, const node_t *spec, struct err *err)
{
    *config = (struct function_config){0};
    const char *name = node_str(spec, "/service", NULL);
    if (!name)
        return err_set(err, ERR_USAGE, "the deployment has no \"service\": the function's name");
    if (store_name_check("function", name, err) != 0)
        return -1;
    const char *namespace = node_str(spec, "/namespace", "");
    if (*namespace && !str_eq(namespace, "openfaas-fn"))
        return err_set(err, ERR_NOT_FOUND, "there is no namespace \"%s\": functions are in openfaas-fn", namespace);
    const char *command = node_str(spec, "/envProcess", "");
    if (!command[strspn(command, " \t\n")])
        return err_set(err, ERR_USAGE,
                       "function \"%s\" has no command: the gateway runs processes, not images; give one with --command (of "
                       "faas-cli: --fprocess)",
                       name);
    if (node_len(node_get(spec, "secrets")) > 0)
        return err_set(err, ERR_USAGE, "function \"%s\" asks for secrets, which the local gateway does not keep", name);
    if (read_map(spec, "envVars", err) != 0 || read_map(spec, "labels", err) != 0 || read_map(spec, "annotations", err) != 0)
        return -1;

    const node_t *env = node_get(spec, "envVars"), *annotations = node_get(spec, "annotations");
    bool is_ours = false;
    config->command = xstrdup(command);
    config->image = xstrdup_or_null(node_str(spec, "/image", NULL));
    config->mime = xstrdup_or_null(text_of(env, "content_type"));
    if (config->mime && strpbrk(config->mime, "\r\n"))
        return err_set(err, ERR_USAGE, "content_type has a line break");
    if (read_annotations(config, annotations, &is_ours, err) != 0 || read_env(config, env, err) != 0 ||
        read_scale(config, node_get(spec, "labels"), is_ours, err) != 0)
        return -1;
    if (read_limits(config, spec, err) != 0)
        return -1;
    return read_timeouts(config, env, annotations, err);
}

static const char *state_of(const struct function *function)
{
    if (function->message && function->ready == 0)
        return function_is_backing_off(function) || function->starting == 0 ? "Failed" : "Starting";
    if (function->ready > 0 || function->running > 0)
        return "Ready";
    if (function->starting > 0)
        return "Starting";
    return function->config.is_stdio && function->replicas > 0 ? "Ready" : "Idle";
}

static int64_t replicas_of(const struct function *function)
{
    return function->config.is_stdio ? function->replicas : function->ready + function->starting;
}

static int64_t available_of(const struct function *function)
{
    return function->config.is_stdio ? function->replicas : function->ready;
}

static void set_time(node_t *object, const char *key, int64_t wall_ms)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    rfc3339_print(&s, wall_ms);
    node_set_str(object, key, s.buf);
}

static void set_message(node_t *doc, const struct function *function)
{
    int64_t floor = function_floor(function);
    AUTOFREE char *held = function->is_held_cold && floor > 0
                              ? xasprintf("its floor of %lld is off until the next request", (long long)floor)
                              : NULL;
    node_set_str(doc, "message", function->message ? function->message : held);
}

node_t *function_document(const struct function *function)
{
    const struct function_config *config = &function->config;
    const struct function_stats *stats = &function->stats;
    node_t *doc = node_new_object();
    node_set_str(doc, "name", function->name);
    node_set_str(doc, "state", state_of(function));
    node_set_str(doc, "runtime", "local");
    node_set_str(doc, "mode", config->is_stdio ? "stdio" : "http");
    node_set_str(doc, "image", config->image);
    node_set_str(doc, "command", config->command);
    node_set_num(doc, "replicas", (double)replicas_of(function));
    node_set_num(doc, "available", (double)available_of(function));
    node_t *scale = node_set(doc, "scale", node_new_object());
    node_set_num(scale, "min", (double)config->scale_min);
    node_set_num(scale, "max", (double)config->scale_max);
    node_set_num(doc, "floor", (double)function_floor(function));
    node_set_num(doc, "idle_ms", (double)config->idle_ms);
    node_set_num(doc, "concurrency", (double)config->target);
    node_set_num(doc, "queued", (double)function->queued);
    node_set_num(doc, "invocations", (double)stats->invocations);
    node_set_num(doc, "cold_starts", (double)stats->cold_starts);
    node_set_num(doc, "failures", (double)stats->failures);
    node_set_num(doc, "rps", stats->invocations ? stats_rate(stats, clock_mono_ms()) : NAN);
    node_set_num(doc, "p50_ms", stats_quantile_ms(stats, 0.5));
    node_set_num(doc, "p95_ms", stats_quantile_ms(stats, 0.95));
    set_time(doc, "created", function->created_ms);
    AUTOFREE char *url = xasprintf("%s/function/%s", function->all->daemon->url, function->name);
    node_set_str(doc, "url", url);
    set_message(doc, function);
    return doc;
}

static void copy_member(node_t *to, const node_t *from, const char *key)
{
    const node_t *member = node_get(from, key);
    if (member && node_type(member) != NODE_NULL)
        node_set(to, key, node_copy(member));
}

node_t *function_status(const struct function *function)
{
    node_t *status = node_new_object();
    node_set_str(status, "name", function->name);
    node_set_str(status, "image", function->config.image ? function->config.image : "");
    node_set_str(status, "namespace", "openfaas-fn");
    static const char *const members[] = {"envProcess",  "envVars", "constraints", "labels",
                                          "annotations", "limits",  "requests",    "readOnlyRootFilesystem"};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        copy_member(status, function->spec, members[i]);
    node_set_num(status, "invocationCount", (double)function->stats.invocations);
    node_set_num(status, "replicas", (double)replicas_of(function));
    node_set_num(status, "availableReplicas", (double)available_of(function));
    set_time(status, "createdAt", function->created_ms);
    return status;
}
