/* Contexts: named sets of endpoints and defaults, in the configuration file. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "function.h"
#include "kube/login.h"
#include "local/client.h"
#include "openstack/clouds.h"

static void complete_names(struct cli *cli, struct strv *names)
{
    (void)cli;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(conf_release) struct conf conf = {0};
    if (conf_load(&conf, &ignored) == 0)
        conf_names(&conf, names);
}

/* ---- list ---- */

static node_t *list_item(const struct conf *conf, const char *name, const char *current)
{
    node_t *item = node_new_object();
    node_set_str(item, "name", name);
    node_set_bool(item, "current", strcmp(name, current) == 0);
    node_set_bool(item, "protected", false);
    for (const node_t *setting = node_first(conf_settings(conf, name)); setting; setting = node_next(setting))
        node_set(item, node_key(setting), node_copy(setting));
    return item;
}

static int list(struct cli *cli, struct err *err)
{
    CLEANUP(conf_release) struct conf conf = {0};
    if (conf_load(&conf, err) != 0)
        return -1;
    CLEANUP(context_release) struct context current = {0};
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(node_free) node_t *items = node_new_array();
    conf_choose(&conf, NULL, &current);
    conf_names(&conf, &names);
    for (size_t i = 0; i < names.n; i++)
        node_push(items, list_item(&conf, names.v[i], current.name));
    return cli_print_list(cli, "context", items, err);
}

/* ---- show ---- */

struct show_opts {
    bool origin;
};

static const char *origin_of(const struct context *context, enum setting setting)
{
    bool from_gateway = context->is_local && context->origins[setting] == ORIGIN_DEFAULT;
    return from_gateway ? "local gateway" : origin_name(context->origins[setting]);
}

static int show_table(struct cli *cli, const struct context *context, struct err *err)
{
    static const struct column with_origin[] = {
        {"SETTING", "/setting", CELL_TEXT, false},
        {"VALUE", "/value", CELL_TEXT, false},
        {"ORIGIN", "/origin", CELL_TEXT, false},
        {0},
    };
    const struct show_opts *opts = cli->opts;
    CLEANUP(node_free) node_t *rows = node_new_array();
    node_t *row = node_push(rows, node_new_object());
    node_set_str(row, "setting", "context");
    node_set_str(row, "value", context->name);
    node_set_str(row, "origin", origin_name(context->name_origin));
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (!context->values[i])
            continue;
        row = node_push(rows, node_new_object());
        node_set_str(row, "setting", setting_infos[i].key);
        node_set_str(row, "value", context->values[i]);
        node_set_str(row, "origin", origin_of(context, (enum setting)i));
    }
    return print_list(&cli->print, "setting", opts->origin ? with_origin : cli->cmd->columns, rows, err);
}

static node_t *typed_value(enum setting setting, const char *text)
{
    double number;
    if (setting_infos[setting].type == SETTING_BOOL)
        return node_new_bool(strcmp(text, "true") == 0);
    if (setting_infos[setting].type == SETTING_NUMBER && str_to_num(text, &number))
        return node_new_num(number);
    return node_new_str(text);
}

static int show_document(struct cli *cli, const struct context *context, struct err *err)
{
    CLEANUP(node_free) node_t *item = node_new_object();
    node_set_str(item, "name", context->name);
    node_set_str(item, "origin", origin_name(context->name_origin));
    node_set_bool(item, "protected", context->is_protected);
    node_t *settings = node_set(item, "settings", node_new_object());
    node_t *origins = node_set(item, "origins", node_new_object());
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (!context->values[i])
            continue;
        node_set(settings, setting_infos[i].key, typed_value((enum setting)i, context->values[i]));
        node_set_str(origins, setting_infos[i].key, origin_of(context, (enum setting)i));
    }
    return cli_print_one(cli, "context", item, err);
}

static int show(struct cli *cli, struct err *err)
{
    if (cli->args.n)
        cli->context_name = cli->args.v[0];
    if (cli_resolve(cli, err) != 0)
        return -1;
    CLEANUP(err_release) struct err not_running = ERR_INIT;
    local_client_fill(&cli->context, &not_running);
    bool people = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    return people && !cli->jq ? show_table(cli, &cli->context, err) : show_document(cli, &cli->context, err);
}

