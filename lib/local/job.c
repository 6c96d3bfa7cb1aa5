#include "local/job.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/job_impl.h"
#include "local/store.h"

enum {
    KEEP_FINISHED = 1000,
    BACKOFF_MS = 1000, /* of the first retry; doubled each time */
    BACKOFF_MAX_MS = 60000,
    SAVE_AGAIN_MS = 5000,
};

static bool is_finished(const struct job *job) { return job->state != JOB_QUEUED && job->state != JOB_RUNNING; }

static struct job *find(const struct jobs *jobs, const char *name, struct err *err)
{
    struct job *job = map_get(&jobs->by_name, name);
    if (job)
        return job;
    err_set(err, ERR_NOT_FOUND, "there is no job \"%s\"", name);
    return NULL;
}

/* The disk may be full: what we know stays in memory and is tried again. */
static int save(struct job *job, struct err *err)
{
    CLEANUP(node_free) node_t *record = job_record(job);
    int rc = store_put(job->jobs->documents, job->name, record, err);
    job->is_unsaved = rc != 0;
    return rc;
}

static void save_or_later(struct job *job)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (save(job, &err) != 0)
        timer_set(job->jobs->save_timer, SAVE_AGAIN_MS);
}

static void save_again(void *arg)
{
    const struct jobs *jobs = arg;
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        struct job *job = e->value;
        if (job->is_unsaved)
            save_or_later(job);
    }
}

/* States */

/* All of it but its document. */
static void forget(struct job *job)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *name = xstrdup(job->name);
    AUTOFREE char *log = job_log_path(job);
    AUTOFREE char *work = job_work_path(job);
    map_delete(&job->jobs->by_name, name);
    logfile_remove(log);
    dir_remove(work, &err);
}

static void drop(struct job *job)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    store_delete(job->jobs->documents, job->name, &err);
    forget(job);
}

static void forget_oldest(struct jobs *jobs)
{
    int64_t keep = jobs->settings.keep ? jobs->settings.keep : KEEP_FINISHED;
    int64_t finished = 0;
    struct job *oldest = NULL;
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        struct job *job = e->value;
        if (!is_finished(job) || job->is_unsaved)
            continue;
        finished++;
        if (!oldest || job->finished_ms < oldest->finished_ms)
            oldest = job;
    }
    if (oldest && finished > keep)
        drop(oldest);
}

static void finish(struct job *job, enum job_state state)
{
    job->state = state;
    job->finished_ms = clock_wall_ms();
    save_or_later(job);
    logfile_wake(job->log);
    logfile_close(job->log);
}

static void queue_again(struct job *job, int64_t delay_ms)
{
    job->state = JOB_QUEUED;
    job->not_before_ms = delay_ms ? clock_wall_ms() + delay_ms : 0;
    save_or_later(job);
    logfile_note(job->log, "%s", job->reason);
}

static int64_t backoff_ms(int64_t failures)
{
    int64_t delay = BACKOFF_MS;
    for (int64_t i = 1; i < failures && delay < BACKOFF_MAX_MS; i++)
        delay *= 2;
    return delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS;
}

static void attempt_failed(struct job *job, const char *why)
{
    job->failures++;
    int64_t retries = job_needs(job).retries;
    if (job->failures > retries) {
        job_set_reason(job, "%s", why);
        finish(job, JOB_FAILED);
        return;
    }
    int64_t delay = backoff_ms(job->failures);
    CLEANUP(str_release) struct str shown = STR_INIT;
    duration_print(&shown, delay);
    job_set_reason(job, "attempt %lld: %s; retry %lld of %lld in %s", (long long)job->attempt, why, (long long)job->failures,
                   (long long)retries, shown.buf);
    queue_again(job, delay);
}

static char *failure_text(const struct job *job, const struct child_end *end, enum job_ending why)
{
    if (why == ENDING_TIMEOUT) {
        CLEANUP(str_release) struct str shown = STR_INIT;
        duration_print(&shown, job_needs(job).timeout_ms);
        return xasprintf("timed out after %s", shown.buf);
    }
    const char *name = end->signal ? sigabbrev_np(end->signal) : NULL;
    return end->signal ? xasprintf("killed by signal %s", name ? name : "unknown") : xasprintf("exit code %d", end->exit_code);
}

static void account(struct job *job, const struct child_end *end)
{
    vitals_sample(job->jobs->settings.vitals);
    job->cpu_s += end->cpu_s;
    job->energy_j += workload_usage(job->workload).energy_j - job->before.energy_j;
    job->before = workload_usage(job->workload);
    if (end->max_rss_bytes > job->max_rss_bytes)
        job->max_rss_bytes = end->max_rss_bytes;
    job->exit_code = end->exit_code;
    job->signal = end->signal;
}

