/* aiwf cluster create: options and a document to the body of a creation, and then until it is ready. */
#include <string.h>

#include "cluster.h"
#include "cluster/preflight.h"
#include "magnum_body.h"
#include "template.h"

struct create_opts {
    const char *goal, *file, *template, *flavor, *master_flavor, *keypair, *network, *subnet;
    int64_t nodes, masters, volume_gib;
    struct strv labels;
    bool merge_labels, floating_ip, no_floating_ip, master_lb;
};

static const struct opt create_opts[] = {
    {.name = "template",
     .letter = 't',
     .type = OPT_STRING,
     OPT(struct create_opts, template),
     .metavar = "TEMPLATE",
     .help = "what it is made of: aiwf template list",
     .complete = complete_templates},
    {.name = "nodes",
     .type = OPT_INT,
     OPT(struct create_opts, nodes),
     .metavar = "N",
     RANGE(-1, 100000),
     .missing = "-1",
     .help = "nodes that run pods (-1: Magnum's usual, 1)"},
    {.name = "masters",
     .type = OPT_INT,
     OPT(struct create_opts, masters),
     .metavar = "M",
     RANGE(-1, 1000),
     .missing = "-1",
     .help = "nodes of the control plane (-1: Magnum's usual, 1)"},
    {.name = "label", .type = OPT_LIST, OPT(struct create_opts, labels), .metavar = "K=V", .help = "a label of Magnum's driver"},
    {.name = "merge-labels",
     .type = OPT_FLAG,
     OPT(struct create_opts, merge_labels),
     .help = "add the labels to the template's (else they take the place of all of them)"},
    {.name = "flavor", .type = OPT_STRING, OPT(struct create_opts, flavor), .metavar = "FLAVOR", .help = "of the nodes"},
    {.name = "master-flavor",
     .type = OPT_STRING,
     OPT(struct create_opts, master_flavor),
     .metavar = "FLAVOR",
     .help = "of the control plane"},
    {.name = "keypair",
     .type = OPT_STRING,
     OPT(struct create_opts, keypair),
     .metavar = "KEYPAIR",
     .help = "whose key may log in"},
    {.name = "docker-volume-size",
     .type = OPT_INT,
     OPT(struct create_opts, volume_gib),
     .metavar = "GIB",
     RANGE(0, 1000000),
     .help = "a volume for the images of each node"},
    {.name = "fixed-network",
     .type = OPT_STRING,
     OPT(struct create_opts, network),
     .metavar = "NETWORK",
     .help = "an existing network for the nodes"},
    {.name = "fixed-subnet",
     .type = OPT_STRING,
     OPT(struct create_opts, subnet),
     .metavar = "SUBNET",
     .help = "an existing subnet for the nodes"},
    {.name = "master-lb",
     .type = OPT_FLAG,
     OPT(struct create_opts, master_lb),
     .help = "a load balancer before the control plane"},
    {.name = "floating-ip",
     .type = OPT_FLAG,
     OPT(struct create_opts, floating_ip),
     .help = "floating addresses (usual: the template's)"},
    {.name = "no-floating-ip", .type = OPT_FLAG, OPT(struct create_opts, no_floating_ip), .help = "no floating addresses"},
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct create_opts, file),
     .metavar = "FILE",
     .help = "a document of Magnum's own members (YAML, \"-\" is standard input); options beat it"},
    GOAL_OPT(struct create_opts, cluster_change_goals, GOAL_HELP),
    {0},
};

/* ---- the body ---- */

static const struct body_opt members[] = {
    {"cluster_template_id", OPT_STRING, offsetof(struct create_opts, template), 0},
    {"flavor_id", OPT_STRING, offsetof(struct create_opts, flavor), 0},
    {"master_flavor_id", OPT_STRING, offsetof(struct create_opts, master_flavor), 0},
    {"keypair", OPT_STRING, offsetof(struct create_opts, keypair), 0},
    {"fixed_network", OPT_STRING, offsetof(struct create_opts, network), 0},
    {"fixed_subnet", OPT_STRING, offsetof(struct create_opts, subnet), 0},
    {"node_count", OPT_INT, offsetof(struct create_opts, nodes), -1},
    {"master_count", OPT_INT, offsetof(struct create_opts, masters), -1},
    {"docker_volume_size", OPT_INT, offsetof(struct create_opts, volume_gib), 0},
    {"master_lb_enabled", OPT_FLAG, offsetof(struct create_opts, master_lb), 0},
    {"merge_labels", OPT_FLAG, offsetof(struct create_opts, merge_labels), 0},
    {0},
};

static int make_body(struct cli *cli, node_t *body, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    if (body_load(opts->file, "cluster", magnum_cluster_fields, body, err) != 0)
        return -1;
    if (cli->args.n)
        node_set_str(body, "name", cli->args.v[0]);
    body_opts(body, members, opts);
    if (body_pairs(body, "labels", "--label", &opts->labels, err) != 0 ||
        body_flag(body, "floating_ip_enabled", "floating-ip", opts->floating_ip, opts->no_floating_ip, err) != 0)
        return -1;
    return cluster_check(body, err);
}

