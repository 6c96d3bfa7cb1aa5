/* Changes of a cluster: what is asked of Magnum, and what is looked at first. */
#ifndef CLUSTER_CHANGE_H
#define CLUSTER_CHANGE_H

#include "openstack/magnum.h"

/* USAGE for what Magnum would refuse in the body of a creation: its name, its numbers. */
int cluster_check(const node_t *body, struct err *err);

/* CONFLICT when there is one of that name (Magnum would make another). A creation is never repeated: when its answer is
 * lost, the cluster is looked for by its name, and *ret_was_lost is set when it is there. Its UUID; the caller frees. */
char *cluster_create(struct openstack *os, const node_t *body, bool *ret_was_lost, struct err *err);

/* For messages: its name, else its UUID. */
const char *cluster_name(const node_t *cluster);
/* By name or UUID; doing: "resize", for messages. The caller frees. */
node_t *cluster_find(struct openstack *os, const char *name, const char *doing, struct err *err);

struct cluster_size {
    int64_t nodes;
    const char *group;         /* NULL: the default one for workers */
    const struct strv *remove; /* servers that shall go, by name or id; NULL: none is named */
};
struct cluster_version {
    const char *template, *group;
    int64_t batch; /* how many nodes at once; 0: one */
};
/* What would be sent; NULL: a server to remove was not found. The caller frees. */
node_t *cluster_size_body(struct openstack *os, const struct cluster_size *size, struct err *err);
node_t *cluster_version_body(const struct cluster_version *version);

/* cluster: its document. CONFLICT while another operation is in progress.
 * A JSON patch; what is only told of its health is taken at any time. */
int cluster_update(struct openstack *os, const node_t *cluster, const node_t *patch, struct err *err);
bool cluster_is_health(const node_t *patch); /* it changes nothing else */
int cluster_resize(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err);
int cluster_upgrade(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err);
int cluster_delete(struct openstack *os, const node_t *cluster, struct err *err);

#endif
