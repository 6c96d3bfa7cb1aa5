/* Functions, whoever runs them. */
#include <math.h>

#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "rps", .figure = "function.rate", .unit = UNIT_RATE},
    {.id = "p50_ms", .figure = "function.latency.p50", .unit = UNIT_MS},
    {.id = "p95_ms", .figure = "function.latency", .unit = UNIT_MS},
    {.id = "p99_ms", .figure = "function.latency.p99", .unit = UNIT_MS},
    {.id = "cold_ratio", .figure = "function.cold", .unit = UNIT_RATIO, .scale = 0.01},
    {.id = "error_ratio", .figure = "function.errors", .unit = UNIT_RATIO, .scale = 0.01},
    {.id = "ready", .figure = "function.replicas", .unit = UNIT_COUNT},
    {.id = "desired", .figure = "function.desired", .unit = UNIT_COUNT},
    {.id = "power_w", .figure = "function.power", .unit = UNIT_W},
    {.id = "energy_per_request_j", .figure = "function.energy", .unit = UNIT_J},
    {.id = "energy_source", .figure = "function.power", .unit = UNIT_TEXT, .label = "source"},
    {.id = "rps", .of = "rps", .over = OVER_SUM, .unit = UNIT_RATE},
    {.id = "p95_ms", .figure = "serving.latency", .whole = true, .unit = UNIT_MS},
    {0},
};

static const struct top_column columns[] = {
    {.title = "FUNCTION", .id = "name", .width = 14, .max_width = 40},
    {.title = "rps", .id = "rps", .width = 6, .importance = 90},
    {.title = "p50", .id = "p50_ms", .width = 5, .importance = 70},
    {.title = "p95", .id = "p95_ms", .width = 5, .importance = 80},
    {.title = "p99", .id = "p99_ms", .width = 5, .importance = 60},
    {.title = "cold", .id = "cold_ratio", .width = 5, .importance = 40},
    {.title = "ready", .id = "ready", .of = "desired", .width = 5, .importance = 50},
    {.title = "J/req", .id = "energy_per_request_j", .width = 6, .importance = 30},
    {0},
};

/* Where nobody measures the energy of a request, it is power by rate. */
static void derive(const struct state *state, struct table *table)
{
    (void)state;
    for (size_t i = 0; i < table->n; i++) {
        const struct row *row = &table->rows[i];
        const struct reading *power = row_reading(table, row, "power_w"), *rps = row_reading(table, row, "rps");
        struct reading *energy = reading_of(table, row, "energy_per_request_j");
        if (energy->measure || !reading_has(power) || !(reading_value(rps) > 0))
            continue;
        reading_clear(energy);
        *energy = (struct reading){.sample = power->sample, .is_estimate = power->is_estimate};
        energy->sample.value /= rps->sample.value;
        energy->error = power->error / rps->sample.value;
    }
}

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double rps = reading_value(row_reading(table, &table->whole, "rps")),
           p95 = reading_value(row_reading(table, &table->whole, "p95_ms"));
    if (!isfinite(rps))
        return;
    str_add(s, "req/s ");
    unit_print(s, UNIT_RATE, rps);
    if (!isfinite(p95))
        return;
    str_add(s, "  p95 ");
    unit_print(s, UNIT_MS, p95);
}

const struct panel panel_functions = {
    .name = "functions",
    .title = "Functions",
    .order = 20,
    .importance = 40,
    .min_cols = 59,
    .sort = 1,
    .metrics = metrics,
    .columns = columns,
    .derive = derive,
    .summary = summary,
};
