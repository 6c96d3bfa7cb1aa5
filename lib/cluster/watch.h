/* Waiting for a cluster, in stages: its stack, its masters, the nodes of each node group, its Kubernetes.
 *
 * With Magnum's Heat driver the stages are read from Heat's stacks; with the Cluster API drivers, which have none and may
 * never say that they failed, from Magnum's node groups and Nova's servers, and each stage has a deadline of its own. */
#ifndef CLUSTER_WATCH_H
#define CLUSTER_WATCH_H

#include "openstack/magnum.h"
#include "tui/progress.h"

enum cluster_goal {
    CLUSTER_READY,    /* settled, its Kubernetes answers, and the nodes are Ready */
    CLUSTER_COMPLETE, /* settled, says Magnum */
    CLUSTER_DELETED,  /* gone */
};

struct cluster_wait {
    struct openstack *os;
    const char *id, *name; /* its UUID; what messages call it */
    const char *doing;     /* "create": errors say "cannot create cluster NAME" */
    const node_t *before;  /* its document from before the change that is waited for; NULL: nothing was there */
    enum cluster_goal goal;
    int64_t timeout_ms;         /* 0: none */
    struct progress *progress;  /* NULL: silent */
    FILE *trace, *timing;       /* of requests to its Kubernetes; NULL: none */
    const char *resume;         /* the command that goes on waiting */
    int64_t interval_ms;        /* 0: 2 s */
    int64_t stage_ms, reach_ms; /* 0: the usual; a stage that does not change; Kubernetes that cannot be reached */
};

/* 0: the goal is reached, *ret is its last document (NULL when it is gone; the caller frees). Else, by what failed:
 * CAPACITY, FAILED, NOT_FOUND; UNREACHABLE when only its Kubernetes cannot be reached from here; TIMEOUT; INTERRUPTED. */
int cluster_wait(const struct cluster_wait *wait, node_t **ret, struct err *err);

#endif
