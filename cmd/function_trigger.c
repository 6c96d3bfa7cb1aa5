/* aiwf function trigger: what calls a function besides requests, on Knative and OpenWhisk. */
#include <string.h>

#include "cmd.h"
#include "function.h"
#include "function_trigger.h"
#include "kube.h"
#include "serverless/trigger.h"

static const struct opt create_opts[] = {
    {.name = "function",
     .type = OPT_STRING,
     OPT(struct trigger_opts, function),
     .metavar = "NAME",
     .help = "the function that is called",
     .complete = complete_functions},
    {.name = "broker",
     .type = OPT_STRING,
     OPT(struct trigger_opts, broker),
     .metavar = "NAME",
     .help = "events of this broker (usual: default)"},
    {.name = "filter",
     .type = OPT_LIST,
     OPT(struct trigger_opts, filters),
     .metavar = "K=V",
     .help = "only events with this attribute: type=io.example.taken"},
    {.name = "schedule",
     .type = OPT_STRING,
     OPT(struct trigger_opts, schedule),
     .metavar = "CRON",
     .help = "by a clock: '*/5 * * * *'"},
    {.name = "data", .type = OPT_STRING, OPT(struct trigger_opts, data), .metavar = "JSON", .help = "what the clock sends"},
    {.name = "kafka", .type = OPT_STRING, OPT(struct trigger_opts, kafka), .metavar = "HOST:PORT", .help = "messages of Kafka"},
    {.name = "topic", .type = OPT_LIST, OPT(struct trigger_opts, topics), .metavar = "NAME", .help = "of Kafka"},
    {.name = "group",
     .type = OPT_STRING,
     OPT(struct trigger_opts, group),
     .metavar = "NAME",
     .help = "the consumer group of Kafka"},
    {.name = "param",
     .type = OPT_LIST,
     OPT(struct trigger_opts, params),
     .metavar = "K=V",
     .help = "given with each event (OpenWhisk): JSON, else text"},
    RUNTIME_OPT(struct trigger_opts),
    {0},
};

const struct opt trigger_plain_opts[] = {RUNTIME_OPT(struct trigger_plain_opts), {0}};

const struct column trigger_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "FUNCTION", .path = "/function"},
    {.title = "ON", .path = "/on"},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {.title = "KIND", .path = "/kind", .wide = true},
    {.title = "MESSAGE", .path = "/message"},
    {0},
};

