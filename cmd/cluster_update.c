/* aiwf cluster update */
#include "cluster.h"
#include "magnum_body.h"

static int make_patch(struct cli *cli, node_t *patch, struct err *err)
{
    for (size_t i = 1; i < cli->args.n; i++)
        if (magnum_patch_set(patch, magnum_cluster_changes, cli->args.v[i], err) != 0)
            return -1;
    return 0;
}

static int update(struct cli *cli, struct err *err)
{
    const char *name = cli->args.v[0];
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *patch = node_new_array();
    if (make_patch(cli, patch, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_request(cli, patch, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, name, "update", err);
    AUTOFREE char *what = xasprintf("update cluster %s", name);
    if (!cluster || cli_confirm(cli, what, err) != 0 || cluster_update(&os, cluster, patch, err) != 0)
        return -1;
    const char *id = node_str(cluster, "/uuid", "");
    if (cluster_is_health(patch)) {
        CLEANUP(node_free) node_t *changed = resource_show(&os, &magnum_cluster, id, err);
        return changed ? cli_print_one(cli, "cluster", changed, err) : -1;
    }
    struct cluster_begun begun = {
        .os = &os, .id = id, .name = name, .doing = "update", .before = cluster, .goal = CLUSTER_COMPLETE};
    return cluster_finish(cli, &begun, err);
}

static void complete_changes(struct cli *cli, struct strv *names)
{
    (void)cli;
    magnum_patch_words(magnum_cluster_changes, names);
}

static const struct arg update_args[] = {
    {.name = "NAME", .help = "the cluster, by name or UUID", .complete = complete_clusters},
    {.name = "KEY=VALUE",
     .help = "node_count, health_status or health_status_reason",
     .many = true,
     .complete = complete_changes},
    {0},
};
static const struct example update_examples[] = {
    {"aiwf cluster update ml node_count=3", "as aiwf cluster resize ml --nodes 3, for clouds older than that"},
    {"aiwf cluster update ml health_status=UNHEALTHY 'health_status_reason={\"api\": \"timeout\"}'", "from who watches it"},
    {0},
};

const struct cmd cluster_update_cmd = {
    .name = "update",
    .help = "change what Magnum lets change of a cluster",
    .about = "Magnum changes nothing else of a cluster: for another version aiwf cluster upgrade, for machines of another kind\n"
             "aiwf nodegroup create. A cluster that is being changed already is exit 5.",
    .args = update_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "60m",
    .columns = cluster_show_columns,
    .examples = update_examples,
    .run = update,
};
