/* Jobs in /metrics. Those that are not finished, and for a while those that are: a thousand old ones
 * would be a thousand series at each scrape. */
#include "base/clock.h"
#include "local/job_impl.h"
#include "local/meter.h"

enum { SHOWN_MS = 15 * 60 * 1000 };

static const char *const state_labels[] = {"state", NULL};
static const char *const info_labels[] = {"name", "state", NULL};
static const char *const name_labels[] = {"name", NULL};

static const struct family_info count_info = {
    .name = "aiwf_jobs", .help = "Jobs by state.", .kind = METER_GAUGE, .labels = state_labels};
static const struct family_info info_info = {
    .name = "aiwf_job_info", .help = "A job and its state.", .kind = METER_GAUGE, .labels = info_labels};
static const struct family_info gpus_info = {
    .name = "aiwf_job_gpus", .help = "GPUs that a job asks for.", .kind = METER_GAUGE, .labels = name_labels};
static const struct family_info run_info = {
    .name = "aiwf_job_run_seconds", .help = "How long a job's last attempt has run.", .kind = METER_GAUGE, .labels = name_labels};

static void scrape_job(struct meter *meter, const struct job *job, int64_t now_ms)
{
    const char *info[] = {job->name, job_state_name(job->state)};
    int64_t until_ms = job->finished_ms ? job->finished_ms : now_ms;
    if (job->finished_ms && now_ms - job->finished_ms > SHOWN_MS)
        return;
    series_set(family_series(meter_family(meter, &info_info), info), 1);
    series_set(family_series(meter_family(meter, &gpus_info), info), (double)job_needs(job).gpus);
    if (job->started_ms && (job->run || job->finished_ms))
        series_set(family_series(meter_family(meter, &run_info), info), (double)(until_ms - job->started_ms) / 1000);
}

static void scrape(void *arg)
{
    const struct jobs *jobs = arg;
    struct meter *meter = vitals_meter(jobs->settings.vitals);
    int64_t counts[JOB_STATE_COUNT] = {0}, now_ms = clock_wall_ms();
    family_clear(meter_family(meter, &info_info));
    family_clear(meter_family(meter, &gpus_info));
    family_clear(meter_family(meter, &run_info));
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        const struct job *job = e->value;
        counts[job->state]++;
        scrape_job(meter, job, now_ms);
    }
    for (int state = 0; state < JOB_STATE_COUNT; state++) {
        const char *labels[] = {job_state_name((enum job_state)state)};
        series_set(family_series(meter_family(meter, &count_info), labels), (double)counts[state]);
    }
}

void job_meter_register(struct jobs *jobs) { meter_on_scrape(vitals_meter(jobs->settings.vitals), scrape, jobs); }
