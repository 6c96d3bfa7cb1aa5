#include "local/gpu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dl.h"

/* Of NVML's ABI only what is used here; its header is in no Debian package of main. */
typedef void *nvml_device;
struct nvml_utilization {
    unsigned gpu, memory; /* per cent */
};
struct nvml_memory {
    unsigned long long total, free, used; /* bytes */
};
enum { NVML_SUCCESS = 0, NVML_TEMPERATURE_GPU = 0, NVML_CLOCK_SM = 1, NVML_CLOCK_MEM = 2, NVML_TEXT = 128 };

struct nvml {
    int (*init)(void);
    int (*shutdown)(void);
    int (*count)(unsigned *ret);
    int (*by_index)(unsigned index, nvml_device *ret);
    int (*uuid)(nvml_device device, char *ret, unsigned size);
    int (*name)(nvml_device device, char *ret, unsigned size);
    int (*minor)(nvml_device device, unsigned *ret);
    int (*utilization)(nvml_device device, struct nvml_utilization *ret);
    int (*memory)(nvml_device device, struct nvml_memory *ret);
    int (*power_mw)(nvml_device device, unsigned *ret);
    int (*energy_mj)(nvml_device device, unsigned long long *ret);
    int (*temperature)(nvml_device device, int sensor, unsigned *ret);
    int (*clock)(nvml_device device, int kind, unsigned *ret);
};

static const char *const sonames[] = {"libnvidia-ml.so.1", NULL};
static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct nvml, init, "nvmlInit_v2"),
    DL_SYMBOL(struct nvml, shutdown, "nvmlShutdown"),
    DL_SYMBOL(struct nvml, count, "nvmlDeviceGetCount_v2"),
    DL_SYMBOL(struct nvml, by_index, "nvmlDeviceGetHandleByIndex_v2"),
    DL_SYMBOL(struct nvml, uuid, "nvmlDeviceGetUUID"),
    DL_SYMBOL(struct nvml, name, "nvmlDeviceGetName"),
    DL_SYMBOL(struct nvml, minor, "nvmlDeviceGetMinorNumber"),
    DL_SYMBOL(struct nvml, utilization, "nvmlDeviceGetUtilizationRates"),
    DL_SYMBOL(struct nvml, memory, "nvmlDeviceGetMemoryInfo"),
    DL_SYMBOL(struct nvml, power_mw, "nvmlDeviceGetPowerUsage"),
    DL_SYMBOL(struct nvml, energy_mj, "nvmlDeviceGetTotalEnergyConsumption"),
    DL_SYMBOL(struct nvml, temperature, "nvmlDeviceGetTemperature"),
    DL_SYMBOL(struct nvml, clock, "nvmlDeviceGetClockInfo"),
    {0},
};

/* dcgm-exporter's names, units and help (etc/dcp-metrics-included.csv). */
#define GPU_FAMILIES(X)                                                                        \
    X(GPU_UTIL, METER_GAUGE, "GPU utilization (in %).")                                        \
    X(MEM_COPY_UTIL, METER_GAUGE, "Memory utilization (in %).")                                \
    X(FB_USED, METER_GAUGE, "Framebuffer memory used (in MiB).")                               \
    X(FB_FREE, METER_GAUGE, "Framebuffer memory free (in MiB).")                               \
    X(POWER_USAGE, METER_GAUGE, "Power draw (in W).")                                          \
    X(TOTAL_ENERGY_CONSUMPTION, METER_COUNTER, "Total energy consumption since boot (in mJ).") \
    X(GPU_TEMP, METER_GAUGE, "GPU temperature (in C).")                                        \
    X(SM_CLOCK, METER_GAUGE, "SM clock frequency (in MHz).")                                   \
    X(MEM_CLOCK, METER_GAUGE, "Memory clock frequency (in MHz).")

enum gpu_family {
#define X(name, kind, help) GPU_##name,
    GPU_FAMILIES(X)
#undef X
        GPU_FAMILY_COUNT
};

static const char *const gpu_labels[] = {"gpu", "UUID", "device", "modelName", "hostname", NULL};
enum { GPU_LABELS = 5 };

