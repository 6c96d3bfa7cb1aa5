#include "local/log_reply.h"

#include <stdlib.h>

#include "base/clock.h"

/* What a client may leave unread in our memory; the file keeps the rest. */
enum { HOLD_BACK_BYTES = 64 << 10, PIECE_BYTES = 16 << 10 };

struct follower {
    struct request *req;
    struct log_reader *reader;
    struct log_source source; /* .log is NULL when there is nothing (more) to follow */
};

static void go_on(void *arg);

static void stop_following(struct follower *follower)
{
    if (follower->source.log)
        logfile_unwatch(follower->source.log, go_on, follower);
    follower->source.log = NULL;
}

static void follower_free(struct follower *follower)
{
    stop_following(follower);
    log_reader_free(follower->reader);
    follower->source.release(follower->source.arg);
    free(follower);
}

/* False: there may be more, but the client has to read first. */
static bool send_lines(struct follower *follower)
{
    for (size_t unread = 0; unread < HOLD_BACK_BYTES;) {
        CLEANUP(str_release) struct str text = STR_INIT;
        struct log_line line;
        while (text.len < PIECE_BYTES && log_reader_next(follower->reader, &line))
            follower->source.print(&line, follower->source.arg, &text);
        if (!text.len)
            return true;
        unread = reply_write(follower->req, text.buf, text.len);
    }
    return false;
}

static void go_on(void *arg)
{
    struct follower *follower = arg;
    if (follower->source.log && follower->source.is_over(follower->source.arg))
        stop_following(follower);
    if (!send_lines(follower) || follower->source.log)
        return;
    struct request *req = follower->req;
    follower_free(follower);
    reply_end(req);
}

static void client_gone(void *arg) { follower_free(arg); }

void reply_log(struct request *req, const struct log_source *source)
{
    int64_t since_ms = 0;
    const char *since = request_query(req, "since");
    if (since && !rfc3339_parse(since, &since_ms)) {
        source->release(source->arg);
        reply_error(req, 400, "since is no RFC 3339 time: \"%s\"", since);
        return;
    }
    struct follower *follower = xcalloc(1, sizeof(*follower));
    follower->req = req;
    follower->source = *source;
    follower->reader = log_reader_new(source->path, request_query_int(req, "tail", -1), since_ms);
    if (!request_query_bool(req, "follow"))
        follower->source.log = NULL;
    if (follower->source.log)
        logfile_watch(follower->source.log, go_on, follower);
    reply_begin(req, 200, "application/x-ndjson", go_on, client_gone, follower);
    go_on(follower);
}
