#include "serverless/openwhisk.h"

#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/stat.h"
#include "local/cron.h"

const struct function_support whisk_support[FEATURE_COUNT] = {
    [FEATURE_IMAGE] = {.as = "exec of kind blackbox"},
    [FEATURE_SOURCE] = {.as = "exec with the folder as a zip"},
    [FEATURE_COMMAND] = {.why_not = "code begins with main in __main__.py, index.js or what its runtime says"},
    [FEATURE_ENV] = {.as = "parameters"},
    [FEATURE_MEMORY] = {.as = "limits.memory"},
    [FEATURE_CPU] = {.why_not = "an action gets its share of CPU by --memory"},
    [FEATURE_GPUS] = {.why_not = "there is no limit for GPUs; invokers with GPUs take images made for them"},
    [FEATURE_SCALE] = {.as = "limits.instances, the most"},
    [FEATURE_ZERO] = {.as = "always so"},
    [FEATURE_IDLE] = {.why_not = "its invokers' configuration says when a container ends (idle-container, 10 minutes)"},
    [FEATURE_CONCURRENCY] = {.as = "limits.concurrency"},
    [FEATURE_TIMEOUT] = {.as = "limits.timeout"},
    [FEATURE_LABELS] = {.as = "annotations"},
    [FEATURE_ANNOTATIONS] = {.as = "annotations; schedule=CRON: trigger, alarm and rule"},
};

extern const struct runtime runtime_openwhisk;

/* Five fields, or six of which the first are seconds. */
static int check_schedule(const struct function_spec *spec, struct err *err)
{
    static const char key[] = "schedule=";
    const struct strv *annotations = &function_detail(spec)->annotations;
    for (size_t i = 0; i < annotations->n; i++) {
        CLEANUP(strv_release) struct strv fields = STRV_INIT;
        struct cron cron;
        if (!str_starts(annotations->v[i], key))
            continue;
        const char *text = annotations->v[i] + strlen(key);
        strv_split(&fields, text, " ");
        const char *five = fields.n == 6 ? strchr(text + strspn(text, " "), ' ') : text;
        if (cron_parse(five, &cron, err) != 0)
            return err_wrap(err, "--annotation schedule");
    }
    return 0;
}

int whisk_check(const struct function_spec *spec, struct err *err)
{
    if (!spec->image && !spec->source) {
        err_set(err, ERR_USAGE, "an OpenWhisk action is code or an image");
        return err_hint(err, "--source DIR, or --image IMAGE");
    }
    if (function_check(&runtime_openwhisk, spec, err) != 0)
        return -1;
    if (!spec->image && !whisk_kind_of(spec->source)) {
        err_set(err, ERR_USAGE, "--source %s: no file there that an OpenWhisk runtime begins with", spec->source);
        return err_hint(err, "__main__.py, index.js, index.php, main.rb, main.go or exec; or --image IMAGE");
    }
    if (check_schedule(spec, err) != 0)
        return -1;
    if (spec->scale_min <= 0)
        return 0;
    err_set(err, ERR_USAGE, "--scale: an OpenWhisk action has no instances that always run");
    err_why(err, "they are stem cells of its configuration, for a kind and a memory size");
    return err_hint(err, "--scale 0..N");
}

const char *whisk_kind_of(const char *folder)
{
    static const struct {
        const char *file, *kind;
    } kinds[] = {{"__main__.py", "python:default"},
                 {"index.js", "nodejs:default"},
                 {"package.json", "nodejs:default"},
                 {"index.php", "php:default"},
                 {"main.rb", "ruby:default"},
                 {"main.go", "go:default"},
                 {"exec", "blackbox"}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        AUTOFREE char *path = path_join(folder, kinds[i].file);
        if (file_exists(path))
            return kinds[i].kind;
    }
    return NULL;
}

static node_t *exec_of(const struct function_spec *spec, const struct str *code)
{
    node_t *exec = node_new_object();
    const char *kind = spec->image ? "blackbox" : whisk_kind_of(spec->source);
    node_set_str(exec, "kind", kind ? kind : "blackbox");
    if (spec->image)
        node_set_str(exec, "image", spec->image);
    else if (!kind || strcmp(kind, "blackbox") == 0)
        node_set_str(exec, "image", "openwhisk/dockerskeleton");
    if (!code)
        return exec;
    CLEANUP(str_release) struct str text = STR_INIT;
    base64_encode(&text, code->buf, code->len);
    node_set_str(exec, "code", text.buf);
    node_set_bool(exec, "binary", true);
    return exec;
}

