/* Neutron: networks and the ways out of them (facts: neutron's API reference, v2.0; it has no microversions). */
#ifndef OPENSTACK_NEUTRON_H
#define OPENSTACK_NEUTRON_H

#include "openstack/resource.h"

extern const struct resource neutron_network, neutron_subnet, neutron_port, neutron_router, neutron_floating_ip;

#endif
