/* Shared by job*.c: a job as the queue and its process see it. */
#ifndef LOCAL_JOB_IMPL_H
#define LOCAL_JOB_IMPL_H

#include <sys/types.h>

#include "base/map.h"
#include "local/child.h"
#include "local/job.h"

#define JOB_STATES(X)         \
    X(QUEUED, "Queued")       \
    X(RUNNING, "Running")     \
    X(SUCCEEDED, "Succeeded") \
    X(FAILED, "Failed")       \
    X(CANCELLED, "Cancelled")

enum job_state {
#define X(ident, word) JOB_##ident,
    JOB_STATES(X)
#undef X
        JOB_STATE_COUNT
};

/* Why a running job was told to end. */
enum job_ending { ENDING_NOT, ENDING_TIMEOUT, ENDING_CANCEL, ENDING_SHUTDOWN };

struct job_run; /* one attempt's process: job_run.c */

struct job {
    struct jobs *jobs;
    char *name;
    node_t *spec;     /* as submitted: command, env, workdir, source, gpus, memory_bytes, cpus, retries, timeout_ms */
    int64_t sequence; /* its place in the queue */
    enum job_state state;
    int64_t attempt;                            /* starts so far */
    int64_t failures;                           /* of those, the ones that count against `retries` */
    int64_t losses;                             /* and the ones that ended with the gateway */
    int64_t queued_ms, started_ms, finished_ms; /* wall clock; 0: not yet. started: the last attempt's */
    int64_t first_start_ms;
    int64_t not_before_ms; /* of a retry, wall clock */
    int exit_code;         /* -1: none */
    int signal;
    char *reason;           /* NULL: none */
    double cpu_s, energy_j; /* of all ended attempts */
    int64_t max_rss_bytes;
    bool is_cancelled;   /* asked for, and on disk: not queued again after a kill */
    bool is_unsaved;     /* the disk refused the last change */
    struct job_run *run; /* NULL unless RUNNING */
    struct logfile *log;
    struct workload *workload;
    struct usage before; /* the workload's usage when the attempt began */
    bool *gpus;          /* granted ones, jobs->gpu_count long; NULL: none */
};

struct jobs {
    struct jobs_settings settings;
    char *documents, *logs, *work; /* folders */
    struct map by_name;            /* struct job, in order of submission */
    int64_t next_sequence;
    int64_t gpu_count, cpu_count, cpus_used;
    bool *gpu_used;
    struct timer *retry_timer, *save_timer;
    bool is_stopping; /* nothing is started any more */
};

/* What one attempt asks for, read from the spec. */
struct job_needs {
    int64_t gpus, slots;
    int64_t retries, timeout_ms;
    struct child_limits limits;
};
struct job_needs job_needs(const struct job *job);

/* job_doc.c */
int job_spec_check(const node_t *spec, struct err *err);
const char *job_state_name(enum job_state state);
node_t *job_document(const struct job *job); /* what clients see */
node_t *job_record(const struct job *job);   /* what is kept on disk: that, and what only we need */
struct job *job_load(struct jobs *jobs, const char *name, const node_t *record, struct err *err);
struct job *job_new(struct jobs *jobs, const char *name, const node_t *spec);
/* Gives it its log and its workload, which an older job of that name must not have any more. */
void job_attach(struct job *job);
void job_free(struct job *job);
void job_set_reason(struct job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* job_grant.c */
int64_t jobs_free_gpus(const struct jobs *jobs);
int job_check_capacity(const struct job *job, struct err *err); /* CAPACITY when this machine can never run it */
bool job_fits(const struct job *job);                           /* now */
char *job_waits_for(const struct job *job);                     /* "1 core: 0 of 2 are free"; NULL: for nothing that is counted */
void job_grant(struct job *job);
void job_give_back(struct job *job); /* fine when nothing was granted */

/* job_run.c: one attempt. On success job->run is set; its end comes as jobs_attempt_ended. */
int job_run_start(struct job *job, struct err *err);
/* TERM now, KILL after JOB_GRACE_MS. */
void job_run_end(struct job *job, enum job_ending why);
/* KILL now; the attempt's end is told before it returns. */
void job_run_kill(struct job *job, enum job_ending why);
/* For the end of the gateway: waits up to timeout_ms for the end, still reading its output. */
void job_run_wait(struct job *job, int64_t timeout_ms);
pid_t job_run_pid(const struct job_run *run); /* 0 while its folder is made */
char *job_log_path(const struct job *job);
char *job_work_path(const struct job *job);

/* job_meter.c: puts the jobs into /metrics, for as long as the meter is printed. */
void job_meter_register(struct jobs *jobs);

/* job.c: called by job_run.c when the process has ended and job->run is gone. */
void jobs_attempt_ended(struct job *job, const struct child_end *end, enum job_ending why);
/* The same for an attempt whose command could not be started. */
void jobs_attempt_impossible(struct job *job, const struct err *err);

#endif
