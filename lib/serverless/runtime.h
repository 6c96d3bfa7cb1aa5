/* A system that runs functions: one interface, one file a provider (rt_NAME.c, found by the Makefile).
 * An operation that a system lacks is NULL; runtime_lacks gives the one error for it. */
#ifndef SERVERLESS_RUNTIME_H
#define SERVERLESS_RUNTIME_H

#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"
#include "doc/doc.h"
#include "doc/node.h"
#include "kube/kube.h"
#include "net/http.h"

/* What a function says where its runtime has the word for it: texts as `function deploy`'s options and the manifest have them
 * (container.h and knative.h read them). NULL or empty: not given. */
struct function_detail {
    /* of its container */
    struct strv args;
    struct strv env_from;         /* "secret:NAME", "config-map:NAME" */
    struct strv env_value_from;   /* "K=secret:NAME:KEY" */
    struct strv requests, limits; /* "RESOURCE=QUANTITY" */
    struct strv volumes;          /* "/PATH=secret:NAME", config-map:NAME, pvc:NAME[:ro], empty-dir[:SIZE] */
    struct strv secrets;          /* names of secrets that the runtime itself puts into the container */
    const char *port;             /* "8080", "h2c:8080" */
    const char *ready_probe, *live_probe;
    const char *user; /* a number */
    bool read_only;   /* its root file system */
    /* of its pod */
    struct strv annotations, pull_secrets;
    struct strv node_selector, node_affinity, tolerations; /* "K=V", "K=V1,V2", "KEY[=VALUE][:EFFECT]" */
    const char *service_account, *runtime_class;
    /* of Knative's autoscaler */
    const char *scale_initial, *scale_activation, *utilization, *scale_down_delay, *scale_class;
    /* of its revisions */
    struct strv traffic, tags; /* "REVISION=PERCENT", "REVISION=TAG" */
    const char *revision_name, *rollout;
    bool cluster_local;
};

/* What `function deploy` can say. Strings and lists are borrowed. Zero or NULL: not given. */
struct function_spec {
    const char *name;
    const char *image;      /* cluster runtimes */
    const char *command;    /* local: run by /bin/sh -c in the source folder */
    const char *source;     /* local: folder, absolute */
    const char *mode;       /* "http" or "stdio" */
    const struct strv *env; /* K=V */
    const struct strv *labels;
    const struct strv *metrics;   /* what an autoscaler decides by: "cpu=70", "NAME=VALUE"; may be NULL */
    int64_t scale_min, scale_max; /* -1: not given */
    int64_t idle_ms;              /* scale to zero after; -1: not given */
    int64_t concurrency;          /* requests at once an instance; 0: not given */
    int64_t queue;                /* requests held when all are busy; -1: not given */
    int64_t memory_bytes;
    double cpus;
    int64_t gpus;
    int64_t timeout_ms;                   /* of one request */
    int64_t start_ms;                     /* until an instance must be ready; 0: not given */
    const char *ready_path;               /* GET of this must answer 2xx before it counts as ready; NULL: a TCP connect */
    const struct function_detail *detail; /* NULL: nothing */
    /* A Knative Service as it is, in place of all of the above but name, and where it stands; NULL: none. */
    const node_t *object;
    const struct doc *object_doc;
};

/* What works with a runtime: the client and the context. */
struct runtime_env {
    struct http *http;
    const struct context *context;
    struct kube *kube; /* where runtime->needs_cluster */
};

struct invoke_request {
    const char *name;
    const char *method; /* NULL: POST with a body, else GET */
    const char *path;   /* after the function's name, with query; NULL: none */
    const char *const *headers;
    const void *body;
    size_t body_len;
    FILE *body_file;
    bool async;
    int64_t timeout_ms; /* 0: the runtime's own limit only */
    int64_t idle_ms;    /* the longest that nothing may come, the first byte included; 0: no limit */
    bool (*on_data)(const char *data, size_t len, void *arg);
    void *arg;
    struct strv *kept; /* what the runtime has found out, for the next request to the same function; NULL: nothing is kept */
};

struct secret_store; /* secrets.h */

/* Where a system is, and the login there; NULL: none. */
struct runtime_access {
    char *url, *user, *password, *cert_file, *key_file;
};
void runtime_access_release(struct runtime_access *access);
DEFINE_CLEANUP(struct runtime_access, runtime_access_release)

struct function_bounds {
    int64_t floor;   /* instances that are always ready; 0: none */
    int64_t ceiling; /* -1: the function's own */
    int64_t before;  /* the floor that was told last; -1: none was */
};

/* A function as every runtime reports it, a document:
 * {"name","state":"Ready|Idle|Starting|Failed|Deploying","runtime","mode","image","command","replicas":N,"available":N,
 *  "scale":{"min","max"},"floor":N,"idle_ms","concurrency","queued":N,"invocations":N,"cold_starts":N,"failures":N,
 *  "rps":x|null,"p50_ms":x|null,"p95_ms":x|null,"created":RFC3339,"url":URL,"message":"why it is not well",
 *  "autoscaler":{...} (hpa_explain's, where there is one)} */
