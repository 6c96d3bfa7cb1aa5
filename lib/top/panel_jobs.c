/* Jobs of the local runtime. */
#include <math.h>

#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "state", .key = "name", .unit = UNIT_TEXT, .label = "state", .expr = "aiwf_job_info"},
    {.id = "gpus", .key = "name", .unit = UNIT_COUNT, .expr = "max by (name) (aiwf_job_gpus)"},
    {.id = "cpu_cores",
     .key = "name",
     .unit = UNIT_RATE,
     .expr = "sum by (name) (rate(aiwf_process_cpu_seconds_total{kind=\"job\"}[$W]))"},
    {.id = "run_s", .key = "name", .unit = UNIT_SECONDS, .expr = "max by (name) (aiwf_job_run_seconds)"},
    {.id = "energy_j",
     .key = "name",
     .unit = UNIT_J,
     .expr = "sum by (name, source) (aiwf_workload_energy_joules_total{kind=\"job\"})"},
    {.id = "energy_source",
     .key = "name",
     .unit = UNIT_TEXT,
     .label = "source",
     .expr = "sum by (name, source) (aiwf_workload_energy_joules_total{kind=\"job\"})"},
    {.id = "running", .unit = UNIT_COUNT, .expr = "sum(aiwf_jobs{state=\"Running\"})"},
    {.id = "queued", .unit = UNIT_COUNT, .expr = "sum(aiwf_jobs{state=\"Queued\"})"},
    {0},
};

static const struct top_column columns[] = {
    {.title = "JOB", .id = "name", .width = 14, .max_width = 32},
    {.title = "state", .id = "state", .width = 9, .max_width = 9, .importance = 90},
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

const struct panel panel_jobs = {
    .name = "jobs",
    .title = "Jobs",
    .order = 30,
    .importance = 20,
    .min_cols = 40,
    .beside = true,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
