/* GPUs of this machine through NVML, loaded at run time; without the library there are none. */
#ifndef LOCAL_GPU_H
#define LOCAL_GPU_H

#include <stddef.h>
#include <stdint.h>

#include "doc/node.h"
#include "local/meter.h"

struct gpus;

/* Never NULL. */
struct gpus *gpus_open(void);
void gpus_free(struct gpus *gpus);
size_t gpus_count(const struct gpus *gpus);

/* Fills the families of dcgm-exporter's names (DCGM_FI_DEV_GPU_UTIL and so on, with labels gpu, UUID,
 * device, modelName, Hostname) with what the GPUs say now. A value that a GPU cannot give has no
 * series. */
void gpus_register(struct gpus *gpus, struct meter *meter);

/* Looks at how busy they are, for gpus_use. */
void gpus_note(struct gpus *gpus);
enum { GPUS_SLOT_MS = 10000, GPUS_SLOTS = 24 * 360 }; /* a day of what was seen, in steps */
/* Of the last for_ms, of ratios 0 to 1: the highest that was seen, and how much of that time was seen at all. A GPU that does
 * not tell is seen at no time. */
struct gpu_use {
    double peak_ratio; /* NaN: none was seen */
    double covered_ratio;
};
struct gpu_use gpus_use(const struct gpus *gpus, size_t index, int64_t for_ms);
/* [{"gpu":N,"uuid","model","peak_ratio":x|null,"covered_ratio"}] */
node_t *gpus_json(const struct gpus *gpus, int64_t for_ms);

#endif
