/* Pools: instances that are kept warm, and what that is worth. */
#include <math.h>

#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "function", .figure = "pool.function", .unit = UNIT_TEXT, .every_s = 15},
    {.id = "size", .figure = "pool.size", .unit = UNIT_COUNT},
    {.id = "floor", .figure = "pool.floor", .unit = UNIT_COUNT},
    {.id = "hit_ratio", .figure = "pool.hits", .unit = UNIT_RATIO, .scale = 0.01},
    {.id = "avoided_1h", .figure = "pool.avoided", .unit = UNIT_COUNT, .window = WINDOW_HOUR, .every_s = 15},
    {.id = "idle_power_w", .figure = "pool.idle", .unit = UNIT_W},
    {.id = "pools", .over = OVER_COUNT, .of = "floor", .unit = UNIT_COUNT},
    {.id = "avoided_1h", .over = OVER_SUM, .of = "avoided_1h", .unit = UNIT_COUNT},
    {0},
};

static const struct top_column columns[] = {
    {.title = "POOL", .id = "name", .width = 14, .max_width = 32},
    {.title = "function", .id = "function", .width = 12, .max_width = 24, .importance = 30},
    {.title = "size", .id = "size", .of = "floor", .width = 5, .importance = 90},
    {.title = "warm", .id = "hit_ratio", .width = 5, .importance = 80},
    {.title = "avoided", .id = "avoided_1h", .width = 7, .importance = 70},
    {.title = "idle", .id = "idle_power_w", .width = 6, .importance = 50},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double pools = reading_value(row_reading(table, &table->whole, "pools"));
    if (isfinite(pools))
        str_addf(s, "pools %.0f", pools);
}

const struct panel panel_pools = {
    .name = "pools",
    .title = "Pools",
    .order = 36,
    .importance = 15,
    .min_cols = 40,
    .beside = true,
    .only_if_any = true,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
