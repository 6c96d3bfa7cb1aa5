/* How far a revision of Knative's has come, for those who wait for it (facts: knative.dev/serving, pkg/apis/serving/v1,
 * revision_lifecycle.go, route_lifecycle.go; the Kubernetes API reference, v1, PodStatus). */
#ifndef SERVERLESS_KNATIVE_START_H
#define SERVERLESS_KNATIVE_START_H

#include "doc/node.h"

/* What is seen of a function, besides the function's own document. */
struct knative_sight {
    const node_t *service;
    const node_t *revision; /* the latest that was created; NULL: none yet */
    const node_t *pods;     /* of that; NULL: not looked at, as it is ready */
    int64_t now_ms;         /* wall clock */
};
/* Adds "stages": [{"stage","state":"ok|waiting|failed","note"}] for configuration, revision, image, pods, probe, route, in
 * this order; and while a container runs that is not ready, "unready_ms": for how long, and "unready_pod", its uid. */
void knative_tell_stages(const struct knative_sight *sight, node_t *function);
/* Why its revision failed, in place of the function's "no ready Revision"; revision NULL, or not failed: all stays. */
void knative_tell_failure(const node_t *revision, node_t *function);

#endif
