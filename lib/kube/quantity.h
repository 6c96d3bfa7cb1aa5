/* Amounts of resources: Kubernetes' quantities (apimachinery, pkg/api/resource: "100m", "16Gi", "1e3"), and what pods and
 * nodes have of them. */
#ifndef KUBE_QUANTITY_H
#define KUBE_QUANTITY_H

#include "doc/node.h"

/* A string or a number: cores, bytes, pieces. NaN: it is none. */
double kube_quantity(const node_t *quantity);
/* For people, by what it is of: "16Gi" of memory and storage, "0.5" cores, "8" GPUs. */
void kube_quantity_print(struct str *s, const char *resource, double amount);

/* What the scheduler counts for a pod: its containers and sidecars together, or the largest other init container if that is
 * more, and its overhead. An amount without a request is its limit. */
double kube_pod_asks(const node_t *pod, const char *resource);
/* Whether a pod still holds what it asked for: it has a node and has not ended. */
bool kube_pod_holds(const node_t *pod);
/* Of its allocatable; 0: it has none. */
double kube_node_offers(const node_t *node, const char *resource);

#endif
