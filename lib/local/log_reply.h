/* Replies with a log as NDJSON, followed when the client asks for it. */
#ifndef LOCAL_LOG_REPLY_H
#define LOCAL_LOG_REPLY_H

#include "local/logfile.h"
#include "local/server.h"

struct log_source {
    const char *path;    /* borrowed for the call */
    struct logfile *log; /* what is followed: it wakes us when there is more, and before it goes */
    /* Asked at each wake: will no line come any more? */
    bool (*is_over)(void *arg);
    void (*print)(const struct log_line *line, void *arg, struct str *s); /* one line of NDJSON */
    void (*release)(void *arg);                                           /* at the end: what the reader held */
    void *arg;
};

/* At once, in the handler. The request's query says tail, since (RFC 3339) and follow. */
void reply_log(struct request *req, const struct log_source *source);

#endif
