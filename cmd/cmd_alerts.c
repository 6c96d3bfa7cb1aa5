/* aiwf alerts: what Prometheus warns of, what became of it in Alertmanager, and by which rules. */
#include "metrics/alerts.h"

#include <string.h>

#include "cmd.h"
#include "reach.h"

struct list_opts {
    const char *prometheus, *alertmanager, *state;
};
struct rules_opts {
    const char *prometheus, *type;
};

static bool is_for_people(const struct cli *cli)
{
    return (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
}

static struct prom_settings settings_of(const struct cli *cli, const char *url)
{
    return (struct prom_settings){
        .url = url,
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
    };
}

static node_t *read_prometheus(struct cli *cli, const char *url, const struct prom_read *what, struct err *err)
{
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv warnings = STRV_INIT;
    struct prom_settings settings = settings_of(cli, url);
    node_t *data = cli_prometheus(cli, &settings, &prom, err) == 0 ? prom_read(&prom, what, &warnings, err) : NULL;
    for (size_t i = 0; i < warnings.n; i++)
        cli_note(cli, "warning: %s", warnings.v[i]);
    return data;
}

static node_t *read_alertmanager(struct cli *cli, const char *url, struct err *err)
{
    CLEANUP(prom_release) struct prom server = {0};
    struct prom_settings settings = settings_of(cli, url);
    settings.kind = "Alertmanager";
    return cli_prometheus(cli, &settings, &server, err) == 0 ? alertmanager_alerts(&server, err) : NULL;
}

static int load(struct cli *cli, node_t **ret_alerts, node_t **ret_told, struct err *err)
{
    const struct list_opts *opts = cli->opts;
    const char *alertmanager = opts->alertmanager ? opts->alertmanager : context_get(&cli->context, SETTING_alertmanager);
    bool has_prometheus = opts->prometheus || context_get(&cli->context, SETTING_prometheus);
    struct prom_read read = {.path = "/api/v1/alerts"};
    if (has_prometheus || !alertmanager) {
        *ret_alerts = read_prometheus(cli, opts->prometheus, &read, err);
        if (!*ret_alerts)
            return -1;
    }
    if (!alertmanager)
        return 0;
    CLEANUP(err_release) struct err why = ERR_INIT;
    *ret_told = read_alertmanager(cli, alertmanager, &why);
    if (*ret_told)
        return 0;
    if (!has_prometheus || why.code == ERR_USAGE || why.code == ERR_INTERRUPTED)
        return err_move(err, &why);
    cli_note(cli, "what is silenced is unknown: %s%s%s", why.what, why.why ? ": " : "", why.why ? why.why : "");
    return 0;
}

static void keep_state(node_t *alerts, const char *state)
{
    for (node_t *item = node_first(alerts), *next; item; item = next) {
        next = node_next(item);
        if (strcmp(node_str(item, "/state", ""), state) != 0)
            node_free(node_detach(alerts, item));
    }
}

/* What it is about: the labels besides those with a column. */
static void add_target(node_t *item)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(node_free) node_t *labels = node_copy(node_get(item, "labels"));
    node_delete(labels, "alertname");
    node_delete(labels, "severity");
    prom_labels_print(labels, &text);
    node_set_str(item, "target", text.buf);
    if (!node_str(item, "/summary", NULL))
        node_set_str(item, "summary", text.buf);
}

static int list(struct cli *cli, struct err *err)
{
    const struct list_opts *opts = cli->opts;
    node_t *loaded[2] = {NULL, NULL};
    int rc = load(cli, &loaded[0], &loaded[1], err);
    CLEANUP(node_free) node_t *alerts = loaded[0];
    CLEANUP(node_free) node_t *told = loaded[1];
    if (rc != 0)
        return -1;
    CLEANUP(node_free) node_t *items = alerts_join(alerts, told);
    if (opts->state)
        keep_state(items, opts->state);
    for (node_t *item = node_first(items); item && is_for_people(cli); item = node_next(item))
        add_target(item);
    return cli_print_list(cli, "alert", items, err);
}

