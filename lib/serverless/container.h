/* What the container of a function and its pod say, wherever Kubernetes runs them (facts: the Kubernetes API reference, v1,
 * Container, PodSpec). */
#ifndef SERVERLESS_CONTAINER_H
#define SERVERLESS_CONTAINER_H

#include "serverless/features.h"

/* USAGE, by its option, for a text of the spec that is none. What is built below has passed it. */
int container_check(const struct function_spec *spec, struct err *err);

/* Image, command (by /bin/sh -c), arguments, environment, resources, probes, mounts, security: those that are said. port: of
 * a probe that says none; NULL: none either. The caller frees. */
node_t *container_of(const struct function_spec *spec, const char *port);
/* Volumes, service account, pull secrets, runtime class, and where it may run. */
void container_fill_pod(const struct function_spec *spec, node_t *pod);
/* "8080" of "h2c:8080", into *ret; and whether it is h2c. 0: none is said. */
int container_port(const struct function_spec *spec, bool *ret_h2c);

/* "secret:NAME" of "/PATH=secret:NAME". */
const char *container_source_of(const char *volume);
/* Sets a member when it has something in it, and frees it otherwise. */
void set_if_any(node_t *object, const char *key, node_t *members);

/* Each is what the runtimes of Kubernetes make of a feature alike. */
#define CONTAINER_SUPPORT                                                                                                       \
    [FEATURE_IMAGE] = {.as = "image", .required = true}, [FEATURE_COMMAND] = {.as = "command: /bin/sh -c"},                     \
    [FEATURE_ARGS] = {.as = "args"}, [FEATURE_ENV] = {.as = "env"}, [FEATURE_ENV_FROM] = {.as = "envFrom"},                     \
    [FEATURE_ENV_VALUE_FROM] = {.as = "env valueFrom"}, [FEATURE_VOLUME] = {.as = "volumes"}, [FEATURE_PORT] = {.as = "ports"}, \
    [FEATURE_READY_PATH] = {.as = "readinessProbe"}, [FEATURE_READY_PROBE] = {.as = "readinessProbe"},                          \
    [FEATURE_LIVE_PROBE] = {.as = "livenessProbe"}, [FEATURE_MEMORY] = {.as = "limit memory"},                                  \
    [FEATURE_CPU] = {.as = "limit cpu"}, [FEATURE_GPUS] = {.as = "limit nvidia.com/gpu"},                                       \
    [FEATURE_REQUESTS] = {.as = "requests"}, [FEATURE_LIMITS] = {.as = "limits"}, [FEATURE_USER] = {.as = "runAsUser"},         \
    [FEATURE_READ_ONLY] = {.as = "readOnlyRootFilesystem"}, [FEATURE_LABELS] = {.as = "labels"},                                \
    [FEATURE_SERVICE_ACCOUNT] = {.as = "serviceAccountName"}, [FEATURE_PULL_SECRETS] = {.as = "imagePullSecrets"}

#endif
