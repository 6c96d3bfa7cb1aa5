/* aiwf function trigger and rule on OpenWhisk. */
#include <string.h>

#include "function.h"
#include "function_trigger.h"

int trigger_is_whisk(struct cli *cli, const char *runtime, bool *ret, struct err *err)
{
    const struct runtime *of = runtime_for(&cli->context, runtime, err);
    *ret = of && strcmp(of->name, "openwhisk") == 0;
    return of ? 0 : -1;
}

int trigger_open_whisk(struct cli *cli, const char *runtime, struct whisk *ret, struct err *err)
{
    struct function_env env;
    bool is_whisk;
    *ret = (struct whisk){0};
    if (trigger_is_whisk(cli, runtime, &is_whisk, err) != 0)
        return -1;
    if (!is_whisk) {
        err_set(err, ERR_USAGE, "%s has no such thing", runtime_for(&cli->context, runtime, err)->name);
        return err_hint(err, "--runtime openwhisk");
    }
    return function_env(cli, runtime, &env, err) == 0 ? whisk_open(ret, env.env.http, &cli->context, err) : -1;
}

/* ---- triggers ---- */

static int check_pairs(const struct strv *pairs, struct err *err)
{
    for (size_t i = 0; i < pairs->n; i++) {
        const char *equals = strchr(pairs->v[i], '=');
        if (!equals || equals == pairs->v[i])
            return err_set(err, ERR_USAGE, "--param: \"%s\" is not NAME=VALUE", pairs->v[i]);
    }
    return 0;
}

static int check_words(const struct trigger_opts *opts, struct err *err)
{
    const char *const strange[] = {opts->broker ? "--broker" : NULL, opts->filters.n ? "--filter" : NULL,
                                   opts->kafka ? "--kafka" : NULL,   opts->topics.n ? "--topic" : NULL,
                                   opts->group ? "--group" : NULL,   opts->data ? "--data" : NULL};
    for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
        if (!strange[i])
            continue;
        err_set(err, ERR_USAGE, "%s: a trigger of OpenWhisk is fired, or has a schedule", strange[i]);
        return err_hint(err, "--schedule CRON, --param NAME=VALUE; or aiwf function trigger fire");
    }
    if (opts->schedule && !opts->function)
        return err_set(err, ERR_USAGE, "--schedule: which function is called: --function NAME");
    return check_pairs(&opts->params, err);
}