struct function_support;
struct traffic_change;
struct runtime {
    const char *name;
    const char *help;
    const struct function_support *support; /* of each feature (features.h) */
    bool needs_cluster;                     /* runtime_env.kube */
    /* Of a system that is neither the context's gateway nor in its cluster: runtime_env.http has this login, for this URL
     * only. NULL: it is one of these. */
    int (*access)(const struct context *context, struct runtime_access *ret, struct err *err);
    int (*check)(const struct function_spec *spec, struct err *err); /* USAGE for what it cannot do; NULL: deploy says it */
    /* What of spec may be taken and not done, for people, as a constant text; NULL: nothing. */
    const char *(*advice)(const struct function_spec *spec);
    int (*deploy)(const struct runtime_env *env, const struct function_spec *spec, bool replace,
                  struct err *err);                         /* CONFLICT: exists and !replace */
    node_t *(*spec_json)(const struct function_spec *spec); /* what deploy would send: --dry-run=client */
    bool queues;                                            /* invoke --async */
    int64_t transient_ms;                                   /* it may report a failure, and be well after so long */
    node_t *(*list)(const struct runtime_env *env, struct err *err);
    node_t *(*show)(const struct runtime_env *env, const char *name, struct err *err); /* NOT_FOUND */
    /* 0 whenever the function itself answered, whatever its status; async: when it was queued. Otherwise
     * NOT_FOUND (no such function), CAPACITY (its queue is full), TIMEOUT, WORKLOAD (it cannot start, or died). */
    int (*invoke)(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err);
    int (*scale)(const struct runtime_env *env, const char *name, int64_t replicas, struct err *err);
    /* Lines as they come; follow goes on until on_line returns false or Ctrl-C. tail < 0: all. */
    int (*logs)(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err);
    int (*remove)(const struct runtime_env *env, const char *name, struct err *err);
    /* Forces zero instances, so that the next request is a cold start: returns when none is left. */
    int (*make_cold)(const struct runtime_env *env, const char *name, struct err *err);
    /* Before the first make_cold: {"how": what ends instances, in words, ...}, and what cold_end needs to make all as it was.
     * CONFLICT when instances are kept whatever is done. NULL: nothing is to be done. */
    node_t *(*cold_begin)(const struct runtime_env *env, const char *name, struct err *err);
    int (*cold_end)(const struct runtime_env *env, const char *name, const node_t *begun, struct err *err);
    /* Has an instance started: where a request that meets none is refused (WORKLOAD, or a 503), not held. NULL: it is held. */
    int (*wake)(const struct runtime_env *env, const char *name, struct err *err);
    /* From now on, and without deploying it anew where the system can. *ret_changed: it was otherwise. */
    int (*keep)(const struct runtime_env *env, const char *name, const struct function_bounds *bounds, bool *ret_changed,
                struct err *err);
    const char *label; /* on a cluster: of a function's Deployments and pods, with its name; NULL: it is on none */
    /* Below: of runtimes that keep what was deployed before. */
    /* [{"revision","state","percent","tags":[...],"image","available","created","message","url"}], the newest first. */
    node_t *(*revisions)(const struct runtime_env *env, const char *name, struct err *err);
    /* Where requests go: change (traffic.h); *ret: the targets as they are asked for now. dry_run: nothing is changed. */
    int (*set_traffic)(const struct runtime_env *env, const char *name, const struct traffic_change *change, bool dry_run,
                       node_t **ret, struct err *err);
    /* What deploy -f makes the same function of. */
    node_t *(*manifest)(const struct runtime_env *env, const char *name, struct err *err);
    /* What a deployment of spec would change, as lines of doc/diff.h; the server checks it. */
    int (*diff)(const struct runtime_env *env, const struct function_spec *spec, struct str *out, bool *ret_differs,
                struct err *err);
    node_t *(*events)(const struct runtime_env *env, const char *name, struct err *err); /* as kube_events_about's */
    /* The last cold start: {"total_ms","stages":[{"stage","ms"}...]} in order; null: none yet. */
    node_t *(*cold_stages)(const struct runtime_env *env, const char *name, struct err *err);
    const struct secret_store *secrets; /* NULL: it keeps none, and secrets_instead says what one does */
    const char *secrets_instead;
    bool calls_back; /* the answer of an async request goes to X-Callback-Url */
};

extern const struct runtime *const runtimes[]; /* NULL-terminated */
const struct runtime *runtime_find(const char *name);
/* By --runtime, else the context's setting, else the context's kind. USAGE with the known ones. */
const struct runtime *runtime_for(const struct context *context, const char *name, struct err *err);
/* "cold" or "warm", as the answer of an invocation says; NULL where the runtime does not tell. */
const char *invoke_start(const struct http_response *res);
/* What the system itself measured of it, "wait" (queued), "init" (of a cold start) or "run", in ms; NaN: it does not tell. A
 * runtime adds them to the answer as headers, x-aiwf-wait-ms and so on. */
double invoke_part_ms(const struct http_response *res, const char *part);
int runtime_lacks(const struct runtime *runtime, const char *operation, struct err *err);

#endif
