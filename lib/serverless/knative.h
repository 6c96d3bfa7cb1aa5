/* Knative Serving's objects (facts: knative.dev/serving v0.42 to v0.51, pkg/apis/serving/v1; autoscaling annotations:
 * pkg/apis/autoscaling). */
#ifndef SERVERLESS_KNATIVE_H
#define SERVERLESS_KNATIVE_H

#include "kube/object.h"
#include "serverless/features.h"
#include "serverless/knative_counts.h"

extern const struct function_support knative_support[FEATURE_COUNT];
/* Which option a field of the Service comes from. */
extern const struct kube_flag knative_flags[];

/* USAGE, by its option, for what is no text that Knative takes. */
int knative_check(const struct function_spec *spec, struct err *err);
/* A Service. The caller frees. */
node_t *knative_service(const struct function_spec *spec, const char *ns);
/* The document of a function (runtime.h), without instances as long as nobody counts them. The caller frees. */
node_t *knative_function(const node_t *service);
/* Counts those of all revisions that requests go to, by the Service's status.traffic. */
void knative_function_count(node_t *function, const node_t *traffic, const struct knative_counts *counts);
/* Of a list; NULL: it is not there. */
const node_t *knative_revision_named(const node_t *revisions, const char *name);
/* runtime.h's revisions, of revisions of the API server. The caller frees. */
node_t *knative_revisions(const node_t *service, const node_t *revisions);
/* The Service without what the server itself keeps and fills in: it deploys the same again. The caller frees. */
node_t *knative_manifest(const node_t *service);

#endif
