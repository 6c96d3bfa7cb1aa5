/* A deployed function, its instances and the requests that wait for one. Inside the gateway only.
 *
 *   function_spec.c   what was deployed (OpenFaaS's FunctionDeployment), as documents and back
 *   functions.c       all of them: deploy, remove, state on disk
 *   function.c        how many instances run: queue, scale up, scale to zero, floors, backoff
 *   instance.c        one process that listens: start, probe, stop
 *   upstream.c        a connection to an instance        process.c   a process for one request
 *   call.c            one request, from end to end       function_stats.c   what is counted */
#ifndef LOCAL_FUNCTION_H
#define LOCAL_FUNCTION_H

#include "base/map.h"
#include "base/str.h"
#include "local/child.h"
#include "local/conn.h"
#include "local/functions.h"
#include "local/leftovers.h"
#include "local/logfile.h"
#include "local/meter.h"
#include "local/pool.h"
#include "local/vitals.h"

enum {
    DEFAULT_IDLE_MS = 30000,
    DEFAULT_ZERO_IDLE_MS = 15 * 60 * 1000, /* OpenFaaS's, when only scale.zero is set */
    DEFAULT_TARGET = 100,
    DEFAULT_MAX = 5, /* OpenFaaS's */
    DEFAULT_STDIO_MAX = 32,
    DEFAULT_QUEUE = 16384,
    DEFAULT_START_MS = 60000,
    DEFAULT_ANSWER_MS = 60000, /* without exec_timeout: to the first byte, and between two pieces */
    GRACE_MS = 5000,           /* from TERM to KILL */
    DRAIN_MS = 30000,          /* for requests of an instance that is to go */
    BACKOFF_MIN_MS = 200,
    BACKOFF_MAX_MS = 30000,
    STEADY_MS = 30000, /* a crash after this long starts the backoff anew */
};

struct function_config {
    char *command, *image, *source, *ready_path, *mime;
    bool is_stdio;
    struct strv env; /* declared K=V */
    int64_t scale_min, scale_max, idle_ms, target, queue_max;
    int64_t memory_bytes;
    double cpus;
    int64_t read_ms, write_ms, exec_ms, start_ms; /* 0: none (start_ms never is) */
};

/* USAGE says which field of the spec is wrong. */
int function_config_read(struct function_config *config, const node_t *spec, struct err *err);
void function_config_release(struct function_config *config);
DEFINE_CLEANUP(struct function_config, function_config_release)

enum stage { STAGE_QUEUED, STAGE_SPAWN, STAGE_LISTEN, STAGE_FIRST_BYTE, STAGE_COUNT };
struct cold_start {
    int64_t wall_ms;
    double stage_ms[STAGE_COUNT]; /* NaN: not known */
    double total_ms;
};
enum { COLD_STARTS_KEPT = 100, LATENCY_BUCKETS = 224, CODES_MAX = 16 };

struct function_stats {
    int64_t invocations, failures, cold_starts;
    struct cold_start *cold; /* a ring; NULL: none yet */
    size_t cold_at, cold_n;
    uint32_t *latency; /* counts by logarithmic buckets; NULL: none yet */
    uint64_t latency_n;
    int64_t window_ms; /* of the rate */
    int64_t window_count, window_before;
    struct {
        int code;
        struct series *total, *seconds;
    } codes[CODES_MAX];
    int code_n;
    struct series *started, *cold_seconds;
};

struct function {
    struct functions *all;
    char *name;
    node_t *spec;
    struct function_config config;
    int64_t created_ms;
    int64_t revision;
    struct instance *instances; /* oldest first */
    int starting, ready, stopping;
    int running;      /* processes of stdio requests */
    int64_t replicas; /* stdio: as told by scale, 0 after it was made cold */
    struct call *queue_first, *queue_last;
    size_t queued;
    bool is_dispatching, is_pooled;
    bool is_held_cold; /* made cold on purpose: the floor waits for the next request */
    bool is_removed;   /* lives on until its last instance and call have ended */
    int64_t calls;     /* that hold it */
    struct function *next_leaving;
    int crashes;              /* in a row */
    int64_t backoff_until_ms; /* monotonic; 0: none */
    char *message;            /* why it is not well; NULL: it is */
    struct timer *again;      /* after the backoff, while a floor or the queue wants instances */
    struct logfile *log;      /* made when first written */
    char *log_path;
    struct workload *workload;
    struct function_stats stats;
    struct cold_waiter *cold_waiters;
};

