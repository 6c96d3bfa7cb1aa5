/* Node groups: the machines of a cluster that are alike. */
#include "nodegroup.h"

#include <string.h>

#include "net/url.h"

struct list_opts {
    const char *role;
};
static const struct opt list_opts[] = {
    {.name = "role", .type = OPT_STRING, OPT(struct list_opts, role), .metavar = "ROLE", .help = "only those of a role: worker"},
    {0},
};

void complete_nodegroups(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (!cli->args.n || cli_openstack(cli, &os, &none) != 0)
        return;
    CLEANUP(node_free) node_t *groups = nodegroup_list(&os, cli->args.v[0], NULL, &none);
    complete_names_of(groups, names);
}

static int list(struct cli *cli, struct err *err)
{
    const struct list_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(str_release) struct str query = STR_INIT;
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    url_query(&query, "role", opts->role);
    CLEANUP(node_free) node_t *groups = nodegroup_list(&os, cli->args.v[0], query.len ? query.buf + 1 : NULL, err);
    if (!groups)
        return -1;
    bool people = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    if (node_len(groups) || !people || cli->jq || cli->watch)
        return cli_print_list(cli, "nodegroup", groups, err);
    cli_note(cli, opts->role ? "cluster %s has no node groups of that role" : "cluster %s has no node groups yet",
             cli->args.v[0]);
    return 0;
}

static int show(struct cli *cli, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *group = nodegroup_show(&os, cli->args.v[0], cli->args.v[1], err);
    return group ? cli_print_one(cli, "nodegroup", group, err) : -1;
}

static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"ROLE", "/role", CELL_TEXT, false},
    {"NODES", "/node_count", CELL_NUMBER, false},
    {"MIN", "/min_node_count", CELL_NUMBER, false},
    {"MAX", "/max_node_count", CELL_NUMBER, false},
    {"FLAVOR", "/flavor_id", CELL_TEXT, false},
    {"UUID", "/uuid", CELL_TEXT, false},
    {"IMAGE", "/image_id", CELL_TEXT, true},
    {"DEFAULT", "/is_default", CELL_TEXT, true},
    {"STACK", "/stack_id", CELL_TEXT, true},
    {0},
};
const struct column nodegroup_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"UUID", "/uuid", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"REASON", "/status_reason", CELL_TEXT, false},
    {"CLUSTER", "/cluster_id", CELL_TEXT, false},
    {"ROLE", "/role", CELL_TEXT, false},
    {"DEFAULT", "/is_default", CELL_TEXT, false},
    {"NODES", "/node_count", CELL_NUMBER, false},
    {"MIN", "/min_node_count", CELL_NUMBER, false},
    {"MAX", "/max_node_count", CELL_NUMBER, false},
    {"NODE-ADDRESSES", "/node_addresses", CELL_LIST, false},
    {"FLAVOR", "/flavor_id", CELL_TEXT, false},
    {"IMAGE", "/image_id", CELL_TEXT, false},
    {"DOCKER-VOLUME-GB", "/docker_volume_size", CELL_NUMBER, false},
    {"LABELS", "/labels", CELL_LIST, false},
    {"NODE-LABELS", "/node_labels", CELL_LIST, false},
    {"NODE-TAINTS", "/node_taints", CELL_LIST, false},
    {"STACK", "/stack_id", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {"UPDATED", "/updated_at", CELL_TEXT, false},
    {0},
};
static const struct arg list_args[] = {{.name = "CLUSTER", .help = "the cluster, by name or UUID", .complete = complete_clusters},
                                       {0}};
const struct arg nodegroup_arg[] = {
    {.name = "CLUSTER", .help = "the cluster, by name or UUID", .complete = complete_clusters},
    {.name = "NAME", .help = "the node group, by name or UUID", .complete = complete_nodegroups},
    {0},
};

static const struct example list_examples[] = {
    {"aiwf nodegroup list ml", "the node groups of a cluster"},
    {"aiwf nodegroup list ml --role worker -o json --jq '[.items[].node_count] | add'", "how many workers it has"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf nodegroup show ml gpu", "one of them: its bounds, its nodes, its labels"},
    {"aiwf nodegroup show ml default-worker -o json --jq .node_addresses", "for a script"},
    {0},
};

static const struct cmd cmd_list = {
    .name = "list",
    .help = "list the node groups of a cluster",
    .args = list_args,
    .opts = list_opts,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show a node group",
    .args = nodegroup_arg,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = nodegroup_show_columns,
    .examples = show_examples,
    .run = show,
};

static const struct cmd *const verbs[] = {
    &nodegroup_create_cmd, &cmd_list, &cmd_show, &nodegroup_resize_cmd, &nodegroup_update_cmd, &nodegroup_delete_cmd, NULL,
};

const struct cmd cmd_nodegroup = {
    .name = "nodegroup",
    .group = "infrastructure",
    .kind = "nodegroup",
    .help = "node groups of a cluster: machines that are alike",
    .about = "Each cluster has default-master and default-worker; others have a flavor, an image and labels of their own, and\n"
             "bounds for the autoscaler. GPU nodes are a node group whose flavor has GPUs: aiwf infra flavors --gpu.\n"
             "\n"
             "The cloud is chosen as for aiwf cluster.",
    .cmds = verbs,
};
