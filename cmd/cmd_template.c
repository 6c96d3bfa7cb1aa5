/* Cluster templates: Magnum's, in the context's cloud. */
#include "template.h"

void complete_templates(struct cli *cli, struct strv *names) { resource_complete(cli, &magnum_template, names); }

static int list(struct cli *cli, struct err *err) { return resource_print_list(cli, &magnum_template, NULL, err); }

static int show(struct cli *cli, struct err *err) { return resource_print_one(cli, &magnum_template, err); }

static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},         {"COE", "/coe", CELL_TEXT, false},
    {"FLAVOR", "/flavor_id", CELL_TEXT, false},  {"MASTER-FLAVOR", "/master_flavor_id", CELL_TEXT, false},
    {"IMAGE", "/image_id", CELL_TEXT, false},    {"NETWORK", "/network_driver", CELL_TEXT, false},
    {"UUID", "/uuid", CELL_TEXT, false},         {"PUBLIC", "/public", CELL_TEXT, true},
    {"KEYPAIR", "/keypair_id", CELL_TEXT, true}, {0},
};
const struct column template_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"UUID", "/uuid", CELL_TEXT, false},
    {"COE", "/coe", CELL_TEXT, false},
    {"FLAVOR", "/flavor_id", CELL_TEXT, false},
    {"MASTER-FLAVOR", "/master_flavor_id", CELL_TEXT, false},
    {"IMAGE", "/image_id", CELL_TEXT, false},
    {"DISTRO", "/cluster_distro", CELL_TEXT, false},
    {"KEYPAIR", "/keypair_id", CELL_TEXT, false},
    {"EXTERNAL-NETWORK", "/external_network_id", CELL_TEXT, false},
    {"NETWORK", "/network_driver", CELL_TEXT, false},
    {"VOLUME", "/volume_driver", CELL_TEXT, false},
    {"DOCKER-VOLUME-GB", "/docker_volume_size", CELL_NUMBER, false},
    {"MASTER-LB", "/master_lb_enabled", CELL_TEXT, false},
    {"FLOATING-IP", "/floating_ip_enabled", CELL_TEXT, false},
    {"LABELS", "/labels", CELL_LIST, false},
    {"TLS-DISABLED", "/tls_disabled", CELL_TEXT, false},
    {"PUBLIC", "/public", CELL_TEXT, false},
    {"HIDDEN", "/hidden", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {0},
};
static const struct arg name_arg[] = {{.name = "NAME", .help = "the template, by name or UUID", .complete = complete_templates},
                                      {0}};

static const struct example list_examples[] = {
    {"aiwf template list", "what clusters can be made from"},
    {"aiwf template list --cloud dc1 -o name", "for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf template show kubernetes", "one template"},
    {"aiwf template show kubernetes -o json --jq .labels", "its labels"},
    {0},
};

static const struct cmd cmd_list = {
    .name = "list",
    .help = "list cluster templates",
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show a cluster template",
    .args = name_arg,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = template_show_columns,
    .examples = show_examples,
    .run = show,
};

static const struct cmd *const verbs[] = {
    &template_create_cmd, &cmd_list, &cmd_show, &template_update_cmd, &template_delete_cmd, NULL,
};

const struct cmd cmd_template = {
    .name = "template",
    .group = "infrastructure",
    .kind = "template",
    .help = "templates that OpenStack Magnum makes clusters from",
    .about = "The cloud is chosen as for aiwf cluster.",
    .cmds = verbs,
};
