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

static int pairs_of(const struct doc *doc, const node_t *map, struct strv *pairs, struct err *err)
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

int function_manifest_load(struct function_manifest *manifest, const char *path, struct err *err)
{
    struct doc *doc = &manifest->doc;
    struct function_spec *spec = &manifest->spec;
    if (doc_load(doc, path, err) != 0 || schema_check(doc, function_manifest_fields, err) != 0)
        return -1;
    const node_t *root = doc->root;
    spec->name = node_str(root, "/name", NULL);
    spec->command = node_str(root, "/command", NULL);
    spec->mode = node_str(root, "/mode", NULL);
    spec->image = node_str(root, "/image", NULL);
    spec->ready_path = node_str(root, "/ready-path", NULL);
    spec->scale_min = node_int(root, "/scale/min", -1);
    spec->scale_max = node_int(root, "/scale/max", -1);
    spec->idle_ms = duration_at(root, "/idle", -1);
    spec->concurrency = node_int(root, "/concurrency", 0);
    spec->queue = node_int(root, "/queue", -1);
    spec->memory_bytes = bytes_at(root, "/memory");
    spec->gpus = node_int(root, "/gpus", 0);
    spec->timeout_ms = duration_at(root, "/exec-timeout", 0);
    spec->start_ms = duration_at(root, "/start-timeout", 0);
    const char *source = node_str(root, "/source", NULL);
    const char *slash = strrchr(path, '/');
    AUTOFREE char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
    if (source)
        spec->source = function_manifest_keep(manifest, path_resolve(folder, source));
    const node_t *cpu = node_get(root, "cpu");
    const char *cores =
        node_type(cpu) == NODE_NUMBER ? function_manifest_keep(manifest, xasprintf("%g", node_value(cpu))) : node_text(cpu);
    if (cores && parse_cores(cores, &spec->cpus, err) != 0)
        return -1;
    if (pairs_of(doc, node_get(root, "env"), &manifest->env, err) != 0)
        return -1;
    if (pairs_of(doc, node_get(root, "metrics"), &manifest->metrics, err) != 0)
        return -1;
    return pairs_of(doc, node_get(root, "labels"), &manifest->labels, err);
}

void function_manifest_release(struct function_manifest *manifest)
{
    doc_release(&manifest->doc);
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
