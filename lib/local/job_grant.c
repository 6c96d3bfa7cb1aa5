/* GPUs and cores as counted resources. */
#include <stdlib.h>

#include "base/clock.h"
#include "local/job_impl.h"

int64_t jobs_free_gpus(const struct jobs *jobs)
{
    int64_t count = 0;
    for (int64_t i = 0; i < jobs->gpu_count; i++)
        count += !jobs->gpu_used[i];
    return count;
}

void job_grant(struct job *job)
{
    struct jobs *jobs = job->jobs;
    struct job_needs needs = job_needs(job);
    jobs->cpus_used += needs.slots;
    job->gpus = xcalloc((size_t)jobs->gpu_count + 1, sizeof(*job->gpus));
    for (int64_t i = 0; i < jobs->gpu_count && needs.gpus > 0; i++)
        if (!jobs->gpu_used[i]) {
            jobs->gpu_used[i] = job->gpus[i] = true;
            needs.gpus--;
        }
}

void job_give_back(struct job *job)
{
    struct jobs *jobs = job->jobs;
    if (!job->gpus)
        return;
    jobs->cpus_used -= job_needs(job).slots;
    for (int64_t i = 0; i < jobs->gpu_count; i++)
        if (job->gpus[i])
            jobs->gpu_used[i] = false;
    free(job->gpus);
    job->gpus = NULL;
}

bool job_fits(const struct job *job)
{
    struct job_needs needs = job_needs(job);
    return needs.gpus <= jobs_free_gpus(job->jobs) && needs.slots <= job->jobs->cpu_count - job->jobs->cpus_used;
}

int job_check_capacity(const struct job *job, struct err *err)
{
    const struct jobs *jobs = job->jobs;
    struct job_needs needs = job_needs(job);
    if (needs.gpus > jobs->gpu_count) {
        err_set(err, ERR_CAPACITY, "job \"%s\" asks for %lld GPUs", job->name, (long long)needs.gpus);
        return err_why(err, "this machine has %lld", (long long)jobs->gpu_count);
    }
    if (needs.slots > jobs->cpu_count) {
        err_set(err, ERR_CAPACITY, "job \"%s\" asks for %lld cores", job->name, (long long)needs.slots);
        return err_why(err, "this machine has %lld", (long long)jobs->cpu_count);
    }
    return 0;
}

static char *needs_text(int64_t asked, int64_t has, int64_t total, const char *what)
{
    return xasprintf("%lld %s%s: %lld of %lld are free", (long long)asked, what, asked == 1 ? "" : "s", (long long)has,
                     (long long)total);
}

char *job_waits_for(const struct job *job)
{
    const struct jobs *jobs = job->jobs;
    struct job_needs needs = job_needs(job);
    int64_t gpus = jobs_free_gpus(jobs), cores = jobs->cpu_count - jobs->cpus_used;
    if (job->state != JOB_QUEUED || job->not_before_ms > clock_wall_ms())
        return NULL;
    if (needs.gpus > gpus)
        return needs_text(needs.gpus, gpus, jobs->gpu_count, "GPU");
    return needs.slots > cores ? needs_text(needs.slots, cores, jobs->cpu_count, "core") : NULL;
}
