#include "gpu/resource.h"

#include <string.h>

#include "base/unit.h"

#define MIG_PREFIX "nvidia.com/mig-"

bool gpu_is_resource(const char *name)
{
    return strcmp(name, "nvidia.com/gpu") == 0 || strcmp(name, "nvidia.com/gpu.shared") == 0 || gpu_mig_of(name) ||
           strcmp(name, "amd.com/gpu") == 0 || strcmp(name, "gpu.intel.com/i915") == 0 || strcmp(name, "gpu.intel.com/xe") == 0;
}

const char *gpu_mig_of(const char *resource) { return str_starts(resource, MIG_PREFIX) ? resource + strlen(MIG_PREFIX) : NULL; }

int64_t gpu_quantity(const node_t *quantity)
{
    static const int64_t most = 1000000;
    int64_t n = 0;
    const char *text = node_text(quantity);
    if (node_type(quantity) == NODE_NUMBER)
        n = node_int(quantity, "", 0);
    else if (!text || !bytes_parse(text, &n))
        return 0;
    return n < 0 ? 0 : n > most ? most : n;
}

/* Their limit and their request are the same: an extended resource has no other. */
static void add_asks(node_t *sum, const node_t *container)
{
    for (const node_t *limit = node_first(node_at(container, "/resources/limits")); limit; limit = node_next(limit)) {
        const char *name = node_key(limit);
        int64_t n = gpu_is_resource(name) ? gpu_quantity(limit) : 0;
        const node_t *before = node_get(sum, name);
        if (n)
            node_set_num(sum, name, (double)n + (before ? node_value(before) : 0));
    }
}

static void raise_to(node_t *most, const node_t *other)
{
    for (const node_t *n = node_first(other); n; n = node_next(n)) {
        const node_t *mine = node_get(most, node_key(n));
        if (!mine || node_value(mine) < node_value(n))
            node_set_num(most, node_key(n), node_value(n));
    }
}

/* A container of the beginning that is always restarted goes on beside the others; any other has the pod for itself. */
node_t *gpu_asked(const node_t *pod)
{
    node_t *asked = node_new_object();
    CLEANUP(node_free) node_t *peak = node_new_object();
    for (const node_t *c = node_first(node_at(pod, "/spec/initContainers")); c; c = node_next(c)) {
        bool goes_on = strcmp(node_str(c, "/restartPolicy", ""), "Always") == 0;
        CLEANUP(node_free) node_t *now = node_copy(asked);
        add_asks(now, c);
        raise_to(peak, now);
        if (goes_on)
            add_asks(asked, c);
    }
    for (const node_t *c = node_first(node_at(pod, "/spec/containers")); c; c = node_next(c))
        add_asks(asked, c);
    raise_to(asked, peak);
    return asked;
}
