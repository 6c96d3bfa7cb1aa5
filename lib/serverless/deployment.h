/* A function as a Deployment with a Service, and with an autoscaler where it may have more than one size (facts: the Kubernetes
 * API reference, apps/v1, v1, autoscaling/v2). */
#ifndef SERVERLESS_DEPLOYMENT_H
#define SERVERLESS_DEPLOYMENT_H

#include "serverless/features.h"

#define FUNCTION_LABEL "aiwf/function"
enum { FUNCTION_PORT = 8080 };

extern const struct function_support deployment_support[FEATURE_COUNT];
/* USAGE for what a deployment cannot do. */
int deployment_check(const struct function_spec *spec, struct err *err);
bool deployment_has_autoscaler(const struct function_spec *spec);
/* Each is whole, as it is applied; ns NULL: none in it. The caller frees. */
node_t *deployment_body(const struct function_spec *spec, const char *ns);
node_t *deployment_service(const struct function_spec *spec, const char *ns);
node_t *deployment_autoscaler(const struct function_spec *spec, const char *ns);
/* A v1 List of them. */
node_t *deployment_manifest(const struct function_spec *spec);

#endif
