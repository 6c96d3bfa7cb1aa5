/* What the container of a function says, wherever Kubernetes runs it. */
#ifndef SERVERLESS_CONTAINER_H
#define SERVERLESS_CONTAINER_H

#include "serverless/runtime.h"

/* Its image, and the command by /bin/sh -c where there is one. The caller frees. */
node_t *container_of(const struct function_spec *spec);
void container_add_env(node_t *env, const char *name, const char *value);
/* "K=V" of each, in their order; an array. The caller frees. */
node_t *container_env(const struct function_spec *spec);
/* Memory, CPU and GPUs; those that are said. The caller frees. */
node_t *container_limits(const struct function_spec *spec);

#endif
