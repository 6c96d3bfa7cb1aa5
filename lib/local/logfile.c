#include "local/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/log_format.h"

enum { STREAMS = 3, DRAIN_BYTES = 65536 };

struct watcher {
    void (*fn)(void *arg); /* NULL: unwatched while being called */
    void *arg;
};

struct logfile {
    char *path;
    int fd; /* -1: not open */
    int64_t size, max_bytes, dropped;
    struct str partial[STREAMS]; /* a line whose end has not come yet */
    struct str out;              /* records of this call: one write */
    int64_t stamp_ms;            /* what `stamp` says */
    struct str stamp;
    struct watcher *watchers;
    size_t n, cap;
};

const char *log_stream_name(enum log_stream stream)
{
    static const char *const names[STREAMS] = {"stdout", "stderr", "system"};
    return names[stream];
}

struct logfile *logfile_new(const char *path, int64_t max_bytes)
{
    struct logfile *log = xcalloc(1, sizeof(*log));
    log->path = xstrdup(path);
    log->fd = -1;
    log->max_bytes = max_bytes ? max_bytes : LOGFILE_MAX_BYTES;
    log->out = log->stamp = STR_INIT;
    for (int i = 0; i < STREAMS; i++)
        log->partial[i] = STR_INIT;
    return log;
}

void logfile_close(struct logfile *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

void logfile_free(struct logfile *log)
{
    if (!log)
        return;
    for (int i = 0; i < STREAMS; i++) {
        logfile_flush(log, (enum log_stream)i);
        str_release(&log->partial[i]);
    }
    logfile_wake(log);
    logfile_close(log);
    str_release(&log->out);
    str_release(&log->stamp);
    free(log->watchers);
    free(log->path);
    free(log);
}

void logfile_remove(const char *path)
{
    AUTOFREE char *older = xasprintf("%s.1", path);
    unlink(path);
    unlink(older);
}

int64_t logfile_dropped(const struct logfile *log) { return log->dropped; }

/* A kill may have cut the last record: what follows must not be glued to it. */
static void end_torn_record(struct logfile *log)
{
    char last = '\n';
    if (log->size > 0 && pread(log->fd, &last, 1, log->size - 1) == 1 && last != '\n' && write(log->fd, "\n", 1) == 1)
        log->size++;
}

static bool open_file(struct logfile *log)
{
    if (log->fd >= 0)
        return true;
    log->fd = open(log->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat st;
    if (log->fd < 0 || fstat(log->fd, &st) != 0)
        return false;
    log->size = st.st_size;
    end_torn_record(log);
    return true;
}

static void rotate(struct logfile *log)
{
    AUTOFREE char *older = xasprintf("%s.1", log->path);
    logfile_close(log);
    if (rename(log->path, older) != 0)
        unlink(log->path);
}

static void write_out(struct logfile *log)
{
    if (log->fd >= 0 && log->size > 0 && log->size + (int64_t)log->out.len > log->max_bytes)
        rotate(log);
    ssize_t n = open_file(log) ? write(log->fd, log->out.buf, log->out.len) : 0;
    size_t written = n > 0 ? (size_t)n : 0;
    log->size += (int64_t)written;
    log->dropped += (int64_t)(log->out.len - written);
    if (written && written < log->out.len)
        end_torn_record(log);
    str_reset(&log->out);
}

void logfile_wake(struct logfile *log)
{
    size_t count = log->n;
    for (size_t i = 0; i < count; i++)
        if (log->watchers[i].fn)
            log->watchers[i].fn(log->watchers[i].arg);
    size_t kept = 0;
    for (size_t i = 0; i < log->n; i++)
        if (log->watchers[i].fn)
            log->watchers[kept++] = log->watchers[i];
    log->n = kept;
}

static void commit(struct logfile *log)
{
    if (!log->out.len)
        return;
    write_out(log);
    logfile_wake(log);
}

/* As many bytes of a long line as may stand alone: not within a character. */
static size_t break_at(const char *text, size_t len)
{
    size_t at = len;
    while (at > len - 4 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static void add_record(struct logfile *log, enum log_stream stream, const char *text, size_t len)
{
    int64_t now = clock_wall_ms();
    if (now != log->stamp_ms || !log->stamp.len) {
        str_reset(&log->stamp);
        rfc3339_print(&log->stamp, now);
        log->stamp_ms = now;
    }
    if (len && text[len - 1] == '\r')
        len--;
    str_addn(&log->out, log->stamp.buf, log->stamp.len);
    str_addc(&log->out, ' ');
    str_addc(&log->out, log_stream_letters[stream]);
    str_addc(&log->out, ' ');
    str_addn(&log->out, text, len);
    str_addc(&log->out, '\n');
    /* A flood of short lines grows here to several times its size: written in pieces. */
    if (log->out.len >= DRAIN_BYTES)
        write_out(log);
}

static void add_line(struct logfile *log, enum log_stream stream, const char *text, size_t len)
{
    while (len > LOGFILE_LINE_BYTES) {
        size_t part = break_at(text, LOGFILE_LINE_BYTES);
        add_record(log, stream, text, part);
        text += part;
        len -= part;
    }
    add_record(log, stream, text, len);
}

void logfile_write(struct logfile *log, enum log_stream stream, const char *data, size_t len)
{
    struct str *partial = &log->partial[stream];
    bool is_told = false;
    while (len) {
        const char *end = memchr(data, '\n', len);
        size_t part = end ? (size_t)(end - data) : len;
        if (partial->len || !end) {
            str_addn(partial, data, part);
            if (end || partial->len > LOGFILE_LINE_BYTES) {
                add_line(log, stream, partial->buf, partial->len);
                str_reset(partial);
                is_told = true;
            }
        } else {
            add_line(log, stream, data, part);
            is_told = true;
        }
        data += part + (end ? 1 : 0);
        len -= part + (end ? 1 : 0);
    }
    if (log->out.len)
        commit(log);
    else if (is_told)
        logfile_wake(log);
}

void logfile_note(struct logfile *log, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    add_line(log, LOG_SYSTEM, text.buf, text.len);
    commit(log);
}

void logfile_flush(struct logfile *log, enum log_stream stream)
{
    struct str *partial = &log->partial[stream];
    if (!partial->len)
        return;
    add_line(log, stream, partial->buf, partial->len);
    str_reset(partial);
    commit(log);
}

bool logfile_drain(struct logfile *log, enum log_stream stream, int fd)
{
    char chunk[DRAIN_BYTES];
    ssize_t n = read(fd, chunk, sizeof(chunk));
    if (n > 0) {
        logfile_write(log, stream, chunk, (size_t)n);
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    logfile_flush(log, stream);
    return false;
}

void logfile_watch(struct logfile *log, void (*fn)(void *arg), void *arg)
{
    GROW(log->watchers, log->n, log->cap);
    log->watchers[log->n++] = (struct watcher){.fn = fn, .arg = arg};
}

void logfile_unwatch(struct logfile *log, void (*fn)(void *arg), void *arg)
{
    for (size_t i = 0; i < log->n; i++)
        if (log->watchers[i].fn == fn && log->watchers[i].arg == arg) {
            log->watchers[i].fn = NULL;
            return;
        }
}
