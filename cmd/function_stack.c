/* OpenFaaS's stack.yaml as a list of functions (facts: faas-cli, stack/schema.go and stack/stack.go). What only building needs
 * (lang, handler, build_args, ...) is left to `aiwf function build`. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/unit.h"
#include "function.h"

const node_t *function_stack_of(const struct doc *doc)
{
    const node_t *functions = node_get(doc->root, "functions");
    bool is_stack = node_type(functions) == NODE_OBJECT && node_type(node_get(doc->root, "provider")) == NODE_OBJECT;
    return is_stack ? functions : NULL;
}

/* "${NAME:-usual}" and "${NAME}": the environment's; an empty one counts as none. The end of it, NULL: it is none. */
static const char *substitute(const char *at, struct str *s)
{
    const char *name = at + 2, *end = strchr(name, '}');
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    if (!end || !len || (name[len] != '}' && strncmp(name + len, ":-", 2) != 0))
        return NULL;
    AUTOFREE char *variable = xstrndup(name, len);
    const char *value = getenv(variable), *usual = name[len] == '}' ? end : name + len + 2;
    if (value && *value)
        str_add(s, value);
    else
        str_addn(s, usual, (size_t)(end - usual));
    return end + 1;
}

static const char *with_environment(struct function_manifest *manifest, const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    while (text && *text) {
        const char *next = str_starts(text, "${") ? substitute(text, &s) : NULL;
        if (!next)
            str_addc(&s, *text);
        text = next ? next : text + 1;
    }
    return function_manifest_keep(manifest, str_detach(&s));
}

static const char *text_at(struct function_manifest *manifest, const node_t *function, const char *key)
{
    const node_t *node = node_get(function, key);
    bool is_text = node_type(node) == NODE_STRING || node_type(node) == NODE_NUMBER;
    return is_text ? with_environment(manifest, function_text_of(manifest, node)) : NULL;
}

static int add_pairs(struct function_manifest *manifest, const struct doc *doc, const node_t *map, struct strv *pairs,
                     struct err *err)
{
    CLEANUP(strv_release) struct strv given = STRV_INIT;
    if (map && node_type(map) != NODE_OBJECT && node_type(map) != NODE_NULL)
        return doc_err(doc, map, err, "%s: names and values are wanted", node_key(map));
    if (function_pairs_of(doc, map, &given, err) != 0)
        return -1;
    for (size_t i = 0; i < given.n; i++)
        strv_add(pairs, with_environment(manifest, given.v[i]));
    return 0;
}

static int add_texts(struct function_manifest *manifest, const struct doc *doc, const node_t *list, struct strv *texts,
                     struct err *err)
{
    for (const node_t *item = node_first(list); item; item = node_next(item)) {
        if (!node_text(item))
            return doc_err(doc, item, err, "a text is wanted, not %s", node_type_name(node_type(item)));
        strv_add(texts, with_environment(manifest, node_text(item)));
    }
    return 0;
}

/* Files of {environment: {K: V}}, relative to the stack's folder; what the stack itself says beats them. */
static int add_environment_files(struct function_manifest *manifest, const struct doc *doc, const node_t *files, struct err *err)
{
    AUTOFREE char *folder = function_manifest_folder(doc);
    for (const node_t *file = node_first(files); file; file = node_next(file)) {
        CLEANUP(doc_release) struct doc one = DOC_INIT;
        if (!node_text(file))
            return doc_err(doc, file, err, "environment_file: a path is wanted");
        AUTOFREE char *path = path_resolve(folder, node_text(file));
        if (doc_load(&one, path, err) != 0)
            return err_wrap(err, "%s:%d: environment_file cannot be read", doc->source, doc_place(doc, file).line);
        if (add_pairs(manifest, &one, node_get(one.root, "environment"), &manifest->env, err) != 0)
            return -1;
    }
    return 0;
}

/* Memory and CPU are ours; what else is limited goes as it is. */
static int take_limits(struct function_manifest *manifest, const struct doc *doc, const node_t *limits, struct err *err)
{
    CLEANUP(strv_release) struct strv pairs = STRV_INIT;
    struct function_spec *spec = &manifest->spec;
    if (add_pairs(manifest, doc, limits, &pairs, err) != 0)
        return -1;
    for (size_t i = 0; i < pairs.n; i++) {
        const char *pair = pairs.v[i], *value = strchr(pair, '=') + 1;
        bool is_memory = str_starts(pair, "memory="), is_cpu = str_starts(pair, "cpu=");
        if (is_memory && !bytes_parse(value, &spec->memory_bytes))
            return doc_err(doc, limits, err, "limits: \"%s\" is no size", value);
        if (is_cpu && parse_cores(value, &spec->cpus, err) != 0)
            return -1;
        if (!is_memory && !is_cpu)
            strv_add(&manifest->detail.limits, pair);
    }
    return 0;
}

/* "min: 1" of com.openfaas.scale.min. */
static void take_scale(struct function_manifest *manifest)
{
    static const struct {
        const char *label;
        size_t offset;
    } bounds[] = {{"com.openfaas.scale.min=", offsetof(struct function_spec, scale_min)},
                  {"com.openfaas.scale.max=", offsetof(struct function_spec, scale_max)}};
    for (size_t i = 0; i < manifest->labels.n; i++)
        for (size_t k = 0; k < ARRAY_LEN(bounds); k++) {
            long long value;
            const char *label = manifest->labels.v[i];
            if (str_starts(label, bounds[k].label) && str_to_int(label + strlen(bounds[k].label), 0, FUNCTION_SCALE_MAX, &value))
                *(int64_t *)(void *)((char *)&manifest->spec + bounds[k].offset) = value;
        }
}

int function_stack_load(struct function_manifest *manifest, const struct doc *doc, const node_t *function, struct err *err)
{
    struct function_spec *spec = &manifest->spec;
    struct function_detail *detail = &manifest->detail;
    manifest->doc = doc;
    if (node_type(function) != NODE_OBJECT)
        return doc_err(doc, function, err, "functions.%s: a function is wanted", node_key(function));
    spec->name = node_key(function);
    spec->image = text_at(manifest, function, "image");
    spec->command = text_at(manifest, function, "fprocess");
    detail->read_only = node_bool(function, "/readonly_root_filesystem", false);
    if (!spec->image)
        return doc_err(doc, function, err, "functions.%s has no image", spec->name);
    const node_t *files = node_get(function, "environment_file");
    if (add_environment_files(manifest, doc, files, err) != 0 ||
        add_pairs(manifest, doc, node_get(function, "environment"), &manifest->env, err) != 0 ||
        add_pairs(manifest, doc, node_get(function, "labels"), &manifest->labels, err) != 0 ||
        add_pairs(manifest, doc, node_get(function, "annotations"), &detail->annotations, err) != 0 ||
        add_pairs(manifest, doc, node_get(function, "requests"), &detail->requests, err) != 0)
        return -1;
    if (take_limits(manifest, doc, node_get(function, "limits"), err) != 0 ||
        add_texts(manifest, doc, node_get(function, "secrets"), &detail->secrets, err) != 0 ||
        add_texts(manifest, doc, node_get(function, "constraints"), &detail->node_selector, err) != 0)
        return -1;
    take_scale(manifest);
    return 0;
}