/* ---- changes ---- */

/* Asks before a protected context changes; also one whose other settings are wrong. */
static int confirm(struct cli *cli, const char *name, const char *what, struct err *err)
{
    CLEANUP(conf_release) struct conf conf = {0};
    if (conf_load(&conf, err) != 0)
        return -1;
    context_release(&cli->context);
    cli->context = (struct context){
        .name = xstrdup(name),
        .is_protected = node_bool(conf_settings(&conf, name), "/protected", false),
    };
    return cli_confirm(cli, what, err);
}

static int use(struct cli *cli, struct err *err)
{
    const char *name = cli->args.v[0];
    if (conf_use_context(name, err) != 0)
        return -1;
    const char *env = getenv("AIWF_CONTEXT");
    if (env && *env && strcmp(env, name) != 0)
        cli_note(cli, "note: AIWF_CONTEXT=%s still wins in this shell", env);
    cli_hint(cli, "aiwf doctor");
    return 0;
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    if (confirm(cli, name, "forget its settings", err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        CLEANUP(conf_release) struct conf conf = {0};
        if (conf_load(&conf, err) != 0 || conf_can_delete(&conf, name, err) != 0)
            return -1;
        cli_note(cli, "would delete context %s", name);
        return 0;
    }
    return conf_delete_context(name, err);
}

static int delete (struct cli *cli, struct err *err) { return cli_each_name(cli, delete_one, err); }

struct add_opts {
    const char *values[SETTING_COUNT];
    bool flags[SETTING_COUNT];
    bool use, replace;
    struct strv unset;
};

static void complete_kube_contexts(struct cli *cli, struct strv *names)
{
    const struct add_opts *opts = cli->opts;
    kube_context_names(opts->values[SETTING_kubeconfig], names);
}

static void complete_clouds(struct cli *cli, struct strv *names)
{
    (void)cli;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    cloud_names(names, &ignored);
}

#define VALUE_AT(ident)      .offset = offsetof(struct add_opts, values) + sizeof(const char *) * SETTING_##ident
#define FLAG_AT(ident)       .offset = offsetof(struct add_opts, flags) + sizeof(bool) * SETTING_##ident
#define OPT_OF_TEXT(ident)   .type = OPT_STRING, VALUE_AT(ident), .metavar = "TEXT"
#define OPT_OF_URL(ident)    .type = OPT_STRING, VALUE_AT(ident), .metavar = "URL"
#define OPT_OF_PATH(ident)   .type = OPT_FILE, VALUE_AT(ident), .metavar = "FILE"
#define OPT_OF_NUMBER(ident) .type = OPT_STRING, VALUE_AT(ident), .metavar = "N"
#define OPT_OF_BOOL(ident)   .type = OPT_FLAG, FLAG_AT(ident)

#define X(ident, key, env, type, help_) {.name = (key), OPT_OF_##type(ident), .help = (help_)},
#define COMPLETED                                                                                         \
    [SETTING_kube_context].complete = complete_kube_contexts, [SETTING_cloud].complete = complete_clouds, \
    [SETTING_runtime].complete = complete_runtimes

static const struct opt set_opts[] = {
    CONTEXT_SETTINGS(X){
        .name = "unset", .type = OPT_LIST, OPT(struct add_opts, unset), .metavar = "SETTING", .help = "forget it"},
    {0},
    COMPLETED,
};
static const struct opt add_opts[] = {
    CONTEXT_SETTINGS(X){.name = "use", .type = OPT_FLAG, OPT(struct add_opts, use), .help = "make it the current context"},
    {.name = "replace",
     .type = OPT_FLAG,
     OPT(struct add_opts, replace),
     .help = "replace one of that name, with all its settings"},
    {0},
    COMPLETED,
};
#undef X

static int add_setting(node_t *settings, enum setting setting, const char *text, struct err *err)
{
    if (setting == SETTING_runtime && !runtime_for(NULL, text, err))
        return -1;
    AUTOFREE char *where = xasprintf("--%s", setting_infos[setting].key);
    AUTOFREE char *value = setting_value(setting, text, where, NULL, err);
    if (!value)
        return -1;
    node_set(settings, setting_infos[setting].key, typed_value(setting, value));
    return 0;
}

static int unset(node_t *settings, const char *key, struct err *err)
{
    const char *known[SETTING_COUNT];
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        known[i] = setting_infos[i].key;
        if (strcmp(known[i], key) == 0)
            return node_set(settings, key, node_new_null()), 0;
    }
    err_set(err, ERR_USAGE, "--unset: there is no setting \"%s\"", key);
    const char *nearest = str_nearest(key, known, SETTING_COUNT);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : -1;
}

