/* What the verbs of `aiwf why` share: see cmd_why.c. */
#ifndef CMD_WHY_H
#define CMD_WHY_H

#include "cmd.h"

/* A chain as a tree for people, as a document else. */
int why_print(struct cli *cli, const node_t *why, struct err *err);

extern const struct cmd why_pod_cmd, why_job_cmd, why_train_cmd, why_function_cmd, why_workflow_cmd;
extern const struct column why_columns[];

#endif
