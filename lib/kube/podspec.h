/* Parts of a pod's specification (facts: the Kubernetes API reference, v1, PodSpec). */
#ifndef KUBE_PODSPEC_H
#define KUBE_PODSPEC_H

#include "doc/node.h"

/* A container's env of "K=V" each, in their order; of repeated names the last counts. The caller frees. */
node_t *kube_env(const struct strv *pairs);
/* One more of them; value NULL: the caller says where it comes from. Returns it. */
node_t *kube_env_add(node_t *env, const char *name, const char *value);
/* The same, unless there is one of that name: NULL then. */
node_t *kube_env_default(node_t *env, const char *name, const char *value);
struct kube_mount {
    const char *name, *path;
    bool read_only;
};
/* A volume of the pod, mounted in its container. Returns the volume: what it is of is the caller's to say. */
node_t *kube_volume_add(node_t *pod, node_t *container, const struct kube_mount *at);
/* A number of pieces, bytes, ... as a quantity. */
void kube_set_amount(node_t *resources, const char *resource, int64_t amount);

#endif
