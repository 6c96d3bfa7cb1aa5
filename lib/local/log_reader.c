/* Reading log files, forwards and from the end, and on across rotations. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/log_format.h"
#include "local/logfile.h"

enum { CHUNK = 65536 };

struct log_reader {
    char *path, *older;
    int fd; /* -1: nothing to read yet */
    int64_t since_ms;
    struct str buffer; /* read and not given out: begins at `at` */
    size_t at;
    struct str text; /* of the last line given */
};

/* 0: no such file. */
static ino_t inode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static ino_t inode_of_fd(int fd)
{
    struct stat st;
    return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* Where the last `count` lines of fd begin; *ret_found: how many there are, at most count. */
static off_t tail_start(int fd, int64_t count, int64_t *ret_found)
{
    *ret_found = 0;
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return 0;
    AUTOFREE char *chunk = xmalloc(CHUNK);
    off_t start = st.st_size; /* of the earliest line found */
    for (off_t end = st.st_size; end > 0;) {
        off_t begin = end > CHUNK ? end - CHUNK : 0;
        ssize_t n = pread(fd, chunk, (size_t)(end - begin), begin);
        if (n != end - begin)
            break;
        for (ssize_t i = n - 1; i >= 0; i--) {
            bool is_line_start = chunk[i] == '\n' && begin + i + 1 < st.st_size;
            if (!is_line_start)
                continue;
            if (*ret_found == count)
                return start;
            start = begin + i + 1;
            ++*ret_found;
        }
        end = begin;
    }
    if (*ret_found < count && st.st_size > 0) {
        ++*ret_found;
        return 0;
    }
    return start;
}

static void use_file(struct log_reader *reader, int fd)
{
    if (reader->fd >= 0)
        close(reader->fd);
    reader->fd = fd;
    str_reset(&reader->buffer);
    reader->at = 0;
}

static void seek_tail(struct log_reader *reader, int64_t tail)
{
    int64_t found, found_older;
    int fd = open(reader->path, O_RDONLY | O_CLOEXEC);
    off_t at = tail_start(fd, tail, &found);
    int older = found < tail ? open(reader->older, O_RDONLY | O_CLOEXEC) : -1;
    if (older >= 0) {
        off_t at_older = tail_start(older, tail - found, &found_older);
        lseek(older, at_older, SEEK_SET);
        if (fd >= 0)
            close(fd);
        use_file(reader, older);
        return;
    }
    if (fd >= 0)
        lseek(fd, at, SEEK_SET);
    use_file(reader, fd);
}

struct log_reader *log_reader_new(const char *path, int64_t tail, int64_t since_ms)
{
    struct log_reader *reader = xcalloc(1, sizeof(*reader));
    reader->path = xstrdup(path);
    reader->older = xasprintf("%s.1", path);
    reader->fd = -1;
    reader->since_ms = since_ms;
    reader->buffer = reader->text = STR_INIT;
    if (tail >= 0) {
        seek_tail(reader, tail);
        return reader;
    }
    int fd = open(reader->older, O_RDONLY | O_CLOEXEC);
    use_file(reader, fd >= 0 ? fd : open(path, O_RDONLY | O_CLOEXEC));
    return reader;
}

void log_reader_free(struct log_reader *reader)
{
    if (!reader)
        return;
    use_file(reader, -1);
    str_release(&reader->buffer);
    str_release(&reader->text);
    free(reader->path);
    free(reader->older);
    free(reader);
}

/* At the end of a file: is there a later one? */
static bool next_file(struct log_reader *reader)
{
    ino_t ours = inode_of_fd(reader->fd);
    ino_t current = inode_of(reader->path);
    if (current == 0 || current == ours)
        return false;
    ino_t older = inode_of(reader->older);
    bool is_lost = ours && older && older != ours; /* rotated twice meanwhile */
    int fd = open(is_lost ? reader->older : reader->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    use_file(reader, fd);
    return true;
}

/* More bytes into the buffer; false: there are none now. */
static bool fill(struct log_reader *reader)
{
    if (reader->at) {
        size_t left = reader->buffer.len - reader->at;
        memmove(reader->buffer.buf, reader->buffer.buf + reader->at, left);
        str_cut(&reader->buffer, left);
        reader->at = 0;
    }
    for (;;) {
        char *room = str_room(&reader->buffer, CHUNK);
        ssize_t n = reader->fd >= 0 ? read(reader->fd, room, CHUNK) : 0;
        if (n > 0) {
            str_grew(&reader->buffer, (size_t)n);
            return true;
        }
        if (!next_file(reader))
            return false;
    }
}

static void add_utf8(struct str *s, const char *text, size_t len)
{
    while (len) {
        size_t n = *text ? utf8_sequence(text, len) : 0;
        if (n)
            str_addn(s, text, n);
        else
            str_add(s, "\xEF\xBF\xBD"); /* U+FFFD, the replacement character */
        text += n ? n : 1;
        len -= n ? n : 1;
    }
}

/* False: not a record of ours (torn by a kill). */
static bool parse_record(struct log_reader *reader, const char *record, size_t len, struct log_line *ret)
{
    const char *space = memchr(record, ' ', len);
    if (!space || (size_t)(space - record) + 3 > len || space[2] != ' ')
        return false;
    const char *letter = strchr(log_stream_letters, space[1]);
    AUTOFREE char *stamp = xstrndup(record, (size_t)(space - record));
    if (!space[1] || !letter || !rfc3339_parse(stamp, &ret->wall_ms))
        return false;
    ret->stream = (enum log_stream)(letter - log_stream_letters);
    str_reset(&reader->text);
    add_utf8(&reader->text, space + 3, len - (size_t)(space + 3 - record));
    ret->text = reader->text.buf;
    ret->len = reader->text.len;
    return true;
}

bool log_reader_next(struct log_reader *reader, struct log_line *ret)
{
    for (;;) {
        const char *start = reader->buffer.buf + reader->at;
        size_t left = reader->buffer.len - reader->at;
        const char *end = left ? memchr(start, '\n', left) : NULL;
        if (!end) {
            if (!fill(reader))
                return false;
            continue;
        }
        size_t len = (size_t)(end - start);
        reader->at += len + 1;
        if (parse_record(reader, start, len, ret) && ret->wall_ms >= reader->since_ms)
            return true;
    }
}

void log_line_print(const struct log_line *line, struct str *s)
{
    str_add(s, "{\"timestamp\":\"");
    rfc3339_print(s, line->wall_ms);
    str_addf(s, "\",\"stream\":\"%s\",\"text\":", log_stream_name(line->stream));
    json_print_string(line->text, s);
    str_add(s, "}\n");
}
