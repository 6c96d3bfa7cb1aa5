/* The names under which Kubernetes counts GPUs (facts: NVIDIA/k8s-device-plugin's and gpu-feature-discovery's READMEs). */
#ifndef GPU_RESOURCE_H
#define GPU_RESOURCE_H

#include "doc/node.h"

/* "nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb", "amd.com/gpu", "gpu.intel.com/xe". */
bool gpu_is_resource(const char *name);
/* "1g.10gb" of "nvidia.com/mig-1g.10gb"; NULL for others. */
const char *gpu_mig_of(const char *resource);
/* {"nvidia.com/gpu": 2}: what the scheduler counts for a pod. An empty object: no GPU. The caller frees. */
node_t *gpu_asked(const node_t *pod);

#endif