static void run_queue(struct jobs *jobs);

void jobs_attempt_ended(struct job *job, const struct child_end *end, enum job_ending why)
{
    account(job, end);
    job_give_back(job);
    AUTOFREE char *text = failure_text(job, end, why);
    if (why == ENDING_CANCEL || job->is_cancelled) {
        job_set_reason(job, "cancelled");
        finish(job, JOB_CANCELLED);
    } else if (end->exit_code == 0 && why != ENDING_TIMEOUT) {
        free(TAKE(job->reason));
        finish(job, JOB_SUCCEEDED);
    } else if (why == ENDING_SHUTDOWN) {
        job_set_reason(job, "the gateway was stopped during attempt %lld: queued again", (long long)job->attempt);
        queue_again(job, 0);
    } else {
        attempt_failed(job, text);
    }
    run_queue(job->jobs);
}

static void start_failed(struct job *job, const struct err *err)
{
    job_give_back(job);
    AUTOFREE char *why = xasprintf("%s%s%s", err->what, err->why ? ": " : "", err->why ? err->why : "");
    if (err->code == ERR_NOT_FOUND || err->code == ERR_USAGE)
        job->failures = job_needs(job).retries; /* another try would not help */
    attempt_failed(job, why);
}

void jobs_attempt_impossible(struct job *job, const struct err *err)
{
    start_failed(job, err);
    run_queue(job->jobs);
}

static void start(struct job *job)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    job_grant(job);
    job->attempt++;
    job->state = JOB_RUNNING;
    job->exit_code = -1;
    job->signal = 0;
    job->started_ms = clock_wall_ms();
    job->first_start_ms = job->first_start_ms ? job->first_start_ms : job->started_ms;
    free(TAKE(job->reason));
    /* On disk first: a start that a kill of the gateway cuts short is seen as a lost attempt. */
    save_or_later(job);
    if (job_run_start(job, &err) != 0)
        start_failed(job, &err);
}

static struct job *next_in_queue(const struct jobs *jobs, int64_t now, int64_t *ret_next_retry)
{
    struct job *next = NULL;
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        struct job *job = e->value;
        if (job->state != JOB_QUEUED)
            continue;
        if (job->not_before_ms > now) {
            if (!*ret_next_retry || job->not_before_ms < *ret_next_retry)
                *ret_next_retry = job->not_before_ms;
            continue;
        }
        if (!next || job->sequence < next->sequence)
            next = job;
    }
    return next;
}

static void run_queue(struct jobs *jobs)
{
    while (!jobs->is_stopping) {
        int64_t now = clock_wall_ms(), next_retry = 0;
        struct job *job = next_in_queue(jobs, now, &next_retry);
        if (job && job_fits(job)) {
            start(job);
            continue;
        }
        if (next_retry)
            timer_set(jobs->retry_timer, next_retry - now);
        return;
    }
}

static void retry_is_due(void *arg) { run_queue(arg); }

/* Loading */

static void take_up(struct job *job)
{
    if (is_finished(job))
        return;
    if (job->is_cancelled) {
        job_set_reason(job, "cancelled");
        finish(job, JOB_CANCELLED);
        return;
    }
    if (job->state != JOB_RUNNING)
        return;
    job->losses++;
    if (job->losses > JOB_LOSSES_MAX) {
        job_set_reason(job, "the gateway ended during %lld attempts", (long long)job->losses);
        finish(job, JOB_FAILED);
        return;
    }
    job_set_reason(job, "the gateway ended during attempt %lld: queued again", (long long)job->attempt);
    queue_again(job, 0);
}

static int load(const char *name, const node_t *record, void *arg, struct err *err)
{
    struct jobs *jobs = arg;
    struct job *job = job_load(jobs, name, record, err);
    if (!job)
        return -1;
    job_attach(job);
    map_set(&jobs->by_name, name, job);
    if (job->sequence >= jobs->next_sequence)
        jobs->next_sequence = job->sequence + 1;
    return 0;
}

static void take_up_all(struct jobs *jobs)
{
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        struct job *job = e->value;
        take_up(job);
        /* GPUs may have gone since it was submitted. */
        CLEANUP(err_release) struct err err = ERR_INIT;
        if (job->state == JOB_QUEUED && job_check_capacity(job, &err) != 0) {
            job_set_reason(job, "%s: %s", err.what, err.why);
            finish(job, JOB_FAILED);
        }
    }
    run_queue(jobs);
}

