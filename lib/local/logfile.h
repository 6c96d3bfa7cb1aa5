/* Logs of functions and jobs: lines with time and stream, in a file of bounded size with one older
 * generation beside it (PATH, PATH.1). Writing never fails for the caller: what a full disk refuses
 * is counted as dropped. */
#ifndef LOCAL_LOGFILE_H
#define LOCAL_LOGFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "doc/node.h"

enum {
    LOGFILE_MAX_BYTES = 4 << 20, /* of one generation; there are two */
    LOGFILE_LINE_BYTES = 16384,  /* a longer line is broken into several */
};

enum log_stream { LOG_STDOUT, LOG_STDERR, LOG_SYSTEM /* ours: "started", "restarting in 2s" */ };
const char *log_stream_name(enum log_stream stream); /* "stdout", "stderr", "system" */

struct logfile;

/* Appends to what is there. max_bytes 0: LOGFILE_MAX_BYTES. The file is opened at the first write. */
struct logfile *logfile_new(const char *path, int64_t max_bytes);
/* Raw output: lines are put together across calls, for each stream. */
void logfile_write(struct logfile *log, enum log_stream stream, const char *data, size_t len);
/* One whole line of our own. */
void logfile_note(struct logfile *log, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Writes what is left of an unfinished line of a stream (its end was closed). */
void logfile_flush(struct logfile *log, enum log_stream stream);
int64_t logfile_dropped(const struct logfile *log); /* bytes */
/* Gives its descriptor back until the next write. */
void logfile_close(struct logfile *log);
/* Watchers are called a last time. */
void logfile_free(struct logfile *log);
/* Both generations. */
void logfile_remove(const char *path);

/* Reads a pipe (non-blocking) into the log, at most 64 KiB a call so that a flood starves nobody.
 * False at its end: the caller closes it (the unfinished line has been flushed). */
bool logfile_drain(struct logfile *log, enum log_stream stream, int fd);

/* Calls fn after lines were added, until unwatched with the same pair. fn may unwatch itself. */
void logfile_watch(struct logfile *log, void (*fn)(void *arg), void *arg);
void logfile_unwatch(struct logfile *log, void (*fn)(void *arg), void *arg);
/* Calls them now: something else changed that a follower wants to know (the end of a job). */
void logfile_wake(struct logfile *log);

struct log_line {
    int64_t wall_ms;
    enum log_stream stream;
    const char *text; /* valid UTF-8, without the newline; until the next call */
    size_t len;
};

/* Reading is by path, with or without a writer. */
struct log_reader;
/* tail < 0: all that there is; else its last lines. since_ms: only lines at or after it (0: all). */
struct log_reader *log_reader_new(const char *path, int64_t tail, int64_t since_ms);
/* False when there is no further line now; a later call goes on, across rotations. */
bool log_reader_next(struct log_reader *reader, struct log_line *ret);
void log_reader_free(struct log_reader *reader);
DEFINE_CLEANUP_PTR(struct log_reader, log_reader_free)

/* {"timestamp":RFC3339,"stream","text"} and a newline: NDJSON as lib/local/api.md says. */
void log_line_print(const struct log_line *line, struct str *s);

#endif