/* null: to be forgotten. */
static node_t *settings_given(const struct add_opts *opts, struct err *err)
{
    CLEANUP(node_free) node_t *settings = node_new_object();
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const char *text = opts->flags[i] ? "true" : opts->values[i];
        if (text && add_setting(settings, (enum setting)i, text, err) != 0)
            return NULL;
    }
    for (size_t i = 0; i < opts->unset.n; i++)
        if (unset(settings, opts->unset.v[i], err) != 0)
            return NULL;
    return TAKE(settings);
}

/* Checked, and asked for; NULL: not. The caller frees. */
static node_t *wanted_settings(struct cli *cli, const char *what, struct err *err)
{
    const struct add_opts *opts = cli->opts;
    CLEANUP(node_free) node_t *settings = settings_given(opts, err);
    const char *cloud = opts->values[SETTING_cloud];
    bool is_fine = settings && (!cloud || cloud_check(cloud, err) == 0) && confirm(cli, cli->args.v[0], what, err) == 0;
    return is_fine ? TAKE(settings) : NULL;
}

static int print_settings(const struct cli *cli, const node_t *settings)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    yaml_print(settings, &text);
    fputs(text.buf, cli->out);
    return 0;
}

static int add(struct cli *cli, struct err *err)
{
    const struct add_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    CLEANUP(node_free) node_t *settings = wanted_settings(cli, "replace its settings", err);
    if (!settings)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_settings(cli, settings);
    if (conf_set_context(name, settings, opts->replace ? CONF_REPLACE : CONF_NEW, err) != 0)
        return -1;
    if (opts->use && conf_use_context(name, err) != 0)
        return -1;
    cli_hint(cli, opts->use ? "aiwf doctor" : "aiwf context use %s", name);
    return 0;
}

static int set(struct cli *cli, struct err *err)
{
    CLEANUP(node_free) node_t *settings = wanted_settings(cli, "change its settings", err);
    if (!settings)
        return -1;
    if (!node_len(settings)) {
        err_set(err, ERR_USAGE, "no setting is given");
        return err_hint(err, "aiwf context set -h");
    }
    if (cli->dry_run != DRY_RUN_NONE)
        return print_settings(cli, settings);
    return conf_set_context(cli->args.v[0], settings, CONF_MERGE, err);
}

/* ---- the tables ---- */

static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"CURRENT", "/current", CELL_TEXT, false},
    {"PROTECTED", "/protected", CELL_TEXT, false},
    {"CLOUD", "/cloud", CELL_TEXT, false},
    {"KUBE-CONTEXT", "/kube-context", CELL_TEXT, false},
    {"OPENFAAS", "/openfaas", CELL_TEXT, false},
    {"PROMETHEUS", "/prometheus", CELL_TEXT, false},
    {"NAMESPACE", "/namespace", CELL_TEXT, true},
    {"RUNTIME", "/runtime", CELL_TEXT, true},
    {0},
};
static const struct column show_columns[] = {
    {"SETTING", "/setting", CELL_TEXT, false},
    {"VALUE", "/value", CELL_TEXT, false},
    {"ORIGIN", "/origin", CELL_TEXT, true},
    {0},
};
static const struct opt show_opts[] = {
    {.name = "origin",
     .type = OPT_FLAG,
     OPT(struct show_opts, origin),
     .help = "where each value comes from: flag, environment, file or default"},
    {0},
};
static const struct arg name_arg[] = {{.name = "NAME", .help = "the context", .complete = complete_names}, {0}};
static const struct arg names_arg[] = {{.name = "NAME", .help = "contexts", .many = true, .complete = complete_names}, {0}};
static const struct arg show_arg[] = {
    {.name = "NAME", .help = "the context; without it: the one that would be used", .optional = true, .complete = complete_names},
    {0}};
