/* aiwf dashboard push, list, delete: dashboards in a running Grafana. */
#include <string.h>

#include "dashboard.h"
#include "metrics/dashboard.h"
#include "metrics/grafana.h"

#define FOLDER_UID   "aiwf"
#define FOLDER_TITLE "AI workflows"

struct options {
    const char *grafana;
};

static int connect_grafana(const struct cli *cli, struct grafana *ret, struct err *err)
{
    const struct options *opts = cli->opts;
    struct grafana_settings settings = {
        .url = opts->grafana,
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
    };
    return grafana_open(ret, &cli->context, &settings, err);
}

static void add_item(node_t *items, const node_t *dashboard, const char *state)
{
    node_t *item = node_push(items, node_new_object());
    node_set_str(item, "name", node_str(dashboard, "/uid", ""));
    node_set_str(item, "state", state);
    node_set_str(item, "title", node_str(dashboard, "/title", ""));
}

static const struct column columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"TITLE", "/title", CELL_TEXT, false},
    {0},
};

static int push_one(const struct grafana *grafana, const node_t *dashboard, bool is_dry, node_t *items, struct err *err)
{
    const char *state = grafana_compare(grafana, dashboard, err);
    if (!state)
        return -1;
    bool is_same = strcmp(state, "same") == 0;
    if (!is_same && !is_dry && grafana_save(grafana, dashboard, FOLDER_UID, err) != 0)
        return err_wrap(err, "cannot save dashboard %s", node_str(dashboard, "/uid", ""));
    add_item(items, dashboard, state);
    return 0;
}

static int push_all(struct cli *cli, bool is_dry, struct err *err)
{
    CLEANUP(grafana_release) struct grafana grafana = {0};
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    CLEANUP(node_free) node_t *items = node_new_array();
    CLEANUP(node_free) node_t *prices = dashboard_prices(&cli->context);
    CLEANUP(strv_release) struct strv missing = STRV_INIT;
    if (!vocabulary || connect_grafana(cli, &grafana, err) != 0 ||
        (!is_dry && cli_confirm(cli, "save dashboards in Grafana", err) != 0))
        return -1;
    if (!is_dry && grafana_folder(&grafana, FOLDER_UID, FOLDER_TITLE, err) != 0)
        return -1;
    for (const node_t *one = node_first(node_get(vocabulary, "dashboards")); one; one = node_next(one)) {
        CLEANUP(node_free) node_t *made = dashboard_make(vocabulary, one, prices, &missing);
        if (push_one(&grafana, made, is_dry, items, err) != 0)
            return -1;
    }
    for (size_t i = 0; i < missing.n; i++)
        cli_note(cli, "context %s has no %s: what it would price is left out", cli->context.name, missing.v[i]);
    return print_list(&cli->print, "dashboard", columns, items, err);
}

static int push(struct cli *cli, struct err *err) { return push_all(cli, cli->dry_run != DRY_RUN_NONE, err); }
static int diff(struct cli *cli, struct err *err) { return push_all(cli, true, err); }

static int list(struct cli *cli, struct err *err)
{
    CLEANUP(grafana_release) struct grafana grafana = {0};
    CLEANUP(node_free) node_t *items = connect_grafana(cli, &grafana, err) == 0 ? grafana_list(&grafana, "aiwf", err) : NULL;
    return items ? cli_print_list(cli, "dashboard", items, err) : -1;
}

/* One that is not there is gone already. */
static int delete (struct cli *cli, struct err *err)
{
    CLEANUP(grafana_release) struct grafana grafana = {0};
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    CLEANUP(node_free) node_t *items = node_new_array();
    bool is_dry = cli->dry_run != DRY_RUN_NONE;
    if (!vocabulary || connect_grafana(cli, &grafana, err) != 0 ||
        (!is_dry && cli_confirm(cli, "delete aiwf's dashboards in Grafana", err) != 0))
        return -1;
    for (const node_t *one = node_first(node_get(vocabulary, "dashboards")); one; one = node_next(one)) {
        CLEANUP(err_release) struct err why = ERR_INIT;
        int rc = is_dry ? 0 : grafana_delete(&grafana, node_str(one, "/uid", ""), &why);
        if (rc != 0 && why.code != ERR_NOT_FOUND)
            return err_move(err, &why);
        add_item(items, one, rc == 0 ? "deleted" : "absent");
    }
    return print_list(&cli->print, "dashboard", columns, items, err);
}

static const struct opt opts[] = {
    {.name = "grafana",
     .type = OPT_STRING,
     OPT(struct options, grafana),
     .metavar = "URL",
     .help = "the Grafana to ask instead of the context's"},
    {0},
};
static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"TITLE", "/title", CELL_TEXT, false},
    {"FOLDER", "/folder", CELL_TEXT, false},
    {"URL", "/url", CELL_TEXT, false},
    {0},
};
static const struct example push_examples[] = {
    {"aiwf dashboard push", "make or renew the dashboards in the context's Grafana"},
    {"aiwf dashboard push --dry-run", "which are new, changed or the same"},
    {0},
};
static const struct example diff_examples[] = {
    {"aiwf dashboard diff", "which dashboards are new, changed or the same in the context's Grafana"},
    {"aiwf dashboard diff -o json --jq '.items[] | select(.state != \"same\") | .name'", "those that a push would save"},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf dashboard list", "aiwf's dashboards in the context's Grafana"},
    {"aiwf dashboard list -o name --grafana http://127.0.0.1:3000", "their names in another"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf dashboard delete", "delete aiwf's dashboards, and no others"},
    {"aiwf dashboard delete --yes --context prod", "without being asked"},
    {0},
};
const struct cmd dashboard_push_cmd = {
    .name = "push",
    .help = "make or renew the dashboards in a Grafana",
    .about = "One that is as it should be is left alone, so that Grafana's history has no empty versions; another is replaced,\n"
             "with what was changed in it. Grafana's token, a service account's, is in the file that the context's setting\n"
             "grafana-token-file names.",
    .opts = opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = columns,
    .examples = push_examples,
    .run = push,
};
const struct cmd dashboard_diff_cmd = {
    .name = "diff",
    .help = "tell which dashboards a push would save",
    .opts = opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = columns,
    .examples = diff_examples,
    .run = diff,
};
const struct cmd dashboard_list_cmd = {
    .name = "list",
    .help = "list aiwf's dashboards in a Grafana",
    .opts = opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
const struct cmd dashboard_delete_cmd = {
    .name = "delete",
    .help = "delete aiwf's dashboards in a Grafana",
    .opts = opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = columns,
    .examples = delete_examples,
    .run = delete,
};
