/* Requests that go on for long, many side by side from one thread: watches, logs that are followed.
 *
 * They share the client's connections and its loop. Their data comes during http_poll, and during any other request of
 * the same client; that they ended is told during http_poll only. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "net/http.h"

struct http_stream;

struct http_stream_call {
    /* url, headers and body are copied. on_data must be set; it may add and close streams, but not do other requests. total_ms 0: none.
     * `once` where the caller itself begins again. */
    struct http_request req;
    int64_t delay_ms; /* it begins so much later */
    /* The answer is over, whole (err->what NULL, whatever res->status: see http_check) or not. The stream is gone after
     * it. It may do requests, and open and close streams. Both belong to the stream. */
    void (*on_end)(const struct http_response *res, const struct err *err, void *arg); /* arg: req.arg */
};

/* Begins it. Belongs to the client, until its end was told or it is closed. */
struct http_stream *http_stream_open(struct http *http, const struct http_stream_call *call);
/* No callback of it comes any more. NULL is fine. */
void http_stream_close(struct http_stream *stream);

/* Drives the client's streams until one of them had news, at most timeout_ms (-1: for ever). 1: there was news; 0: none;
 * -1: INTERRUPTED. */
int http_poll(struct http *http, int timeout_ms, struct err *err);

#endif
