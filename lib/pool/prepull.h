/* A function's images on the nodes where it may run, before it is needed there.
 *
 * On each such node that lacks one, a pod asks for them under a command that no image has: kubelet fetches the image first and
 * then fails to start it, so that nothing of the function runs, and no tool is needed from the image or a registry. */
#ifndef POOL_PREPULL_H
#define POOL_PREPULL_H

#include "kube/object.h"

struct prepull {
    struct kube *kube;
    const char *pool;
    const char *selector; /* the labels of the function's Deployments: the youngest one's pod is what is fetched for */
};
/* Goes one step: *ret {"nodes":N,"present":N,"fetching":N,"failed":[{"node","message"}],"started":N}, the caller frees. A pod
 * that is done stays until kubelet lists its image. */
int prepull_step(const struct prepull *prepull, node_t **ret, struct err *err);
/* Whatever of it is there. */
int prepull_remove(struct kube *kube, const char *pool, struct err *err);

/* For tests: the node has room for it by its state, taints and labels; and has the image in its list. */
bool prepull_fits(const node_t *node, const node_t *pod_spec);
bool prepull_has(const node_t *node, const char *image);
node_t *prepull_pod(const char *pool, const char *node_name, const node_t *pod_spec);

#endif
