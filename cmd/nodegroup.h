/* What the verbs of `aiwf nodegroup` share: see cmd_nodegroup.c. */
#ifndef CMD_NODEGROUP_H
#define CMD_NODEGROUP_H

#include "cluster.h"
#include "cluster/nodegroup.h"

complete_fn complete_nodegroups; /* of the cluster that is typed already */
extern const struct arg nodegroup_arg[];
extern const struct column nodegroup_show_columns[];

/* As cluster_begun, of one of the cluster's node groups. */
struct nodegroup_begun {
    struct openstack *os;
    const node_t *cluster; /* its document from before */
    const char *name;
    const char *doing; /* "create node group gpu of" */
    const char *goal;  /* --for */
    bool is_deletion;
};
/* Waits for it where that is wanted (usual on a terminal), then prints it; a deletion prints nothing. It is the node group
 * that counts: one that is complete is, whatever another one of the cluster came to. */
int nodegroup_finish(struct cli *cli, const struct nodegroup_begun *begun, struct err *err);

extern const struct cmd nodegroup_create_cmd;
extern const struct cmd nodegroup_resize_cmd;
extern const struct cmd nodegroup_update_cmd;
extern const struct cmd nodegroup_delete_cmd;

#endif
