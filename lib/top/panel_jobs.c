/* Jobs: of the local runtime, and of Kubernetes. */
#include <math.h>

#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "state", .figure = "job.state", .unit = UNIT_TEXT},
    {.id = "gpus", .figure = "job.gpus", .unit = UNIT_COUNT},
    {.id = "cpu_cores", .figure = "job.cpu", .unit = UNIT_RATE},
    {.id = "run_s", .figure = "job.time", .unit = UNIT_SECONDS},
    {.id = "energy_j", .figure = "job.energy", .unit = UNIT_J},
    {.id = "energy_source", .figure = "job.energy", .unit = UNIT_TEXT, .label = "source"},
    {.id = "queue_position", .expr = TOP_PLACES, .key = "namespace job_name", .unit = UNIT_COUNT, .every_s = 10},
    {.id = "queue", .expr = TOP_PLACES, .key = "namespace job_name", .label = "queue", .unit = UNIT_TEXT, .every_s = 10},
    {.id = "running", .figure = "job.running", .whole = true, .unit = UNIT_COUNT},
    {.id = "queued", .figure = "job.queued", .whole = true, .unit = UNIT_COUNT},
    {0},
};

static const struct top_column columns[] = {
    {.title = "JOB", .id = "name", .width = 14, .max_width = 32},
    {.title = "state", .id = "state", .width = 9, .max_width = 9, .importance = 90},
    {.title = "place", .id = "queue_position", .width = 5, .importance = 85, .only_if_any = true},
    {.title = "queue", .id = "queue", .width = 8, .max_width = 20, .importance = 50, .only_if_any = true},
    {.title = "GPUs", .id = "gpus", .width = 4, .importance = 65},
    {.title = "cores", .id = "cpu_cores", .width = 5, .importance = 60},
    {.title = "time", .id = "run_s", .width = 6, .importance = 80},
    {.title = "energy", .id = "energy_j", .width = 7, .importance = 40},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double running = reading_value(row_reading(table, &table->whole, "running"));
    if (!isfinite(running) || running == 0)
        return;
    str_add(s, "jobs ");
    unit_print(s, UNIT_COUNT, running);
}

static const char *const at_work[] = {"Running", "Starting", "Queued", "Pending", "Suspended", NULL};

const struct panel panel_jobs = {
    .name = "jobs",
    .title = "Jobs",
    .order = 30,
    .importance = 20,
    .min_cols = 40,
    .beside = true,
    .first = at_work,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
