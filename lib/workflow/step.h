/* One stage of a run: the inside of run.c, step_job.c and step_function.c. */
#ifndef WORKFLOW_STEP_H
#define WORKFLOW_STEP_H

#include "workflow/key.h"
#include "workflow/run.h"

enum step_state { STEP_WAITING, STEP_STARTING, STEP_RUNNING, STEP_DONE, STEP_FAILED, STEP_SKIPPED };

struct step {
    enum step_state state;
    char *handle; /* the job's or function's name */
    char *folder; /* what it runs in or is deployed from */
    int64_t try_number;
    bool existed;          /* the function was there before */
    int64_t begun_ms;      /* monotonic, when it was started by us */
    enum err_code refused; /* why it could not be started; ERR_OK: it could, or was not tried */
    struct made made;
};

struct run {
    const struct workflow *wf;
    struct home *home;
    const struct run_env *env;
    struct step *steps;
    int64_t number;        /* of this run */
    int64_t fresh;         /* the run whose results are the oldest to be reused; 0: all may be */
    bool heard;            /* the other side answered before */
    int64_t deaf_since_ms; /* 0: it answers */
};

/* All return 0 or -1. A failure of the other side (run_remote) is passing, or the stage's own; any other
 * failure ends the run. */

/* STARTING: everything of ours is on disk, the job is not submitted yet. */
int step_job_prepare(struct run *run, size_t at, struct err *err);
/* Cancels a job that an earlier run began (`start`) and this one has no use for. */
int step_job_forget(struct run *run, size_t at, const node_t *start, struct err *err);
int step_job_submit(struct run *run, size_t at, struct err *err);
/* doc is the job's state now. */
int step_job_watch(struct run *run, size_t at, const node_t *doc, struct err *err);

int step_function_prepare(struct run *run, size_t at, struct err *err);
int step_function_submit(struct run *run, size_t at, struct err *err);
int step_function_watch(struct run *run, size_t at, struct err *err);
/* Whether the function of a done record still stands as it was deployed. */
int step_function_stands(struct run *run, size_t at, const node_t *done, bool *ret, struct err *err);

/* Journals the end of a stage and tells it. `record` is taken. */
int step_done(struct run *run, size_t at, node_t *record, struct err *err);
int step_failed(struct run *run, size_t at, node_t *record, const char *message, struct err *err);
void step_say(const struct run *run, size_t at, const char *state, const char *note);

/* What the other side said: passing (no answer) keeps the stage as it is and clears err; refusals fail
 * the stage, in its own words. Returns -1 when the run must end. */
int step_remote_error(struct run *run, size_t at, struct err *remote, struct err *err);
void step_remote_ok(struct run *run);

/* A stage's environment: its own, then AIWF_WORKFLOW, AIWF_STAGE, AIWF_INPUT_X, AIWF_OUTPUT_X (paths in
 * its folder) and AIWF_FUNCTION_X (the URL of each inference stage that it needs). */
void step_environment(const struct run *run, size_t at, struct strv *env);
/* Makes the folder anew: the source's copy, the inputs, the folders of the outputs. */
int step_folder(const struct run *run, size_t at, const char *folder, struct err *err);

#endif
