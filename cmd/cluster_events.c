/* aiwf cluster events */
#include "base/clock.h"
#include "cluster.h"
#include "cluster/events.h"

enum { FOLLOW_MS = 2000 };

struct events_opts {
    bool follow;
};
static const struct opt events_opts[] = {
    {.name = "follow",
     .letter = 'F',
     .type = OPT_FLAG,
     OPT(struct events_opts, follow),
     .help = "go on with new ones until Ctrl-C, or until the cluster is gone"},
    {0},
};

/* A following list is printed in pieces, with one head. */
static int follow(struct cli *cli, struct openstack *os, struct cluster_events *events, const char *id, struct err *err)
{
    for (;;) {
        if (clock_sleep_ms(FOLLOW_MS))
            return 0; /* how following ends */
        CLEANUP(err_release) struct err passing = ERR_INIT;
        CLEANUP(node_free) node_t *cluster = resource_show(os, &magnum_cluster, id, &passing);
        if (!cluster && passing.code == ERR_NOT_FOUND)
            return 0;
        CLEANUP(node_free) node_t *items = cluster ? cluster_events_next(events, os, cluster, &passing) : NULL;
        if (items && node_len(items) && cli_print_list(cli, "event", items, err) != 0)
            return -1;
    }
}

static int events(struct cli *cli, struct err *err)
{
    const struct events_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(cluster_events_release) struct cluster_events read = {0};
    if (opts->follow && cli->output && (str_starts(cli->output, "json") || str_starts(cli->output, "yaml")))
        return err_set(err, ERR_USAGE, "--follow has no end that -o %s could close: -o ndjson", cli->output);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, cli->args.v[0], "list the events of", err);
    CLEANUP(node_free) node_t *items = cluster ? cluster_events_next(&read, &os, cluster, err) : NULL;
    if (!items || cli_print_list(cli, "event", items, err) != 0)
        return -1;
    if (!opts->follow)
        return 0;
    cli->print.no_headers = true;
    fflush(cli->out);
    return follow(cli, &os, &read, node_str(cluster, "/uuid", ""), err);
}

static const struct column events_columns[] = {
    {"TIME", "/time", CELL_TEXT, false},      {"RESOURCE", "/resource", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false}, {"ID", "/physical_id", CELL_TEXT, true},
    {"REASON", "/reason", CELL_TEXT, false},  {0},
};

static const struct example events_examples[] = {
    {"aiwf cluster events ml", "what Heat did for it, nested stacks too"},
    {"aiwf cluster events ml --follow", "and what it does from now on"},
    {"aiwf cluster events ml -o json --jq '.items[] | select(.status | endswith(\"FAILED\")).reason'", "for a script"},
    {0},
};

const struct cmd cluster_events_cmd = {
    .name = "events",
    .help = "what happened to a cluster: the events of its stacks",
    .about = "They are Heat's: clusters of Magnum's Cluster API drivers have none.",
    .args = cluster_arg,
    .opts = events_opts,
    .opts_size = sizeof(struct events_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = events_columns,
    .examples = events_examples,
    .run = events,
};
