/* What a function says in its runtime's own words: from a manifest, and from options. */
#include "function.h"

/* The details by their names in a manifest. */
enum detail_kind { DETAIL_TEXT, DETAIL_LIST, DETAIL_PAIRS, DETAIL_FLAG };
static const struct detail_field {
    const char *name;
    enum detail_kind kind;
    size_t offset;
} detail_fields[] = {
#define DETAIL(name_, kind_, member_)                           \
    {                                                           \
        name_, kind_, offsetof(struct function_detail, member_) \
    }
    DETAIL("args", DETAIL_LIST, args),
    DETAIL("env-from", DETAIL_LIST, env_from),
    DETAIL("env-value-from", DETAIL_PAIRS, env_value_from),
    DETAIL("secrets", DETAIL_LIST, secrets),
    DETAIL("volumes", DETAIL_PAIRS, volumes),
    DETAIL("requests", DETAIL_PAIRS, requests),
    DETAIL("limits", DETAIL_PAIRS, limits),
    DETAIL("port", DETAIL_TEXT, port),
    DETAIL("ready-probe", DETAIL_TEXT, ready_probe),
    DETAIL("live-probe", DETAIL_TEXT, live_probe),
    DETAIL("user", DETAIL_TEXT, user),
    DETAIL("read-only", DETAIL_FLAG, read_only),
    DETAIL("annotations", DETAIL_PAIRS, annotations),
    DETAIL("pull-secrets", DETAIL_LIST, pull_secrets),
    DETAIL("service-account", DETAIL_TEXT, service_account),
    DETAIL("runtime-class", DETAIL_TEXT, runtime_class),
    DETAIL("node-selector", DETAIL_PAIRS, node_selector),
    DETAIL("node-affinity", DETAIL_PAIRS, node_affinity),
    DETAIL("tolerations", DETAIL_LIST, tolerations),
    DETAIL("scale-initial", DETAIL_TEXT, scale_initial),
    DETAIL("scale-activation", DETAIL_TEXT, scale_activation),
    DETAIL("utilization", DETAIL_TEXT, utilization),
    DETAIL("scale-down-delay", DETAIL_TEXT, scale_down_delay),
    DETAIL("scale-class", DETAIL_TEXT, scale_class),
    DETAIL("revision-name", DETAIL_TEXT, revision_name),
    DETAIL("traffic", DETAIL_PAIRS, traffic),
    DETAIL("tags", DETAIL_PAIRS, tags),
    DETAIL("rollout", DETAIL_TEXT, rollout),
    DETAIL("cluster-local", DETAIL_FLAG, cluster_local),
#undef DETAIL
};

static void *detail_slot(struct function_detail *detail, const struct detail_field *field)
{
    return (char *)detail + field->offset;
}

static const void *detail_value(const struct function_detail *detail, const struct detail_field *field)
{
    return (const char *)detail + field->offset;
}

static void merge_one(struct function_detail *detail, const struct function_detail *more, const struct detail_field *field)
{
    const char *const *text = detail_value(more, field);
    const struct strv *list = detail_value(more, field);
    const bool *flag = detail_value(more, field);
    switch (field->kind) {
    case DETAIL_TEXT:
        if (*text)
            *(const char **)detail_slot(detail, field) = *text;
        break;
    case DETAIL_FLAG:
        if (*flag)
            *(bool *)detail_slot(detail, field) = true;
        break;
    case DETAIL_LIST:
    case DETAIL_PAIRS:
        for (size_t i = 0; i < list->n; i++)
            strv_add(detail_slot(detail, field), list->v[i]);
        break;
    }
}

void function_detail_merge(struct function_detail *detail, const struct function_detail *more)
{
    for (size_t i = 0; i < ARRAY_LEN(detail_fields); i++)
        merge_one(detail, more, &detail_fields[i]);
}

void function_detail_release(struct function_detail *detail)
{
    for (size_t i = 0; i < ARRAY_LEN(detail_fields); i++)
        if (detail_fields[i].kind == DETAIL_LIST || detail_fields[i].kind == DETAIL_PAIRS)
            strv_release(detail_slot(detail, &detail_fields[i]));
}

/* A number or a word, as text that the manifest keeps. */
const char *function_text_of(struct function_manifest *manifest, const node_t *node)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (node_text(node))
        return node_text(node);
    json_print(node, &text);
    return function_manifest_keep(manifest, str_detach(&text));
}

static int load_detail(struct function_manifest *manifest, const struct detail_field *field, struct err *err)
{
    const node_t *node = node_get(manifest->doc->root, field->name);
    struct strv *list = detail_slot(&manifest->detail, field);
    switch (node ? field->kind : DETAIL_LIST) {
    case DETAIL_TEXT:
        if (node_type(node) == NODE_ARRAY || node_type(node) == NODE_OBJECT || node_type(node) == NODE_NULL)
            return doc_err(manifest->doc, node, err, "%s: a text is wanted, not %s", field->name,
                           node_type_name(node_type(node)));
        *(const char **)detail_slot(&manifest->detail, field) = function_text_of(manifest, node);
        return 0;
    case DETAIL_FLAG:
        *(bool *)detail_slot(&manifest->detail, field) = node_bool(node, "", false);
        return 0;
    case DETAIL_PAIRS:
        return function_pairs_of(manifest->doc, node, list, err);
    case DETAIL_LIST:
        for (const node_t *item = node_first(node); item; item = node_next(item))
            strv_add(list, node_text(item));
        return 0;
    }
    return 0;
}

int function_detail_load(struct function_manifest *manifest, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(detail_fields); i++)
        if (load_detail(manifest, &detail_fields[i], err) != 0)
            return -1;
    return 0;
}
