/* Who has a cluster queue's quota: the workloads that it admitted. */
#include <string.h>

#include "kube/kueue.h"
#include "kube/owner.h"
#include "kube/quantity.h"

static double holds(const node_t *workload, const char *resource)
{
    double all = 0;
    for (const node_t *set = node_first(node_at(workload, "/status/admission/podSetAssignments")); set; set = node_next(set)) {
        double amount = kube_quantity(node_get(node_get(set, "resourceUsage"), resource));
        all += amount > 0 ? amount : 0;
    }
    return all;
}

static void add_holder(node_t *holders, const node_t *workload, double amount)
{
    CLEANUP(str_release) struct str who = STR_INIT;
    const node_t *owner = node_first(node_at(workload, "/metadata/ownerReferences"));
    kube_work_print(node_str(owner, "/kind", "Workload"), node_str(owner, "/name", node_str(workload, "/metadata/name", "?")),
                    &who);
    node_t *one = node_push(holders, node_new_object());
    node_set_str(one, "who", who.buf);
    node_set_str(one, "namespace", node_str(workload, "/metadata/namespace", ""));
    node_set_num(one, "amount", amount);
    node_set_str(one, "since", node_str(kube_condition(workload, "Admitted"), "/lastTransitionTime", NULL));
    node_set_num(one, "priority", node_num(workload, "/spec/priority", 0));
}

static node_t *largest(const node_t *holders)
{
    node_t *most = node_first(holders);
    for (node_t *one = most; one; one = node_next(one))
        if (node_num(one, "/amount", 0) > node_num(most, "/amount", 0))
            most = one;
    return most;
}

node_t *kueue_holders(struct kueue *kueue, const char *cluster_queue, const char *resource, struct err *err)
{
    CLEANUP(node_free) node_t *workloads = kube_list_of(kueue->kube, &kueue->workload, NULL, NULL, err);
    if (!workloads)
        return NULL;
    CLEANUP(node_free) node_t *found = node_new_array();
    for (const node_t *one = node_first(workloads); one; one = node_next(one)) {
        bool is_ours = strcmp(node_str(one, "/status/admission/clusterQueue", ""), cluster_queue) == 0;
        double amount = is_ours && strcmp(kueue_state(one), "Finished") != 0 ? holds(one, resource) : 0;
        if (amount > 0)
            add_holder(found, one, amount);
    }
    node_t *holders = node_new_array();
    for (node_t *one; (one = largest(found));)
        node_push(holders, node_detach(found, one));
    return holders;
}
