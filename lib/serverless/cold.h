/* Cold on purpose: how the functions of a cluster come to have no instance, and back. */
#ifndef SERVERLESS_COLD_H
#define SERVERLESS_COLD_H

#include "serverless/runtime.h"

/* Waits until no pod with these labels is left; those that are ending are given a second more, not their half minute.
 * TIMEOUT, and INTERRUPTED. */
struct cold_wait {
    struct kube *kube;
    const char *ns, *selector, *name; /* name: of the function, for messages */
    int64_t timeout_ms;
};
int cold_wait_gone(const struct cold_wait *wait, struct err *err);

/* A Knative Service, by its own autoscaler: the window in which it looks for requests becomes the shortest that there is, on the
 * PodAutoscaler, so that no new revision is made (facts: knative.dev/serving v0.42.2, pkg/reconciler/revision, reconcilePA;
 * pkg/reconciler/autoscaling/kpa, handleScaleToZero). Where that is not allowed, the function's own window is waited out. */
node_t *cold_begin_knative(const struct runtime_env *env, const char *name, struct err *err);
int cold_end_knative(const struct runtime_env *env, const char *name, const node_t *begun, struct err *err);
int cold_make_knative(const struct runtime_env *env, const char *name, struct err *err);

#endif
