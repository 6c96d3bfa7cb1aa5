/* Which holders of GPUs do nothing with them. Only dcgm-exporter's figures say so; what they do not tell is unknown, and unknown
 * is not idle. */
#ifndef GPU_IDLE_H
#define GPU_IDLE_H

#include "gpu/measure.h"

struct gpu_rule {
    int64_t for_ms;     /* idle all this time: what was measured must be over it */
    double below_ratio; /* at no moment as busy as this */
};

/* A document for each pod that holds GPUs: {"name":"NAMESPACE/POD","namespace","pod","node","since","owner","gpus",
 *  "state":"Idle|Busy|New|Unknown","peak_ratio","mean_ratio","covered_ratio","why" (of New and Unknown),"keep"}.
 * New: it has held them for less than that time. The caller frees. */
node_t *gpu_judge(const struct gpu_inventory *inventory, const struct gpu_measured *measured, const struct gpu_rule *rule);

#endif
