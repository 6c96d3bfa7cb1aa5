/* Why a job or a function of the local gateway, or of another gateway that tells its reason itself, or a workflow is as it is. */
#ifndef WHY_LOCAL_H
#define WHY_LOCAL_H

#include "serverless/runtime.h"
#include "train/trainer.h"
#include "why/chain.h"

/* By the trainer's and the runtime's own documents. NOT_FOUND, ... The caller frees. */
node_t *why_local_job(const struct trainer_env *env, const char *name, struct err *err);
node_t *why_gateway_function(const struct runtime *runtime, const struct runtime_env *env, const char *name, struct err *err);

/* Why what a stage ran is as it is: the document of one of the above, or NULL where it cannot be seen. */
struct why_stage {
    node_t *(*job)(void *arg, const char *name, struct err *err);
    node_t *(*function)(void *arg, const char *name, struct err *err);
    void *arg;
};
/* Of the last run, as its journal has it (home_status); stages are followed where it was in `context`. The caller frees. */
node_t *why_workflow(const node_t *status, const char *context, const struct why_stage *stage);

#endif
