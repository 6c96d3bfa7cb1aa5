/* aiwf nodegroup resize, update, delete; and how the verbs that change one wait. */
#include <string.h>

#include "magnum_body.h"
#include "nodegroup.h"

/* ---- waiting ---- */

static bool is_complete(const node_t *group) { return str_ends(node_str(group, "/status", ""), "_COMPLETE"); }

/* Whether the wait for the cluster failed although this group is what was wanted. */
static bool is_of_others(const struct nodegroup_begun *begun, const node_t *group, const struct err *failed)
{
    bool is_verdict = failed->code == ERR_FAILED || failed->code == ERR_CAPACITY;
    return is_verdict && (begun->is_deletion ? !group : is_complete(group));
}

static node_t *look(const struct nodegroup_begun *begun, struct err *err)
{
    return nodegroup_show(begun->os, node_str(begun->cluster, "/uuid", ""), begun->name, err);
}

/* The hint of a cluster's failure may be to make it anew: here it is the node group. */
static void hint_group(const struct nodegroup_begun *begun, const char *cluster, struct err *err)
{
    AUTOFREE char *whole = xasprintf("aiwf cluster delete %s", cluster);
    if (err->hint && str_starts(err->hint, whole))
        err_hint(err, "aiwf nodegroup delete %s %s%s", cluster, begun->name, err->hint + strlen(whole));
}

static int wait_for_it(struct cli *cli, const struct nodegroup_begun *begun, struct err *err)
{
    const char *cluster = node_str(begun->cluster, "/name", "");
    CLEANUP(node_free) node_t *last = NULL;
    CLEANUP(err_release) struct err looking = ERR_INIT;
    struct cluster_begun waiting = {.os = begun->os,
                                    .id = node_str(begun->cluster, "/uuid", ""),
                                    .name = cluster,
                                    .doing = begun->doing,
                                    .before = begun->cluster,
                                    .goal = cluster_goal_of(begun->goal)};
    int rc = cluster_wait_for(cli, &waiting, &last, err);
    CLEANUP(node_free) node_t *group = look(begun, &looking);
    if (rc != 0 && (group || looking.code == ERR_NOT_FOUND) && is_of_others(begun, group, err)) {
        cli_note(cli, "node group %s is done; cluster %s is %s by something else: aiwf why cluster %s", begun->name, cluster,
                 node_str(last, "/status", "FAILED"), cluster);
        err_clear(err);
        return 0;
    }
    if (rc != 0)
        hint_group(begun, cluster, err);
    if (rc != 0 || !begun->is_deletion || !group)
        return rc;
    err_set(err, ERR_FAILED, "cannot %s cluster %s: it is still there", begun->doing, cluster);
    err_why(err, "%s: %s", node_str(group, "/status", "?"), node_str(group, "/status_reason", "no reason is given"));
    return err_hint(err, "aiwf why cluster %s", cluster);
}

int nodegroup_finish(struct cli *cli, const struct nodegroup_begun *begun, struct err *err)
{
    const char *cluster = node_str(begun->cluster, "/name", "");
    CLEANUP(err_release) struct err none = ERR_INIT;
    bool waits = cli_waits(cli, cli->err_tty);
    if (waits && wait_for_it(cli, begun, err) != 0)
        return -1;
    if (begun->is_deletion) {
        cli_note(cli, waits ? "node group %s deleted" : "node group %s is being deleted", begun->name);
        return 0;
    }
    CLEANUP(node_free) node_t *group = look(begun, &none);
    if (!group) { /* Magnum writes it down a moment later */
        group = node_new_object();
        node_set_str(group, "name", begun->name);
    }
    int rc = cli_print_one(cli, "nodegroup", group, err);
    if (!waits)
        cli_hint(cli, "aiwf cluster wait %s", cluster);
    return rc;
}

/* ---- resize ---- */

struct resize_opts {
    const char *goal;
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
     .help = "how many nodes it shall have"},
    {.name = "remove",
     .type = OPT_LIST,
     OPT(struct resize_opts, remove),
     .metavar = "SERVER",
     .help = "which server shall go when it shrinks, by name or id"},
    GOAL_OPT(struct resize_opts, cluster_change_goals, GOAL_HELP),
    {0},
};

