/* Neutron's: networks, routers, floating IPs. */
#include "infra.h"
#include "openstack/neutron.h"

static const struct column network_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"EXTERNAL", "/router:external", CELL_TEXT, false},
    {"SHARED", "/shared", CELL_TEXT, false},
    {"MTU", "/mtu", CELL_NUMBER, false},
    {"ID", "/id", CELL_TEXT, false},
    {"SUBNETS", "/subnets", CELL_LIST, true},
    {"TYPE", "/provider:network_type", CELL_TEXT, true},
    {"PROJECT", "/project_id", CELL_TEXT, true},
    {0},
};
static const struct column network_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"UP", "/admin_state_up", CELL_TEXT, false},
    {"EXTERNAL", "/router:external", CELL_TEXT, false},
    {"SHARED", "/shared", CELL_TEXT, false},
    {"MTU", "/mtu", CELL_NUMBER, false},
    {"SUBNETS", "/subnets", CELL_LIST, false},
    {"TYPE", "/provider:network_type", CELL_TEXT, false},
    {"PROJECT", "/project_id", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {0},
};
static const struct example network_examples[] = {
    {"aiwf infra networks", "those that the project may use"},
    {"aiwf infra networks -o json --jq '.items[] | select(.\"router:external\").name'", "those that lead outside"},
    {0},
};

const struct infra infra_networks = {
    .cmd = {.name = "networks",
            .help = "networks",
            .args = INFRA_ARGS("show these networks, by name or id"),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = network_columns,
            .examples = network_examples,
            .run = infra_run},
    .kind = &neutron_network,
    .show_columns = network_show_columns,
};

static const struct column router_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"ADDRESS", "/external_gateway_info/external_fixed_ips/0/ip_address", CELL_TEXT, false},
    {"HA", "/ha", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"NETWORK", "/external_gateway_info/network_id", CELL_TEXT, true},
    {"DISTRIBUTED", "/distributed", CELL_TEXT, true},
    {"PROJECT", "/project_id", CELL_TEXT, true},
    {0},
};
static const struct column router_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"UP", "/admin_state_up", CELL_TEXT, false},
    {"NETWORK", "/external_gateway_info/network_id", CELL_TEXT, false},
    {"ADDRESS", "/external_gateway_info/external_fixed_ips/0/ip_address", CELL_TEXT, false},
    {"SNAT", "/external_gateway_info/enable_snat", CELL_TEXT, false},
    {"HA", "/ha", CELL_TEXT, false},
    {"DISTRIBUTED", "/distributed", CELL_TEXT, false},
    {"PROJECT", "/project_id", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {0},
};
static const struct example router_examples[] = {
    {"aiwf infra routers", "the routers, with their addresses outside"},
    {"aiwf infra routers edge -o json --jq .external_gateway_info", "one way out, whole"},
    {0},
};

const struct infra infra_routers = {
    .cmd = {.name = "routers",
            .help = "routers",
            .args = INFRA_ARGS("show these routers, by name or id"),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = router_columns,
            .examples = router_examples,
            .run = infra_run},
    .kind = &neutron_router,
    .show_columns = router_show_columns,
};

static const struct column floating_ip_columns[] = {
    {"ADDRESS", "/floating_ip_address", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"FIXED", "/fixed_ip_address", CELL_TEXT, false},
    {"DEVICE", "/port_details/device_id", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"PORT", "/port_id", CELL_TEXT, true},
    {"NETWORK", "/floating_network_id", CELL_TEXT, true},
    {"PROJECT", "/project_id", CELL_TEXT, true},
    {0},
};
static const struct column floating_ip_show_columns[] = {
    {"ADDRESS", "/floating_ip_address", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"FIXED", "/fixed_ip_address", CELL_TEXT, false},
    {"PORT", "/port_id", CELL_TEXT, false},
    {"DEVICE", "/port_details/device_id", CELL_TEXT, false},
    {"ROUTER", "/router_id", CELL_TEXT, false},
    {"NETWORK", "/floating_network_id", CELL_TEXT, false},
    {"DESCRIPTION", "/description", CELL_TEXT, false},
    {"PROJECT", "/project_id", CELL_TEXT, false},
    {0},
};
static const struct example floating_ip_examples[] = {
    {"aiwf infra floating-ips", "the project's addresses outside"},
    {"aiwf infra floating-ips -o json --jq '.items[] | select(.port_id == null).floating_ip_address'", "those that nobody uses"},
    {0},
};

const struct infra infra_floating_ips = {
    .cmd = {.name = "floating-ips",
            .help = "addresses outside that may be moved between servers",
            .args = INFRA_ARGS("show these, by address or id"),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = floating_ip_columns,
            .examples = floating_ip_examples,
            .run = infra_run},
    .kind = &neutron_floating_ip,
    .show_columns = floating_ip_show_columns,
};
