/* GPUs, by dcgm-exporter's metrics (which the local gateway exports too). dcgm-exporter calls the host
 * "hostname" since 4.5 and "Hostname" before; memory is in MiB. */
#include <math.h>

#include "top/top.h"

#define KEY "hostname Hostname gpu"

/* A GPU that changes hands changes its labels (pod, container): its curve is that of all its series. */
#define BUSY_CURVE "max by (hostname, Hostname, gpu) (DCGM_FI_DEV_GPU_UTIL) / 100"

static const struct metric metrics[] = {
    {.id = "model", .key = KEY, .unit = UNIT_TEXT, .label = "modelName", .expr = "DCGM_FI_DEV_FB_USED"},
    {.id = "busy_ratio", .key = KEY, .unit = UNIT_RATIO, .expr = "DCGM_FI_DEV_GPU_UTIL / 100"},
    {.id = "busy_curve_ratio", .key = KEY, .unit = UNIT_RATIO, .expr = BUSY_CURVE, .trend = true},
    {.id = "memory_used_bytes", .key = KEY, .unit = UNIT_BYTES, .expr = "DCGM_FI_DEV_FB_USED * 1048576"},
    {.id = "power_w", .key = KEY, .unit = UNIT_W, .expr = "DCGM_FI_DEV_POWER_USAGE"},
    {.id = "temperature_c", .key = KEY, .unit = UNIT_C, .expr = "DCGM_FI_DEV_GPU_TEMP"},
    {.id = "gpus", .unit = UNIT_COUNT, .expr = "count(DCGM_FI_DEV_FB_USED)"},
    {.id = "busy_ratio", .unit = UNIT_RATIO, .expr = "avg(DCGM_FI_DEV_GPU_UTIL) / 100"},
    {.id = "power_w", .unit = UNIT_W, .expr = "sum(DCGM_FI_DEV_POWER_USAGE)"},
    {0},
};

static const struct top_column columns[] = {
    {.title = "GPU", .id = "name", .width = 12, .max_width = 16},
    {.title = "model", .id = "model", .width = 10, .max_width = 24, .importance = 10},
    {.title = "util", .id = "busy_ratio", .width = 5, .importance = 90},
    {.title = "last 15m", .id = "busy_curve_ratio", .width = 17, .max_width = 18, .importance = 40},
    {.title = "mem", .id = "memory_used_bytes", .width = 6, .importance = 80},
    {.title = "power", .id = "power_w", .width = 6, .importance = 70},
    {.title = "temp", .id = "temperature_c", .width = 4, .importance = 60},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double gpus = reading_value(row_reading(table, &table->whole, "gpus")),
           busy = reading_value(row_reading(table, &table->whole, "busy_ratio"));
    if (!isfinite(gpus) || gpus == 0)
        return;
    str_addf(s, "GPUs %.0f", gpus);
    if (!isfinite(busy))
        return;
    str_add(s, "  busy ");
    unit_print(s, UNIT_RATIO, busy);
}

const struct panel panel_gpus = {
    .name = "gpus",
    .title = "GPUs",
    .order = 10,
    .importance = 35,
    .only_if_any = true,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