static int create_there(struct cli *cli, const struct whisk *whisk, const struct whisk_trigger *trigger, struct err *err)
{
    AUTOFREE char *what = xasprintf("create trigger %s", trigger->name);
    if (cli_confirm(cli, what, err) != 0 || whisk_trigger_create(whisk, trigger, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *document = whisk_trigger_show(whisk, trigger->name, err);
    return document ? cli_print_one(cli, "trigger", document, err) : -1;
}

int trigger_whisk_create(struct cli *cli, const struct trigger_opts *opts, struct err *err)
{
    const struct whisk_trigger trigger = {
        .name = cli->args.v[0], .function = opts->function, .schedule = opts->schedule, .params = &opts->params};
    CLEANUP(whisk_release) struct whisk whisk = {0};
    if (check_words(opts, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        CLEANUP(node_free) node_t *body = whisk_trigger_body(&trigger);
        return print_request(cli, body, err);
    }
    return trigger_open_whisk(cli, opts->runtime, &whisk, err) == 0 ? create_there(cli, &whisk, &trigger, err) : -1;
}

int trigger_whisk_list(struct cli *cli, const char *runtime, struct err *err)
{
    CLEANUP(whisk_release) struct whisk whisk = {0};
    bool is_open = trigger_open_whisk(cli, runtime, &whisk, err) == 0;
    CLEANUP(node_free) node_t *list = is_open ? whisk_trigger_list(&whisk, err) : NULL;
    return list ? cli_print_list_as(cli, "trigger", trigger_columns, list, err) : -1;
}

node_t *trigger_whisk_show(struct cli *cli, const char *runtime, struct err *err)
{
    CLEANUP(whisk_release) struct whisk whisk = {0};
    if (trigger_open_whisk(cli, runtime, &whisk, err) != 0)
        return NULL;
    node_t *document = whisk_trigger_show(&whisk, cli->args.v[0], err);
    if (!document && err->code == ERR_NOT_FOUND)
        err_hint(err, "aiwf function trigger list");
    return document;
}

int trigger_whisk_delete(struct cli *cli, const char *runtime, const char *name, struct err *err)
{
    CLEANUP(whisk_release) struct whisk whisk = {0};
    if (trigger_open_whisk(cli, runtime, &whisk, err) != 0)
        return -1;
    if (whisk_trigger_delete(&whisk, name, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function trigger list") : -1;
    cli_note(cli, "trigger %s deleted", name);
    return 0;
}

struct fire_opts {
    const char *runtime, *file;
    struct strv params;
};
static const struct opt fire_opts[] = {
    {.name = "param",
     .type = OPT_LIST,
     OPT(struct fire_opts, params),
     .metavar = "NAME=VALUE",
     .help = "a parameter of the event: JSON, else text"},
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct fire_opts, file),
     .metavar = "FILE",
     .help = "a JSON object of them (-: standard input)"},
    RUNTIME_OPT(struct fire_opts),
    {0},
};

static node_t *params_of(const struct fire_opts *opts, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = {0};
    if (opts->file && doc_load(&doc, opts->file, err) != 0)
        return NULL;
    if (doc.root && node_type(doc.root) != NODE_OBJECT) {
        err_set(err, ERR_USAGE, "%s: an event's parameters are one object", opts->file);
        return NULL;
    }
    node_t *params = doc.root ? node_copy(doc.root) : node_new_object();
    for (size_t i = 0; i < opts->params.n; i++) {
        const char *pair = opts->params.v[i], *equals = strchr(pair, '=');
        AUTOFREE char *key = xstrndup(pair, (size_t)(equals - pair));
        node_set(params, key, whisk_value(equals + 1));
    }
    return params;
}

static const struct column fired_columns[] = {
    {.title = "TRIGGER", .path = "/name"}, {.title = "ACTIVATION", .path = "/activation"}, {0}};

static int fire(struct cli *cli, struct err *err)
{
    const struct fire_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    CLEANUP(whisk_release) struct whisk whisk = {0};
    CLEANUP(node_free) node_t *params = check_pairs(&opts->params, err) == 0 ? params_of(opts, err) : NULL;
    AUTOFREE char *id = NULL, *what = xasprintf("fire trigger %s", name);
    if (!params)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_request(cli, params, err);
    if (trigger_open_whisk(cli, opts->runtime, &whisk, err) != 0 || cli_confirm(cli, what, err) != 0 ||
        whisk_trigger_fire(&whisk, name, params, &id, err) != 0)
        return -1;
    if (!id)
        cli_note(cli, "no rule of trigger %s is active: nothing was called", name);
    CLEANUP(node_free) node_t *document = node_new_object();
    node_set_str(document, "name", name);
    node_set_str(document, "activation", id);
    return cli_print_one(cli, "event", document, err);
}

static const struct arg trigger_arg[] = {{.name = "NAME", .help = "the trigger"}, {0}};
static const struct example fire_examples[] = {
    {"aiwf function trigger fire taken --param name=a.png --runtime openwhisk", "an event, by hand"},
    {"aiwf function trigger fire taken -f event.json -o json --jq .activation", "with parameters of a file"},
    {0},
};
const struct cmd trigger_fire_cmd = {
    .name = "fire",
    .help = "fire a trigger of OpenWhisk: an event by hand",
    .args = trigger_arg,
    .opts = fire_opts,
    .opts_size = sizeof(struct fire_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES,
    .columns = fired_columns,
    .examples = fire_examples,
    .run = fire,
};

/* ---- rules ---- */

struct rule_opts {
    const char *runtime, *trigger, *function;
};
static const struct opt rule_create_opts[] = {
    {.name = "trigger", .type = OPT_STRING, OPT(struct rule_opts, trigger), .metavar = "NAME", .help = "the trigger"},
    {.name = "function",
     .type = OPT_STRING,
     OPT(struct rule_opts, function),
     .metavar = "NAME",
     .help = "the function that it calls",
     .complete = complete_functions},
    RUNTIME_OPT(struct rule_opts),
    {0},
};
static const struct opt rule_opts[] = {RUNTIME_OPT(struct rule_opts), {0}};

static const struct column rule_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "TRIGGER", .path = "/trigger"},
    {.title = "FUNCTION", .path = "/function"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {0},
};

static int show_rule(struct cli *cli, const struct whisk *whisk, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *document = whisk_rule_show(whisk, name, err);
    return document ? cli_print_one(cli, "rule", document, err) : -1;
}

static int create_rule(struct cli *cli, struct err *err)
{
    const struct rule_opts *opts = cli->opts;
    const struct whisk_rule rule = {.name = cli->args.v[0], .trigger = opts->trigger, .function = opts->function};
    CLEANUP(whisk_release) struct whisk whisk = {0};
    AUTOFREE char *what = xasprintf("create rule %s", rule.name);
    if (!rule.trigger || !rule.function)
        return err_set(err, ERR_USAGE, "a rule is from a trigger to a function: --trigger NAME --function NAME");
    if (trigger_open_whisk(cli, opts->runtime, &whisk, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        CLEANUP(node_free) node_t *body = whisk_rule_body(&whisk, &rule);
        return print_request(cli, body, err);
    }
    if (cli_confirm(cli, what, err) != 0 || whisk_rule_create(&whisk, &rule, err) != 0)
        return -1;
    return show_rule(cli, &whisk, rule.name, err);
}

static int list_rules(struct cli *cli, struct err *err)
{
    const struct rule_opts *opts = cli->opts;
    CLEANUP(whisk_release) struct whisk whisk = {0};
    bool is_open = trigger_open_whisk(cli, opts->runtime, &whisk, err) == 0;
    CLEANUP(node_free) node_t *list = is_open ? whisk_rule_list(&whisk, err) : NULL;
    CLEANUP(node_free) node_t *documents = node_new_array();
    for (const node_t *rule = node_first(list); rule; rule = node_next(rule)) {
        node_t *whole = whisk_rule_show(&whisk, node_str(rule, "/name", ""), err); /* a list does not tell its state */
        if (!whole)
            return -1;
        node_push(documents, whole);
    }
    return list ? cli_print_list(cli, "rule", documents, err) : -1;
}

/* One of them, as `what` says. */
static int each_rule(struct cli *cli, const char *name, struct err *err)
{
    const struct rule_opts *opts = cli->opts;
    const char *verb = cli->cmd->name;
    CLEANUP(whisk_release) struct whisk whisk = {0};
    bool deletes = strcmp(verb, "delete") == 0;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s rule %s", verb, name);
        return 0;
    }
    if (trigger_open_whisk(cli, opts->runtime, &whisk, err) != 0)
        return -1;
    int rc = deletes ? whisk_rule_delete(&whisk, name, err) : whisk_rule_set(&whisk, name, strcmp(verb, "enable") == 0, err);
    if (rc != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function rule list") : -1;
    cli_note(cli, "rule %s %sd", name, verb);
    return 0;
}

static int change_rules(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, cli->cmd->name, "rule", err) != 0 ? -1 : cli_each_name(cli, each_rule, err);
}

static const struct arg rule_arg[] = {{.name = "NAME", .help = "the rule"}, {0}};
static const struct arg rules_arg[] = {{.name = "NAME", .help = "rules", .many = true}, {0}};

static const struct example rule_create_examples[] = {
    {"aiwf function rule create archive --trigger taken --function store", "a second function of the same event"},
    {"aiwf function rule create archive --trigger taken --function store --dry-run", "what would be sent"},
    {0},
};
static const struct example rule_list_examples[] = {
    {"aiwf function rule list", "which event calls which function"},
    {"aiwf function rule list -o json --jq '.items[] | select(.state == \"inactive\") | .name'", "those that are disabled"},
    {0},
};
static const struct example rule_enable_examples[] = {
    {"aiwf function rule enable archive", "events call its function again"},
    {"aiwf function rule enable a b", "several"},
    {0},
};
static const struct example rule_disable_examples[] = {
    {"aiwf function rule disable archive", "events no longer call its function"},
    {"aiwf function rule disable a b --dry-run", "what would be disabled"},
    {0},
};
static const struct example rule_delete_examples[] = {
    {"aiwf function rule delete archive", "trigger and function stay"},
    {"aiwf function rule delete a b --yes", "several, without a question in a protected context"},
    {0},
};

static const struct cmd rule_create_cmd = {
    .name = "create",
    .help = "have a trigger call a function",
    .args = rule_arg,
    .opts = rule_create_opts,
    .opts_size = sizeof(struct rule_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES,
    .columns = rule_columns,
    .examples = rule_create_examples,
    .run = create_rule,
};
static const struct cmd rule_list_cmd = {
    .name = "list",
    .help = "list rules",
    .opts = rule_opts,
    .opts_size = sizeof(struct rule_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = rule_columns,
    .examples = rule_list_examples,
    .run = list_rules,
};
#define CHANGE_CMD(name_, help_)                                                                                      \
    {                                                                                                                 \
        .name = #name_, .help = (help_), .args = rules_arg, .opts = rule_opts, .opts_size = sizeof(struct rule_opts), \
        .flags = CMD_CONTEXT | CMD_CHANGES, .examples = rule_##name_##_examples, .run = change_rules                  \
    }
static const struct cmd rule_enable_cmd = CHANGE_CMD(enable, "have rules work again");
static const struct cmd rule_disable_cmd = CHANGE_CMD(disable, "have rules do nothing for now");
static const struct cmd rule_delete_cmd = CHANGE_CMD(delete, "delete rules");

const struct cmd function_rule_cmd = {
    .name = "rule",
    .help = "which function a trigger of OpenWhisk calls",
    .about = "A trigger that was created with --function has a rule of its own name already; rules let it call others too. On\n"
             "Knative a trigger calls one function, and that is all of it.",
    .cmds = (const struct cmd *const[]){&rule_create_cmd, &rule_list_cmd, &rule_enable_cmd, &rule_disable_cmd, &rule_delete_cmd,
                                        NULL},
};
