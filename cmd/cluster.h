/* What the verbs of `aiwf cluster` share: see cmd_cluster.c. */
#ifndef CMD_CLUSTER_H
#define CMD_CLUSTER_H

#include "cluster/change.h"
#include "cluster/watch.h"
#include "openstack.h"

complete_fn complete_clusters;
extern const struct arg cluster_arg[]; /* NAME */
extern const struct column cluster_show_columns[];

/* After something was begun: waits for it where that is wanted (usual on a terminal), then prints the cluster. */
struct cluster_begun {
    struct openstack *os;
    const char *id, *name;
    const char *doing;    /* "create" */
    const node_t *before; /* see cluster_wait */
    enum cluster_goal goal;
};
int cluster_finish(struct cli *cli, const struct cluster_begun *begun, struct err *err);
/* Only the waiting. *ret: see cluster_wait. */
int cluster_wait_for(struct cli *cli, const struct cluster_begun *begun, node_t **ret, struct err *err);

/* What both resize verbs do first: with the size that was asked for, Magnum begins. doing: "resize node group gpu of".
 * *ret: the cluster's document from before, the caller frees; NULL when there is nothing to wait for (a dry run). */
int cluster_begin_resize(struct cli *cli, struct openstack *os, const struct cluster_size *size, const char *doing, node_t **ret,
                         struct err *err);

/* --for, of verbs that wait: where the wait ends. */
extern const char *const cluster_goals[]; /* "ready", "complete", "deleted", NULL */
#define GOAL_OPT(type_, choices_, help_)                                                                                   \
    {                                                                                                                      \
        .name = "for", .type = OPT_CHOICE, OPT(type_, goal), .metavar = "GOAL", .choices = (choices_), .missing = "ready", \
        .help = (help_)                                                                                                    \
    }
#define GOAL_HELP "wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)"
extern const char *const cluster_change_goals[]; /* without "deleted" */
enum cluster_goal cluster_goal_of(const char *word);

extern const struct cmd cluster_create_cmd;
extern const struct cmd cluster_resize_cmd;
extern const struct cmd cluster_upgrade_cmd;
extern const struct cmd cluster_update_cmd;
extern const struct cmd cluster_delete_cmd;
extern const struct cmd cluster_wait_cmd;
extern const struct cmd cluster_events_cmd;
extern const struct cmd cluster_kubeconfig_cmd;
extern const struct cmd cluster_ca_cmd;
extern const struct cmd cluster_stats_cmd;
extern const struct cmd cluster_quotas_cmd;
extern const struct cmd cluster_services_cmd;

#endif
