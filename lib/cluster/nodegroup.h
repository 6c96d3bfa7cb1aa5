/* The node groups of a cluster: Magnum's, named within the cluster. */
#ifndef CLUSTER_NODEGROUP_H
#define CLUSTER_NODEGROUP_H

#include "openstack/magnum.h"

/* cluster: its name or UUID. query: "role=worker", or NULL. NOT_FOUND and CONFLICT say whether it is the cluster that is
 * not there, or whose name fits several. The caller frees. */
node_t *nodegroup_list(struct openstack *os, const char *cluster, const char *query, struct err *err);
node_t *nodegroup_show(struct openstack *os, const char *cluster, const char *name, struct err *err);

/* USAGE for what Magnum would refuse in any cloud: numbers that do not fit each other, the role of masters. */
int nodegroup_check(const node_t *body, struct err *err);
/* cluster: its document. Whether it could be created: the cluster has an address, the name is free, the flavor and the image
 * are there. */
int nodegroup_preflight(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err);
/* The new one's document; the caller frees. Labels and taints of nodes need 1.14. CONFLICT while the cluster is being made,
 * and when there is one of that name; NOT_FOUND for a flavor or image that is not there. */
node_t *nodegroup_create(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err);
/* A JSON patch of its bounds, or its nodes' labels and taints. */
int nodegroup_update(struct openstack *os, const node_t *cluster, const char *name, const node_t *patch, struct err *err);
int nodegroup_delete(struct openstack *os, const node_t *cluster, const char *name, struct err *err);

#endif
