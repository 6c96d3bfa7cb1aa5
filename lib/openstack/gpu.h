/* What a flavor says of GPUs: its extra specs name a resource class of Placement, an alias of a PCI device or a device
 * profile (facts: nova's user guide, "extra specs"; placement's granular resource request syntax). */
#ifndef OPENSTACK_GPU_H
#define OPENSTACK_GPU_H

#include <stdint.h>

#include "doc/node.h"

struct gpu {
    int64_t count; /* of one server; -1: a device profile, which alone knows */
    char *kind;    /* "A100", of the first trait or the resource class; an alias's or profile's own name otherwise */
    char *source;  /* where it comes from: "VGPU", "PCI alias h100", "device profile ai" */
    /* Of Placement. NULL: it has no class for them that a flavor could name (aliases and profiles are the host's matter). */
    char *resource_class;
    struct strv traits; /* required, or with "!" in front forbidden; of the class's own group or of none */
};
void gpu_release(struct gpu *gpu);
DEFINE_CLEANUP(struct gpu, gpu_release)

/* Of a flavor with its "extra_specs" (Nova, since 2.61). False: none that we can see, and *ret is empty.
 *
 * Only "VGPU" and "PGPU" are always GPUs; classes, aliases and profiles that a cloud names itself are by their name: "gpu",
 * a maker's word for them, or a model ("h100", "l40s", "mi300x"). A name of several kinds is all of them: "a100+t4". */
bool gpu_of_flavor(const node_t *flavor, struct gpu *ret);

#endif
