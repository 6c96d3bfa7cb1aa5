/* How many instances a function of a cluster has at least and at most, from now on and without deploying it anew. */
#ifndef SERVERLESS_KEEP_H
#define SERVERLESS_KEEP_H

#include "serverless/runtime.h"

/* Each is a runtime's `keep`. Knative: min-scale and max-scale on the PodAutoscalers of the revisions that requests go to, which
 * makes no new revision (facts: knative.dev/serving v0.42.2, pkg/reconciler/revision, reconcilePA); where that is not allowed,
 * on the Service's template, which does. A Deployment: its autoscaler's bounds, else its replicas. OpenFaaS: its replicas, which
 * go up to the floor, and down from an earlier one. */
int keep_knative(const struct runtime_env *env, const char *name, const struct function_bounds *bounds, bool *ret_changed,
                 struct err *err);
int keep_deployment(const struct runtime_env *env, const char *name, const struct function_bounds *bounds, bool *ret_changed,
                    struct err *err);

#endif
