/* Why a cluster is as it is: a walk from Magnum through Heat (or what a Cluster API driver tells), Nova, Placement, the quotas
 * and Neutron, down to what one can do about it. */
#ifndef WHY_CLUSTER_H
#define WHY_CLUSTER_H

#include "openstack/openstack.h"
#include "why/chain.h"

/* The document of chain_print. verdict: "failed", "waiting", "unhealthy", "healthy". What the cloud refuses to tell is a link
 * that was not seen. Err only when the cluster itself cannot be shown: NOT_FOUND, CONFLICT, ... The caller frees. */
node_t *why_cluster(struct openstack *os, const char *name, struct err *err);

#endif
