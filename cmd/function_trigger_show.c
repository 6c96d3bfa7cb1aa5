/* aiwf function trigger show: what one trigger calls, and what its controller says of it. */
#include <string.h>

#include "function.h"
#include "function_trigger.h"
#include "kube.h"
#include "kube/events.h"
#include "serverless/trigger.h"

static const struct column columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "MESSAGE", .path = "/message"},
    {.title = "KIND", .path = "/kind"},
    {.title = "FUNCTION", .path = "/function"},
    {.title = "URL", .path = "/url"},
    {.title = "ON", .path = "/on"},
    {.title = "TIMEZONE", .path = "/timezone"},
    {.title = "DATA", .path = "/data"},
    {.title = "DATA (BASE64)", .path = "/data_base64"},
    {.title = "SERVERS", .path = "/servers", .kind = CELL_LIST},
    {.title = "GROUP", .path = "/group"},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {0},
};
static const struct column condition_columns[] = {
    {.title = "CONDITION", .path = "/type"},
    {.title = "STATUS", .path = "/status"},
    {.title = "REASON", .path = "/reason"},
    {.title = "MESSAGE", .path = "/message"},
    {0},
};
static const struct column rule_columns[] = {
    {.title = "RULE", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "FUNCTION", .path = "/function"},
    {0},
};
static const struct {
    const char *key, *kind;
    const struct column *columns;
} parts[] = {
    {"conditions", "condition", condition_columns},
    {"rules", "rule", rule_columns},
    {"events", "event", kube_event_columns},
};

static int print_document(struct cli *cli, const node_t *document, struct err *err)
{
    bool is_table = (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
    if (cli_print_one(cli, "trigger", document, err) != 0)
        return -1;
    for (size_t i = 0; is_table && i < ARRAY_LEN(parts); i++) {
        const node_t *list = node_get(document, parts[i].key);
        if (!node_len(list))
            continue;
        fputc('\n', cli->out);
        if (print_list(&cli->print, parts[i].kind, parts[i].columns, list, err) != 0)
            return -1;
    }
    return 0;
}

/* Who may see a trigger need not be allowed to see events: null then. */
static node_t *show_knative(struct cli *cli, struct err *err)
{
    enum trigger_kind kind;
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct kube *kube = cli_kube_kept(cli, err);
    CLEANUP(node_free) node_t *object = kube ? trigger_find(kube, cli->args.v[0], &kind, err) : NULL;
    if (!object)
        return NULL;
    node_t *document = trigger_detail(object, kind);
    trigger_tell_brokers(kube, document);
    node_t *events = kube_events_about(kube, object, NULL, 0, &none);
    node_set(document, "events", events ? events : node_new_null());
    return document;
}

static int show(struct cli *cli, struct err *err)
{
    const struct trigger_plain_opts *opts = cli->opts;
    bool is_whisk;
    if (trigger_is_whisk(cli, opts->runtime, &is_whisk, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *document = is_whisk ? trigger_whisk_show(cli, opts->runtime, err) : show_knative(cli, err);
    return document ? print_document(cli, document, err) : -1;
}

/* A name that several kinds have one of comes once, and with each kind. */
static void complete_list(const node_t *list, struct strv *names)
{
    for (const node_t *item = node_first(list); item; item = node_next(item)) {
        const char *name = node_str(item, "/name", "");
        size_t of_name = 0;
        for (const node_t *other = node_first(list); other; other = node_next(other))
            of_name += strcmp(node_str(other, "/name", ""), name) == 0;
        if (!strv_has(names, name))
            strv_add(names, name);
        if (of_name > 1)
            strv_addf(names, "%s/%s", node_str(item, "/kind", ""), name);
    }
}

void complete_triggers(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(whisk_release) struct whisk whisk = {0};
    bool is_whisk;
    if (trigger_is_whisk(cli, NULL, &is_whisk, &none) != 0)
        return;
    struct kube *kube = is_whisk ? NULL : cli_kube_kept(cli, &none);
    bool is_open = is_whisk && trigger_open_whisk(cli, NULL, &whisk, &none) == 0;
    CLEANUP(node_free) node_t *list = kube ? trigger_list(kube, &none) : is_open ? whisk_trigger_list(&whisk, &none) : NULL;
    complete_list(list, names);
}

static const struct arg name_arg[] = {{.name = "NAME",
                                       .help = "the trigger; as KIND/NAME where several kinds have one of that name",
                                       .complete = complete_triggers},
                                      {0}};
static const struct example examples[] = {
    {"aiwf function trigger show taken", "what it calls, and what keeps it from being ready"},
    {"aiwf function trigger show taken -o json --jq '.conditions[] | select(.status != \"True\").reason'", "the reasons alone"},
    {0},
};

const struct cmd trigger_show_cmd = {
    .name = "show",
    .help = "show a trigger: what calls which function, its conditions and events",
    .args = name_arg,
    .opts = trigger_plain_opts,
    .opts_size = sizeof(struct trigger_plain_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = columns,
    .examples = examples,
    .run = show,
};
