/* Clusters: Magnum's, in the context's cloud. */
#include "cluster.h"

void complete_clusters(struct cli *cli, struct strv *names) { resource_complete(cli, &magnum_cluster, names); }

static int list(struct cli *cli, struct err *err) { return resource_print_list(cli, &magnum_cluster, NULL, err); }

static int show(struct cli *cli, struct err *err) { return resource_print_one(cli, &magnum_cluster, err); }

static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"HEALTH", "/health_status", CELL_STATE, false},
    {"MASTERS", "/master_count", CELL_NUMBER, false},
    {"NODES", "/node_count", CELL_NUMBER, false},
    {"KEYPAIR", "/keypair", CELL_TEXT, false},
    {"UUID", "/uuid", CELL_TEXT, false},
    {"TEMPLATE", "/cluster_template_id", CELL_TEXT, true},
    {"STACK", "/stack_id", CELL_TEXT, true},
    {0},
};
const struct column cluster_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"UUID", "/uuid", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"REASON", "/status_reason", CELL_TEXT, false},
    {"HEALTH", "/health_status", CELL_STATE, false},
    {"API", "/api_address", CELL_TEXT, false},
    {"VERSION", "/coe_version", CELL_TEXT, false},
    {"TEMPLATE", "/cluster_template_id", CELL_TEXT, false},
    {"MASTERS", "/master_count", CELL_NUMBER, false},
    {"MASTER-FLAVOR", "/master_flavor_id", CELL_TEXT, false},
    {"MASTER-ADDRESSES", "/master_addresses", CELL_LIST, false},
    {"NODES", "/node_count", CELL_NUMBER, false},
    {"FLAVOR", "/flavor_id", CELL_TEXT, false},
    {"NODE-ADDRESSES", "/node_addresses", CELL_LIST, false},
    {"KEYPAIR", "/keypair", CELL_TEXT, false},
    {"STACK", "/stack_id", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {"UPDATED", "/updated_at", CELL_TEXT, false},
    {0},
};
const struct arg cluster_arg[] = {{.name = "NAME", .help = "the cluster, by name or UUID", .complete = complete_clusters}, {0}};

static const struct example list_examples[] = {
    {"aiwf cluster list", "the clusters of the context's cloud"},
    {"aiwf cluster list --cloud dc1 -o json --jq '.items[] | select(.status | endswith(\"FAILED\")).name'",
     "those that need someone, for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf cluster show ml", "one cluster: status and its reason, addresses, versions"},
    {"aiwf cluster show ml -o json --jq .api_address", "one field, for a script"},
    {0},
};

static const struct cmd cmd_list = {
    .name = "list",
    .help = "list clusters",
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show a cluster",
    .args = cluster_arg,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = cluster_show_columns,
    .examples = show_examples,
    .run = show,
};

static const struct cmd *const verbs[] = {
    &cluster_create_cmd, &cmd_list,           &cmd_show,           &cluster_resize_cmd,   &cluster_upgrade_cmd,
    &cluster_update_cmd, &cluster_delete_cmd, &cluster_wait_cmd,   &cluster_events_cmd,   &cluster_kubeconfig_cmd,
    &cluster_ca_cmd,     &cluster_stats_cmd,  &cluster_quotas_cmd, &cluster_services_cmd, NULL,
};

const struct cmd cmd_cluster = {
    .name = "cluster",
    .group = "infrastructure",
    .kind = "cluster",
    .help = "Kubernetes clusters of OpenStack Magnum",
    .about = "The cloud is the context's (aiwf context add NAME --cloud CLOUD), --cloud or AIWF_CLOUD, else OS_CLOUD, the\n"
             "OS_* variables, or the only one in clouds.yaml. clouds.yaml, secure.yaml and clouds-public.yaml are found and\n"
             "merged as openstacksdk does it; the login is a password, a token or an application credential.\n"
             "\n"
             "The token is kept in $XDG_CACHE_HOME/aiwf/tokens, so that the next command needs one request only.",
    .cmds = verbs,
};
