/* What the verbs of `aiwf train` share: see cmd_train.c. */
#ifndef CMD_TRAIN_H
#define CMD_TRAIN_H

#include "cmd.h"
#include "train/trainer.h"

/* A trainer, and what it needs to work in cli's context. trainer: --trainer, or NULL. */
int train_env(struct cli *cli, const char *trainer, struct trainer_env *ret, struct err *err);
/* The same, with the trainer that has the job of that name. */
int train_env_of(struct cli *cli, const char *trainer, const char *job, struct trainer_env *ret, struct err *err);

/* Every verb has --trainer in its options. */
#define TRAINER_OPT(type_)                                                                                                       \
    {                                                                                                                            \
        .name = "trainer", .type = OPT_STRING, OPT(type_, trainer), .metavar = "NAME",                                           \
        .help = "what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)", .complete = complete_trainers \
    }

complete_fn complete_trainers, complete_train_jobs;

/* Waits for a job's end: 0 when it succeeded, WORKLOAD when not (with the last lines of its log on stderr),
 * INTERRUPTED and TIMEOUT with the command that goes on. follow: its log goes to stdout meanwhile.
 * *ret: its last document, or NULL; the caller frees it. */
struct train_wait {
    const struct trainer_env *env;
    const char *name;
    int64_t timeout_ms; /* 0: none */
    bool follow;
};
int train_wait(struct cli *cli, const struct train_wait *wait, node_t **ret, struct err *err);
/* The log to stdout; follow: until the job's end or Ctrl-C. */
int train_logs(struct cli *cli, const struct trainer_env *env, const char *name, struct job_logs *logs, struct err *err);

/* The table's own fields: "line", "runs" (the command as one line; with the reason), "ranks_ready", "last_line" (of what a failed rank wrote). */
void train_decorate(const struct cli *cli, node_t *job);

/* Decorates and prints one; in a table its ranks follow. */
int train_print_job(struct cli *cli, node_t *job, struct err *err);
/* The same of one that has just been submitted, and what waits for it. */
int train_print_new(struct cli *cli, const struct trainer_env *env, const char *name, struct err *err);
/* Adds what to try when there is no such job. Returns -1. */
int train_not_there(struct err *err);

extern const struct cmd train_submit_cmd, train_events_cmd, train_retry_cmd;
extern const struct column train_show_columns[];

#endif