static int rules(struct cli *cli, struct err *err)
{
    const struct rules_opts *opts = cli->opts;
    const char *const form[] = {"type", opts->type ? opts->type : "", NULL};
    struct prom_read read = {.path = "/api/v1/rules", .form = form};
    CLEANUP(node_free) node_t *rules = read_prometheus(cli, opts->prometheus, &read, err);
    if (!rules)
        return -1;
    CLEANUP(node_free) node_t *items = alerts_rules(rules);
    return cli_print_list(cli, "rule", items, err);
}

#define PROMETHEUS(type_)                                                                   \
    {                                                                                       \
        .name = "prometheus", .type = OPT_STRING, OPT(type_, prometheus), .metavar = "URL", \
        .help = "the Prometheus to ask instead of the context's",                           \
    }
static const char *const states[] = {"firing", "pending", "inhibited", "silenced", NULL};
static const char *const types[] = {"alert", "record", NULL};
static const struct opt list_options[] = {
    {.name = "state",
     .type = OPT_CHOICE,
     OPT(struct list_opts, state),
     .metavar = "STATE",
     .choices = states,
     .help = "only those in this state"},
    PROMETHEUS(struct list_opts),
    {.name = "alertmanager",
     .type = OPT_STRING,
     OPT(struct list_opts, alertmanager),
     .metavar = "URL",
     .help = "the Alertmanager to ask instead of the context's"},
    {0},
};
static const struct opt rules_options[] = {
    {.name = "type",
     .type = OPT_CHOICE,
     OPT(struct rules_opts, type),
     .metavar = "TYPE",
     .choices = types,
     .help = "only rules that warn, or that record"},
    PROMETHEUS(struct rules_opts),
    {0},
};
static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},          {"STATE", "/state", CELL_STATE, false},
    {"SEVERITY", "/severity", CELL_TEXT, false},  {"SINCE", "/since", CELL_AGE, false},
    {"VALUE", "/value", CELL_NUMBER, true},       {"SILENCES", "/silenced_by", CELL_LIST, true},
    {"RECEIVERS", "/receivers", CELL_LIST, true}, {"TARGET", "/target", CELL_TEXT, true},
    {"SUMMARY", "/summary", CELL_TEXT, false},    {0},
};
static const struct column rules_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"HEALTH", "/health", CELL_STATE, false},
    {"GROUP", "/group", CELL_TEXT, false},
    {"FOR", "/for_ms", CELL_DURATION, true},
    {"ALERTS", "/alerts", CELL_NUMBER, false},
    {"LAST", "/evaluated", CELL_AGE, true},
    {"TOOK", "/took_ms", CELL_MS, true},
    {"QUERY", "/query", CELL_TEXT, false},
    {"ERROR", "/error", CELL_TEXT, false},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf alerts list", "what fires, what is about to, and what somebody has silenced"},
    {"aiwf alerts list --state firing -o json --jq '.items | length'", "how many fire"},
    {0},
};
static const struct example rules_examples[] = {
    {"aiwf alerts rules", "the rules, and whether each can be evaluated"},
    {"aiwf alerts rules --type alert -o wide", "those that warn, with how long it must last"},
    {0},
};

static const struct cmd list_cmd = {
    .name = "list",
    .help = "list alerts: firing, pending, silenced",
    .about = "Alerts are Prometheus'; with an Alertmanager (the context's setting alertmanager, AIWF_ALERTMANAGER or\n"
             "--alertmanager) also who is told of them, and which are silenced or inhibited. \"sources\" in -o json says\n"
             "who knows of one. The exit code does not depend on what fires.",
    .opts = list_options,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd rules_cmd = {
    .name = "rules",
    .help = "list the rules of Prometheus: state, health, last evaluation",
    .opts = rules_options,
    .opts_size = sizeof(struct rules_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = rules_columns,
    .examples = rules_examples,
    .run = rules,
};
static const struct cmd *const verbs[] = {&list_cmd, &rules_cmd, NULL};

const struct cmd cmd_alerts = {
    .name = "alerts",
    .group = "observe",
    .help = "alerts of Prometheus and Alertmanager, and their rules",
    .cmds = verbs,
};
