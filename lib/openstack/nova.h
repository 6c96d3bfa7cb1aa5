/* Nova: servers, what they are made of and where they run (facts: nova's API reference, v2.1). */
#ifndef OPENSTACK_NOVA_H
#define OPENSTACK_NOVA_H

#include "openstack/resource.h"

extern const struct resource nova_server, nova_flavor, nova_hypervisor, nova_keypair;

#endif
