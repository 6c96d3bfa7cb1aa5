/* The command tree as JSON, for tests and programs. */
#include "help.h"

static const char *type_name(enum opt_type type)
{
    switch (type) {
    case OPT_FLAG:
        return "flag";
    case OPT_STRING:
        return "string";
    case OPT_INT:
        return "integer";
    case OPT_NUMBER:
        return "number";
    case OPT_DURATION:
        return "duration";
    case OPT_BYTES:
        return "bytes";
    case OPT_CHOICE:
        return "choice";
    case OPT_LIST:
        return "list";
    case OPT_FILE:
        return "file";
    case OPT_DIR:
        return "folder";
    }
    return "";
}

static void set_text(node_t *object, const char *key, const char *text)
{
    if (text && *text)
        node_set_str(object, key, text);
}

static node_t *describe_args(const struct arg *arg)
{
    node_t *list = node_new_array();
    for (; arg && arg->name; arg++) {
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "name", arg->name);
        set_text(item, "help", arg->help);
        node_set_bool(item, "optional", arg->optional);
        node_set_bool(item, "many", arg->many);
        node_set_bool(item, "after_dashes", arg->after_dashes);
    }
    return list;
}

static node_t *describe_option(const struct cmd *cmd, const struct opt_ref *ref)
{
    const struct opt *opt = ref->opt;
    CLEANUP(str_release) struct str metavar = STR_INIT;
    opt_metavar(opt, &metavar);
    CLEANUP(str_release) struct str remarks = STR_INIT;
    opt_remarks(cmd, ref, &remarks);

    node_t *item = node_new_object();
    node_set_str(item, "name", opt->name);
    set_text(item, "letter", (const char[]){ref->letter, '\0'});
    node_set_str(item, "type", type_name(opt->type));
    set_text(item, "metavar", metavar.buf);
    node_set_str(item, "help", remarks.buf);
    set_text(item, "default", opt->missing);
    node_t *choices = opt->choices ? node_set(item, "choices", node_new_array()) : NULL;
    for (size_t i = 0; choices && opt->choices[i]; i++)
        node_push(choices, node_new_str(opt->choices[i]));
    node_set_bool(item, "negatable", opt->negatable);
    node_set_bool(item, "optional_value", opt->optional_value);
    node_set_bool(item, "common", ref->common);
    return item;
}

static node_t *describe_options(const struct cmd *cmd)
{
    node_t *list = node_new_array();
    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n = cmd_options(cmd, refs, CMD_MAX_OPTIONS);
    for (size_t i = 0; i < n; i++)
        node_push(list, describe_option(cmd, &refs[i]));
    return list;
}

static node_t *describe_examples(const struct example *example)
{
    node_t *list = node_new_array();
    for (; example && example->command; example++) {
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "command", example->command);
        node_set_str(item, "does", example->does);
    }
    return list;
}

static node_t *describe_columns(const struct column *column)
{
    node_t *list = node_new_array();
    for (; column && column->title; column++) {
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "title", column->title);
        node_set_str(item, "path", column->path);
        node_set_bool(item, "wide", column->wide);
    }
    return list;
}

static node_t *describe(const struct cmd **path, size_t depth)
{
    const struct cmd *cmd = path[depth - 1];
    CLEANUP(str_release) struct str usage = STR_INIT;
    help_usage(path, depth, &usage);

    node_t *doc = node_new_object();
    node_set_str(doc, "name", cmd->name);
    set_text(doc, "alias", cmd->alias);
    set_text(doc, "group", cmd->group);
    node_set_str(doc, "help", cmd->help);
    set_text(doc, "about", cmd->about);
    node_set_str(doc, "usage", usage.buf);
    node_set_bool(doc, "runs", cmd->run != NULL);
    node_set(doc, "args", describe_args(cmd->args));
    node_set(doc, "options", describe_options(cmd));
    node_set(doc, "examples", describe_examples(cmd->examples));
    node_set(doc, "columns", describe_columns(cmd->columns));
    node_t *list = node_set(doc, "commands", node_new_array());
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        path[depth] = *verb;
        if (!cmd_hidden(*verb))
            node_push(list, describe(path, depth + 1));
    }
    return doc;
}

static int run(struct cli *cli, struct err *err)
{
    (void)err;
    const struct cmd *path[ARRAY_LEN(cli->path)] = {&root_cmd};
    CLEANUP(node_free) node_t *doc = describe(path, 1);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(doc, &text);
    fprintf(cli->out, "%s\n", text.buf);
    return 0;
}

const struct cmd cmd_describe = {
    .name = "__describe",
    .help = "the command tree as JSON",
    .flags = CMD_HIDDEN,
    .run = run,
};
