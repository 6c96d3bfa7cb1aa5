/* Running a workflow: each stage as soon as those that it needs have succeeded, side by side where they
 * do not need each other; what did not change since an earlier run is taken from there.
 *
 * The process that runs it only starts, watches and records: jobs belong to the trainer, functions to
 * the runtime. Killed at any moment, the next run (or resume) finds its jobs again by name. */
#ifndef WORKFLOW_RUN_H
#define WORKFLOW_RUN_H

#include "serverless/runtime.h"
#include "train/trainer.h"
#include "tui/progress.h"
#include "workflow/home.h"
#include "workflow/spec.h"

struct run_env {
    struct http *http;
    struct kube *kube; /* where the trainer or the runtime needs one */
    const struct context *context;
    const struct trainer *trainer;
    const struct runtime *runtime;
    struct progress *progress; /* NULL: silent */
    bool fresh;                /* reuse nothing from earlier runs */
    bool resume;               /* go on with the last run instead of beginning one */
};

/* What env's trainer and runtime need. */
struct trainer_env run_trainer(const struct run_env *env);
struct runtime_env run_runtime(const struct run_env *env);

/* `home` is open for writing. 0 when every stage succeeded. WORKLOAD when a stage failed: those that do
 * not depend on it have finished all the same; journal_status tells which and why. INTERRUPTED: what ran
 * was cancelled. Any other failure (a full disk, a gateway that stays away) stops the run, with its jobs
 * cancelled as far as they can be reached; nothing that was finished is lost. */
int workflow_run(const struct workflow *wf, struct home *home, const struct run_env *env, struct err *err);

/* Cancels the jobs of a run that nobody drives. ret_n: how many were still there. */
int workflow_cancel(struct home *home, const struct run_env *env, size_t *ret_n, struct err *err);

#endif
