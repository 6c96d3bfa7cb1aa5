/* A function's manifest: it says what the options of `aiwf function deploy` say. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/unit.h"
#include "cmd.h"
#include "doc/schema.h"
#include "function.h"

const char *const function_modes[] = {"http", "stdio", NULL};

static const struct field scale_fields[] = {
    {.name = "min", .type = FIELD_INT, .min = 0, .max = FUNCTION_SCALE_MAX, .help = "instances that always run"},
    {.name = "max", .type = FIELD_INT, .min = 1, .max = FUNCTION_SCALE_MAX, .help = "the most instances"},
    {0},
};
const struct field function_manifest_fields[] = {
    {.name = "name", .type = FIELD_STRING, .help = "the function's name"},
    {.name = "command", .type = FIELD_STRING, .help = "what runs, by /bin/sh -c"},
    {.name = "mode", .type = FIELD_STRING, .choices = function_modes, .missing = "http", .help = "http or stdio"},
    {.name = "source", .type = FIELD_STRING, .help = "a folder, from the manifest's own"},
    {.name = "image", .type = FIELD_STRING, .help = "the container image"},
    {.name = "env", .type = FIELD_MAP, .item = FIELD_ANY, .help = "environment variables"},
    {.name = "labels", .type = FIELD_MAP, .item = FIELD_ANY, .help = "labels"},
    {.name = "scale", .type = FIELD_OBJECT, .fields = scale_fields, .help = "how many instances"},
    {.name = "metrics", .type = FIELD_MAP, .item = FIELD_ANY, .help = "what an autoscaler decides by: cpu: 70"},
    {.name = "idle", .type = FIELD_DURATION, .help = "scale to the minimum after this time without requests"},
    {.name = "concurrency", .type = FIELD_INT, .min = 1, .max = 100000, .help = "requests at once an instance"},
    {.name = "queue", .type = FIELD_INT, .min = 0, .max = 1000000, .help = "requests held while all instances are busy"},
    {.name = "memory", .type = FIELD_BYTES, .help = "memory of an instance"},
    {.name = "cpu", .type = FIELD_ANY, .help = "CPU of an instance: 0.5, 250m"},
    {.name = "gpus", .type = FIELD_INT, .min = 0, .max = 1024, .help = "GPUs of an instance"},
    {.name = "exec-timeout", .type = FIELD_DURATION, .help = "the longest that one request may take"},
    {.name = "start-timeout", .type = FIELD_DURATION, .help = "an instance that is not ready after this time has failed"},
    {.name = "ready-path", .type = FIELD_STRING, .help = "ready once a GET of this answers 2xx"},
    {.name = "args", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "arguments of the image's program"},
    {.name = "env-from", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "secret:NAME or config-map:NAME, all of it"},
    {.name = "env-value-from", .type = FIELD_MAP, .item = FIELD_STRING, .help = "VARIABLE: secret:NAME:KEY"},
    {.name = "secrets", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "secrets that the runtime puts into the container"},
    {.name = "volumes", .type = FIELD_MAP, .item = FIELD_STRING, .help = "/PATH: secret:NAME, pvc:NAME, empty-dir, ..."},
    {.name = "requests", .type = FIELD_MAP, .item = FIELD_ANY, .help = "resources that are asked for"},
    {.name = "limits", .type = FIELD_MAP, .item = FIELD_ANY, .help = "other resources, limited"},
    {.name = "port", .type = FIELD_ANY, .help = "the port that it listens on, or h2c:PORT"},
    {.name = "ready-probe", .type = FIELD_STRING, .help = "http:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and ,period=2s"},
    {.name = "live-probe", .type = FIELD_STRING, .help = "the same: it is started again when this fails"},
    {.name = "user", .type = FIELD_ANY, .help = "the number of the user that it runs as"},
    {.name = "read-only", .type = FIELD_BOOL, .help = "nobody writes its root file system"},
    {.name = "annotations", .type = FIELD_MAP, .item = FIELD_ANY, .help = "annotations"},
    {.name = "pull-secrets", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "the registry's logins"},
    {.name = "service-account", .type = FIELD_STRING, .help = "who its pods are"},
    {.name = "runtime-class", .type = FIELD_STRING, .help = "what runs its containers"},
    {.name = "node-selector", .type = FIELD_MAP, .item = FIELD_ANY, .help = "labels that its nodes have"},
    {.name = "node-affinity", .type = FIELD_MAP, .item = FIELD_STRING, .help = "LABEL: V1,V2: one of these"},
    {.name = "tolerations", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "KEY[=VALUE][:EFFECT]"},
    {.name = "scale-initial", .type = FIELD_ANY, .help = "instances of a new revision"},
    {.name = "scale-activation", .type = FIELD_ANY, .help = "instances when it wakes"},
    {.name = "utilization", .type = FIELD_ANY, .help = "per cent of the metric to aim at"},
    {.name = "scale-down-delay", .type = FIELD_STRING, .help = "a pause before there are fewer instances"},
    {.name = "scale-class", .type = FIELD_STRING, .help = "kpa, hpa or NAME.DOMAIN"},
    {.name = "revision-name", .type = FIELD_STRING, .help = "a name for the revision"},
    {.name = "traffic", .type = FIELD_MAP, .item = FIELD_ANY, .help = "REVISION: PERCENT"},
    {.name = "tags", .type = FIELD_MAP, .item = FIELD_STRING, .help = "REVISION: TAG"},
    {.name = "rollout", .type = FIELD_STRING, .help = "requests move to a new revision over this time"},
    {.name = "cluster-local", .type = FIELD_BOOL, .help = "no URL outside of the cluster"},
    {0},
};

const char *function_manifest_keep(struct function_manifest *manifest, char *text)
{
    strv_take(&manifest->kept, text);
    return text;
}

/* "30s" or a number of seconds. */
static int64_t duration_at(const node_t *manifest, const char *pointer, int64_t missing)
{
    const node_t *node = node_at(manifest, pointer);
    int64_t ms = missing;
    if (node_type(node) == NODE_NUMBER)
        return (int64_t)(node_value(node) * 1000);
    const char *text = node_text(node);
    return text && duration_parse(text, &ms) ? ms : missing;
}