struct functions {
    struct daemon *daemon;
    char *folder, *run_folder, *log_folder;
    struct map by_name;
    struct family *total, *seconds, *started, *service_count, *cold_seconds, *instance_count, *queue_depth;
    int64_t next_id; /* of instances' folders */
    int next_port;
    bool is_ending;
    struct process *processes;
    uint64_t id_state;              /* of call ids, seeded by getrandom */
    size_t held_bytes;              /* of all requests that wait */
    struct function *leaving;       /* removed, see is_removed */
    struct deployment *deployments; /* whose sources are being copied */
};

enum instance_state { INSTANCE_STARTING, INSTANCE_READY, INSTANCE_DRAINING, INSTANCE_STOPPING };

/* What carries a child's output into the log. */
struct output {
    struct function *function;
    int fds[2];
    struct watch *watches[2];
};

struct instance {
    struct grave grave;
    struct function *function;
    struct instance *next, *previous;
    int64_t revision;
    enum instance_state state;
    struct child child;
    pid_t pid;
    struct watch *ended; /* of the pidfd */
    struct output output;
    char *home, *mark; /* leftovers.h */
    int port;
    int inflight;
    bool was_used;
    struct upstream *upstreams; /* busy and idle */
    struct upstream *idle;
    int idle_count;
    int64_t wanted_ns, spawned_ns, listening_ns; /* monotonic */
    int64_t idle_since_ms;
    struct deadline deadline; /* by state: start timeout, idle time, drain, grace */
    struct probe *probe;
};

/* function.c */
struct function *function_new(struct functions *all, const char *name);
void function_free(struct function *function);
/* No further request; frees it when nothing holds it any more. */
void function_remove(struct function *function);
void function_leave_check(struct function *function);
void function_enqueue(struct function *function, struct call *call);
void function_dequeue(struct function *function, struct call *call);
/* An instance with room, or NULL. */
struct instance *function_pick(struct function *function);
void function_take(struct instance *instance, bool is_cold); /* one request more */
void function_give_back(struct instance *instance);
void function_tell_idle(struct function *function); /* to its pools, when it has any: an instance came, went or changed */
/* Hands queued calls to whoever has room, then starts or stops instances as wanted. */
void function_balance(struct function *function);
int64_t function_floor(const struct function *function);
int64_t function_ceiling(const struct function *function);
bool function_is_backing_off(const struct function *function);
/* Something failed to start or crashed: backoff, the message, the queue refused when nobody can serve it. */
void function_failed(struct function *function, int64_t lived_ms, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void function_well(struct function *function);
/* Tells instances to end so that at most `keep` go on; busy ones drain. */
void function_shrink(struct function *function, int64_t keep);
/* fn is called once when nothing runs any more (perhaps now), or with false when the function is removed. */
void function_make_cold(struct function *function, void (*fn)(bool is_cold, void *arg), void *arg);
void function_cold_check(struct function *function);
void function_log_note(struct function *function, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct logfile *function_log(struct function *function);
/* "exited with code 3: last line of its log" */
void function_end_text(struct function *function, const struct child_end *end, struct str *s);

/* instance.c */
int instance_start(struct function *function, struct err *err);
void instance_stop(struct instance *instance);  /* TERM, then KILL */
void instance_drain(struct instance *instance); /* as soon as it is idle */
void instance_idle(struct instance *instance, int64_t now_ms);
void instance_kill_now(struct instance *instance); /* at the gateway's end */

/* Shared by instances and stdio processes: env, argv, limits, pipes of stdout (unless take_stdout) and stderr into the log. */
struct launch {
    struct function *function;
    const char *home, *mark;
    int port; /* 0: stdio */
    const struct strv *more_env;
    int stdin_fd, stdout_fd; /* stdio: the child's ends, or -1 */
    struct child *child;
    struct output *output;
};
int launch(const struct launch *launch, struct err *err);
void output_close(struct output *output); /* what is there is read first */

/* functions.c */
char *functions_new_home(struct functions *functions, const struct function *function) __attribute__((returns_nonnull));
char *function_source_folder(const struct function *function); /* NULL: it has none; the caller frees */

/* api_openfaas.c */
struct request;
struct function *function_named(struct request *req); /* by the route's {}; NULL: 404 was replied */

/* function_stats.c */
void stats_register(struct functions *functions);
void stats_started(struct function *function);
void stats_finished(struct function *function, const struct call *call);
double stats_quantile_ms(const struct function_stats *stats, double q); /* NaN: none */
double stats_rate(const struct function_stats *stats, int64_t now_ms);
node_t *stats_cold_starts(const struct function_stats *stats);
void stats_drop(struct function *function);
void stats_release(struct function_stats *stats);

#endif
