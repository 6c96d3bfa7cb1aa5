/* A fake libnvidia-ml.so.1 for tests on machines without a GPU: two GPUs that never change. The real
 * library is NVIDIA's; only the functions that lib/local/gpu.c calls are here. */
#include <stdio.h>
#include <stdlib.h>

struct utilization {
    unsigned gpu, memory; /* per cent */
};
struct memory {
    unsigned long long total, free, used; /* bytes */
};

enum { SUCCESS = 0, NOT_SUPPORTED = 3, GPUS = 2 };
static int devices[GPUS] = {0, 1};

static int index_of(void *device) { return *(int *)device; }

int nvmlInit_v2(void) { return SUCCESS; }
int nvmlShutdown(void) { return SUCCESS; }

int nvmlDeviceGetCount_v2(unsigned *count)
{
    *count = GPUS;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    *device = &devices[index];
    return SUCCESS;
}

int nvmlDeviceGetUUID(void *device, char *text, unsigned size)
{
    snprintf(text, size, "GPU-fake-%d", index_of(device));
    return SUCCESS;
}

int nvmlDeviceGetName(void *device, char *text, unsigned size)
{
    (void)device;
    snprintf(text, size, "Fake GPU");
    return SUCCESS;
}

int nvmlDeviceGetMinorNumber(void *device, unsigned *minor)
{
    *minor = (unsigned)index_of(device);
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(void *device, struct utilization *use)
{
    const char *idle = getenv("FAKE_NVML_IDLE"); /* the index of one that does nothing */
    use->gpu = idle && atoi(idle) == index_of(device) ? 0 : 75 + (unsigned)index_of(device);
    use->memory = 30;
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory)
{
    (void)device;
    memory->total = 16ULL << 30;
    memory->used = 4ULL << 30;
    memory->free = 12ULL << 30;
    return SUCCESS;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts)
{
    *milliwatts = 250500;
    return index_of(device) == 0 ? SUCCESS : NOT_SUPPORTED;
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules)
{
    (void)device;
    *millijoules = 123456789;
    return SUCCESS;
}

int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius)
{
    (void)device, (void)sensor;
    *celsius = 61;
    return SUCCESS;
}

int nvmlDeviceGetClockInfo(void *device, int kind, unsigned *mhz)
{
    (void)device;
    *mhz = kind == 1 ? 1410 : 1593;
    return SUCCESS;
}
