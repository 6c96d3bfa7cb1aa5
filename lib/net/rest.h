/* Calls that send and receive JSON. */
#ifndef NET_REST_H
#define NET_REST_H

#include "doc/node.h"
#include "net/http.h"

struct rest_call {
    const char *method; /* NULL: GET */
    const char *url;
    const node_t *body;  /* sent as JSON; NULL: none */
    const char *failing; /* what an error says: "cannot deploy function hello" */
    bool idempotent;     /* a POST that may be repeated */
    int total_ms;        /* 0: the client's */
};

/* 0 when the answer is below 400: *ret is its JSON (NULL when the body is empty, or not JSON though nobody
 * wants it: ret NULL). Else the error of http_check. The caller frees *ret. */
int rest_do(struct http *http, const struct rest_call *call, node_t **ret, struct err *err);
/* The answer, which must be JSON. */
node_t *rest_get(struct http *http, const char *url, const char *failing, struct err *err);

/* NDJSON as it comes: on_line for each line, until it returns false, the end, or Ctrl-C (INTERRUPTED). A
 * line that is no JSON comes as {"text": line}. Lines over REST_LINE_MAX are cut to that. */
enum { REST_LINE_MAX = 1 << 20 };
int rest_lines(struct http *http, const struct rest_call *call, bool (*on_line)(const node_t *line, void *arg), void *arg,
               struct err *err);

#endif
