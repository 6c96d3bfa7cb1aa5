#include "net/stream.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "net/transfer.h"

struct http_stream {
    struct http_stream *next;
    struct transfer transfer;
    struct http_stream_call call; /* the caller's functions */
    struct http_request req;      /* what is sent: all of it is ours */
    struct strv headers;
    char *url;
    void *body;
    struct http_response res;
    struct err err;
    bool closed;
};

static bool on_data(const char *data, size_t len, void *arg)
{
    struct http_stream *stream = arg;
    if (stream->closed)
        return false;
    stream->transfer.loop->stream_news = true;
    return stream->call.req.on_data(data, len, stream->call.req.arg) && !stream->closed;
}

static void *copy_body(const struct http_request *req)
{
    if (!req->body)
        return NULL;
    void *copy = xmalloc(req->body_len + 1);
    memcpy(copy, req->body, req->body_len);
    return copy;
}

static void own_request(struct http_stream *stream)
{
    const struct http_request *given = &stream->call.req;
    for (const char *const *header = given->headers; header && *header; header++)
        strv_add(&stream->headers, *header);
    stream->url = xstrdup(given->url);
    stream->body = copy_body(given);
    stream->req = *given;
    stream->req.url = stream->url;
    stream->req.body = stream->body;
    stream->req.headers = (const char *const *)stream->headers.v;
    stream->req.on_data = on_data;
    stream->req.arg = stream;
}

struct http_stream *http_stream_open(struct http *http, const struct http_stream_call *call)
{
    struct http_stream *stream = xcalloc(1, sizeof(*stream));
    stream->call = *call;
    stream->res = HTTP_RESPONSE_INIT;
    own_request(stream);
    loop_prepare(&stream->transfer, http, &stream->req, call->req.total_ms);
    stream->transfer.is_stream = true;
    stream->transfer.res = &stream->res;
    stream->transfer.err = &stream->err;
    stream->transfer.start_at_ms += call->delay_ms;
    if (stream->transfer.deadline_ms)
        stream->transfer.deadline_ms += call->delay_ms;
    stream->next = http->streams;
    http->streams = stream;
    loop_add(&stream->transfer);
    return stream;
}

void http_stream_close(struct http_stream *stream)
{
    if (stream)
        stream->closed = true;
}

static void stream_free(struct http_stream *stream)
{
    loop_drop(&stream->transfer);
    http_response_release(&stream->res);
    err_release(&stream->err);
    strv_release(&stream->headers);
    free(stream->url);
    free(stream->body);
    free(stream);
}

void streams_free(struct http *http)
{
    for (struct http_stream *stream; (stream = http->streams);) {
        http->streams = stream->next;
        stream_free(stream);
    }
}

static void take_out(struct http *http, const struct http_stream *stream)
{
    struct http_stream **at = &http->streams;
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
}

/* One that was closed, or has ended; NULL: none. */
static struct http_stream *next_over(struct http *http)
{
    for (struct http_stream *stream = http->streams; stream; stream = stream->next)
        if (stream->closed || stream->transfer.state == TRANSFER_DONE)
            return stream;
    return NULL;
}

/* An end may open and close others: the list is looked at anew after each. */
static void tell_ends(struct http *http)
{
    for (struct http_stream *stream; (stream = next_over(http));) {
        take_out(http, stream);
        if (!stream->closed)
            stream->call.on_end(&stream->res, &stream->err, stream->call.req.arg);
        stream_free(stream);
    }
}

static int ms_left(int64_t until_ms, int at_most)
{
    int64_t left = until_ms - clock_mono_ms();
    return left < 0 ? 0 : left < at_most ? (int)left : at_most;
}

int http_poll(struct http *http, int timeout_ms, struct err *err)
{
    int64_t until = timeout_ms < 0 ? INT64_MAX : clock_mono_ms() + timeout_ms;
    for (;;) {
        if (sig_interrupted())
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        int sleep_ms = loop_turn(http);
        bool news = http->stream_news;
        http->stream_news = false;
        tell_ends(http);
        if (news)
            return 1;
        if (clock_mono_ms() >= until)
            return 0;
        loop_sleep(http, ms_left(until, sleep_ms));
    }
}