static node_t *limits_of(const struct function_spec *spec)
{
    enum { MB = 1 << 20 };
    node_t *limits = node_new_object();
    if (spec->timeout_ms > 0)
        node_set_num(limits, "timeout", (double)spec->timeout_ms);
    if (spec->memory_bytes > 0)
        node_set_num(limits, "memory", num_ceil((double)spec->memory_bytes / MB));
    if (spec->concurrency > 0)
        node_set_num(limits, "concurrency", (double)spec->concurrency);
    if (spec->scale_max > 0)
        node_set_num(limits, "instances", (double)spec->scale_max);
    return limits;
}

node_t *whisk_add_pair(node_t *list, const char *key, node_t *value)
{
    node_t *pair = node_push(list, node_new_object());
    node_set_str(pair, "key", key);
    node_set(pair, "value", value);
    return pair;
}

/* "true", "5" and the like are values, and not texts, where annotations mean something to OpenWhisk. */
static node_t *annotation_value(const char *text)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    bool is_word = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    node_t *value = is_word ? json_parse(text, strlen(text), "an annotation", &none) : NULL;
    return value ? value : node_new_str(text);
}

void whisk_add_pairs(node_t *list, const struct strv *pairs)
{
    for (size_t i = 0; pairs && i < pairs->n; i++) {
        const char *equals = strchr(pairs->v[i], '=');
        AUTOFREE char *key = xstrndup(pairs->v[i], (size_t)(equals - pairs->v[i]));
        whisk_add_pair(list, key, annotation_value(equals + 1));
    }
}

/* Parameters with "init" become environment variables of the container when it starts. */
static node_t *parameters_of(const struct function_spec *spec)
{
    node_t *parameters = node_new_array();
    for (size_t i = 0; spec->env && i < spec->env->n; i++) {
        const char *equals = strchr(spec->env->v[i], '=');
        AUTOFREE char *key = xstrndup(spec->env->v[i], (size_t)(equals - spec->env->v[i]));
        node_set_bool(whisk_add_pair(parameters, key, node_new_str(equals + 1)), "init", true);
    }
    return parameters;
}

node_t *whisk_action(const struct function_spec *spec, const struct str *code)
{
    node_t *action = node_new_object();
    node_set(action, "exec", exec_of(spec, code));
    node_set(action, "parameters", parameters_of(spec));
    node_t *annotations = node_set(action, "annotations", node_new_array());
    whisk_add_pairs(annotations, spec->labels);
    whisk_add_pairs(annotations, &function_detail(spec)->annotations);
    whisk_add_pair(annotations, "managed-by", node_new_str("aiwf"));
    node_t *limits = limits_of(spec);
    if (node_len(limits))
        node_set(action, "limits", limits);
    else
        node_free(limits);
    return action;
}

/* ---- back ---- */

bool whisk_is_of(const node_t *activation, const char *name)
{
    const char *path = node_text(whisk_annotation(activation, "path"));
    const char *slash = path ? strchr(path, '/') : NULL;
    return !slash || strcmp(slash + 1, name) == 0;
}

const node_t *whisk_annotation(const node_t *entity, const char *key)
{
    return node_get(node_find(node_get(entity, "annotations"), "/key", key), "value");
}

struct whisk_times whisk_times(const node_t *activation)
{
    struct whisk_times times = {
        .wait_ms = node_value(whisk_annotation(activation, "waitTime")),
        .init_ms = node_value(whisk_annotation(activation, "initTime")),
        .run_ms = node_num(activation, "/duration", (double)NAN),
    };
    if (!isnan(times.init_ms) && times.run_ms >= times.init_ms)
        times.run_ms -= times.init_ms; /* its duration covers both */
    return times;
}

static bool is_failed(const node_t *activation) { return !node_bool(activation, "/response/success", true); }

