/* A workflow as its file says: stages, what they need, and what they hand to each other. */
#ifndef WORKFLOW_SPEC_H
#define WORKFLOW_SPEC_H

#include <stdint.h>

#include "doc/schema.h"

enum { WORKFLOW_MAX_STAGES = 1000, WORKFLOW_NAME_MAX = 40 };

enum stage_kind { STAGE_BATCH, STAGE_TRAIN, STAGE_INFERENCE };
const char *stage_kind_name(enum stage_kind kind);

/* A name that a stage knows a file or folder by, and where that lies, relative to the stage's folder. */
struct stage_output {
    char *name;
    char *path;
};

struct stage_input {
    char *name;
    char *path;    /* inputs/NAME with the extension of what it is */
    char *file;    /* absolute, when it comes from outside; else NULL, and: */
    size_t from;   /* the stage that hands it over */
    size_t output; /* which of its outputs */
};

struct stage {
    char *name;
    enum stage_kind kind;
    size_t *needs; /* stages, without repeats, those of the inputs included */
    size_t needs_n, needs_cap;
    char *command; /* for /bin/sh -c */
    char *image;
    char *source;    /* a file or folder, absolute; NULL: none */
    struct strv env; /* K=V, sorted */
    struct stage_input *inputs;
    size_t inputs_n;
    struct stage_output *outputs;
    size_t outputs_n;
    int64_t retries, timeout_ms, gpus, memory_bytes;
    double cpus;
    char *queue, *priority;
    /* inference */
    char *function; /* its name */
    char *mode, *ready_path;
    int64_t scale_min, scale_max, idle_ms, queue_limit; /* -1: not given */
    int64_t concurrency;
};

struct objectives {
    double p95_ms, cost, energy_j; /* NaN: not given */
};

struct workflow {
    char *name;
    char *context; /* NULL: the current one */
    char *file;    /* absolute; NULL: standard input */
    struct objectives objectives;
    struct stage *stages;
    size_t n;
    size_t *order; /* stages, each after those that it needs */
};
#define WORKFLOW_INIT ((struct workflow){0})

/* Reads and checks a file ("-": standard input). USAGE with file, line and column for what is wrong in
 * it, a cycle or a missing file included; NOT_FOUND when there is no such file. */
int workflow_load(const char *path, struct workflow *ret, struct err *err);
/* The same from a text; relative paths count from `base`. */
int workflow_parse(const char *text, size_t len, const char *source, const char *base, struct workflow *ret, struct err *err);
void workflow_release(struct workflow *wf);
DEFINE_CLEANUP(struct workflow, workflow_release)

/* By name; wf->n: none. */
size_t workflow_find(const struct workflow *wf, const char *stage);
/* True for what may be a workflow's or a stage's name: it is also a folder's and a job's. */
bool workflow_name_ok(const char *name);

/* Whether stage needs `other` only to come after it: nothing of it is an input. */
bool stage_needs_only_order(const struct stage *stage, size_t other);

/* What a workflow file may contain (doc/schema.h). */
extern const struct field workflow_schema[];

#endif
