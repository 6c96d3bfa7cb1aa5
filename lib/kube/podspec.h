/* Parts of a pod's specification (facts: the Kubernetes API reference, v1, PodSpec). */
#ifndef KUBE_PODSPEC_H
#define KUBE_PODSPEC_H

#include "doc/node.h"

/* A container's env of "K=V" each, in their order; of repeated names the last counts. The caller frees. */
node_t *kube_env(const struct strv *pairs);
/* A number of pieces, bytes, ... as a quantity. */
void kube_set_amount(node_t *resources, const char *resource, int64_t amount);

#endif
