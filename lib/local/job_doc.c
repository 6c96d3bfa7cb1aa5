/* Jobs as documents: what a client may ask for, what it is told, what is kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "doc/schema.h"
#include "local/job_impl.h"
#include "local/store.h"

enum { RETRIES_MAX = 100 };

static const struct field spec_fields[] = {
    {.name = "name", .type = FIELD_STRING, .required = true, .help = "the job's name"},
    {.name = "command", .type = FIELD_ARRAY, .item = FIELD_STRING, .required = true, .help = "the program and its arguments"},
    {.name = "env", .type = FIELD_MAP, .item = FIELD_STRING, .help = "environment variables"},
    {.name = "workdir", .type = FIELD_STRING, .pattern = "^/", .help = "an absolute folder to run in; without it a private one"},
    {.name = "source", .type = FIELD_STRING, .pattern = "^/", .help = "an absolute folder whose copy the private one is"},
    {.name = "gpus", .type = FIELD_INT, .min = 0, .max = 1e6, .help = "GPUs of its own"},
    {.name = "memory_bytes", .type = FIELD_INT, .min = 0, .max = 9e15, .help = "private memory of each of its processes"},
    {.name = "cpus", .type = FIELD_NUMBER, .min = 0, .max = 1e6, .help = "cores"},
    {.name = "retries", .type = FIELD_INT, .min = 0, .max = RETRIES_MAX, .help = "further attempts after a failed one"},
    {.name = "timeout_ms", .type = FIELD_INT, .min = 0, .max = 9e15, .help = "of one attempt"},
    {.name = "retry_of", .type = FIELD_STRING, .help = "the job that it is once more"},
    {0},
};

static int check_env(const node_t *env, struct err *err)
{
    CLEANUP(strv_release) struct strv list = STRV_INIT;
    for (const node_t *n = node_first(env); n; n = node_next(n)) {
        AUTOFREE char *pair = xasprintf("%s=%s", node_key(n), node_text(n));
        if (child_env_add(&list, pair, err) != 0)
            return -1;
    }
    return 0;
}

int job_spec_check(const node_t *spec, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = {.source = xstrdup("job"), .root = node_copy(spec)};
    if (schema_check(&doc, spec_fields, err) != 0 || store_name_check("job", node_str(spec, "/name", ""), err) != 0)
        return -1;
    const node_t *command = node_get(spec, "command");
    if (!node_len(command) || !*node_text(node_first(command)))
        return err_set(err, ERR_USAGE, "the job has no command");
    if (node_get(spec, "workdir") && node_get(spec, "source"))
        return err_set(err, ERR_USAGE, "workdir and source exclude each other: a copy of source is the folder it runs in");
    return check_env(node_get(spec, "env"), err);
}

struct job_needs job_needs(const struct job *job)
{
    double cpus = node_num(job->spec, "/cpus", 0);
    return (struct job_needs){
        .gpus = node_int(job->spec, "/gpus", 0),
        .slots = cpus > 1 ? (int64_t)num_ceil(cpus) : 1,
        .retries = node_int(job->spec, "/retries", 0),
        .timeout_ms = node_int(job->spec, "/timeout_ms", 0),
        .limits = {.memory_bytes = node_int(job->spec, "/memory_bytes", 0), .cpus = cpus},
    };
}

const char *job_state_name(enum job_state state)
{
    static const char *const names[JOB_STATE_COUNT] = {
#define X(ident, word) [JOB_##ident] = word,
        JOB_STATES(X)
#undef X
    };
    return names[state];
}

static int state_parse(const char *word, enum job_state *ret)
{
    for (int i = 0; i < JOB_STATE_COUNT; i++)
        if (str_eq(job_state_name((enum job_state)i), word)) {
            *ret = (enum job_state)i;
            return 0;
        }
    return -1;
}

void job_set_reason(struct job *job, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    free(job->reason);
    job->reason = str_detach(&text);
}

static void set_time(node_t *node, const char *key, int64_t wall_ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (wall_ms)
        rfc3339_print(&text, wall_ms);
    node_set_str(node, key, wall_ms ? text.buf : NULL);
}

static double known(int64_t value, bool is_known) { return is_known ? (double)value : NAN; }

static double queue_position(const struct job *job)
{
    if (job->state != JOB_QUEUED)
        return NAN;
    double position = 1;
    for (struct map_entry *e = map_first(&job->jobs->by_name); e; e = map_next(&job->jobs->by_name, e)) {
        const struct job *other = e->value;
        if (other->state == JOB_QUEUED && other->sequence < job->sequence)
            position++;
    }
    return position;
}

static void set_usage(node_t *node, const struct job *job)
{
    bool has_started = job->first_start_ms > 0;
    struct usage now = job->run ? workload_usage(job->workload) : job->before;
    int64_t rss = job->run ? now.memory_bytes : 0;
    int64_t max_rss = job->max_rss_bytes > rss ? job->max_rss_bytes : rss;
    node_set_num(node, "cpu_s", has_started ? job->cpu_s + now.cpu_s - job->before.cpu_s : NAN);
    node_set_num(node, "max_rss_bytes", known(max_rss, max_rss > 0));
    node_set_num(node, "energy_j", has_started ? job->energy_j + now.energy_j - job->before.energy_j : NAN);
    node_set_str(node, "energy_source", has_started ? vitals_energy_source(job->jobs->settings.vitals) : NULL);
}

static void set_gpu_indices(node_t *node, const struct job *job)
{
    node_t *list = node_set(node, "gpu_indices", node_new_array());
    for (int64_t i = 0; job->gpus && i < job->jobs->gpu_count; i++)
        if (job->gpus[i])
            node_push(list, node_new_num((double)i));
}

static void copy_member(node_t *node, const node_t *spec, const char *key)
{
    const node_t *member = node_get(spec, key);
    node_set(node, key, member ? node_copy(member) : node_new_null());
}

node_t *job_document(const struct job *job)
{
    struct job_needs needs = job_needs(job);
    int64_t now = clock_wall_ms();
    node_t *node = node_new_object();
    node_set_str(node, "name", job->name);
    node_set_str(node, "state", job_state_name(job->state));
    node_set_str(node, "trainer", "local");
    copy_member(node, job->spec, "command");
    node_set_num(node, "gpus", (double)needs.gpus);
    set_gpu_indices(node, job);
    copy_member(node, job->spec, "memory_bytes");
    copy_member(node, job->spec, "cpus");
    copy_member(node, job->spec, "workdir");
    copy_member(node, job->spec, "source");
    copy_member(node, job->spec, "timeout_ms");
    node_set_num(node, "attempt", (double)job->attempt);
    node_set_num(node, "retries", (double)needs.retries);
    node_set_num(node, "gateway_losses", (double)job->losses);
    node_set_num(node, "exit_code", known(job->exit_code, job->exit_code >= 0));
    const char *signal_name = job->signal ? sigabbrev_np(job->signal) : NULL;
    node_set_str(node, "signal", signal_name);
    node_set_str(node, "reason", job->reason);
    set_time(node, "queued", job->queued_ms);
    set_time(node, "started", job->started_ms);
    set_time(node, "finished", job->finished_ms);
    node_set_num(node, "queue_position", queue_position(job));
    AUTOFREE char *waits_for = job_waits_for(job);
    node_set_str(node, "waits_for", waits_for);
    pid_t pid = job->run ? job_run_pid(job->run) : 0;
    node_set_num(node, "pid", known(pid, pid > 0));
    set_usage(node, job);
    int64_t waited_until = job->first_start_ms ? job->first_start_ms : job->finished_ms ? job->finished_ms : now;
    node_set_num(node, "wait_ms", (double)(waited_until - job->queued_ms));
    int64_t ran_until = job->finished_ms ? job->finished_ms : now;
    node_set_num(node, "run_ms", known(ran_until - job->started_ms, job->started_ms > 0 && (job->run || job->finished_ms)));
    return node;
}

node_t *job_record(const struct job *job)
{
    node_t *record = node_new_object();
    node_set(record, "spec", node_copy(job->spec));
    node_set_str(record, "state", job_state_name(job->state));
    node_set_num(record, "sequence", (double)job->sequence);
    node_set_num(record, "attempt", (double)job->attempt);
    node_set_num(record, "failures", (double)job->failures);
    node_set_num(record, "losses", (double)job->losses);
    node_set_num(record, "queued_ms", (double)job->queued_ms);
    node_set_num(record, "first_start_ms", (double)job->first_start_ms);
    node_set_num(record, "started_ms", (double)job->started_ms);
    node_set_num(record, "finished_ms", (double)job->finished_ms);
    node_set_num(record, "not_before_ms", (double)job->not_before_ms);
    node_set_num(record, "exit_code", job->exit_code);
    node_set_num(record, "signal", job->signal);
    node_set_str(record, "reason", job->reason);
    node_set_num(record, "cpu_s", job->cpu_s);
    node_set_num(record, "energy_j", job->energy_j);
    node_set_num(record, "max_rss_bytes", (double)job->max_rss_bytes);
    node_set_bool(record, "cancelled", job->is_cancelled);
    return record;
}

struct job *job_new(struct jobs *jobs, const char *name, const node_t *spec)
{
    struct job *job = xcalloc(1, sizeof(*job));
    job->jobs = jobs;
    job->name = xstrdup(name);
    job->spec = node_copy(spec);
    job->exit_code = -1;
    return job;
}

void job_attach(struct job *job)
{
    AUTOFREE char *log = job_log_path(job);
    job->log = logfile_new(log, 0);
    job->workload = vitals_workload(job->jobs->settings.vitals, "job", job->name);
}

void job_free(struct job *job)
{
    if (!job)
        return;
    logfile_free(job->log);
    workload_forget(job->workload);
    node_free(job->spec);
    free(job->name);
    free(job->reason);
    free(job->gpus);
    free(job);
}

struct job *job_load(struct jobs *jobs, const char *name, const node_t *record, struct err *err)
{
    const node_t *spec = node_get(record, "spec");
    enum job_state state;
    if (state_parse(node_str(record, "/state", ""), &state) != 0 || node_type(spec) != NODE_OBJECT) {
        err_set(err, ERR_FAILED, "%s is no record of a job", name);
        return NULL;
    }
    if (job_spec_check(spec, err) != 0)
        return NULL;

    struct job *job = job_new(jobs, name, spec);
    job->state = state;
    job->sequence = node_int(record, "/sequence", 0);
    job->attempt = node_int(record, "/attempt", 0);
    job->failures = node_int(record, "/failures", 0);
    job->losses = node_int(record, "/losses", 0);
    job->queued_ms = node_int(record, "/queued_ms", 0);
    job->first_start_ms = node_int(record, "/first_start_ms", 0);
    job->started_ms = node_int(record, "/started_ms", 0);
    job->finished_ms = node_int(record, "/finished_ms", 0);
    job->not_before_ms = node_int(record, "/not_before_ms", 0);
    job->exit_code = (int)node_int(record, "/exit_code", -1);
    job->signal = (int)node_int(record, "/signal", 0);
    job->reason = xstrdup_or_null(node_str(record, "/reason", NULL));
    job->cpu_s = node_num(record, "/cpu_s", 0);
    job->energy_j = node_num(record, "/energy_j", 0);
    job->max_rss_bytes = node_int(record, "/max_rss_bytes", 0);
    job->is_cancelled = node_bool(record, "/cancelled", false);
    return job;
}
