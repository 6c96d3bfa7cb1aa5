/* Kueue (facts: kueue.x-k8s.io/v1beta1, visibility.kueue.x-k8s.io/v1beta1): queues, their quota, and what waits in them in which
 * order. v1beta2 is asked where the cluster has dropped v1beta1. */
#ifndef KUBE_KUEUE_H
#define KUBE_KUEUE_H

#include "kube/object.h"

struct kueue {
    struct kube *kube;
    char *ns;
    node_t *local_queues;   /* of the namespace */
    node_t *cluster_queues; /* {"NAME": ClusterQueue, or the text why it is not seen}: those that were asked for */
    struct kube_kind local_queue, cluster_queue, workload, waiting_local, waiting_cluster; /* in the version served */
};
/* Lists the queues of the namespace (NULL: of all). FAILED when Kueue is not installed: how one installs it. */
int kueue_open(struct kueue *kueue, struct kube *kube, const char *ns, struct err *err);
void kueue_release(struct kueue *kueue);
DEFINE_CLEANUP(struct kueue, kueue_release)

/* NOT_FOUND with the queues that there are, unless that is one of them. */
int kueue_check(const struct kueue *kueue, const char *queue, struct err *err);

/* [{"name", "namespace", "cluster_queue", "state": "Active|Inactive|Stopped", "message", "pending", "reserving", "admitted",
 *   "cohort", "strategy", "quota": [{"resource", "flavor", "quota", "used", "borrowed", "used_here"}]|null, "quota_seen",
 *   "quota_unseen_because"}]; quota is the cluster queue's, used_here this queue's share of it. The caller frees. */
node_t *kueue_queues(struct kueue *kueue);

/* What waits in a queue of the namespace, in order: [{"job": "train/x", "kind", "name", "workload", "namespace", "queue", "state":
 * "Pending|Inactive|Evicted", "position": from 1|null, "cluster_position", "estimated", "behind", "priority", "priority_class",
 * "asks": {RESOURCE: amount}, "reason": Kueue's word, "message": Kueue's words, "since"}]. estimated: by priority and age, since
 * the server does not serve Kueue's own order. NOT_FOUND with the queues that there are. The caller frees. */
node_t *kueue_waiting(struct kueue *kueue, const char *queue, struct err *err);

/* Who has a resource of a cluster queue: [{"who": "train/bert", "namespace", "amount", "since", "priority"}], the largest first; of all
 * namespaces, so AUTH for those who may not list them. The caller frees. */
node_t *kueue_holders(struct kueue *kueue, const char *cluster_queue, const char *resource, struct err *err);

/* Where jobs stand in the queues that were listed, in Kueue's own order: [{"name", "namespace", "queue", "position": from 1}]. Only the
 * first KUEUE_PLACES_QUEUES in which something waits are asked; an error where none of them tells. The caller frees. */
enum { KUEUE_PLACES_QUEUES = 64 };
node_t *kueue_places(const struct kueue *kueue, struct err *err);

/* One workload as above, without an order. The caller frees. */
node_t *kueue_describe(const node_t *workload);
/* Its gate: "Admitted", "QuotaReserved" (waits for admission checks), "Pending", "Inactive", "Evicted", "Finished". */
const char *kueue_state(const node_t *workload);
/* "8 nvidia.com/gpu, 4 cpu, 16Gi memory" of {RESOURCE: amount}. */
void kueue_asks_print(const node_t *asks, struct str *s);

#endif