static int create_there(struct cli *cli, const node_t *object, enum trigger_kind kind, struct err *err)
{
    struct kube *kube = cli_kube_kept(cli, err);
    if (!kube)
        return -1;
    AUTOFREE char *what = xasprintf("create trigger %s", node_str(object, "/metadata/name", ""));
    if (cli->dry_run == DRY_RUN_NONE && cli_confirm(cli, what, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *named = node_copy(object);
    CLEANUP(node_free) node_t *made = NULL;
    const struct kube_source source = {.flags = trigger_flags};
    const struct kube_write how = {.dry_run = cli->dry_run == DRY_RUN_SERVER, .source = &source};
    node_set_str(node_get(named, "metadata"), "namespace", kube->ns);
    if (kube_create(kube, trigger_kinds[kind], named, &how, &made, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *document = trigger_document(made, kind);
    trigger_tell_brokers(kube, document);
    return cli_print_one(cli, "trigger", document, err);
}

static int create_knative(struct cli *cli, const struct trigger_opts *opts, struct err *err)
{
    enum trigger_kind kind;
    struct trigger_spec spec = {
        .name = cli->args.v[0],
        .function = opts->function,
        .broker = opts->broker,
        .filters = &opts->filters,
        .schedule = opts->schedule,
        .data = opts->data,
        .kafka = opts->kafka,
        .topics = &opts->topics,
        .group = opts->group,
    };
    if (opts->params.n)
        return err_set(err, ERR_USAGE, "--param: an event of Knative has its own data");
    if (!opts->function)
        return err_set(err, ERR_USAGE, "which function is called: --function NAME");
    if (trigger_check(&spec, &kind, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = trigger_object(&spec, kind, NULL);
    return cli->dry_run == DRY_RUN_CLIENT ? print_request(cli, object, err) : create_there(cli, object, kind, err);
}

static int create(struct cli *cli, struct err *err)
{
    const struct trigger_opts *opts = cli->opts;
    bool is_whisk;
    if (trigger_is_whisk(cli, opts->runtime, &is_whisk, err) != 0)
        return -1;
    return is_whisk ? trigger_whisk_create(cli, opts, err) : create_knative(cli, opts, err);
}

static int list_knative(struct cli *cli, struct err *err)
{
    struct kube *kube = cli_kube_kept(cli, err);
    CLEANUP(node_free) node_t *all = kube ? trigger_list(kube, err) : NULL;
    if (!all)
        return -1;
    trigger_tell_brokers(kube, node_first(all));
    return cli_print_list(cli, "trigger", all, err);
}

static int list(struct cli *cli, struct err *err)
{
    const struct trigger_plain_opts *opts = cli->opts;
    bool is_whisk;
    if (trigger_is_whisk(cli, opts->runtime, &is_whisk, err) != 0)
        return -1;
    return is_whisk ? trigger_whisk_list(cli, opts->runtime, err) : list_knative(cli, err);
}

static int delete_knative(struct cli *cli, const char *name, struct err *err)
{
    enum trigger_kind kind;
    struct kube *kube = cli_kube_kept(cli, err);
    CLEANUP(node_free) node_t *there = kube ? trigger_find(kube, name, &kind, err) : NULL;
    if (!there)
        return -1;
    const char *own = node_str(there, "/metadata/name", name);
    if (cli->dry_run == DRY_RUN_NONE && kube_delete(kube, trigger_kinds[kind], kube->ns, own, err) != 0)
        return -1;
    cli_note(cli, cli->dry_run == DRY_RUN_NONE ? "trigger %s deleted" : "would delete trigger %s", name);
    return 0;
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    const struct trigger_plain_opts *opts = cli->opts;
    bool is_whisk;
    if (trigger_is_whisk(cli, opts->runtime, &is_whisk, err) != 0)
        return -1;
    if (!is_whisk)
        return delete_knative(cli, name, err);
    if (cli->dry_run == DRY_RUN_NONE)
        return trigger_whisk_delete(cli, opts->runtime, name, err);
    cli_note(cli, "would delete trigger %s", name);
    return 0;
}

static int delete_triggers(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "trigger", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the trigger"}, {0}};
static const struct arg names_arg[] = {{.name = "NAME",
                                        .help = "triggers; as KIND/NAME where several kinds have one of that name",
                                        .many = true,
                                        .complete = complete_triggers},
                                       {0}};

static const struct example create_examples[] = {
    {"aiwf function trigger create taken --function ocr --filter type=io.example.taken", "each such event of the broker"},
    {"aiwf function trigger create nightly --function ocr --schedule '0 3 * * *' --data '{}'", "every night"},
    {"aiwf function trigger create taken --function ocr --param bucket=scans --runtime openwhisk",
     "fired by hand or by a client"},
    {"aiwf function trigger create jobs --function ocr --kafka kafka:9092 --topic jobs", "each message of a topic"},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf function trigger list", "which events call which function"},
    {"aiwf function trigger list -o json --jq '.items[].function'", "the functions that are called"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf function trigger delete nightly", "the function stays"},
    {"aiwf function trigger delete a b --dry-run", "what would go"},
    {0},
};

static const struct cmd create_cmd = {
    .name = "create",
    .help = "have events, a clock or Kafka call a function",
    .args = name_arg,
    .opts = create_opts,
    .opts_size = sizeof(struct trigger_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = trigger_columns,
    .examples = create_examples,
    .run = create,
};
static const struct cmd list_cmd = {
    .name = "list",
    .help = "list triggers",
    .opts = trigger_plain_opts,
    .opts_size = sizeof(struct trigger_plain_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = trigger_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "delete triggers",
    .args = names_arg,
    .opts = trigger_plain_opts,
    .opts_size = sizeof(struct trigger_plain_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_triggers,
};

const struct cmd function_trigger_cmd = {
    .name = "trigger",
    .help = "what calls a function besides requests",
    .about =
        "On Knative, with Knative Eventing in the cluster: an event of a broker, a tick of a clock or a message of Kafka is a\n"
        "request with a CloudEvent. On OpenWhisk (--runtime openwhisk): an event that is fired, or a clock, calls the\n"
        "functions that its rules name.",
    .cmds = (const struct cmd *const[]){&create_cmd, &list_cmd, &trigger_show_cmd, &delete_cmd, &trigger_fire_cmd, NULL},
};
