#include "kube/log_reader.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { KEEP_BYTES = 64 << 10 };

void log_reader_release(struct log_reader *reader) { str_release(&reader->rest); }

/* "2026-11-28T17:02:03.123456789+01:00 " */
static size_t stamp_length(const char *text, size_t len)
{
    if (len < 21 || !isdigit((unsigned char)text[0]) || text[4] != '-' || text[10] != 'T')
        return 0;
    const char *blank = memchr(text, ' ', len < LOG_STAMP_MAX ? len : LOG_STAMP_MAX);
    return blank ? (size_t)(blank - text) + 1 : 0;
}

/* Nanoseconds since 1970; -1: no time. */
static int64_t stamp_ns(const char *stamp)
{
    int64_t ms;
    if (!rfc3339_parse(stamp, &ms))
        return -1;
    int64_t ns = 0, unit = 100000000;
    const char *dot = strchr(stamp, '.');
    for (const char *c = dot ? dot + 1 : ""; isdigit((unsigned char)*c); c++, unit /= 10)
        ns += (*c - '0') * unit;
    return ms / 1000 * 1000000000 + ns;
}

static void remember(struct log_reader *reader, const char *stamp, size_t len)
{
    if (len == strlen(reader->stamp) && memcmp(stamp, reader->stamp, len) == 0) {
        reader->same++;
        return;
    }
    memcpy(reader->stamp, stamp, len);
    reader->stamp[len] = '\0';
    reader->same = 1;
}

/* Whether a line of an overlap was told before the cut. */
static bool was_told(struct log_reader *reader, const char *text, size_t stamp_len)
{
    AUTOFREE char *stamp = xstrndup(text, stamp_len - 1);
    int64_t now = stamp_ns(stamp), last = stamp_ns(reader->stamp);
    if (now < last)
        return true;
    if (now == last && reader->same_left) {
        reader->same_left--;
        return true;
    }
    reader->in_overlap = now == last;
    return false;
}

struct hearer {
    bool (*on_line)(const struct log_line *line, void *arg);
    void *arg;
};

static bool tell(struct log_reader *reader, const char *text, size_t len, bool cut, const struct hearer *hearer)
{
    if (len && text[len - 1] == '\r')
        len--;
    size_t stamp_len = stamp_length(text, len);
    if (stamp_len && reader->in_overlap && was_told(reader, text, stamp_len))
        return true;
    if (stamp_len)
        remember(reader, text, stamp_len - 1);
    struct log_line line = {.text = text, .len = len, .stamp_len = stamp_len, .cut = cut};
    return hearer->on_line(&line, hearer->arg);
}

static void empty_rest(struct log_reader *reader)
{
    if (reader->rest.cap > KEEP_BYTES)
        str_clear(&reader->rest);
    else
        str_reset(&reader->rest);
}

/* A line that is longer than it may be is told once it is. */
static bool keep_rest(struct log_reader *reader, const char *data, size_t len, const struct hearer *hearer)
{
    if (reader->dropping)
        return true;
    size_t room = LOG_LINE_MAX + LOG_STAMP_MAX - reader->rest.len;
    str_addn(&reader->rest, data, len < room ? len : room);
    if (len <= room)
        return true;
    reader->dropping = true;
    bool goes_on = tell(reader, reader->rest.buf, reader->rest.len, true, hearer);
    empty_rest(reader);
    return goes_on;
}

static bool end_line(struct log_reader *reader, const char *data, size_t len, const struct hearer *hearer)
{
    if (!reader->rest.len && !reader->dropping && len <= LOG_LINE_MAX)
        return tell(reader, data, len, false, hearer);
    bool goes_on = keep_rest(reader, data, len, hearer);
    if (!reader->dropping && goes_on)
        goes_on = tell(reader, reader->rest.buf, reader->rest.len, false, hearer);
    reader->dropping = false;
    empty_rest(reader);
    return goes_on;
}

bool log_reader_feed(struct log_reader *reader, const char *data, size_t len,
                     bool (*on_line)(const struct log_line *line, void *arg), void *arg)
{
    struct hearer hearer = {.on_line = on_line, .arg = arg};
    bool goes_on = true;
    if (reader->is_anew && len) {
        reader->is_anew = reader->dropping = false;
        empty_rest(reader);
    }
    while (len && goes_on) {
        const char *end = memchr(data, '\n', len);
        size_t n = end ? (size_t)(end - data) : len;
        goes_on = end ? end_line(reader, data, n, &hearer) : keep_rest(reader, data, n, &hearer);
        n += end ? 1 : 0;
        data += n;
        len -= n;
    }
    return goes_on;
}

bool log_reader_end(struct log_reader *reader, bool (*on_line)(const struct log_line *line, void *arg), void *arg)
{
    struct hearer hearer = {.on_line = on_line, .arg = arg};
    bool is_line = reader->rest.len && !reader->dropping;
    bool goes_on = !is_line || tell(reader, reader->rest.buf, reader->rest.len, false, &hearer);
    reader->is_anew = reader->dropping = false;
    empty_rest(reader);
    return goes_on;
}

char *log_reader_resume(struct log_reader *reader)
{
    CLEANUP(str_release) struct str since = STR_INIT;
    int64_t ns = *reader->stamp ? stamp_ns(reader->stamp) : -1;
    reader->is_anew = true;
    reader->in_overlap = ns >= 0;
    reader->same_left = reader->same;
    if (ns < 0)
        return NULL;
    rfc3339_print(&since, ns / 1000000000 * 1000);
    return str_detach(&since);
}
