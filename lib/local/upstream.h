/* Connections to an instance, kept between requests. */
#ifndef LOCAL_UPSTREAM_H
#define LOCAL_UPSTREAM_H

#include "local/call.h"
#include "local/function.h"

struct upstream {
    struct grave grave;
    struct instance *instance;
    struct upstream *next, *previous; /* all of the instance */
    struct upstream *next_idle;
    struct wire wire;
    struct call *call; /* NULL: idle */
    struct message in;
    struct str saved; /* the start of an answer's head */
    struct str sent;  /* a whole request, while it may have to be sent again */
    bool was_used;    /* has answered before: may have been closed by the other side meanwhile */
    bool has_head;
    bool keeps; /* the answer allows another request */
    int64_t idle_since_ms;
};

/* To 127.0.0.1:port without waiting; -1: refused. *ret_is_pending: not connected yet. */
int connect_local(int port, bool *ret_is_pending);

/* A connection for this call; NULL: none could be made. */
struct upstream *upstream_get(struct instance *instance, struct call *call);
/* Sends upstream->sent again over a fresh connection, which takes the place of this one: for a request that met a
 * connection which the function had closed. */
bool upstream_replay(struct upstream *upstream, struct call *call);
void upstream_adopt(struct instance *instance, int fd);
void upstream_close(struct upstream *upstream);
void upstream_close_idle(struct instance *instance);
void upstream_close_all(struct instance *instance);
/* The process has ended: whoever waits for an answer is told why. */
void upstream_fail_all(struct instance *instance, const char *how);
/* The client can take more. */
void upstream_resume(struct upstream *upstream);

#endif
