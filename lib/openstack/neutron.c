#include "openstack/neutron.h"

const struct resource neutron_network = {
    .word = "network",
    .noun = "infra networks",
    .service = "network",
    .path = "/v2.0/networks",
    .list = "networks",
    .one = "network",
    .filter = "name",
};
const struct resource neutron_subnet = {
    .word = "subnet",
    .service = "network",
    .path = "/v2.0/subnets",
    .list = "subnets",
    .one = "subnet",
    .filter = "name",
};
const struct resource neutron_port = {
    .word = "port",
    .service = "network",
    .path = "/v2.0/ports",
    .list = "ports",
    .one = "port",
    .filter = "name",
};
const struct resource neutron_router = {
    .word = "router",
    .noun = "infra routers",
    .service = "network",
    .path = "/v2.0/routers",
    .list = "routers",
    .one = "router",
    .filter = "name",
};
const struct resource neutron_floating_ip = {
    .word = "floating-ip",
    .noun = "infra floating-ips",
    .service = "network",
    .path = "/v2.0/floatingips",
    .list = "floatingips",
    .one = "floatingip",
    .name = "floating_ip_address",
    .filter = "floating_ip_address",
};
