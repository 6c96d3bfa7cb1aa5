/* Why something is as it is: one kind of thing a verb. */
#include "openstack.h"
#include "tui/surface.h"
#include "why.h"
#include "why/cluster.h"

static void complete_cluster(struct cli *cli, struct strv *names) { resource_complete(cli, &magnum_cluster, names); }

static int cluster(struct cli *cli, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *why = why_cluster(&os, cli->args.v[0], err);
    return why ? why_print(cli, why, err) : -1;
}

const struct column why_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"VERDICT", "/verdict", CELL_STATE, false},
    {"SUMMARY", "/summary", CELL_TEXT, false},
    {0},
};

static const struct arg cluster_args[] = {
    {.name = "NAME", .help = "the cluster, by name or UUID", .complete = complete_cluster},
    {0},
};
static const struct example cluster_examples[] = {
    {"aiwf why cluster ml", "what it failed for, or waits for, and what to do about it"},
    {"aiwf why cluster ml -o json --jq '.chain[] | select(.layer == \"nova\") | .reason'", "what Nova said, for a script"},
    {0},
};
static const struct cmd cmd_cluster_why = {
    .name = "cluster",
    .help = "why a cluster failed, is not well, or is not finished",
    .about = "It walks from Magnum through Heat's stacks (or what a Cluster API driver tells), Nova's servers, Placement and\n"
             "the quotas to Neutron's ports, and tells what each layer says, the deepest last. What the cloud does not tell\n"
             "this login is marked as not seen. The exit code is 0 when it could be told, whatever it is.",
    .args = cluster_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = cluster_examples,
    .run = cluster,
};

int why_print(struct cli *cli, const node_t *why, struct err *err)
{
    bool people = (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
    if (!people)
        return cli_print_one(cli, "Why", why, err);
    struct chain_style style = {.utf8 = tui_utf8(), .color = cli->print.color};
    chain_print(why, &style, cli->out);
    return 0;
}

static const struct cmd *const kinds[] = {&cmd_cluster_why,  &why_pod_cmd,      &why_job_cmd, &why_train_cmd,
                                          &why_function_cmd, &why_workflow_cmd, NULL};

const struct cmd cmd_why = {
    .name = "why",
    .group = "observe",
    .help = "why something is as it is, across all layers",
    .cmds = kinds,
};
