/* The names under which Kubernetes counts GPUs, and what a pod asks of them (facts: NVIDIA/k8s-device-plugin and
 * gpu-feature-discovery READMEs; the Kubernetes reference, "Resource sharing within containers"). */
#ifndef GPU_RESOURCE_H
#define GPU_RESOURCE_H

#include "doc/node.h"

/* "nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb", "amd.com/gpu", "gpu.intel.com/xe". */
bool gpu_is_resource(const char *name);
/* "1g.10gb" of "nvidia.com/mig-1g.10gb"; NULL for others. */
const char *gpu_mig_of(const char *resource);
/* A whole number of them, as Kubernetes writes quantities; 0 for what is none. */
int64_t gpu_quantity(const node_t *quantity);
/* {"nvidia.com/gpu": 2}: what the scheduler counts for a pod. An empty object: no GPU. The caller frees. */
node_t *gpu_asked(const node_t *pod);

#endif
