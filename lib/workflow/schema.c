#include <stddef.h>

#include "workflow/spec.h"

#define NAME_PATTERN "^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$"

static const char *const kinds[] = {"batch", "train", "inference", NULL};
static const char *const modes[] = {"http", "stdio", NULL};

static const struct field objective_fields[] = {
    {.name = "p95", .type = FIELD_DURATION, .help = "95th percentile of the latency of inference"},
    {.name = "cost", .type = FIELD_NUMBER, .min = 0, .max = 1e12, .help = "most money for one run, in the context's currency"},
    {.name = "energy_j", .type = FIELD_NUMBER, .min = 0, .max = 1e15, .help = "most energy for one run, in joules"},
    {0},
};

static const struct field stage_fields[] = {
    {.name = "name", .type = FIELD_STRING, .required = true, .pattern = NAME_PATTERN, .help = "the stage's name"},
    {.name = "kind",
     .type = FIELD_STRING,
     .required = true,
     .choices = kinds,
     .help = "batch and train run to completion as jobs; inference is deployed as a function"},
    {.name = "needs", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "stages that must succeed first (inputs imply it)"},
    {.name = "command", .type = FIELD_STRING, .help = "what to run, by /bin/sh -c in the stage's folder"},
    {.name = "image", .type = FIELD_STRING, .help = "the container image, where the context runs containers"},
    {.name = "source", .type = FIELD_STRING, .help = "a file or folder, relative to this file: the stage gets a copy"},
    {.name = "env", .type = FIELD_MAP, .item = FIELD_ANY, .help = "environment variables"},
    {.name = "inputs",
     .type = FIELD_MAP,
     .item = FIELD_STRING,
     .help = "NAME: stage.output, or a path relative to this file; the command finds it at $AIWF_INPUT_NAME"},
    {.name = "outputs",
     .type = FIELD_MAP,
     .item = FIELD_STRING,
     .help = "NAME: path in the stage's folder, where the command must leave it; also in $AIWF_OUTPUT_NAME"},
    {.name = "retries", .type = FIELD_INT, .min = 0, .max = 100, .missing = "0", .help = "how often a failed job is tried again"},
    {.name = "timeout", .type = FIELD_DURATION, .help = "of one try of a job, or of one request to a function"},
    {.name = "gpus", .type = FIELD_INT, .min = 0, .max = 4096, .missing = "0", .help = "GPUs to hold"},
    {.name = "memory", .type = FIELD_BYTES, .help = "memory limit"},
    {.name = "cpus", .type = FIELD_NUMBER, .min = 0, .max = 65536, .help = "CPU cores"},
    {.name = "queue", .type = FIELD_STRING, .help = "of jobs: the queue, where the context has queues"},
    {.name = "priority", .type = FIELD_STRING, .help = "of jobs: the priority class, where the context has them"},
    {.name = "function",
     .type = FIELD_STRING,
     .pattern = NAME_PATTERN,
     .help = "of inference: the function's name (default WORKFLOW-STAGE)"},
    {.name = "mode",
     .type = FIELD_STRING,
     .choices = modes,
     .missing = "http",
     .help = "of inference: a server on $PORT, or a process a request"},
    {.name = "scale",
     .type = FIELD_STRING,
     .pattern = "^[0-9]{1,5}[.][.][0-9]{1,5}$",
     .help = "of inference: MIN..MAX instances"},
    {.name = "idle", .type = FIELD_DURATION, .help = "of inference: scale to MIN after this time without a request"},
    {.name = "concurrency", .type = FIELD_INT, .min = 1, .max = 100000, .help = "of inference: requests at once an instance"},
    {.name = "queue_limit",
     .type = FIELD_INT,
     .min = 0,
     .max = 1000000,
     .help = "of inference: requests held when all instances are busy"},
    {.name = "ready_path",
     .type = FIELD_STRING,
     .pattern = "^/",
     .help = "of inference: GET of this path answers 2xx once it is ready"},
    {0},
};

const struct field workflow_schema[] = {
    {.name = "name",
     .type = FIELD_STRING,
     .required = true,
     .pattern = NAME_PATTERN,
     .help = "the workflow's name: its runs and caches go by it"},
    {.name = "context", .type = FIELD_STRING, .help = "where it runs, unless --context or AIWF_CONTEXT says otherwise"},
    {.name = "objectives",
     .type = FIELD_OBJECT,
     .fields = objective_fields,
     .help = "what to hold: plan and status compare with it"},
    {.name = "stages",
     .type = FIELD_ARRAY,
     .item = FIELD_OBJECT,
     .required = true,
     .fields = stage_fields,
     .help = "the steps, at most 1000; those that do not need each other run side by side"},
    {0},
};