static const struct family_info family_infos[GPU_FAMILY_COUNT] = {
#define X(n, k, h) [GPU_##n] = {.name = "DCGM_FI_DEV_" #n, .help = h, .kind = k, .labels = gpu_labels},
    GPU_FAMILIES(X)
#undef X
};

struct device {
    nvml_device handle;
    struct strv labels;    /* values of gpu_labels */
    uint8_t *peaks;        /* per cent, by step of the clock; NOT_SEEN */
    int64_t first, latest; /* the steps that are there */
};
enum { NOT_SEEN = 255 };

struct gpus {
    struct dl_library library;
    struct nvml nvml;
    bool is_ready;
    struct device *devices;
    size_t n, cap;
    struct family *families[GPU_FAMILY_COUNT];
};

static void add_device(struct gpus *gpus, unsigned index, const char *hostname)
{
    struct device device = {0};
    char text[NVML_TEXT] = "";
    unsigned minor = index;
    const struct nvml *nvml = &gpus->nvml;
    if (nvml->by_index(index, &device.handle) != NVML_SUCCESS)
        return;
    strv_addf(&device.labels, "%u", index);
    strv_add(&device.labels, nvml->uuid(device.handle, text, sizeof(text)) == NVML_SUCCESS ? text : "");
    nvml->minor(device.handle, &minor);
    strv_addf(&device.labels, "nvidia%u", minor);
    strv_add(&device.labels, nvml->name(device.handle, text, sizeof(text)) == NVML_SUCCESS ? text : "");
    strv_add(&device.labels, hostname);
    device.peaks = xmalloc(GPUS_SLOTS);
    memset(device.peaks, NOT_SEEN, GPUS_SLOTS);
    device.first = device.latest = clock_mono_ms() / GPUS_SLOT_MS;
    GROW(gpus->devices, gpus->n, gpus->cap);
    gpus->devices[gpus->n++] = device;
}

struct gpus *gpus_open(void)
{
    struct gpus *gpus = xcalloc(1, sizeof(*gpus));
    gpus->library = (struct dl_library){.sonames = sonames, .package = "libnvidia-ml1", .symbols = symbols, .table = &gpus->nvml};
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (dl_bind(&gpus->library, &err) != 0 || gpus->nvml.init() != NVML_SUCCESS)
        return gpus;
    gpus->is_ready = true;

    char hostname[NVML_TEXT] = "";
    gethostname(hostname, sizeof(hostname) - 1);
    unsigned count = 0;
    gpus->nvml.count(&count);
    for (unsigned i = 0; i < count; i++)
        add_device(gpus, i, hostname);
    return gpus;
}

void gpus_free(struct gpus *gpus)
{
    if (!gpus)
        return;
    for (size_t i = 0; i < gpus->n; i++) {
        strv_release(&gpus->devices[i].labels);
        free(gpus->devices[i].peaks);
    }
    if (gpus->is_ready)
        gpus->nvml.shutdown();
    free(gpus->devices);
    free(gpus);
}

size_t gpus_count(const struct gpus *gpus) { return gpus->n; }

static void set(const struct gpus *gpus, const struct device *device, enum gpu_family family, bool is_known, double value)
{
    if (!is_known)
        return;
    const char *values[GPU_LABELS];
    for (size_t i = 0; i < GPU_LABELS; i++)
        values[i] = device->labels.v[i];
    series_set(family_series(gpus->families[family], values), value);
}

static void sample(const struct gpus *gpus, const struct device *device)
{
    static const double MIB = 1 << 20;
    const struct nvml *nvml = &gpus->nvml;
    struct nvml_utilization use = {0};
    struct nvml_memory memory = {0};
    unsigned value = 0;
    unsigned long long energy_mj = 0;
    bool has_use = nvml->utilization(device->handle, &use) == NVML_SUCCESS;
    set(gpus, device, GPU_GPU_UTIL, has_use, use.gpu);
    set(gpus, device, GPU_MEM_COPY_UTIL, has_use, use.memory);
    bool has_memory = nvml->memory(device->handle, &memory) == NVML_SUCCESS;
    set(gpus, device, GPU_FB_USED, has_memory, (double)memory.used / MIB);
    set(gpus, device, GPU_FB_FREE, has_memory, (double)memory.free / MIB);
    bool is_known = nvml->power_mw(device->handle, &value) == NVML_SUCCESS;
    set(gpus, device, GPU_POWER_USAGE, is_known, value / 1e3);
    is_known = nvml->energy_mj(device->handle, &energy_mj) == NVML_SUCCESS;
    set(gpus, device, GPU_TOTAL_ENERGY_CONSUMPTION, is_known, (double)energy_mj);
    is_known = nvml->temperature(device->handle, NVML_TEMPERATURE_GPU, &value) == NVML_SUCCESS;
    set(gpus, device, GPU_GPU_TEMP, is_known, value);
    is_known = nvml->clock(device->handle, NVML_CLOCK_SM, &value) == NVML_SUCCESS;
    set(gpus, device, GPU_SM_CLOCK, is_known, value);
    is_known = nvml->clock(device->handle, NVML_CLOCK_MEM, &value) == NVML_SUCCESS;
    set(gpus, device, GPU_MEM_CLOCK, is_known, value);
}

