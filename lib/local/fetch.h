/* A small HTTP/1.1 client inside the loop, for the gateway's own requests: an asynchronous call and its callback. */
#ifndef LOCAL_FETCH_H
#define LOCAL_FETCH_H

#include <netinet/in.h>

#include "base/str.h"
#include "local/loop.h"

struct fetch_answer {
    int status;          /* 0: none came, see problem */
    const char *problem; /* or NULL */
    struct strv headers; /* "Name: value", end to end ones */
    struct str body;
};

struct fetch;
/* Sends `request` (a whole HTTP/1.1 message with Connection: close) and calls fn once, from the loop. The answer is the
 * callee's to read until it returns. */
struct fetch *fetch_start(struct loop *loop, const struct sockaddr_in *to, const struct str *request, int64_t timeout_ms,
                          void (*fn)(const struct fetch_answer *answer, void *arg), void *arg);
void fetch_free(struct fetch *fetch); /* before fn was called: it is not called any more */

#endif
