/* A Magnum cluster's Kubernetes, as its administrator, by a certificate that is made for this call alone. */
#ifndef CLUSTER_KUBE_H
#define CLUSTER_KUBE_H

#include "kube/kube.h"
#include "openstack/openstack.h"

/* cluster: its document. FAILED while it has no address. Nothing is sent to the Kubernetes yet. */
int cluster_kube_open(struct openstack *os, const node_t *cluster, const struct kube_settings *settings, struct kube *ret,
                      struct err *err);

#endif
