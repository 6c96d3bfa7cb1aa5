#include "magnum_body.h"
#include "cluster/preflight.h"

#include <string.h>

#include "doc/doc.h"

int body_load(const char *path, const char *what, const struct field *fields, node_t *body, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (!path)
        return 0;
    if (doc_load(&doc, path, err) != 0)
        return -1;
    if (node_type(doc.root) != NODE_OBJECT)
        return doc_err(&doc, doc.root, err, "a %s's members are wanted", what);
    if (schema_check(&doc, fields, err) != 0)
        return -1;
    for (const node_t *member = node_first(doc.root); member; member = node_next(member))
        node_set(body, node_key(member), node_copy(member));
    return 0;
}

int body_pairs(node_t *body, const char *member, const char *option, const struct strv *pairs, struct err *err)
{
    if (!pairs->n)
        return 0;
    for (size_t i = 0; i < pairs->n; i++)
        if (!strchr(pairs->v[i], '=') || pairs->v[i][0] == '=')
            return err_set(err, ERR_USAGE, "%s: \"%s\" is not K=V", option, pairs->v[i]);
    node_set_pairs(node_object(body, member), pairs);
    return 0;
}

static int add_taint(node_t *all, const char *text, struct err *err)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    const char *colon = strrchr(text, ':'), *equals = strchr(text, '=');
    const char *end = equals && colon && equals < colon ? equals : colon;
    if (!colon || end == text) {
        err_set(err, ERR_USAGE, "--taint: \"%s\" is not K=V:Effect", text);
        return err_hint(err, "--taint nvidia.com/gpu=true:NoSchedule");
    }
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        if (strcmp(colon + 1, effects[i]) != 0)
            continue;
        AUTOFREE char *key = xasprintf("%.*s", (int)(end - text), text);
        AUTOFREE char *value = end == colon ? xstrdup("") : xasprintf("%.*s", (int)(colon - end - 1), end + 1);
        node_t *taint = node_push(all, node_new_object());
        node_set_str(taint, "key", key);
        node_set_str(taint, "value", value);
        node_set_str(taint, "effect", effects[i]);
        return 0;
    }
    const char *nearest = str_nearest(colon + 1, effects, ARRAY_LEN(effects));
    err_set(err, ERR_USAGE, "--taint: there is no effect \"%s\"", colon + 1);
    return err_hint(err, "%s", nearest ? nearest : "NoSchedule, PreferNoSchedule or NoExecute");
}

int body_taints(node_t *body, const struct strv *taints, struct err *err)
{
    if (!taints->n)
        return 0;
    node_t *all = node_set(body, "node_taints", node_new_array());
    for (size_t i = 0; i < taints->n; i++)
        if (add_taint(all, taints->v[i], err) != 0)
            return -1;
    return 0;
}

void body_opts(node_t *body, const struct body_opt *table, const void *opts)
{
    for (const struct body_opt *opt = table; opt->member; opt++) {
        const void *at = (const char *)opts + opt->offset;
        if (opt->type == OPT_STRING && *(const char *const *)at)
            node_set_str(body, opt->member, *(const char *const *)at);
        else if (opt->type == OPT_INT && *(const int64_t *)at != opt->not_given)
            node_set_num(body, opt->member, (double)*(const int64_t *)at);
        else if (opt->type == OPT_FLAG && *(const bool *)at)
            node_set_bool(body, opt->member, true);
    }
}

int body_flag(node_t *body, const char *member, const char *option, bool on, bool off, struct err *err)
{
    if (on && off)
        return err_set(err, ERR_USAGE, "--%s and --no-%s exclude each other", option, option);
    if (on || off)
        node_set_bool(body, member, on);
    return 0;
}

int body_preflight(struct cli *cli, const char *what, const node_t *body, const node_t *findings, struct err *err)
{
    if (preflight_print(&cli->print, findings, err) != 0)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot create %s %s", what, node_str(body, "/name", ""));
    return preflight_verdict(findings, failing, err);
}
