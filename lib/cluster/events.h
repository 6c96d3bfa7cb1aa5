/* What happened to a cluster: the events of its stacks, in one order. */
#ifndef CLUSTER_EVENTS_H
#define CLUSTER_EVENTS_H

#include "openstack/magnum.h"

enum { EVENT_STACKS_MAX = 64 };
/* How far each stack was read; zeroed at first. */
struct cluster_events {
    struct {
        char *id, *path, *last;
    } stacks[EVENT_STACKS_MAX];
    size_t n;
};
void cluster_events_release(struct cluster_events *events);
DEFINE_CLEANUP(struct cluster_events, cluster_events_release)

/* What is new since the last call: an array of {"time", "resource", "status", "reason", "type", "id"}, oldest first.
 * FAILED when the cluster has no stack that can be seen. The caller frees. */
node_t *cluster_events_next(struct cluster_events *events, struct openstack *os, const node_t *cluster, struct err *err);
/* "kube_minions/0" of a nested stack's name, "ml-4475j2nvx6wt-kube_minions-tfcdqnsk4mcc-0-abcdefghijkl". */
void cluster_event_place(const char *stack, const char *root, struct str *s);

#endif