static int64_t bytes_at(const node_t *manifest, const char *pointer)
{
    const node_t *node = node_at(manifest, pointer);
    int64_t bytes = 0;
    if (node_type(node) == NODE_NUMBER)
        return (int64_t)node_value(node);
    const char *text = node_text(node);
    return text && bytes_parse(text, &bytes) ? bytes : 0;
}

int function_pairs_of(const struct doc *doc, const node_t *map, struct strv *pairs, struct err *err)
{
    for (const node_t *member = node_first(map); member; member = node_next(member)) {
        enum node_type type = node_type(member);
        if (type == NODE_ARRAY || type == NODE_OBJECT)
            return doc_err(doc, member, err, "%s: a text is wanted, not %s", node_key(member), node_type_name(type));
        CLEANUP(str_release) struct str value = STR_INIT;
        if (type == NODE_STRING)
            str_add(&value, node_text(member));
        else if (type != NODE_NULL)
            json_print(member, &value);
        strv_addf(pairs, "%s=%s", node_key(member), value.buf);
    }
    return 0;
}

int parse_cores(const char *text, double *ret, struct err *err)
{
    if (cpu_parse(text, ret) && *ret > 0)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" is not a number of cores", text);
    return err_hint(err, "0.5, 250m or 2");
}

char *function_manifest_folder(const struct doc *doc)
{
    const char *slash = strrchr(doc->source, '/');
    return slash ? xstrndup(doc->source, (size_t)(slash - doc->source) + 1) : xstrdup(".");
}

