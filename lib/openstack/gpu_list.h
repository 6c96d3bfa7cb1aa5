/* The flavors that have GPUs, with how many of those are free. */
#ifndef OPENSTACK_GPU_LIST_H
#define OPENSTACK_GPU_LIST_H

#include "openstack/openstack.h"

/* Each with a member "gpu": {"count", "kind", "source", "resource_class", "traits", "free", "fits", "unknown"}. count, free
 * and fits (see placement_room) are null where nobody tells; "unknown" is why, else null. Two rounds: the flavors, and
 * Placement for all kinds at once. The caller frees. */
node_t *gpu_flavors(struct openstack *os, struct err *err);

#endif