/* --dry-run=server: everything that it needs is looked at, nothing is made. */
static int preflight(struct cli *cli, struct openstack *os, const node_t *body, struct err *err)
{
    CLEANUP(node_free) node_t *findings = preflight_run(os, body, err);
    return findings ? body_preflight(cli, "cluster", body, findings, err) : -1;
}

/* "m1.small x4: ... · fedora: active · 21 ok, 1 unknown" */
static void sum_up(const node_t *findings, struct str *note)
{
    static const char *const told[] = {"flavor of nodes", "hosts", "image"};
    size_t ok = 0, warn = 0, unknown = 0;
    for (const node_t *f = node_first(findings); f; f = node_next(f)) {
        const char *state = node_str(f, "/state", "");
        bool is_ok = strcmp(state, "ok") == 0;
        *(is_ok ? &ok : strcmp(state, "warn") == 0 ? &warn : &unknown) += 1;
        for (size_t i = 0; is_ok && i < ARRAY_LEN(told); i++)
            if (strcmp(node_str(f, "/check", ""), told[i]) == 0)
                str_addf(note, "%s · ", node_str(f, "/detail", ""));
    }
    str_addf(note, "%zu ok", ok);
    if (warn)
        str_addf(note, ", %zu in doubt", warn);
    if (unknown)
        str_addf(note, ", %zu unknown", unknown);
}

/* Who waits at a terminal is told at once what would fail in ten minutes. */
static int look_first(struct cli *cli, struct openstack *os, const node_t *body, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    CLEANUP(str_release) struct str note = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot create cluster %s", node_str(body, "/name", ""));
    progress_update(progress, "pre-flight", "...", "");
    CLEANUP(node_free) node_t *findings = preflight_run(os, body, err);
    if (!findings || preflight_verdict(findings, failing, err) != 0) {
        progress_settle(progress, "pre-flight", "failed", "");
        return -1;
    }
    sum_up(findings, &note);
    progress_settle(progress, "pre-flight", "ok", note.buf);
    for (const node_t *f = node_first(findings); f; f = node_next(f))
        if (strcmp(node_str(f, "/state", ""), "warn") == 0)
            cli_note(cli, "  %s: %s", node_str(f, "/check", ""), node_str(f, "/detail", ""));
    return 0;
}

static int create(struct cli *cli, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *body = node_new_object();
    if (make_body(cli, body, err) != 0)
        return -1;
    const char *name = node_str(body, "/name", "");
    if (cli->dry_run == DRY_RUN_CLIENT)
        return print_request(cli, body, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return preflight(cli, &os, body, err);
    AUTOFREE char *what = xasprintf("create cluster %s", name);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->err_tty && cli_waits(cli, true) && look_first(cli, &os, body, err) != 0)
        return -1;
    bool was_lost = false;
    AUTOFREE char *id = cluster_create(&os, body, &was_lost, err);
    if (!id)
        return -1;
    if (was_lost)
        cli_note(cli, "the answer was lost, but cluster %s is there: %s", name, id);
    struct cluster_begun begun = {.os = &os, .id = id, .name = name, .doing = "create", .goal = cluster_goal_of(opts->goal)};
    return cluster_finish(cli, &begun, err);
}

static const struct arg create_args[] = {
    {.name = "NAME", .help = "the new cluster's name, unless the file has it", .optional = true},
    {0},
};

static const struct example create_examples[] = {
    {"aiwf cluster create ml --template gpu-k8s --nodes 4", "and wait until it works"},
    {"aiwf cluster create ml --template k8s --flavor g1.a100 --label auto_scaling_enabled=true --merge-labels --no-wait",
     "nodes of another flavor, a label more than the template has; do not wait"},
    {"aiwf cluster create -f ml.yaml --dry-run=client", "what would be sent"},
    {"aiwf cluster create ml --template gpu-k8s --nodes 14 --dry-run=server", "whether there is room, quota, an image, ..."},
    {0},
};

const struct cmd cluster_create_cmd = {
    .name = "create",
    .help = "create a cluster, and wait until it works",
    .about =
        "On a terminal it waits, elsewhere with --wait: until the cluster's Kubernetes answers and its nodes are Ready,\n"
        "not only until Magnum has made it (--for complete). See aiwf cluster wait --help for the stages and exit codes.\n"
        "\n"
        "A creation is never repeated by itself: when its answer is lost, the cluster is looked for by its name. A cluster\n"
        "of that name that exists already is exit 5. --dry-run=client prints what would be sent; --dry-run=server looks at all\n"
        "that it needs (images, flavors, room, networks, quotas, the login), as is done before a wait on a terminal.",
    .args = create_args,
    .opts = create_opts,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60m",
    .columns = cluster_show_columns,
    .examples = create_examples,
    .run = create,
};
