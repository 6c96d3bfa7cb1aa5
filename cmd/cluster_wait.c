/* aiwf cluster wait, and how the verbs that change a cluster wait. */
#include <string.h>

#include "cluster.h"

const char *const cluster_goals[] = {"ready", "complete", "deleted", NULL};
const char *const cluster_change_goals[] = {"ready", "complete", NULL};

enum cluster_goal cluster_goal_of(const char *word)
{
    if (strcmp(word, "deleted") == 0)
        return CLUSTER_DELETED;
    return strcmp(word, "complete") == 0 ? CLUSTER_COMPLETE : CLUSTER_READY;
}

int cluster_wait_for(struct cli *cli, const struct cluster_begun *begun, node_t **ret, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    AUTOFREE char *resume = xasprintf("aiwf cluster wait %s%s%s", begun->name, begun->goal == CLUSTER_READY ? "" : " --for ",
                                      begun->goal == CLUSTER_READY ? "" : cluster_goals[begun->goal]);
    struct cluster_wait wait = {
        .os = begun->os,
        .id = begun->id,
        .name = begun->name,
        .doing = begun->doing,
        .before = begun->before,
        .goal = begun->goal,
        .timeout_ms = cli->timeout_ms,
        .progress = progress,
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
        .resume = resume,
    };
    return cluster_wait(&wait, ret, err);
}

/* Not waited for: what Magnum has of it already, which may be nothing for a moment. */
static node_t *first_sight(const struct cluster_begun *begun)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    node_t *cluster = resource_show(begun->os, &magnum_cluster, begun->id, &none);
    if (cluster)
        return cluster;
    cluster = node_new_object();
    node_set_str(cluster, "name", begun->name);
    node_set_str(cluster, "uuid", begun->id);
    return cluster;
}

int cluster_finish(struct cli *cli, const struct cluster_begun *begun, struct err *err)
{
    CLEANUP(node_free) node_t *cluster = NULL;
    bool waits = cli_waits(cli, cli->err_tty);
    if (waits && cluster_wait_for(cli, begun, &cluster, err) != 0)
        return -1;
    if (!cluster)
        cluster = first_sight(begun);
    int rc = cli_print_one(cli, "cluster", cluster, err);
    if (waits)
        cli_hint(cli, "aiwf cluster kubeconfig %s", begun->name);
    else
        cli_hint(cli, "aiwf cluster wait %s", begun->name);
    return rc;
}

/* ---- the verb ---- */

struct wait_opts {
    const char *goal;
    int64_t timeout_ms;
};
static const struct opt wait_opts[] = {
    GOAL_OPT(struct wait_opts, cluster_goals, GOAL_HELP " or deleted"),
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct wait_opts, timeout_ms),
     .metavar = "TIME",
     .missing = "60m",
     .help = "give up after this time"},
    {0},
};

struct finding {
    struct openstack *os;
    const char *name;
    node_t *cluster;
};

static int find_cluster(void *arg, struct err *err)
{
    struct finding *finding = arg;
    finding->cluster = cluster_find(finding->os, finding->name, "wait for", err);
    return finding->cluster ? 0 : -1;
}

static int wait_verb(struct cli *cli, struct err *err)
{
    const struct wait_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    enum cluster_goal goal = cluster_goal_of(opts->goal);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    struct finding finding = {.os = &os, .name = cli->args.v[0]};
    AUTOFREE char *what = xasprintf("cluster %s", finding.name);
    AUTOFREE char *resume = xasprintf("aiwf cluster wait %s --for %s", finding.name, opts->goal);
    struct cli_awaited awaited = {.what = what, .resume = resume, .find = find_cluster, .arg = &finding};
    cli->timeout_ms = opts->timeout_ms;
    int rc = goal == CLUSTER_DELETED ? find_cluster(&finding, err) : cli_await(cli, &awaited, &cli->timeout_ms, err);
    CLEANUP(node_free) node_t *cluster = finding.cluster;
    if (rc != 0 && goal == CLUSTER_DELETED && err->code == ERR_NOT_FOUND) {
        err_clear(err);
        return 0;
    }
    if (rc != 0)
        return -1;
    struct cluster_begun begun = {.os = &os, .id = node_str(cluster, "/uuid", ""), .name = finding.name, .goal = goal};
    CLEANUP(node_free) node_t *last = NULL;
    if (cluster_wait_for(cli, &begun, &last, err) != 0)
        return -1;
    return last ? cli_print_one(cli, "cluster", last, err) : 0;
}

static const struct example wait_examples[] = {
    {"aiwf cluster wait ml", "until its Kubernetes answers and its nodes are Ready"},
    {"aiwf cluster wait ml --for deleted --timeout 10m", "until it is gone"},
    {0},
};

const struct cmd cluster_wait_cmd = {
    .name = "wait",
    .help = "wait until a cluster is ready, complete or deleted",
    .about = "Shows the stages: the stack (of Magnum's Heat driver), the masters, the nodes of each node group, Kubernetes. It\n"
             "ends at once when the cluster fails, with the resource that failed, the reason, and what to try: exit 6 for\n"
             "quota and capacity, 1 otherwise. A service that does not answer for a while is waited for, and so is, for a\n"
             "minute at most, a cluster that is not there yet: then it is exit 3 (8 when --timeout is shorter).\n"
             "\n"
             "A Cluster API driver may never say that a cluster failed: a stage without any change for half an hour ends the\n"
             "wait (exit 8), one with a server in ERROR after five minutes. Exit 7 when the cluster is complete but its\n"
             "Kubernetes cannot be reached from here, and Magnum does not call it HEALTHY either.",
    .args = cluster_arg,
    .opts = wait_opts,
    .opts_size = sizeof(struct wait_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = cluster_show_columns,
    .examples = wait_examples,
    .run = wait_verb,
};
