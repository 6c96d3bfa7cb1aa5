/* Reading the configuration, and which value of a setting wins. */
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static const char local_name[] = "local";

enum { CONF_MAX_BYTES = 4 << 20 };

static int read_text(struct conf *conf, struct err *err)
{
    if (file_read(conf->path, &conf->text, err) == 0)
        return 0;
    if (err->code != ERR_NOT_FOUND)
        return -1;
    err_clear(err);
    return 0;
}

int conf_load(struct conf *conf, struct err *err)
{
    *conf = (struct conf){.path = path_config("config.yaml"), .text = STR_INIT_MAX(CONF_MAX_BYTES)};
    if (read_text(conf, err) != 0 || doc_parse(&conf->doc, conf->text.buf, conf->text.len, conf->path, err) != 0)
        return -1;
    if (node_type(conf->doc.root) != NODE_NULL)
        return schema_check(&conf->doc, conf_schema, err);
    node_free(conf->doc.root);
    conf->doc.root = node_new_object();
    return 0;
}

void conf_release(struct conf *conf)
{
    free(conf->path);
    str_release(&conf->text);
    doc_release(&conf->doc);
    *conf = (struct conf){0};
}

static const node_t *contexts_of(const struct conf *conf) { return node_get(conf->doc.root, "contexts"); }

const node_t *conf_settings(const struct conf *conf, const char *name) { return node_get(contexts_of(conf), name); }

void conf_names(const struct conf *conf, struct strv *names)
{
    strv_add(names, local_name);
    for (const node_t *n = node_first(contexts_of(conf)); n; n = node_next(n))
        if (strcmp(node_key(n), local_name) != 0)
            strv_add(names, node_key(n));
}

static int no_context(const struct conf *conf, const struct context *context, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    conf_names(conf, &names);
    CLEANUP(str_release) struct str list = STR_INIT;
    for (size_t i = 0; i < names.n; i++)
        str_addf(&list, "%s%s", i ? ", " : "", names.v[i]);
    err_set(err, ERR_NOT_FOUND, "no context \"%s\"", context->name);
    if (context->name_origin == ORIGIN_ENV)
        err_why(err, "AIWF_CONTEXT names it; there are: %s", list.buf);
    else if (context->name_origin == ORIGIN_FILE)
        err_why(err, "%s names it as current-context; there are: %s", conf->path, list.buf);
    else
        err_why(err, "there are: %s", list.buf);
    const char *nearest = str_nearest(context->name, (const char *const *)names.v, names.n);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : err_hint(err, "aiwf context add %s", context->name);
}

void conf_choose(const struct conf *conf, const char *flag, struct context *context)
{
    const char *env = getenv("AIWF_CONTEXT");
    const char *file = node_str(conf->doc.root, "/current-context", "");
    if (flag)
        *context = (struct context){.name = xstrdup(flag), .name_origin = ORIGIN_FLAG};
    else if (env && *env)
        *context = (struct context){.name = xstrdup(env), .name_origin = ORIGIN_ENV};
    else if (*file)
        *context = (struct context){.name = xstrdup(file), .name_origin = ORIGIN_FILE};
    else
        *context = (struct context){.name = xstrdup(local_name), .name_origin = ORIGIN_DEFAULT};
}

static void node_value_text(const node_t *node, struct str *s)
{
    if (node_text(node))
        str_add(s, node_text(node));
    else
        json_print(node, s);
}

/* The value of one setting from the strongest place that has it. */
static int resolve_setting(const struct conf *conf, const node_t *file, enum setting setting, const char *flag,
                           struct context *context, struct err *err)
{
    const struct setting_info *info = &setting_infos[setting];
    const char *env = getenv(info->env);
    CLEANUP(str_release) struct str text = STR_INIT;
    AUTOFREE char *where = NULL;
    AUTOFREE char *base = NULL;
    enum origin origin = ORIGIN_FILE;
    if (flag) {
        where = xasprintf("--%s", info->key);
        str_add(&text, flag);
        origin = ORIGIN_FLAG;
    } else if (env && *env) {
        where = xstrdup(info->env);
        str_add(&text, env);
        origin = ORIGIN_ENV;
    } else if (file) {
        where = xasprintf("%s:%d: contexts.%s.%s", conf->path, doc_place(&conf->doc, file).line, context->name, info->key);
        base = xstrndup(conf->path, (size_t)(strrchr(conf->path, '/') - conf->path));
        node_value_text(file, &text);
    } else {
        return 0;
    }
    context->origins[setting] = origin;
    context->values[setting] = setting_value(setting, text.buf, where, base, err);
    return context->values[setting] ? 0 : -1;
}

/* A cluster that is named by --kube-context or its variable is where to work, unless local was named as loudly. */
static int work_at_cluster(struct context *context, struct err *err)
{
    const char *cluster = context->values[SETTING_kube_context];
    enum origin origin = context->origins[SETTING_kube_context];
    if (!context->is_local || !cluster || origin < ORIGIN_ENV || origin < context->name_origin)
        return 0;
    if (origin == context->name_origin) {
        err_set(err, ERR_USAGE, "the context local is this machine, and \"%s\" is a cluster: which shall it be?", cluster);
        return err_hint(err, origin == ORIGIN_FLAG ? "leave --context out, or --kube-context"
                                                   : "unset AIWF_CONTEXT, or AIWF_KUBE_CONTEXT");
    }
    free(context->name);
    context->name = xstrdup(cluster);
    context->name_origin = origin;
    context->is_local = false;
    return 0;
}

int conf_resolve(const struct conf *conf, const char *flag, const char *const flag_values[SETTING_COUNT], struct context *ret,
                 struct err *err)
{
    conf_choose(conf, flag, ret);
    ret->is_local = strcmp(ret->name, local_name) == 0;
    const node_t *settings = conf_settings(conf, ret->name);
    if (!settings && !ret->is_local)
        return no_context(conf, ret, err);

    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const char *given = flag_values ? flag_values[i] : NULL;
        if (resolve_setting(conf, node_get(settings, setting_infos[i].key), (enum setting)i, given, ret, err) != 0)
            return -1;
    }
    ret->is_protected = str_eq(ret->values[SETTING_protected_], "true");
    return work_at_cluster(ret, err);
}