/* ---- what they did ---- */

static void advance(struct device *device, int64_t now)
{
    if (now - device->latest >= GPUS_SLOTS)
        memset(device->peaks, NOT_SEEN, GPUS_SLOTS);
    for (int64_t at = device->latest + 1; at <= now && now - device->latest < GPUS_SLOTS; at++)
        device->peaks[at % GPUS_SLOTS] = NOT_SEEN;
    device->latest = now;
}

void gpus_note(struct gpus *gpus)
{
    int64_t now = clock_mono_ms() / GPUS_SLOT_MS;
    for (size_t i = 0; i < gpus->n; i++) {
        struct device *device = &gpus->devices[i];
        struct nvml_utilization use = {0};
        advance(device, now);
        if (gpus->nvml.utilization(device->handle, &use) != NVML_SUCCESS)
            continue;
        uint8_t *peak = &device->peaks[now % GPUS_SLOTS], seen = use.gpu > 100 ? 100 : (uint8_t)use.gpu;
        if (*peak == NOT_SEEN || seen > *peak)
            *peak = seen;
    }
}

struct gpu_use gpus_use(const struct gpus *gpus, size_t index, int64_t for_ms)
{
    const struct device *device = &gpus->devices[index];
    int64_t steps = (for_ms + GPUS_SLOT_MS - 1) / GPUS_SLOT_MS, now = clock_mono_ms() / GPUS_SLOT_MS, seen = 0;
    struct gpu_use use = {.peak_ratio = NAN};
    if (steps < 1 || steps > GPUS_SLOTS)
        return use;
    for (int64_t at = now - steps + 1; at <= now; at++) {
        uint8_t peak = at >= device->first && at <= device->latest ? device->peaks[at % GPUS_SLOTS] : NOT_SEEN;
        if (peak == NOT_SEEN)
            continue;
        seen++;
        use.peak_ratio = isnan(use.peak_ratio) || peak / 100.0 > use.peak_ratio ? peak / 100.0 : use.peak_ratio;
    }
    use.covered_ratio = (double)seen / (double)steps;
    return use;
}

node_t *gpus_json(const struct gpus *gpus, int64_t for_ms)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < gpus->n; i++) {
        struct gpu_use use = gpus_use(gpus, i, for_ms);
        const struct strv *labels = &gpus->devices[i].labels;
        node_t *gpu = node_push(list, node_new_object());
        node_set_num(gpu, "gpu", (double)i);
        node_set_str(gpu, "uuid", labels->v[1]);
        node_set_str(gpu, "model", labels->v[3]);
        node_set_num(gpu, "peak_ratio", use.peak_ratio);
        node_set_num(gpu, "covered_ratio", use.covered_ratio);
    }
    return list;
}

static void scrape(void *arg)
{
    struct gpus *gpus = arg;
    for (size_t i = 0; i < GPU_FAMILY_COUNT; i++)
        family_clear(gpus->families[i]);
    for (size_t i = 0; i < gpus->n; i++)
        sample(gpus, &gpus->devices[i]);
}

void gpus_register(struct gpus *gpus, struct meter *meter)
{
    if (!gpus->n)
        return;
    for (size_t i = 0; i < GPU_FAMILY_COUNT; i++)
        gpus->families[i] = meter_family(meter, &family_infos[i]);
    meter_on_scrape(meter, scrape, gpus);
}
