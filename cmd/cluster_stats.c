/* aiwf cluster stats, aiwf cluster services */
#include "cluster.h"
#include "openstack/project.h"

struct stats_opts {
    const char *project;
};
static const struct opt stats_opts[] = {
    {.name = "project",
     .type = OPT_STRING,
     OPT(struct stats_opts, project),
     .metavar = "PROJECT",
     .help = "of one project, by name or id (usual: the login's; an administrator's is all)"},
    {0},
};

static int stats(struct cli *cli, struct err *err)
{
    const struct stats_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    AUTOFREE char *id = opts->project ? project_id(&os, opts->project, err) : NULL;
    if (opts->project && !id)
        return err_what(err, "cannot count the clusters of project %s", opts->project);
    CLEANUP(node_free) node_t *counts = magnum_stats(&os, id, err);
    return counts ? cli_print_one(cli, "clusterstats", counts, err) : -1;
}

static const struct column stats_columns[] = {
    {"CLUSTERS", "/clusters", CELL_NUMBER, false},
    {"NODES", "/nodes", CELL_NUMBER, false},
    {0},
};
static const struct example stats_examples[] = {
    {"aiwf cluster stats", "how many clusters and nodes the project has"},
    {"aiwf cluster stats --project vision -o json --jq .nodes", "of another one, for administrators"},
    {0},
};
const struct cmd cluster_stats_cmd = {
    .name = "stats",
    .help = "count clusters and nodes",
    .opts = stats_opts,
    .opts_size = sizeof(struct stats_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = stats_columns,
    .examples = stats_examples,
    .run = stats,
};

/* ---- services ---- */

static int services(struct cli *cli, struct err *err) { return resource_print_list(cli, &magnum_service, NULL, err); }

static const struct column services_columns[] = {
    {"NAME", "/binary", CELL_TEXT, false},
    {"HOST", "/host", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"DISABLED", "/disabled", CELL_TEXT, false},
    {"REASON", "/disabled_reason", CELL_TEXT, false},
    {"REPORTS", "/report_count", CELL_NUMBER, true},
    {"UPDATED", "/updated_at", CELL_TEXT, false},
    {0},
};
static const struct example services_examples[] = {
    {"aiwf cluster services", "Magnum's conductors, for administrators"},
    {"aiwf cluster services -o json --jq '.items[] | select(.state != \"up\").host'", "where one is down"},
    {0},
};
const struct cmd cluster_services_cmd = {
    .name = "services",
    .help = "list Magnum's own services (administrators)",
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = services_columns,
    .examples = services_examples,
    .run = services,
};
