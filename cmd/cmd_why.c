/* Why something is as it is: one kind of thing a verb. */
#include "kube.h"
#include "kube/object.h"
#include "openstack.h"
#include "tui/surface.h"
#include "why/cluster.h"
#include "why/kube.h"

static void complete_cluster(struct cli *cli, struct strv *names) { resource_complete(cli, &magnum_cluster, names); }

static int print_why(struct cli *cli, const node_t *why, struct err *err)
{
    bool people = (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
    if (!people)
        return cli_print_one(cli, "Why", why, err);
    struct chain_style style = {.utf8 = tui_utf8(), .color = cli->print.color};
    chain_print(why, &style, cli->out);
    return 0;
}

static int cluster(struct cli *cli, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *why = why_cluster(&os, cli->args.v[0], err);
    return why ? print_why(cli, why, err) : -1;
}

static int open_cloud(void *arg, struct openstack *ret, struct err *err) { return cli_openstack(arg, ret, err); }

static int in_kube(struct cli *cli, node_t *(*fn)(const struct why_place *place, const char *name, struct err *err),
                   struct err *err)
{
    CLEANUP(kube_release) struct kube kube = {0};
    if (cli_kube(cli, &kube, err) != 0)
        return -1;
    struct why_place place = {.kube = &kube, .arg = cli};
    if (context_get(&cli->context, SETTING_cloud))
        place.open_cloud = open_cloud;
    CLEANUP(node_free) node_t *why = fn(&place, cli->args.v[0], err);
    return why ? print_why(cli, why, err) : -1;
}

static void complete_in_kube(struct cli *cli, const struct kube_kind *kind, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(kube_release) struct kube kube = {0};
    if (cli_kube(cli, &kube, &none) != 0)
        return;
    CLEANUP(node_free) node_t *items = kube_list_of(&kube, kind, kube.ns, NULL, &none);
    for (const node_t *item = node_first(items); item; item = node_next(item))
        strv_add(names, node_str(item, "/metadata/name", ""));
}
static void complete_pods(struct cli *cli, struct strv *names) { complete_in_kube(cli, &kube_pods, names); }

static int pod(struct cli *cli, struct err *err) { return in_kube(cli, why_pod, err); }

static const struct column why_columns[] = {
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

static const struct arg pod_args[] = {
    {.name = "NAME", .help = "the pod", .complete = complete_pods},
    {0},
};
static const struct example pod_examples[] = {
    {"aiwf why pod resnet-0-x7k2p", "why it does not run, or ended"},
    {"aiwf why pod resnet-0-x7k2p -o json --jq '.chain[] | select(.kind == \"holders\") | .reason'",
     "who has the GPUs, for a script"},
    {0},
};
static const struct cmd cmd_pod_why = {
    .name = "pod",
    .help = "why a pod is not scheduled, does not start, or ended",
    .about =
        "It tells what the scheduler, the kubelet and the registry said, and what that means here: who holds the GPUs that it\n"
        "waits for, which taint on which nodes, which claim, secret or image is missing, what it wrote before it ended; down\n"
        "to the server in the context's cloud where its node is not ready. What this login may not see is marked so.",
    .args = pod_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = pod_examples,
    .run = pod,
};

static const struct cmd *const kinds[] = {&cmd_cluster_why, &cmd_pod_why, NULL};

const struct cmd cmd_why = {
    .name = "why",
    .group = "observe",
    .help = "why something is as it is, across all layers",
    .cmds = kinds,
};
