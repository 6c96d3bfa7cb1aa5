/* Nodes: how busy, what they draw, and how many of their GPUs are held. */
#include <math.h>

#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "state", .figure = "node.ready", .unit = UNIT_TEXT},
    {.id = "cpu_ratio", .is_mean = true, .figure = "node.cpu", .unit = UNIT_RATIO, .scale = 0.01},
    {.id = "cpu_curve_ratio", .is_mean = true, .figure = "node.cpu", .unit = UNIT_RATIO, .scale = 0.01, .trend = true},
    {.id = "memory_ratio", .is_mean = true, .figure = "node.memory", .unit = UNIT_RATIO, .scale = 0.01},
    {.id = "power_w", .figure = "node.power", .unit = UNIT_W},
    {.id = "gpus_held", .figure = "node.gpus.held", .unit = UNIT_COUNT},
    {.id = "gpus", .figure = "gpu.total", .unit = UNIT_COUNT, .every_s = 15},
    {.id = "nodes", .over = OVER_COUNT, .of = "cpu_ratio", .unit = UNIT_COUNT},
    {.id = "cpu_ratio", .over = OVER_AVG, .of = "cpu_ratio", .unit = UNIT_RATIO},
    {.id = "memory_ratio", .over = OVER_AVG, .of = "memory_ratio", .unit = UNIT_RATIO},
    {.id = "power_w", .over = OVER_SUM, .of = "power_w", .unit = UNIT_W},
    {.id = "gpus_held", .over = OVER_SUM, .of = "gpus_held", .unit = UNIT_COUNT},
    {.id = "gpus", .over = OVER_SUM, .of = "gpus", .unit = UNIT_COUNT},
    {0},
};

static const struct top_column columns[] = {
    {.title = "NODE", .id = "name", .width = 14, .max_width = 32},
    {.title = "state", .id = "state", .width = 8, .max_width = 8, .importance = 90},
    {.title = "cpu", .id = "cpu_ratio", .width = 4, .importance = 80},
    {.title = "last 15m", .id = "cpu_curve_ratio", .width = 12, .max_width = 18, .importance = 30},
    {.title = "mem", .id = "memory_ratio", .width = 4, .importance = 70},
    {.title = "power", .id = "power_w", .width = 6, .importance = 50},
    {.title = "GPUs", .id = "gpus_held", .of = "gpus", .width = 5, .importance = 60},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double nodes = reading_value(row_reading(table, &table->whole, "nodes"));
    if (isfinite(nodes))
        str_addf(s, "nodes %.0f", nodes);
}

const struct panel panel_nodes = {
    .name = "nodes",
    .title = "Nodes",
    .order = 50,
    .importance = 18,
    .min_cols = 40,
    .only_if_any = true,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
