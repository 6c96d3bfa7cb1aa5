/* GPUs of a cluster: who has them, what they do, and how to have them back. */
#ifndef GPU_GPU_H
#define GPU_GPU_H

#include "gpu/measure.h"

/* A row for each group of GPUs of one node with one fate, sorted by node:
 * {"node","state":"Held|Free|Unhealthy|NotOffered|NotReady|Cordoned","resource" (or DRA's driver),"gpus":N,"product","memory_bytes",
 *  "mig","sharing","replicas","namespace","pod","since","owner":{...},"util_ratio","memory_used_bytes","power_w","devices":[...]}
 * Figures that nobody measured are null. A shared GPU counts as often as it is offered. The caller frees. */
node_t *gpu_rows(const struct gpu_inventory *inventory, const struct gpu_measured *measured);

#endif
