/* What `aiwf function deploy` and `diff` share: one table of options, and one reading of files. */
#ifndef CMD_FUNCTION_DEPLOY_H
#define CMD_FUNCTION_DEPLOY_H

#include "function.h"
#include "serverless/features.h"

struct deploy_opts {
    const char *runtime;
    const char *file, *image, *command, *source, *mode, *scale, *ready_path, *cpu, *idle; /* idle: 0s is a value too */
    struct strv env, labels, metrics;
    struct function_detail detail;
    int64_t concurrency, queue, memory_bytes, gpus, exec_timeout_ms, start_timeout_ms, wait_window_ms;
    bool replace, if_not_exists;
};
extern const struct opt function_deploy_opts[];

/* Calls fn for the function that options and -f say, for each of a stack.yaml, until one fails. */
int function_collect(struct cli *cli, int (*fn)(const struct function_spec *spec, void *arg, struct err *err), void *arg,
                     struct err *err);
/* By --runtime or the context; a Knative Service is Knative's. */
const struct runtime *function_runtime_of(struct cli *cli, const struct function_spec *spec, struct err *err);

#endif
