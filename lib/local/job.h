/* Jobs: commands that run to completion as processes, in a queue with counted GPUs and CPU slots.
 *
 * Order is first come, first served, and strict: a job that does not fit yet holds back those behind
 * it, so that a large job is not starved by small ones. States, fields: lib/train/trainer.h.
 *
 * Every change of state is on disk before it is told. When the gateway is killed its jobs die with
 * it (PR_SET_PDEATHSIG; what escaped is ended by its mark at the next start): such a job is queued
 * again in its old place as a new attempt, which does not count against its retries, and says so in
 * `reason`. `gateway_losses` in the document counts them; after JOB_LOSSES_MAX the job is Failed. */
#ifndef LOCAL_JOB_H
#define LOCAL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "doc/node.h"
#include "local/logfile.h"
#include "local/loop.h"
#include "local/vitals.h"

enum { JOB_LOSSES_MAX = 5, JOB_GRACE_MS = 5000 /* from TERM to KILL */ };

struct jobs;

struct jobs_settings {
    const char *state; /* the daemon's folder: jobs/ (documents), logs/, work/ (private folders) below it */
    const char *owner; /* see child_env */
    int64_t gpus;      /* -1: as many as NVML shows */
    int64_t cpus;      /* jobs at once, each counting its `cpus` rounded up; 0: the machine's cores */
    int64_t keep;      /* finished jobs that are remembered; 0: 1000 */
    struct vitals *vitals;
    struct leftovers *leftovers;
    struct loop *loop;
};

/* Loads what is on disk and goes on with it from the loop; `broken` receives a line for each document
 * that could not be used. */
struct jobs *jobs_new(const struct jobs_settings *settings, struct strv *broken, struct err *err);
/* Ends what runs (TERM, then KILL after JOB_GRACE_MS); it is queued again at the next start. Before the
 * server goes: those who follow a log are told. */
void jobs_free(struct jobs *jobs);

/* spec is the POST body of lib/local/api.md. Returns the document (the caller frees). USAGE for what
 * is wrong in it, CONFLICT for a name that is taken, CAPACITY for more GPUs or
 * CPUs than there are. */
node_t *jobs_submit(struct jobs *jobs, const node_t *spec, struct err *err);
/* A finished job once more, as `as` (NULL: NAME-2 or the next that is free; its own name: in its place). As jobs_submit; and
 * NOT_FOUND, and CONFLICT for one that is not finished. */
node_t *jobs_retry(struct jobs *jobs, const char *name, const char *as, struct err *err);
node_t *jobs_list(struct jobs *jobs);                                    /* in order of submission */
node_t *jobs_show(struct jobs *jobs, const char *name, struct err *err); /* NOT_FOUND */
/* A finished job is CONFLICT. */
int jobs_cancel(struct jobs *jobs, const char *name, struct err *err);
/* Its document, log and folder go; what still runs of it is killed. */
int jobs_delete(struct jobs *jobs, const char *name, struct err *err);

/* For logs: the file's path (the caller frees) and its writer, for logfile_watch: watchers are also
 * called when the job is finished and when it goes. */
int jobs_log(struct jobs *jobs, const char *name, char **ret_path, struct logfile **ret_log, struct err *err);
bool jobs_is_finished(struct jobs *jobs, const char *name); /* true also when it is gone */

/* {"queued","running","succeeded","failed","cancelled"} and {"total","free"}: for /system/aiwf/status. */
node_t *jobs_counts(struct jobs *jobs);
node_t *jobs_gpus(const struct jobs *jobs);
node_t *jobs_cores(const struct jobs *jobs);

#endif
