/* Glance: images (facts: glance's API reference, v2; it has no microversions). */
#ifndef OPENSTACK_GLANCE_H
#define OPENSTACK_GLANCE_H

#include "openstack/resource.h"

extern const struct resource glance_image;

#endif
