/* Why a cluster failed: the cause that services told, as an exit code and what to try. */
#ifndef CLUSTER_FAILURE_H
#define CLUSTER_FAILURE_H

#include "openstack/openstack.h"

/* What one of the services said, sorted. */
struct cluster_cause {
    enum err_code code; /* CAPACITY for quotas and lack of room, FAILED else */
    const char *word;   /* "quota", "no valid host", "image", ... ; "" when it is none that we know */
    const char *hint;   /* a command or a change; NULL: none */
};
struct cluster_cause cluster_cause(const char *reason);

/* What is known of a failure. All may be NULL. */
struct cluster_evidence {
    const node_t *cluster;   /* Magnum's document */
    const node_t *resources; /* Heat's, of all its stacks */
    const node_t *servers;   /* Nova's, with faults */
};
/* Sets err: what failed (`doing`: "create"; NULL: the cluster), the resource, the reason, what to try. Returns -1. */
int cluster_failed(const struct cluster_evidence *evidence, const char *doing, const char *name, struct err *err);

#endif
