/* Knative Serving's objects (facts: knative.dev/serving v0.42 to v0.51, pkg/apis/serving/v1; autoscaling annotations:
 * pkg/apis/autoscaling). */
#ifndef SERVERLESS_KNATIVE_H
#define SERVERLESS_KNATIVE_H

#include "serverless/runtime.h"

/* What Knative has no word for is USAGE. */
int knative_check(const struct function_spec *spec, struct err *err);
/* A Service. The caller frees. */
node_t *knative_service(const struct function_spec *spec, const char *ns);
/* The document of a function (runtime.h). revisions: of its namespace, or of it alone; NULL: unknown. The caller frees. */
node_t *knative_function(const node_t *service, const node_t *revisions);

#endif
