#include "openstack/nova.h"

/* 2.79 has a server's flavor whole (2.47) and a flavor's extra specs (2.61); 2.88 takes a hypervisor's numbers away. */
#define MICROVERSION "2.79"

const struct resource nova_server = {
    .word = "server",
    .noun = "infra servers",
    .service = "compute",
    .path = "/v2.1/servers",
    .list_path = "/v2.1/servers/detail",
    .list = "servers",
    .one = "server",
    .filter = "name",
    .microversion = MICROVERSION,
};
const struct resource nova_flavor = {
    .word = "flavor",
    .noun = "infra flavors",
    .service = "compute",
    .path = "/v2.1/flavors",
    .list_path = "/v2.1/flavors/detail",
    .list = "flavors",
    .one = "flavor",
    .microversion = MICROVERSION,
};
const struct resource nova_hypervisor = {
    .word = "hypervisor",
    .noun = "infra hypervisors",
    .service = "compute",
    .path = "/v2.1/os-hypervisors",
    .list_path = "/v2.1/os-hypervisors/detail",
    .list = "hypervisors",
    .one = "hypervisor",
    .name = "hypervisor_hostname",
    .microversion = MICROVERSION,
};
/* A list wraps each in another "keypair". */
const struct resource nova_keypair = {
    .word = "keypair",
    .service = "compute",
    .path = "/v2.1/os-keypairs",
    .list = "keypairs",
    .one = "keypair",
    .id = "name",
    .microversion = MICROVERSION,
};
