/* The local gateway's process: `aiwf local up` starts it (as the hidden `aiwf local serve`). */
#ifndef LOCAL_DAEMON_H
#define LOCAL_DAEMON_H

#include "base/err.h"

enum { GATEWAY_PORT = 31112 };

struct local_config {
    const char *state_dir; /* absolute; made 0700. One gateway a folder */
    int port;              /* 0: GATEWAY_PORT, or a free one when that is taken; otherwise this one or CONFLICT */
    int gpus;              /* -1: what libnvidia-ml.so.1 counts; otherwise as declared */
    double idle_watts;     /* declared power of this machine; 0: not declared */
    double max_watts;
};

/* Serves until SIGTERM or SIGINT; then ends every instance and job it started and returns 0.
 *
 * Takes the lock STATE_DIR/lock (CONFLICT while another one holds it), makes STATE_DIR/password (0600, once),
 * and, when it listens, writes STATE_DIR/gateway.json (0600, atomically), removed again at a clean end:
 *   {"gateway":"http://127.0.0.1:31112","metrics":"http://127.0.0.1:31112/metrics","pid":N,"start_ticks":N,"user":"admin",
 *    "password_file":PATH,"state_dir":PATH,"started":RFC3339,"version":"..."} */
int local_serve(const struct local_config *config, struct err *err);

/* What the parts reach each other by. Each is made and freed by daemon.c, in this order and back. */
struct daemon {
    struct local_config config;
    struct loop *loop;           /* loop.h */
    struct leftovers *leftovers; /* leftovers.h */
    struct vitals *vitals;       /* vitals.h: metrics, energy, GPUs */
    struct functions *functions; /* functions.h */
    struct jobs *jobs;           /* job.h */
    struct pools *pools;         /* pool.h */
    struct async *async;         /* async.h */
    struct server *server;       /* server.h */
    const char *password;        /* of the user "admin" */
    char *owner;                 /* this folder's mark in its children's environment: child.h */
    char *url;                   /* http://127.0.0.1:PORT */
    long long started_ms;        /* wall clock */
};

#endif
