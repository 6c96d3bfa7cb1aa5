/* The lines of a container's log as the API server gives it with timestamps=true ("2026-11-28T17:02:03.123456789Z text"),
 * through cuts: who reads again from the last second has each line once. */
#ifndef KUBE_LOG_READER_H
#define KUBE_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { LOG_LINE_MAX = 1 << 20, LOG_STAMP_MAX = 40 };

struct log_line {
    const char *text; /* not terminated; without the line's end */
    size_t len;
    size_t stamp_len; /* of the stamp and its blank, at the beginning of text; 0: the line has none */
    bool cut;         /* it was longer than LOG_LINE_MAX; the rest is dropped */
};

struct log_reader {
    struct str rest;           /* a line whose end is still to come */
    bool dropping;             /* the rest of a line that was cut */
    bool is_anew;              /* what comes next begins with a line, and rest will come again */
    char stamp[LOG_STAMP_MAX]; /* of the last line; "": none yet */
    size_t same;               /* how many lines had that one */
    bool in_overlap;           /* reading again what may have been told */
    size_t same_left;
};
void log_reader_release(struct log_reader *reader);

/* Tells each line that is whole now; until on_line returns false: then false too. */
bool log_reader_feed(struct log_reader *reader, const char *data, size_t len,
                     bool (*on_line)(const struct log_line *line, void *arg), void *arg);
/* The log has ended: what is left is a line too. */
bool log_reader_end(struct log_reader *reader, bool (*on_line)(const struct log_line *line, void *arg), void *arg);
/* It was cut, and is read again: from the last line's second in UTC ("2026-11-28T17:02:03Z"); NULL: from the beginning.
 * The caller frees. */
char *log_reader_resume(struct log_reader *reader);

#endif