static const struct arg add_arg[] = {{.name = "NAME", .help = "a name for it"}, {0}};

static const struct example list_examples[] = {
    {"aiwf context list", "the contexts, and which is the current one"},
    {"aiwf context list -o name", "for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf context show --origin", "what would be used now, and where each value comes from"},
    {"aiwf context show prod -o json --jq .settings.openfaas", "one setting, for a script"},
    {0},
};
static const struct example use_examples[] = {
    {"aiwf context use prod", "work in prod from now on"},
    {"aiwf context use local", "back to this machine"},
    {0},
};
static const struct example add_examples[] = {
    {"aiwf context add lab --openfaas http://gw.example:8080 --user admin --password-file ~/.gw --use", "an OpenFaaS gateway"},
    {"aiwf context add prod --cloud dc1 --kube-context prod --prometheus https://prom.example --protected",
     "a cloud, asked before every change"},
    {0},
};
static const struct example set_examples[] = {
    {"aiwf context set lab --prometheus http://prom.example:9090", "a lab that is measured now"},
    {"aiwf context set prod --protected --unset price-kwh", "asked before every change from now on; a price no longer known"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf context delete lab", "forget a context's settings; the systems stay as they are"},
    {"aiwf context delete prod --yes", "a protected one, without being asked"},
    {0},
};

static const struct cmd cmd_list = {
    .name = "list",
    .help = "list the contexts",
    .flags = CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show a context's settings, and where each comes from",
    .args = show_arg,
    .opts = show_opts,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_OUTPUT | CMD_CONTEXT | CMD_RESOLVES,
    .columns = show_columns,
    .examples = show_examples,
    .run = show,
};
static const struct cmd cmd_use = {
    .name = "use",
    .help = "make a context the current one",
    .args = name_arg,
    .examples = use_examples,
    .run = use,
};
static const struct cmd cmd_add = {
    .name = "add",
    .help = "add a context",
    .about = "Settings that are not given are not set. Paths are stored absolute; passwords are never stored, only the\n"
             "path of a file that has one. The cloud must be one that clouds.yaml or OS_* describe now. Comments and the\n"
             "layout of the configuration file are kept.",
    .args = add_arg,
    .opts = add_opts,
    .opts_size = sizeof(struct add_opts),
    .flags = CMD_CHANGES,
    .examples = add_examples,
    .run = add,
};
static const struct cmd cmd_set = {
    .name = "set",
    .help = "change settings of a context",
    .about = "Those that are not given stay as they are. Otherwise as aiwf context add.",
    .args = name_arg,
    .opts = set_opts,
    .opts_size = sizeof(struct add_opts),
    .flags = CMD_CHANGES,
    .examples = set_examples,
    .run = set,
};
static const struct cmd cmd_delete = {
    .name = "delete",
    .help = "forget contexts",
    .args = names_arg,
    .flags = CMD_CHANGES,
    .examples = delete_examples,
    .run = delete,
};

static const struct cmd *const verbs[] = {&cmd_list, &cmd_show, &cmd_use, &cmd_add, &cmd_set, &cmd_delete, NULL};

const struct cmd cmd_context = {
    .name = "context",
    .group = "settings",
    .kind = "context",
    .help = "contexts: which cloud, cluster, gateway and Prometheus to work with",
    .about = "A context is a named set of endpoints and defaults, kept in $XDG_CONFIG_HOME/aiwf/config.yaml. The context\n"
             "local always exists: it is the runtime of this machine, and the one in use when nothing else is said.\n"
             "A flag beats an AIWF_ variable, which beats the file, which beats the default.",
    .cmds = verbs,
};
