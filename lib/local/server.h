/* The gateway's HTTP side as handlers see it: routes, requests with a whole body, replies at once, later, or
 * in pieces. Requests to functions do not come this way: they stream through call.h. */
#ifndef LOCAL_SERVER_H
#define LOCAL_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "doc/node.h"
#include "local/daemon.h"

enum { REQUEST_BODY_MAX = 1 << 20, REQUEST_PARAMS = 2 };

/* Borrowed by the handler until it has replied (or reply_end). */
struct request {
    struct daemon *daemon;
    const char *method;                 /* "GET" */
    const char *path;                   /* percent-decoded, without the query */
    const char *target;                 /* path and query as sent */
    const char *query;                  /* as sent, "" when there is none: request_query */
    const char *params[REQUEST_PARAMS]; /* what stood for each {} of the pattern */
    const char *body;                   /* NUL-terminated, at most REQUEST_BODY_MAX (413 beyond) */
    size_t body_len;
    const struct strv *headers; /* "Name: value", end to end ones only; NULL unless the route says with_headers */
};

/* The decoded value of a query parameter: NULL when it is not there. Lives as long as the request. */
const char *request_query(struct request *req, const char *key);
bool request_query_bool(struct request *req, const char *key);                        /* "1", "true" */
long long request_query_int(struct request *req, const char *key, long long missing); /* also when it is no number */
/* The body as a JSON object; NULL: it is none, and 400 was replied. The caller frees it. */
node_t *request_json(struct request *req);

/* Exactly one of these a request, now or later from the loop. */
void reply_json(struct request *req, int status, const node_t *node);
void reply_text(struct request *req, int status, const char *content_type, const char *text, size_t len);
void reply_empty(struct request *req, int status);
/* {"error":{"code","message"}}; and one for a struct err: the status by its code, what and why as the message. */
void reply_error(struct request *req, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void reply_err(struct request *req, const struct err *err);

/* Before a whole reply: one more header line of it, without its CR LF. */
void reply_header(struct request *req, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Or in pieces (chunked): begin, any number of writes from the loop, end. When the client goes away first,
 * on_close is called instead (possibly within reply_begin) and the request is gone: not one more call with it.
 * reply_write returns the bytes not yet taken by the client: a writer should hold back above some 64 KiB until
 * on_ready (NULL: not wanted) says that all of them are. */
void reply_begin(struct request *req, int status, const char *content_type, void (*on_ready)(void *arg),
                 void (*on_close)(void *arg), void *arg);
size_t reply_write(struct request *req, const char *data, size_t len);
void reply_end(struct request *req);

struct route {
    const char *method; /* NULL: any */
    const char
        *pattern; /* NULL ends the table. "/system/aiwf/jobs/{}/logs": {} is one whole segment, not empty; a last * is any rest */
    void (*handler)(struct request *req);
    bool open;         /* without basic auth */
    bool with_headers; /* request.headers is wanted */
    size_t body_max;   /* 0: REQUEST_BODY_MAX */
};

struct server;
/* Listens on 127.0.0.1, on the port that daemon->config says. CONFLICT when that is taken. */
struct server *server_new(struct daemon *daemon, const struct route *const *tables, int *ret_port, struct err *err);
/* Takes no further connection and closes those that are there. */
void server_stop(struct server *server);
void server_free(struct server *server);

/* The tables, each in its own api_*.c; daemon.c lists them. */
extern const struct route routes_functions[], routes_openfaas[], routes_logs[], routes_async[], routes_status[];
extern const struct route routes_jobs[], routes_pools[];

#endif
