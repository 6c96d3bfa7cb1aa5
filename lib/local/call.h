/* One request to a function, from its head to the last byte of its answer: waits for an instance, then streams both
 * ways between the client's connection (conn.h) and an instance (http: upstream.c) or a process (stdio.c).
 *
 * Neither side is read while the other holds more than WIRE_HIGH bytes: that is all the memory a body takes. */
#ifndef LOCAL_CALL_H
#define LOCAL_CALL_H

#include "local/conn.h"

enum { CALL_ID_LEN = 36, CALL_PIECES = 24 };

struct call {
    struct grave grave;
    struct conn *conn;
    struct function *function;
    struct call *next, *previous; /* in the function's queue */
    struct str held;              /* its bytes while it waits there */
    bool is_queued, is_cold;
    bool has_answered; /* the answer's head has been sent */
    bool is_chunked;   /* the answer goes out in chunks */
    bool is_idempotent;
    bool is_lost;    /* its connection broke before an answer: waits a moment for the process's end as the reason */
    bool has_own_id; /* made here: the answer says it */
    int status;      /* 0: none yet; 499: the client went away */
    /* Monotonic; 0: not yet. */
    int64_t received_ns, sent_ns /* all of the request */, first_ns, finished_ns;
    int64_t wanted_ns, spawned_ns, listening_ns; /* of the instance or process that was started for it */
    int64_t wall_ns;
    int64_t exec_until_ms; /* exec_timeout; 0: only the time between two pieces counts */
    char id[CALL_ID_LEN + 1];
    struct instance *instance; /* http */
    struct upstream *upstream;
    struct process *process; /* stdio */
};

/* A request's head lies at data (= server->in, parsed in server->head), followed by what came with it. */
void call_begin(struct conn *conn, const char *data, size_t head_len, size_t len);
void call_request_body(struct call *call, const char *data, size_t len);
void call_client_ready(struct call *call); /* all that was kept for it has been written */
void call_client_gone(struct call *call);
void call_late(struct call *call);

/* From the function's queue: an instance (NULL for stdio) has room for it. */
void call_assign(struct call *call, struct instance *instance);
/* An answer of the gateway's own, or, when the function's has begun, the end of the connection: frees the call. */
void call_fail(struct call *call, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Gives what has come of the request's body to fn, decoded, and keeps what follows it. False: it was broken, and the call failed. */
bool call_take_body(struct call *call, const char *data, size_t len, void (*fn)(const char *data, size_t len, void *arg),
                    void *arg);

/* Progress either way: the time limits that hold from now on. */
void call_progress(struct call *call);
/* The connection broke before an answer: the process's end, when it comes soon, is the better reason. */
void call_lost(struct call *call);
/* The function's side can take more of the request. */
void call_function_ready(struct call *call);
/* The answer is complete; the function's side has been given back before. Accounts for it and frees the call. */
void call_finish(struct call *call);

/* forward.c: heads as they go on, and the pieces of one write. */
struct gather {
    struct wire *wire;
    bool chunked;
    bool is_broken; /* the wire took no more */
    int n;
    struct iovec parts[CALL_PIECES];
    char sizes[CALL_PIECES][24];
};
void gather_begin(struct gather *gather, struct wire *wire, bool chunked);
void gather_body(const char *data, size_t len, void *gather); /* as message_body wants it */
void gather_end(struct gather *gather);                       /* the last chunk, when there are any */
bool gather_send(struct gather *gather);
/* The request's and the answer's head; the text is in server->out. False: too long (never, with heads of HEAD_MAX_BYTES). */
bool forward_request(struct call *call, const struct head *head, int port, struct gather *gather);
bool forward_answer(struct call *call, const struct head *head, const char *reason, size_t reason_len, bool no_body,
                    struct gather *gather);
/* The same for an answer that we make: stdio. length < 0: not known yet. */
bool forward_own_answer(struct call *call, const char *content_type, int64_t length, struct gather *gather);
/* A header of the client's that may serve as the call's id: printable, of sane length. */
bool call_id_is_sane(const struct header *header);
void call_id_make(struct call *call);

#endif
