/* A system that runs jobs to completion: one interface, one file a provider (trainer_NAME.c). */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include <stdint.h>

#include "conf/conf.h"
#include "doc/node.h"
#include "net/http.h"

struct job_spec {
    const char *name;
    const char *image;
    const struct strv *command; /* argv */
    const char *workdir;        /* local: where it runs (absolute); NULL: a private folder */
    const char *source;         /* local: copied into the private folder; NULL: none */
    const struct strv *env;     /* K=V */
    int64_t gpus;
    int64_t memory_bytes;
    double cpus;
    int64_t retries;
    int64_t timeout_ms;
    const char *queue;
    const char *priority;
};

struct trainer_env {
    struct http *http;
    const struct context *context;
};

/* A job, a document: {"name","state":"Queued|Running|Succeeded|Failed|Cancelled","trainer","command":[..],"gpus","attempt":N,"retries":N,
 *  "exit_code":N|null,"signal":"KILL"|null,"reason","queued","started","finished" (RFC 3339),"queue_position":N|null,"pid",
 *  "cpu_s","max_rss_bytes","energy_j":x|null,"energy_source","wait_ms","run_ms"} */
struct trainer {
    const char *name;
    const char *help;
    int (*submit)(const struct trainer_env *env, const struct job_spec *spec, struct err *err); /* CONFLICT */
    node_t *(*spec_json)(const struct job_spec *spec);
    node_t *(*list)(const struct trainer_env *env, struct err *err);
    node_t *(*show)(const struct trainer_env *env, const char *name, struct err *err); /* NOT_FOUND */
    int (*logs)(const struct trainer_env *env, const char *name, bool follow, int64_t tail,
                bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err);
    int (*cancel)(const struct trainer_env *env, const char *name, struct err *err);
    int (*remove)(const struct trainer_env *env, const char *name, struct err *err);
};

extern const struct trainer *const trainers[];
const struct trainer *trainer_find(const char *name);
const struct trainer *trainer_for(const struct context *context, const char *name, struct err *err);
int trainer_lacks(const struct trainer *trainer, const char *operation, struct err *err);

/* WORKLOAD (exit 9) with the exit code or signal when the job failed; 0 when it succeeded. */
int job_result(const node_t *job, struct err *err);

#endif
