/* aiwf nodegroup create */
#include "magnum_body.h"
#include "nodegroup.h"

struct create_opts {
    const char *goal, *file, *flavor, *image, *role;
    int64_t nodes, min, max, volume_gib;
    struct strv labels, node_labels, taints;
    bool merge_labels, no_merge_labels;
};

static const struct opt create_opts[] = {
    {.name = "flavor",
     .type = OPT_STRING,
     OPT(struct create_opts, flavor),
     .metavar = "FLAVOR",
     .help = "of its nodes (usual: the cluster's); with GPUs: aiwf infra flavors --gpu",
     .complete = complete_flavors},
    {.name = "nodes",
     .type = OPT_INT,
     OPT(struct create_opts, nodes),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "how many nodes (-1: Magnum's usual, 1)"},
    {.name = "min",
     .type = OPT_INT,
     OPT(struct create_opts, min),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "the autoscaler's floor (-1: Magnum's usual, 0)"},
    {.name = "max",
     .type = OPT_INT,
     OPT(struct create_opts, max),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "the autoscaler's ceiling (-1: none)"},
    {.name = "role",
     .type = OPT_STRING,
     OPT(struct create_opts, role),
     .metavar = "ROLE",
     .help = "a word of your own, which its nodes are labelled with (usual: worker)"},
    {.name = "image",
     .type = OPT_STRING,
     OPT(struct create_opts, image),
     .metavar = "IMAGE",
     .help = "of its nodes (usual: the template's)",
     .complete = complete_images},
    {.name = "docker-volume-size",
     .type = OPT_INT,
     OPT(struct create_opts, volume_gib),
     .metavar = "GIB",
     RANGE(0, 1e6),
     .help = "a volume for the images of each node"},
    {.name = "label", .type = OPT_LIST, OPT(struct create_opts, labels), .metavar = "K=V", .help = "a label of Magnum's driver"},
    {.name = "merge-labels",
     .type = OPT_FLAG,
     OPT(struct create_opts, merge_labels),
     .help = "add the labels to the cluster's (else they take the place of all of them)"},
    {.name = "no-merge-labels", .type = OPT_FLAG, OPT(struct create_opts, no_merge_labels), .help = "do not"},
    {.name = "node-label",
     .type = OPT_LIST,
     OPT(struct create_opts, node_labels),
     .metavar = "K=V",
     .help = "a label of its nodes in Kubernetes (Magnum 1.14)"},
    {.name = "taint",
     .type = OPT_LIST,
     OPT(struct create_opts, taints),
     .metavar = "K=V:EFFECT",
     .help = "a taint of its nodes in Kubernetes (Magnum 1.14)"},
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct create_opts, file),
     .metavar = "FILE",
     .help = "Magnum's own members (YAML, \"-\" is standard input); options beat it"},
    GOAL_OPT(struct create_opts, cluster_change_goals, GOAL_HELP),
    {0},
};

static const struct body_opt members[] = {
    {"flavor_id", OPT_STRING, offsetof(struct create_opts, flavor), 0},
    {"image_id", OPT_STRING, offsetof(struct create_opts, image), 0},
    {"role", OPT_STRING, offsetof(struct create_opts, role), 0},
    {"node_count", OPT_INT, offsetof(struct create_opts, nodes), -1},
    {"min_node_count", OPT_INT, offsetof(struct create_opts, min), -1},
    {"max_node_count", OPT_INT, offsetof(struct create_opts, max), -1},
    {"docker_volume_size", OPT_INT, offsetof(struct create_opts, volume_gib), 0},
    {0},
};

static int make_body(struct cli *cli, node_t *body, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    if (body_load(opts->file, "node group", magnum_nodegroup_fields, body, err) != 0)
        return -1;
    if (cli->args.n > 1)
        node_set_str(body, "name", cli->args.v[1]);
    body_opts(body, members, opts);
    if (body_pairs(body, "labels", "--label", &opts->labels, err) != 0 ||
        body_pairs(body, "node_labels", "--node-label", &opts->node_labels, err) != 0 ||
        body_taints(body, &opts->taints, err) != 0 ||
        body_flag(body, "merge_labels", "merge-labels", opts->merge_labels, opts->no_merge_labels, err) != 0)
        return -1;
    return nodegroup_check(body, err);
}

static int create(struct cli *cli, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *body = node_new_object();
    if (make_body(cli, body, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_CLIENT)
        return print_request(cli, body, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    const char *name = node_str(body, "/name", "");
    AUTOFREE char *doing = xasprintf("create node group %s of", name);
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, cli->args.v[0], doing, err);
    if (!cluster)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return nodegroup_preflight(&os, cluster, body, err) == 0 ? print_request(cli, body, err) : -1;
    AUTOFREE char *what = xasprintf("%s cluster %s", doing, cli->args.v[0]);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *made = nodegroup_create(&os, cluster, body, err);
    if (!made)
        return -1;
    struct nodegroup_begun begun = {.os = &os, .cluster = cluster, .name = name, .doing = doing, .goal = opts->goal};
    return nodegroup_finish(cli, &begun, err);
}

static const struct arg create_args[] = {
    {.name = "CLUSTER", .help = "the cluster, by name or UUID", .complete = complete_clusters},
    {.name = "NAME", .help = "the new node group's name, unless the file has it", .optional = true},
    {0},
};
static const struct example create_examples[] = {
    {"aiwf nodegroup create ml gpu --flavor g1.a100 --nodes 2 --min 0 --max 8", "GPU nodes, and bounds for the autoscaler"},
    {"aiwf nodegroup create ml gpu --flavor g1.a100 --node-label team=vision --taint nvidia.com/gpu=true:NoSchedule --no-wait",
     "labelled and tainted by Magnum itself, where it can"},
    {"aiwf nodegroup create ml -f gpu.yaml --dry-run=server", "whether it could be made, and what would be sent"},
    {0},
};

const struct cmd nodegroup_create_cmd = {
    .name = "create",
    .help = "add a node group to a cluster",
    .about =
        "On a terminal it waits, elsewhere with --wait: until the cluster's Kubernetes has the nodes Ready, or until Magnum\n"
        "has made them (--for complete). The cluster must have its address: one that is still being made is exit 5.\n"
        "\n"
        "The bounds are for the autoscaler, which the cluster's label auto_scaling_enabled=true starts. --node-label and\n"
        "--taint need microversion 1.14 of Magnum; an older one is told so and nothing is made.",
    .args = create_args,
    .opts = create_opts,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60m",
    .columns = nodegroup_show_columns,
    .examples = create_examples,
    .run = create,
};
