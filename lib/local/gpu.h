/* GPUs of this machine through NVML, loaded at run time; without the library there are none. */
#ifndef LOCAL_GPU_H
#define LOCAL_GPU_H

#include <stddef.h>

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

#endif
