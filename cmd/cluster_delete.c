/* aiwf cluster delete: all are begun, then each is waited for. */
#include <string.h>

#include "cluster.h"

struct delete_opts {
    struct openstack os; /* not from the command line: of this run */
    node_t *begun;       /* what was asked to go: documents, by what was typed */
};

static int begin_one(struct cli *cli, const char *name, struct err *err)
{
    struct delete_opts *opts = cli->opts;
    CLEANUP(node_free) node_t *cluster = cluster_find(&opts->os, name, "delete", err);
    if (!cluster)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would delete cluster %s (%s, %lld nodes)", name, node_str(cluster, "/uuid", "?"),
                 (long long)node_int(cluster, "/node_count", 0));
        return 0;
    }
    if (cluster_delete(&opts->os, cluster, err) != 0)
        return -1;
    node_set(opts->begun, name, TAKE(cluster));
    return 0;
}

static int wait_one(struct cli *cli, const char *name, struct err *err)
{
    struct delete_opts *opts = cli->opts;
    const node_t *cluster = node_get(opts->begun, name);
    if (!cluster)
        return 0; /* told already */
    struct cluster_begun begun = {.os = &opts->os,
                                  .id = node_str(cluster, "/uuid", ""),
                                  .name = name,
                                  .doing = "delete",
                                  .before = cluster,
                                  .goal = CLUSTER_DELETED};
    CLEANUP(node_free) node_t *last = NULL;
    if (cluster_wait_for(cli, &begun, &last, err) != 0)
        return -1;
    cli_note(cli, "cluster %s deleted", name);
    return 0;
}

static int delete_all(struct cli *cli, struct err *err)
{
    struct delete_opts *opts = cli->opts;
    CLEANUP(err_release) struct err late = ERR_INIT;
    int rc = cli_each_name(cli, begin_one, err);
    if (!node_len(opts->begun))
        return rc;
    if (!cli_waits(cli, cli->err_tty)) {
        for (const node_t *cluster = node_first(opts->begun); cluster; cluster = node_next(cluster))
            cli_note(cli, "cluster %s is being deleted", node_key(cluster));
        cli_hint(cli, "aiwf cluster wait %s --for deleted", node_key(node_first(opts->begun)));
        return rc;
    }
    if (cli_each_name(cli, wait_one, &late) == 0)
        return rc;
    if (rc != 0)
        cli_print_error(cli, late.code > err->code ? err : &late);
    return rc == 0 || late.code > err->code ? err_move(err, &late) : -1;
}

static int delete_clusters(struct cli *cli, struct err *err)
{
    struct delete_opts *opts = cli->opts;
    if (cli_confirm_names(cli, "delete", "cluster", err) != 0 || cli_openstack(cli, &opts->os, err) != 0)
        return -1;
    opts->begun = node_new_object();
    int rc = delete_all(cli, err);
    openstack_release(&opts->os);
    node_free(opts->begun);
    return rc;
}

static const struct opt delete_opts[] = {{0}};
static const struct arg delete_args[] = {
    {.name = "NAME", .help = "clusters, by name or UUID", .many = true, .complete = complete_clusters},
    {0},
};

static const struct example delete_examples[] = {
    {"aiwf cluster delete ml", "with all that was made for it; on a terminal, until it is gone"},
    {"aiwf cluster delete a b --wait --timeout 20m", "several at once"},
    {0},
};

const struct cmd cluster_delete_cmd = {
    .name = "delete",
    .help = "delete clusters with all that was made for them",
    .about = "All are begun before the first is waited for. A deletion that fails is told with the resource that would not go\n"
             "and its reason; one that is gone already is exit 3.",
    .args = delete_args,
    .opts = delete_opts,
    .opts_size = sizeof(struct delete_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60m",
    .examples = delete_examples,
    .run = delete_clusters,
};
