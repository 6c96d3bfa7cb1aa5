/* aiwf cluster upgrade */
#include "cluster.h"

struct upgrade_opts {
    const char *goal, *template, *group;
    int64_t batch;
};

static void complete_templates(struct cli *cli, struct strv *names) { resource_complete(cli, &magnum_template, names); }

static const struct opt upgrade_opts[] = {
    {.name = "template",
     .letter = 't',
     .type = OPT_STRING,
     OPT(struct upgrade_opts, template),
     .metavar = "TEMPLATE",
     .help = "the template of the new version",
     .complete = complete_templates},
    {.name = "batch",
     .type = OPT_INT,
     OPT(struct upgrade_opts, batch),
     .metavar = "N",
     RANGE(1, 100000),
     .missing = "1",
     .help = "how many nodes at once"},
    {.name = "nodegroup",
     .type = OPT_STRING,
     OPT(struct upgrade_opts, group),
     .metavar = "GROUP",
     .help = "only this node group (usual: default-worker)"},
    GOAL_OPT(struct upgrade_opts, cluster_change_goals, GOAL_HELP),
    {0},
};

static int upgrade(struct cli *cli, struct err *err)
{
    const struct upgrade_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    if (!opts->template) {
        err_set(err, ERR_USAGE, "to which template shall cluster %s be upgraded?", name);
        return err_hint(err, "--template NAME: aiwf template list");
    }
    CLEANUP(openstack_release) struct openstack os = {0};
    struct cluster_version version = {.template = opts->template, .group = opts->group, .batch = opts->batch};
    CLEANUP(node_free) node_t *body = cluster_version_body(&version);
    if (cli->dry_run != DRY_RUN_NONE)
        return print_request(cli, body, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, name, "upgrade", err);
    AUTOFREE char *what = xasprintf("upgrade cluster %s to template %s", name, opts->template);
    if (!cluster || cli_confirm(cli, what, err) != 0 || cluster_upgrade(&os, cluster, body, err) != 0)
        return -1;
    struct cluster_begun begun = {.os = &os,
                                  .id = node_str(cluster, "/uuid", ""),
                                  .name = name,
                                  .doing = "upgrade",
                                  .before = cluster,
                                  .goal = cluster_goal_of(opts->goal)};
    return cluster_finish(cli, &begun, err);
}

static const struct example upgrade_examples[] = {
    {"aiwf cluster upgrade ml --template k8s-1.31", "one node after the other"},
    {"aiwf cluster upgrade ml --template k8s-1.31 --nodegroup gpu --batch 2", "a node group, two nodes at once"},
    {0},
};

const struct cmd cluster_upgrade_cmd = {
    .name = "upgrade",
    .help = "upgrade a cluster to the version of another template",
    .args = cluster_arg,
    .opts = upgrade_opts,
    .opts_size = sizeof(struct upgrade_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "60m",
    .columns = cluster_show_columns,
    .examples = upgrade_examples,
    .run = upgrade,
};