static void free_job(void *job) { job_free(job); }

struct jobs *jobs_new(const struct jobs_settings *settings, struct strv *broken, struct err *err)
{
    struct jobs *jobs = xcalloc(1, sizeof(*jobs));
    jobs->settings = *settings;
    jobs->documents = path_join(settings->state, "jobs");
    jobs->logs = path_join(settings->state, "logs/jobs");
    jobs->work = path_join(settings->state, "work/jobs");
    jobs->by_name = MAP_INIT(free_job);
    jobs->next_sequence = 1;
    jobs->gpu_count = settings->gpus >= 0 ? settings->gpus : (int64_t)gpus_count(vitals_gpus(settings->vitals));
    jobs->gpu_used = xcalloc((size_t)jobs->gpu_count + 1, sizeof(*jobs->gpu_used));
    jobs->cpu_count = settings->cpus > 0 ? settings->cpus : sysconf(_SC_NPROCESSORS_ONLN);
    jobs->retry_timer = timer_new(settings->loop, retry_is_due, jobs);
    jobs->save_timer = timer_new(settings->loop, save_again, jobs);
    if (store_open(jobs->documents, err) != 0 || dir_make(jobs->logs, 0700, err) != 0 || dir_make(jobs->work, 0700, err) != 0 ||
        store_load(jobs->documents, load, jobs, broken, err) != 0) {
        jobs_free(jobs);
        return NULL;
    }
    job_meter_register(jobs);
    take_up_all(jobs);
    return jobs;
}

static void end_all(struct jobs *jobs)
{
    int64_t end = clock_mono_ms() + JOB_GRACE_MS;
    jobs->is_stopping = true;
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        struct job *job = e->value;
        if (job->run)
            job_run_end(job, ENDING_SHUTDOWN);
    }
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e)) {
        struct job *job = e->value;
        int64_t left = end - clock_mono_ms();
        job_run_wait(job, left > 0 ? left : 0);
        if (job->run)
            job_run_kill(job, ENDING_SHUTDOWN);
    }
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    end_all(jobs);
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e))
        logfile_wake(((struct job *)e->value)->log);
    map_release(&jobs->by_name);
    timer_free(jobs->retry_timer);
    timer_free(jobs->save_timer);
    free(jobs->gpu_used);
    free(jobs->documents);
    free(jobs->logs);
    free(jobs->work);
    free(jobs);
}

/* What clients ask */

/* replaced: a finished job that goes for this one; NULL: none. */
static int check_name(const struct jobs *jobs, const char *name, const struct job *replaced, struct err *err)
{
    const struct job *older = map_get(&jobs->by_name, name);
    if (!older || older == replaced)
        return 0;
    err_set(err, ERR_CONFLICT, "job \"%s\" exists", name);
    return err_why(err, "it is %s", job_state_name(older->state));
}

/* Its document takes the place of an older job's, which is whole until then. */
static int keep(struct job *job, struct err *err)
{
    struct jobs *jobs = job->jobs;
    if (save(job, err) != 0)
        return err_wrap(err, "cannot keep job \"%s\"", job->name);
    struct job *older = map_get(&jobs->by_name, job->name);
    if (older)
        forget(older);
    job_attach(job);
    map_set(&jobs->by_name, job->name, job);
    forget_oldest(jobs);
    return 0;
}

static node_t *submit(struct jobs *jobs, const node_t *spec, const struct job *replaced, struct err *err)
{
    const char *name = node_str(spec, "/name", "");
    if (job_spec_check(spec, err) != 0)
        return NULL;
    struct job *job = job_new(jobs, name, spec);
    job->sequence = jobs->next_sequence++;
    job->queued_ms = clock_wall_ms();
    if (job_check_capacity(job, err) != 0 || check_name(jobs, name, replaced, err) != 0 || keep(job, err) != 0) {
        job_free(job);
        return NULL;
    }
    run_queue(jobs);
    return job_document(job);
}

node_t *jobs_submit(struct jobs *jobs, const node_t *spec, struct err *err) { return submit(jobs, spec, NULL, err); }

/* NAME-2, NAME-3, ...; of resnet-2, when that was such a retry, resnet-3. */
static char *next_name(const struct jobs *jobs, const struct job *job)
{
    long long n;
    const char *dash = strrchr(job->name, '-');
    bool is_retry = node_get(job->spec, "retry_of") && dash && str_to_int(dash + 1, 2, INT_MAX, &n);
    int stem = (int)(is_retry ? dash - job->name : (ptrdiff_t)strlen(job->name));
    for (n = 2;; n++) {
        AUTOFREE char *name = xasprintf("%.*s-%lld", stem, job->name, n);
        if (!map_get(&jobs->by_name, name))
            return TAKE(name);
    }
}

