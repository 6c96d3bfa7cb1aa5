/* Queues of jobs, by Kueue. */
#include <math.h>

#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "pending", .figure = "queue.pending", .unit = UNIT_COUNT},
    {.id = "stuck", .figure = "queue.stuck", .unit = UNIT_COUNT},
    {.id = "admitted", .figure = "queue.admitted", .unit = UNIT_COUNT},
    {.id = "wait_p90_s", .figure = "queue.wait", .unit = UNIT_SECONDS},
    {.id = "gpus_held", .figure = "queue.gpus.held", .unit = UNIT_COUNT},
    {.id = "gpus", .figure = "queue.gpus", .unit = UNIT_COUNT, .every_s = 15},
    {.id = "pending", .over = OVER_SUM, .of = "pending", .unit = UNIT_COUNT},
    {0},
};

static const struct top_column columns[] = {
    {.title = "QUEUE", .id = "name", .width = 14, .max_width = 32},
    {.title = "pending", .id = "pending", .width = 7, .importance = 90},
    {.title = "stuck", .id = "stuck", .width = 5, .importance = 80},
    {.title = "running", .id = "admitted", .width = 7, .importance = 70},
    {.title = "GPUs", .id = "gpus_held", .of = "gpus", .width = 6, .importance = 60},
    {.title = "wait p90", .id = "wait_p90_s", .width = 8, .importance = 50},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double pending = reading_value(row_reading(table, &table->whole, "pending"));
    if (isfinite(pending) && pending > 0)
        str_addf(s, "pending %.0f", pending);
}

const struct panel panel_queues = {
    .name = "queues",
    .title = "Queues",
    .order = 34,
    .importance = 19,
    .min_cols = 40,
    .only_if_any = true,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
