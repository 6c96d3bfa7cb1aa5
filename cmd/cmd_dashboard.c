/* aiwf dashboard: rules for Prometheus and dashboards for Grafana, of the figures that aiwf query knows. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "dashboard.h"
#include "doc/doc.h"
#include "metrics/dashboard.h"

struct rules_opts {
    bool operator;
};

/* Where files go, and which they were. */
struct output {
    const char *folder;
    node_t *files; /* items to print */
};

/* text and what it is are copied. */
static int write_file(struct output *output, const char *name, const struct str *text, const char *what, struct err *err)
{
    AUTOFREE char *path = path_join(output->folder, name);
    if (file_write_atomic(path, text->buf, text->len, 0644, err) != 0)
        return err_wrap(err, "cannot write %s", path);
    node_t *item = node_push(output->files, node_new_object());
    node_set_str(item, "name", path);
    node_set_str(item, "what", what);
    return 0;
}

static int write_rules(const struct cli *cli, struct output *output, const char *name, node_t *groups, struct err *err)
{
    const struct rules_opts *opts = cli->opts;
    CLEANUP(str_release) struct str text = STR_INIT;
    AUTOFREE char *file = xasprintf("%s.yml", name);
    size_t rules = 0;
    for (const node_t *group = node_first(node_get(groups, "groups")); group; group = node_next(group))
        rules += node_len(node_get(group, "rules"));
    AUTOFREE char *what = xasprintf("%zu rules", rules);
    CLEANUP(node_free) node_t *document = opts->operator? rules_object(name, groups) : groups;
    yaml_print(document, &text);
    return write_file(output, file, &text, what, err);
}

static const struct column columns[] = {
    {"FILE", "/name", CELL_TEXT, false},
    {"WHAT", "/what", CELL_TEXT, false},
    {0},
};

static int rules(struct cli *cli, struct err *err)
{
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    CLEANUP(node_free) node_t *files = node_new_array();
    struct output output = {.folder = cli->args.v[0], .files = files};
    if (!vocabulary || write_rules(cli, &output, "aiwf-recording", rules_record(vocabulary), err) != 0 ||
        write_rules(cli, &output, "aiwf-alerts", rules_warn(vocabulary), err) != 0)
        return -1;
    return print_list(&cli->print, "file", columns, files, err);
}

node_t *dashboard_prices(const struct context *context)
{
    static const struct {
        enum setting setting;
        const char *name;
    } prices[] = {
        {SETTING_price_cpu_hour, "price-cpu-hour"}, {SETTING_price_gpu_hour, "price-gpu-hour"}, {SETTING_price_kwh, "price-kwh"}};
    node_t *found = node_new_object();
    for (size_t i = 0; i < ARRAY_LEN(prices); i++)
        if (context_get(context, prices[i].setting))
            node_set_str(found, prices[i].name, context_get(context, prices[i].setting));
    return found;
}

static int export_one(struct output *output, const node_t *dashboard, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    AUTOFREE char *name = xasprintf("%s.json", node_str(dashboard, "/uid", ""));
    json_print_pretty(dashboard, &text);
    return write_file(output, name, &text, node_str(dashboard, "/title", ""), err);
}

static int export_provider(struct output *output, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    AUTOFREE char *folder = realpath(output->folder, NULL);
    CLEANUP(node_free) node_t *provider = dashboard_provider(folder ? folder : output->folder);
    yaml_print(provider, &text);
    return write_file(output, "provider.yaml", &text, "for Grafana's provisioning/dashboards", err);
}

static int export(struct cli *cli, struct err *err)
{
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    CLEANUP(node_free) node_t *files = node_new_array();
    CLEANUP(node_free) node_t *prices = dashboard_prices(&cli->context);
    CLEANUP(strv_release) struct strv missing = STRV_INIT;
    struct output output = {.folder = cli->args.v[0], .files = files};
    if (!vocabulary)
        return -1;
    for (const node_t *one = node_first(node_get(vocabulary, "dashboards")); one; one = node_next(one)) {
        CLEANUP(node_free) node_t *made = dashboard_make(vocabulary, one, prices, &missing);
        if (export_one(&output, made, err) != 0)
            return -1;
    }
    if (export_provider(&output, err) != 0)
        return -1;
    for (size_t i = 0; i < missing.n; i++)
        cli_note(cli, "context %s has no %s: what it would price is left out", cli->context.name, missing.v[i]);
    return print_list(&cli->print, "file", columns, files, err);
}

static const struct arg rules_args[] = {{.name = "DIR", .help = "the folder for the files (made when it is not there)"}, {0}};
static const struct arg export_args[] = {{.name = "DIR", .help = "the folder for the files (made when it is not there)"}, {0}};
static const struct opt rules_options[] = {
    {.name = "operator",
     .type = OPT_FLAG,
     OPT(struct rules_opts, operator),
     .help = "as objects of the Prometheus operator (PrometheusRule), for kubectl apply"},
    {0},
};
static const struct example rules_examples[] = {
    {"aiwf dashboard rules /etc/prometheus/rules", "the files for rule_files of prometheus.yml"},
    {"aiwf dashboard rules rules --operator", "the same for kubectl apply -f rules"},
    {0},
};
static const struct example export_examples[] = {
    {"aiwf dashboard export /var/lib/grafana/dashboards", "dashboards, and a provider that reads them"},
    {"aiwf dashboard export boards --context prod", "with the prices of a context"},
    {0},
};

static const struct cmd rules_cmd = {
    .name = "rules",
    .help = "write recording and alert rules for this stack",
    .about =
        "A recording rule for each figure of `aiwf query --list figures` and each source of it:\n"
        "aiwf:gpu_util{measured_by=\"dcgm\"} is gpu.util by dcgm-exporter, with a window of 5m. What nobody scrapes records\n"
        "nothing. Alert rules warn of idle and failing GPUs, failing functions, queues that are stuck, and exporters\n"
        "that are down.",
    .args = rules_args,
    .opts = rules_options,
    .opts_size = sizeof(struct rules_opts),
    .flags = CMD_OUTPUT,
    .columns = columns,
    .examples = rules_examples,
    .run = rules,
};
static const struct cmd export_cmd = {
    .name = "export",
    .help = "write dashboards of Grafana: latency, GPUs, energy, cost",
    .about = "The dashboards have their data source, the window of rates, and prices as variables. They have no state of\n"
             "their own: the same version writes the same files, and Grafana's file provisioning takes them as they are,\n"
             "with provider.yaml in its provisioning/dashboards.",
    .args = export_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = columns,
    .examples = export_examples,
    .run = export,
};
static const struct cmd *const verbs[] = {
    &rules_cmd, &export_cmd, &dashboard_push_cmd, &dashboard_diff_cmd, &dashboard_list_cmd, &dashboard_delete_cmd, NULL};

const struct cmd cmd_dashboard = {
    .name = "dashboard",
    .group = "observe",
    .help = "rules for Prometheus and dashboards for Grafana",
    .cmds = verbs,
};
