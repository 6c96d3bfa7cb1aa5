/* A system that runs jobs to completion: one interface, one file a provider (trainer_NAME.c). */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include <stdint.h>

#include "conf/conf.h"
#include "doc/node.h"
#include "kube/kube.h"
#include "net/http.h"

struct job_source;

struct job_spec {
    const char *name;
    const char *image;
    const struct strv *command;  /* argv */
    const char *workdir;         /* local: where it runs (absolute); NULL: a private folder */
    const char *source;          /* a private copy of it is where it runs; NULL: none */
    const struct strv *env;      /* K=V */
    const struct strv *datasets; /* NAME[:PATH]: volume claims, below /data/NAME where no PATH is said */
    int64_t gpus;                /* of each node */
    int64_t memory_bytes;
    double cpus;
    int64_t nodes;       /* ranks of the same kind; 0: one */
    int64_t workers, ps; /* tf: workers, and parameter servers */
    int64_t retries;
    int64_t timeout_ms;
    const char *queue;
    const char *priority;
    const char *runtime; /* trainjob */
    const char *success; /* which ranks must end well for the job to succeed: "0,2-5", "all"; NULL: as the kind has it */
    bool spot;
    const struct job_source *files; /* what source holds; NULL: it was not read */
    const node_t *manifest;         /* a whole object from a file: of the rest, only name and queue count */
    const struct doc *file;         /* that file, for where a refused field stands */
};

struct job_capacity {
    int64_t gpus, cores;
};

struct trainer;
struct job_kind;
struct job_watch;

struct trainer_env {
    const struct trainer *trainer;
    struct http *http;
    struct kube *kube; /* where trainer->cluster */
    const struct context *context;
    bool all_namespaces;                      /* for list */
    void (*say)(void *arg, const char *text); /* what was decided, for people; NULL: nobody listens */
    void *say_arg;
};

struct job_logs {
    bool follow;
    int64_t tail;    /* -1: all */
    int64_t rank;    /* -1: all */
    const char *pod; /* of a rank that has had several; NULL: all of them */
    bool previous;   /* of the container before its last restart; not with follow */
    bool (*on_line)(const node_t *line, void *arg);
    void *arg;
};

/* A job, a document: {"name","state":"Queued|Suspended|Pending|Running|Succeeded|Failed|Cancelled","trainer","command":[..],"gpus",
 *  "attempt":N,"retries":N,"exit_code":N|null,"signal":"KILL"|null,"reason","queued","started","finished" (RFC 3339),
 *  "queue_position":N|null,"wait_ms","run_ms"}; local ones have "waits_for","pid","cpu_s","max_rss_bytes","energy_j","energy_source" too,
 *  those of a cluster "namespace","image","queue","priority","ranks":{"ready","total"},"restarts", and, shown alone,
 *  "pods":[rank_doc...],"failed_rank","evictions","node_losses" (kube_job.h). */
struct trainer {
    const char *name;
    const char *help;
    const struct job_kind *cluster; /* a kind of object in the context's cluster; NULL: it is none */
    bool needs_cluster;
    /* Which trainer that is, for a new job (spec), or for one that is there (name); NULL: itself. */
    const struct trainer *(*choose)(const struct trainer_env *env, const struct job_spec *spec, struct err *err);
    const struct trainer *(*locate)(const struct trainer_env *env, const char *name, struct err *err);
    int (*submit)(const struct trainer_env *env, const struct job_spec *spec, struct err *err); /* CONFLICT */
    /* What submit would send. ask: the server checks it, and says what it would make of it. The caller frees. */
    node_t *(*manifest)(const struct trainer_env *env, const struct job_spec *spec, bool ask, struct err *err);
    node_t *(*list)(const struct trainer_env *env, struct err *err);
    node_t *(*show)(const struct trainer_env *env, const char *name, struct err *err); /* NOT_FOUND */
    /* Follows a job; NULL where it can only be asked again and again. Ends before env's kube does. */
    struct job_watch *(*watch)(const struct trainer_env *env, const char *name);
    int (*logs)(const struct trainer_env *env, const char *name, const struct job_logs *logs, struct err *err);
    /* [{"time","type","object","reason","message","count","from"}] by time; the caller frees. */
    node_t *(*events)(const struct trainer_env *env, const char *name, struct err *err);
    /* Submits a job that is over once more, as `as` (NULL: the next free name; its own name: in its place, with its record gone);
     * *ret_name: the caller frees. */
    int (*retry)(const struct trainer_env *env, const char *name, const char *as, char **ret_name, struct err *err);
    int (*cancel)(const struct trainer_env *env, const char *name, struct err *err);
    int (*remove)(const struct trainer_env *env, const char *name, struct err *err);
    /* What a job can have there at most; NULL where that is not known: a cluster may grow. */
    int (*capacity)(const struct trainer_env *env, struct job_capacity *ret, struct err *err);
};

extern const struct trainer *const trainers[];
const struct trainer *trainer_find(const char *name);
const struct trainer *trainer_for(const struct context *context, const char *name, struct err *err);
int trainer_lacks(const struct trainer *trainer, const char *operation, struct err *err);
/* The one whose kind an object is ("apiVersion", "kind"), or NULL. */
const struct trainer *trainer_of(const node_t *object);
/* env->trainer becomes the one that has the job of that name, or that would run spec. */
int trainer_locate(struct trainer_env *env, const char *name, struct err *err);
int trainer_choose(struct trainer_env *env, const struct job_spec *spec, struct err *err);

/* What show says, now. As show fails; UNREACHABLE and its like pass by themselves when the server is back. */
node_t *job_watch_look(struct job_watch *watch, struct err *err);
/* A source of change for wait/wait.h: watch is a struct job_watch. */
int job_watch_change(void *watch, int64_t at_most_ms, struct err *err);
void job_watch_close(struct job_watch *watch);
DEFINE_CLEANUP_PTR(struct job_watch, job_watch_close)

/* Of the request that makes a job, interrupted before its answer: the job may be there all the same, which the error then says.
 * Returns -1. */
int job_unanswered(const char *name, struct err *err);
/* Whether a job document tells an end. */
bool job_is_over(const node_t *job);
/* Whether a rank ended because another has failed: as one does that its controller ends, or with words that say so. */
bool job_failed_for_another(const node_t *failure);
/* Makes a failure ("last_failure") the cause of a job that has failed: what was seen while it ran, where its pods are gone by
 * then or tell of the others' end only. */
void job_recall(node_t *job, const node_t *last_failure);
/* WORKLOAD (exit 9) with the exit code or signal when the job failed; 0 when it succeeded. */
int job_result(const node_t *job, struct err *err);

#endif
