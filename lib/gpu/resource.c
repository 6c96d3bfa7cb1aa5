#include "gpu/resource.h"

#include <string.h>

#include "kube/quantity.h"

#define MIG_PREFIX "nvidia.com/mig-"

bool gpu_is_resource(const char *name)
{
    return strcmp(name, "nvidia.com/gpu") == 0 || strcmp(name, "nvidia.com/gpu.shared") == 0 || gpu_mig_of(name) ||
           strcmp(name, "amd.com/gpu") == 0 || strcmp(name, "gpu.intel.com/i915") == 0 || strcmp(name, "gpu.intel.com/xe") == 0;
}

const char *gpu_mig_of(const char *resource) { return str_starts(resource, MIG_PREFIX) ? resource + strlen(MIG_PREFIX) : NULL; }

/* An extended resource always has a limit. */
static void add_asked(node_t *asked, const node_t *pod, const char *containers)
{
    for (const node_t *c = node_first(node_at(pod, containers)); c; c = node_next(c))
        for (const node_t *limit = node_first(node_at(c, "/resources/limits")); limit; limit = node_next(limit)) {
            const char *name = node_key(limit);
            double n = gpu_is_resource(name) && !node_get(asked, name) ? kube_pod_asks(pod, name) : 0;
            if (n > 0)
                node_set_num(asked, name, n);
        }
}

node_t *gpu_asked(const node_t *pod)
{
    node_t *asked = node_new_object();
    add_asked(asked, pod, "/spec/initContainers");
    add_asked(asked, pod, "/spec/containers");
    return asked;
}