static int resize(struct cli *cli, struct err *err)
{
    const struct resize_opts *opts = cli->opts;
    const char *name = cli->args.v[1];
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *cluster = NULL;
    struct cluster_size size = {.nodes = opts->nodes, .group = name, .remove = &opts->remove};
    AUTOFREE char *doing = xasprintf("resize node group %s of", name);
    if (cluster_begin_resize(cli, &os, &size, doing, &cluster, err) != 0)
        return -1;
    if (!cluster)
        return 0;
    struct nodegroup_begun begun = {.os = &os, .cluster = cluster, .name = name, .doing = doing, .goal = opts->goal};
    return nodegroup_finish(cli, &begun, err);
}

static const struct example resize_examples[] = {
    {"aiwf nodegroup resize ml gpu --nodes 6", "six nodes in its node group gpu"},
    {"aiwf nodegroup resize ml gpu --nodes 2 --remove ml-gpu-abc-node-0 --no-wait", "shrink it, and say which node goes"},
    {0},
};

const struct cmd nodegroup_resize_cmd = {
    .name = "resize",
    .help = "give a node group more nodes, or fewer",
    .about = "The same as aiwf cluster resize CLUSTER --nodegroup NAME. A cluster that is being changed already is exit 5.",
    .args = nodegroup_arg,
    .opts = resize_opts,
    .opts_size = sizeof(struct resize_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "60m",
    .columns = nodegroup_show_columns,
    .examples = resize_examples,
    .run = resize,
};

/* ---- update ---- */

struct update_opts {
    int64_t min, max;
    bool no_max;
    struct strv labels, taints;
};
static const struct opt update_opts[] = {
    {.name = "min",
     .type = OPT_INT,
     OPT(struct update_opts, min),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "the autoscaler's floor"},
    {.name = "max",
     .type = OPT_INT,
     OPT(struct update_opts, max),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "the autoscaler's ceiling"},
    {.name = "no-max", .type = OPT_FLAG, OPT(struct update_opts, no_max), .help = "no ceiling any more"},
    {.name = "node-label",
     .type = OPT_LIST,
     OPT(struct update_opts, labels),
     .metavar = "K=V",
     .help = "labels of its nodes in Kubernetes, in place of all that were (Magnum 1.14)"},
    {.name = "taint",
     .type = OPT_LIST,
     OPT(struct update_opts, taints),
     .metavar = "K=V:EFFECT",
     .help = "taints of its nodes, in place of all that were (Magnum 1.14)"},
    {0},
};

static node_t *step(node_t *patch, const char *op, const char *path)
{
    node_t *one = node_push(patch, node_new_object());
    node_set_str(one, "op", op);
    node_set_str(one, "path", path);
    return one;
}

static void set_number(node_t *patch, const char *path, int64_t value)
{
    if (value >= 0)
        node_set_num(step(patch, "replace", path), "value", (double)value);
}

static int make_patch(struct cli *cli, node_t *patch, struct err *err)
{
    const struct update_opts *opts = cli->opts;
    CLEANUP(node_free) node_t *nodes = node_new_object();
    if (opts->no_max && opts->max >= 0)
        return err_set(err, ERR_USAGE, "--max and --no-max exclude each other");
    if (opts->max >= 0 && opts->min > opts->max)
        return err_set(err, ERR_USAGE, "--min %lld is more than --max %lld", (long long)opts->min, (long long)opts->max);
    set_number(patch, "/min_node_count", opts->min);
    set_number(patch, "/max_node_count", opts->max);
    if (opts->no_max)
        step(patch, "remove", "/max_node_count");
    if (body_pairs(nodes, "node_labels", "--node-label", &opts->labels, err) != 0 || body_taints(nodes, &opts->taints, err) != 0)
        return -1;
    for (const node_t *member = node_first(nodes); member; member = node_next(member)) {
        AUTOFREE char *path = xasprintf("/%s", node_key(member));
        node_set(step(patch, "replace", path), "value", node_copy(member));
    }
    if (node_len(patch))
        return 0;
    err_set(err, ERR_USAGE, "what shall change of node group %s?", cli->args.v[1]);
    return err_hint(err, "--min N, --max N; how many nodes it has: aiwf nodegroup resize");
}

static int update(struct cli *cli, struct err *err)
{
    const char *name = cli->args.v[1];
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *patch = node_new_array();
    if (make_patch(cli, patch, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_request(cli, patch, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    AUTOFREE char *doing = xasprintf("update node group %s of", name);
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, cli->args.v[0], doing, err);
    AUTOFREE char *what = xasprintf("%s cluster %s", doing, cli->args.v[0]);
    if (!cluster || cli_confirm(cli, what, err) != 0 || nodegroup_update(&os, cluster, name, patch, err) != 0)
        return -1;
    struct nodegroup_begun begun = {.os = &os, .cluster = cluster, .name = name, .doing = doing, .goal = "complete"};
    return nodegroup_finish(cli, &begun, err);
}

static const struct example update_examples[] = {
    {"aiwf nodegroup update ml gpu --min 0 --max 8", "the autoscaler's bounds"},
    {"aiwf nodegroup update ml gpu --taint nvidia.com/gpu=true:NoSchedule", "for pods that tolerate it only"},
    {0},
};

const struct cmd nodegroup_update_cmd = {
    .name = "update",
    .help = "change a node group's bounds, or its nodes' labels and taints",
    .about = "Magnum changes nothing else of one: another flavor or image is another node group.",
    .args = nodegroup_arg,
    .opts = update_opts,
    .opts_size = sizeof(struct update_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "10m",
    .columns = nodegroup_show_columns,
    .examples = update_examples,
    .run = update,
};

/* ---- delete ---- */

static int begin_deletion(struct cli *cli, struct openstack *os, const node_t *cluster, struct strv *begun, struct err *err)
{
    int worst = 0;
    for (size_t i = 1; i < cli->args.n; i++) {
        CLEANUP(err_release) struct err failed = ERR_INIT;
        if (nodegroup_delete(os, cluster, cli->args.v[i], &failed) == 0) {
            strv_add(begun, cli->args.v[i]);
            continue;
        }
        cli_print_error(cli, &failed);
        worst = (int)failed.code > worst ? (int)failed.code : worst;
    }
    err->code = (enum err_code)worst;
    return worst ? -1 : 0;
}

static int delete_groups(struct cli *cli, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(strv_release) struct strv begun = {0};
    const char *name = cli->args.v[0];
    AUTOFREE char *what = cli->args.n == 2 ? xasprintf("delete node group %s of cluster %s", cli->args.v[1], name)
                                           : xasprintf("delete %zu node groups of cluster %s", cli->args.n - 1, name);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, name, "delete a node group of", err);
    if (!cluster)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return cli_note(cli, "would %s", what), 0;
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    int rc = begin_deletion(cli, &os, cluster, &begun, err);
    for (size_t i = 0; i < begun.n; i++) {
        CLEANUP(err_release) struct err failed = ERR_INIT;
        AUTOFREE char *doing = xasprintf("delete node group %s of", begun.v[i]);
        struct nodegroup_begun one = {
            .os = &os, .cluster = cluster, .name = begun.v[i], .doing = doing, .goal = "complete", .is_deletion = true};
        if (nodegroup_finish(cli, &one, &failed) == 0)
            continue;
        cli_print_error(cli, &failed);
        err->code = failed.code > err->code ? failed.code : err->code;
        rc = -1;
        if (failed.code == ERR_INTERRUPTED)
            break;
    }
    return rc;
}

static const struct arg delete_args[] = {
    {.name = "CLUSTER", .help = "the cluster, by name or UUID", .complete = complete_clusters},
    {.name = "NAME", .help = "node groups, by name or UUID", .many = true, .complete = complete_nodegroups},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf nodegroup delete ml gpu", "with its machines; on a terminal, until it is gone"},
    {"aiwf nodegroup delete ml a b --no-wait", "several, each tried"},
    {0},
};

const struct cmd nodegroup_delete_cmd = {
    .name = "delete",
    .help = "delete node groups with their machines",
    .about = "Magnum keeps the default ones. All are begun before the first is waited for.",
    .args = delete_args,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60m",
    .examples = delete_examples,
    .run = delete_groups,
};