/* As kubectl takes it. */
static int take_service(struct function_manifest *manifest, struct err *err)
{
    const struct doc *doc = manifest->doc;
    const char *version = node_str(doc->root, "/apiVersion", ""), *kind = node_str(doc->root, "/kind", "");
    if (!str_starts(version, "serving.knative.dev/") || strcmp(kind, "Service") != 0) {
        doc_err(doc, node_get(doc->root, "kind"), err, "%s of %s is not a Knative Service", kind, version);
        bool is_ours = str_starts(version, "aiwf/");
        return err_hint(err, "%s",
                        is_ours ? "a manifest has no apiVersion and kind: aiwf explain function"
                                : "aiwf api kube APPLY -f FILE applies any kind");
    }
    manifest->spec.name = node_str(doc->root, "/metadata/name", NULL);
    if (!manifest->spec.name)
        return doc_err(doc, doc->root, err, "the Service has no metadata.name");
    manifest->spec.object = doc->root;
    manifest->spec.object_doc = doc;
    return 0;
}

int function_manifest_load(struct function_manifest *manifest, const struct doc *doc, struct err *err)
{
    struct function_spec *spec = &manifest->spec;
    const node_t *root = doc->root;
    manifest->doc = doc;
    if (node_get(root, "apiVersion") && node_get(root, "kind"))
        return take_service(manifest, err);
    if (schema_check(doc, function_manifest_fields, err) != 0)
        return -1;
    spec->name = node_str(root, "/name", NULL);
    spec->command = node_str(root, "/command", NULL);
    spec->mode = node_str(root, "/mode", NULL);
    spec->image = node_str(root, "/image", NULL);
    spec->ready_path = node_str(root, "/ready-path", NULL);
    spec->scale_min = node_int(root, "/scale/min", -1);
    spec->scale_max = node_int(root, "/scale/max", -1);
    if (spec->scale_max >= 0 && spec->scale_min > spec->scale_max)
        return doc_err(doc, node_at(root, "/scale/min"), err, "scale.min (%lld) is more than scale.max (%lld)",
                       (long long)spec->scale_min, (long long)spec->scale_max);
    spec->idle_ms = duration_at(root, "/idle", -1);
    spec->concurrency = node_int(root, "/concurrency", 0);
    spec->queue = node_int(root, "/queue", -1);
    spec->memory_bytes = bytes_at(root, "/memory");
    spec->gpus = node_int(root, "/gpus", 0);
    spec->timeout_ms = duration_at(root, "/exec-timeout", 0);
    spec->start_ms = duration_at(root, "/start-timeout", 0);
    const char *source = node_str(root, "/source", NULL);
    AUTOFREE char *folder = function_manifest_folder(doc);
    if (source)
        spec->source = function_manifest_keep(manifest, path_resolve(folder, source));
    const node_t *cpu = node_get(root, "cpu");
    const char *cores =
        node_type(cpu) == NODE_NUMBER ? function_manifest_keep(manifest, xasprintf("%g", node_value(cpu))) : node_text(cpu);
    if (cores && parse_cores(cores, &spec->cpus, err) != 0)
        return -1;
    if (function_pairs_of(doc, node_get(root, "env"), &manifest->env, err) != 0)
        return -1;
    if (function_pairs_of(doc, node_get(root, "metrics"), &manifest->metrics, err) != 0)
        return -1;
    if (function_detail_load(manifest, err) != 0)
        return -1;
    return function_pairs_of(doc, node_get(root, "labels"), &manifest->labels, err);
}

void function_manifest_release(struct function_manifest *manifest)
{
    function_detail_release(&manifest->detail);
    strv_release(&manifest->env);
    strv_release(&manifest->labels);
    strv_release(&manifest->metrics);
    strv_release(&manifest->kept);
}

int check_env_pairs(const struct strv *pairs, struct err *err)
{
    for (size_t i = 0; i < pairs->n; i++) {
        const char *pair = pairs->v[i];
        size_t len = strspn(pair, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
        if (len && pair[len] == '=' && !isdigit((unsigned char)pair[0]))
            continue;
        AUTOFREE char *key = xstrndup(pair, strcspn(pair, "=")); /* the value may be a secret */
        return err_set(err, ERR_USAGE, "--env: \"%s\" is not K=V with K of letters, digits and _", key);
    }
    return 0;
}