static void add_lately(node_t *function, const node_t *activations)
{
    AUTOFREE double *ms = xcalloc(node_len(activations) + 1, sizeof(*ms));
    size_t n = 0, cold = 0, failed = 0;
    for (const node_t *one = node_first(activations); one; one = node_next(one)) {
        struct whisk_times times = whisk_times(one);
        cold += !isnan(times.init_ms);
        failed += is_failed(one);
        double total = node_num(one, "/duration", (double)NAN) + (isnan(times.wait_ms) ? 0 : times.wait_ms);
        if (!isnan(total))
            ms[n++] = total;
    }
    stat_sort(ms, n);
    node_set_num(function, "invocations", (double)node_len(activations));
    node_set_num(function, "cold_starts", (double)cold);
    node_set_num(function, "failures", (double)failed);
    node_set_num(function, "p50_ms", n ? stat_quantile(ms, n, 0.5) : (double)NAN);
    node_set_num(function, "p95_ms", n ? stat_quantile(ms, n, 0.95) : (double)NAN);
}

/* "guest/pkg" of an action that is in a package. */
static char *name_of(const node_t *action)
{
    const char *name = node_str(action, "/name", "?"), *slash = strchr(node_str(action, "/namespace", ""), '/');
    return slash ? xasprintf("%s/%s", slash + 1, name) : xstrdup(name);
}

node_t *whisk_function(const node_t *action, const node_t *activations)
{
    node_t *function = node_new_object();
    AUTOFREE char *name = name_of(action);
    CLEANUP(str_release) struct str updated = STR_INIT;
    const char *kind = node_text(whisk_annotation(action, "exec"));
    node_set_str(function, "name", name);
    node_set_str(function, "namespace", node_str(action, "/namespace", NULL));
    node_set_str(function, "state", "Ready"); /* what has been taken answers: there is nothing else to see of it */
    node_set_str(function, "runtime", "openwhisk");
    node_set_str(function, "code_kind", node_str(action, "/exec/kind", kind));
    node_set_str(function, "image", node_str(action, "/exec/image", kind));
    node_set_str(function, "version", node_str(action, "/version", NULL));
    node_set(function, "replicas", node_new_null());
    node_set(function, "available", node_new_null());
    node_set_num(function, "concurrency", node_num(action, "/limits/concurrency", 1));
    node_set_num(function, "memory_bytes", node_num(action, "/limits/memory", (double)NAN) * (1 << 20));
    node_set_num(function, "timeout_ms", node_num(action, "/limits/timeout", (double)NAN));
    node_set_num(node_set(function, "scale", node_new_object()), "max", node_num(action, "/limits/instances", (double)NAN));
    int64_t updated_ms = node_int(action, "/updated", 0);
    if (updated_ms > 0)
        rfc3339_print(&updated, updated_ms);
    node_set_str(function, "created", updated.len ? updated.buf : NULL);
    if (activations)
        add_lately(function, activations);
    return function;
}

static void add_stage(node_t *stages, const char *name, double ms)
{
    if (isnan(ms))
        return;
    node_t *stage = node_push(stages, node_new_object());
    node_set_str(stage, "stage", name);
    node_set_num(stage, "ms", ms);
}

node_t *whisk_cold_start(const node_t *activation)
{
    struct whisk_times times = whisk_times(activation);
    node_t *start = node_new_object();
    double wait = isnan(times.wait_ms) ? 0 : times.wait_ms;
    node_set_num(start, "total_ms", wait + node_num(activation, "/duration", (double)NAN));
    node_t *stages = node_set(start, "stages", node_new_array());
    add_stage(stages, "wait", times.wait_ms);
    add_stage(stages, "init", times.init_ms);
    add_stage(stages, "run", times.run_ms);
    return start;
}

node_t *whisk_log_line(const char *text, const char *activation)
{
    node_t *line = node_new_object();
    const char *space = strchr(text, ' ');
    AUTOFREE char *stamp = space ? xstrndup(text, (size_t)(space - text)) : NULL;
    int64_t at;
    bool has_stamp = stamp && rfc3339_parse(stamp, &at);
    const char *rest = has_stamp ? space + 1 + strspn(space + 1, " ") : text;
    if (has_stamp)
        node_set_str(line, "timestamp", stamp);
    static const char *const streams[] = {"stdout: ", "stderr: "};
    for (size_t i = 0; i < ARRAY_LEN(streams) && has_stamp; i++) {
        if (!str_starts(rest, streams[i]))
            continue;
        AUTOFREE char *stream = xstrndup(streams[i], strlen("stdout"));
        node_set_str(line, "stream", stream);
        rest += strlen(streams[i]);
        break;
    }
    node_set_str(line, "instance", activation);
    node_set_str(line, "text", rest);
    return line;
}
