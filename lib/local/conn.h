/* A client's connection: one request at a time, which is a route's (a whole body, then a handler: route.c) or a
 * function's (streamed: call.h). Inside the server only.
 *
 * Nothing is freed while a callback of the loop runs: what has ended is closed and lies in the graves until the
 * callback is over (graves_empty). So a pointer stays valid through one callback, whatever ends in it. */
#ifndef LOCAL_CONN_H
#define LOCAL_CONN_H

#include "base/str.h"
#include "local/message.h"
#include "local/server.h"
#include "local/wire.h"

enum {
    CONN_HEAD_MS = 30000,  /* from a head's first byte to its last */
    CONN_IDLE_MS = 75000,  /* between requests */
    CONN_BODY_MS = 60000,  /* between two pieces of a body, either way */
    CONN_LINGER_MS = 2000, /* for the client to read an answer that ends the connection */
    SCRATCH_BYTES = 65536,
};

struct grave {
    struct grave *next;
};

struct server {
    struct daemon *daemon;
    const struct route *const *tables; /* NULL-terminated */
    int fd;
    struct watch *watch;
    struct timer *accept_again; /* set while no descriptor was left */
    struct conn *conns;
    size_t conn_count;
    struct grave *graves;
    char *authorization; /* "Basic ..." */
    struct head head;
    /* What one callback reads into and writes heads into: valid until the next read or head. */
    char in[SCRATCH_BYTES];
    char out[HEAD_MAX_BYTES + 8192];
};

enum conn_state {
    CONN_HEAD,    /* waits for (the rest of) a head */
    CONN_BODY,    /* a route's request, whose body is still coming */
    CONN_HANDLER, /* a handler has it */
    CONN_CALL,    /* a function has it */
    CONN_LINGER,  /* answered for the last time */
    CONN_DEAD,
};

struct conn {
    struct grave grave;
    struct server *server;
    struct conn *next, *previous;
    struct wire wire;
    struct deadline deadline;
    struct message in;
    struct str saved; /* read, not used yet: part of a head, or what follows the request that is being answered */
    enum conn_state state;
    bool keep_alive, is_http10, is_head;
    bool in_turn; /* conn_turn is running */
    struct routed *routed;
    struct call *call;
};

/* The request is answered: the next one, or the end of the connection. */
void conn_answered(struct conn *conn);
/* Closes at once. */
void conn_close(struct conn *conn);
/* Sends a whole answer; `extra` are header lines with their CR LF, or "". */
void conn_reply(struct conn *conn, int status, const char *extra, const char *content_type, const char *body, size_t len);
void conn_reply_error(struct conn *conn, int status, const char *extra, const char *message);
void conn_continue(struct conn *conn); /* 100, when the client asked for it */

/* route.c: takes a request with its head (server->head) and the bytes behind it. */
void route_begin(struct conn *conn, const char *rest, size_t rest_len);
void route_body(struct conn *conn, const char *data, size_t len);
void route_client_gone(struct conn *conn);
void route_client_ready(struct conn *conn); /* what was kept has been written */

void grave_add(struct server *server, struct grave *grave);
void graves_empty(struct server *server);

const char *status_text(int status);

#endif
