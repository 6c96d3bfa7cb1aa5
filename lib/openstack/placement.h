/* Placement: what hosts have left. Most clouds let only administrators ask: AUTH for others. */
#ifndef OPENSTACK_PLACEMENT_H
#define OPENSTACK_PLACEMENT_H

#include "openstack/ask.h"
#include "openstack/gpu.h"

struct placement_room {
    int64_t free; /* GPUs that are not in use, where the flavor's traits are */
    int64_t fits; /* servers of the flavor that they are enough for: one server's GPUs are of one provider. -1: unknown */
};
/* For each of n flavors' GPUs, all asked at once: errs[i] is set where rooms[i] is unknown (FAILED: they are not in
 * Placement). Returns how many are. */
int placement_free_all(struct openstack *os, const struct gpu *gpus, struct placement_room *rooms, struct err *errs, size_t n);
int placement_free(struct openstack *os, const struct gpu *gpu, struct placement_room *ret, struct err *err);

/* How many hosts could take a server of this flavor now, with all that it asks for: CPUs, memory, disk, GPUs by class and
 * traits (not PCI aliases, profiles and host aggregates: only the scheduler knows). -1: err. */
int64_t placement_hosts(struct openstack *os, const node_t *flavor, struct err *err);

/* The same as questions of a fan-out, and what their answers say. */
void placement_ask_flavor(struct ask *ask, const node_t *flavor);
struct placement_fit {
    int64_t hosts, fits; /* that have room for one; servers of the flavor that they have room for together */
};
struct placement_fit placement_room_for(const node_t *answer, const node_t *flavor);
void placement_ask_gpus(struct ask *ask, const struct gpu *gpu); /* nothing without a resource class */
struct placement_room placement_gpus(const node_t *answer, const struct gpu *gpu);

#endif
