/* aiwf cluster resize */
#include "cluster.h"

struct resize_opts {
    const char *goal, *group;
    int64_t nodes;
    struct strv remove;
};

static const struct opt resize_opts[] = {
    {.name = "nodes",
     .type = OPT_INT,
     OPT(struct resize_opts, nodes),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "how many nodes the node group shall have"},
    {.name = "nodegroup",
     .type = OPT_STRING,
     OPT(struct resize_opts, group),
     .metavar = "GROUP",
     .help = "which node group (usual: default-worker)"},
    {.name = "remove",
     .type = OPT_LIST,
     OPT(struct resize_opts, remove),
     .metavar = "SERVER",
     .help = "which server shall go when it shrinks, by name or id"},
    GOAL_OPT(struct resize_opts, cluster_change_goals, GOAL_HELP),
    {0},
};

int cluster_begin_resize(struct cli *cli, struct openstack *os, const struct cluster_size *size, const char *doing, node_t **ret,
                         struct err *err)
{
    const char *name = cli->args.v[0];
    *ret = NULL;
    if (size->nodes < 0) {
        err_set(err, ERR_USAGE, "cannot %s cluster %s: to how many nodes?", doing, name);
        return err_hint(err, "--nodes N");
    }
    if (cli_openstack(cli, os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *body = cluster_size_body(os, size, err);
    if (!body)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_request(cli, body, err);
    CLEANUP(node_free) node_t *cluster = cluster_find(os, name, doing, err);
    AUTOFREE char *what = xasprintf("%s cluster %s to %lld nodes", doing, name, (long long)size->nodes);
    if (!cluster || cli_confirm(cli, what, err) != 0 || cluster_resize(os, cluster, body, err) != 0)
        return -1;
    *ret = TAKE(cluster);
    return 0;
}

static int resize(struct cli *cli, struct err *err)
{
    const struct resize_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *cluster = NULL;
    struct cluster_size size = {.nodes = opts->nodes, .group = opts->group, .remove = &opts->remove};
    if (cluster_begin_resize(cli, &os, &size, "resize", &cluster, err) != 0)
        return -1;
    if (!cluster)
        return 0;
    struct cluster_begun begun = {.os = &os,
                                  .id = node_str(cluster, "/uuid", ""),
                                  .name = cli->args.v[0],
                                  .doing = "resize",
                                  .before = cluster,
                                  .goal = cluster_goal_of(opts->goal)};
    return cluster_finish(cli, &begun, err);
}

static const struct example resize_examples[] = {
    {"aiwf cluster resize ml --nodes 6", "six nodes in its default node group"},
    {"aiwf cluster resize ml --nodes 2 --nodegroup gpu --remove ml-gpu-abc-node-0",
     "shrink another one, and say which node goes"},
    {0},
};

const struct cmd cluster_resize_cmd = {
    .name = "resize",
    .help = "give a cluster more nodes, or fewer",
    .about = "The number is that of one node group. A cluster that is being changed already is exit 5: aiwf cluster wait NAME.",
    .args = cluster_arg,
    .opts = resize_opts,
    .opts_size = sizeof(struct resize_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "60m",
    .columns = cluster_show_columns,
    .examples = resize_examples,
    .run = resize,
};