node_t *jobs_retry(struct jobs *jobs, const char *name, const char *as, struct err *err)
{
    struct job *job = find(jobs, name, err);
    if (!job)
        return NULL;
    if (!is_finished(job)) {
        err_set(err, ERR_CONFLICT, "job \"%s\" is not over", name);
        err_why(err, "it is %s", job_state_name(job->state));
        return NULL;
    }
    CLEANUP(node_free) node_t *spec = node_copy(job->spec);
    AUTOFREE char *its = as ? xstrdup(as) : next_name(jobs, job);
    node_set_str(spec, "name", its);
    node_set_str(spec, "retry_of", name);
    return submit(jobs, spec, strcmp(its, name) == 0 ? job : NULL, err);
}

static int compare_jobs(const void *a, const void *b)
{
    const struct job *const *one = a, *const *other = b;
    return ((*one)->sequence > (*other)->sequence) - ((*one)->sequence < (*other)->sequence);
}

/* As they were submitted, also after a restart. */
node_t *jobs_list(struct jobs *jobs)
{
    size_t n = 0;
    AUTOFREE struct job **ordered = xcalloc(jobs->by_name.live + 1, sizeof(*ordered));
    vitals_sample(jobs->settings.vitals);
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e))
        ordered[n++] = e->value;
    qsort(ordered, n, sizeof(*ordered), compare_jobs);
    node_t *list = node_new_array();
    for (size_t i = 0; i < n; i++)
        node_push(list, job_document(ordered[i]));
    return list;
}

node_t *jobs_show(struct jobs *jobs, const char *name, struct err *err)
{
    struct job *job = find(jobs, name, err);
    if (!job)
        return NULL;
    if (job->run)
        vitals_sample(jobs->settings.vitals);
    return job_document(job);
}

int jobs_cancel(struct jobs *jobs, const char *name, struct err *err)
{
    struct job *job = find(jobs, name, err);
    if (!job)
        return -1;
    if (is_finished(job)) {
        err_set(err, ERR_CONFLICT, "job \"%s\" is finished", name);
        return err_why(err, "it is %s", job_state_name(job->state));
    }
    job->is_cancelled = true;
    if (!job->run) {
        job_set_reason(job, "cancelled");
        finish(job, JOB_CANCELLED);
        run_queue(jobs);
        return 0;
    }
    job_set_reason(job, "being cancelled");
    save_or_later(job);
    job_run_end(job, ENDING_CANCEL);
    return 0;
}

int jobs_delete(struct jobs *jobs, const char *name, struct err *err)
{
    struct job *job = find(jobs, name, err);
    if (!job)
        return -1;
    if (job->run)
        job_run_kill(job, ENDING_CANCEL);
    drop(job);
    run_queue(jobs);
    return 0;
}

int jobs_log(struct jobs *jobs, const char *name, char **ret_path, struct logfile **ret_log, struct err *err)
{
    struct job *job = find(jobs, name, err);
    if (!job)
        return -1;
    *ret_path = job_log_path(job);
    *ret_log = job->log;
    return 0;
}

bool jobs_is_finished(struct jobs *jobs, const char *name)
{
    const struct job *job = map_get(&jobs->by_name, name);
    return jobs->is_stopping || !job || is_finished(job);
}

node_t *jobs_counts(struct jobs *jobs)
{
    static const char *const keys[JOB_STATE_COUNT] = {"queued", "running", "succeeded", "failed", "cancelled"};
    int64_t counts[JOB_STATE_COUNT] = {0};
    for (struct map_entry *e = map_first(&jobs->by_name); e; e = map_next(&jobs->by_name, e))
        counts[((const struct job *)e->value)->state]++;
    node_t *node = node_new_object();
    for (int i = 0; i < JOB_STATE_COUNT; i++)
        node_set_num(node, keys[i], (double)counts[i]);
    return node;
}

static node_t *counted(int64_t total, int64_t is_free)
{
    node_t *node = node_new_object();
    node_set_num(node, "total", (double)total);
    node_set_num(node, "free", (double)is_free);
    return node;
}

node_t *jobs_gpus(const struct jobs *jobs) { return counted(jobs->gpu_count, jobs_free_gpus(jobs)); }
node_t *jobs_cores(const struct jobs *jobs) { return counted(jobs->cpu_count, jobs->cpu_count - jobs->cpus_used); }
