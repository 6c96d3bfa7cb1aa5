/* What the verbs of `aiwf workflow` share. */
#ifndef CMD_WORKFLOW_H
#define CMD_WORKFLOW_H

#include "cmd.h"
#include "workflow/run.h"

struct workflow_opts {
    const char *file;
    bool fresh, follow;
    int64_t tail;
};

/* The file's context, or that of the run, unless the user chose one now. */
int workflow_use_context(struct cli *cli, const char *name, struct err *err);
/* What runs jobs and functions in the context; without `http` nothing is connected to. */
int workflow_env(struct cli *cli, bool http, struct run_env *env, struct err *err);
/* The last run of a workflow: home_status, or NOT_FOUND. */
node_t *workflow_status(const char *name, struct err *err);

int workflow_logs(struct cli *cli, struct err *err);

#endif
