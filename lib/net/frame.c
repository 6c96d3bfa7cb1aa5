#include "net/frame.h"

#include <string.h>

enum {
    BIT_FINAL = 0x80,
    BITS_RESERVED = 0x70,
    BITS_KIND = 0x0f,
    BIT_MASKED = 0x80,
    BITS_LENGTH = 0x7f,
    LENGTH_16 = 126,
    LENGTH_64 = 127,
    CONTROL_MAX = 125,
};

void frame_reader_release(struct frame_reader *reader)
{
    str_release(&reader->message);
    str_release(&reader->control);
}

static enum frame_kind kind_of(const struct frame_reader *reader) { return (enum frame_kind)(reader->head[0] & BITS_KIND); }
static bool is_final(const struct frame_reader *reader) { return reader->head[0] & BIT_FINAL; }
static bool is_control(enum frame_kind kind) { return kind >= FRAME_CLOSE; }

static int fault(struct frame_reader *reader, enum frame_close code, const char *problem)
{
    reader->problem = problem;
    reader->close_code = code;
    return -1;
}

static size_t head_size(const struct frame_reader *reader)
{
    if (reader->head_len < 2)
        return 2;
    unsigned length = reader->head[1] & BITS_LENGTH;
    return length == LENGTH_64 ? 10 : length == LENGTH_16 ? 4 : 2;
}

static uint64_t length_of(const struct frame_reader *reader)
{
    size_t size = head_size(reader);
    if (size == 2)
        return reader->head[1] & BITS_LENGTH;
    uint64_t length = 0;
    for (size_t i = 2; i < size; i++)
        length = length << 8 | reader->head[i];
    return length;
}

static int check_control(struct frame_reader *reader)
{
    if (!is_final(reader))
        return fault(reader, CLOSE_PROTOCOL, "a control frame comes in fragments");
    if (length_of(reader) > CONTROL_MAX)
        return fault(reader, CLOSE_PROTOCOL, "a control frame is over 125 bytes");
    return 0;
}

static int check_data(struct frame_reader *reader)
{
    bool goes_on = kind_of(reader) == FRAME_MORE;
    size_t had = goes_on ? reader->message.len : 0;
    if (goes_on && reader->open == FRAME_NONE)
        return fault(reader, CLOSE_PROTOCOL, "a fragment belongs to no message");
    if (!goes_on && reader->open != FRAME_NONE)
        return fault(reader, CLOSE_PROTOCOL, "a message begins within another");
    if (length_of(reader) > reader->message.max - had)
        return fault(reader, CLOSE_TOO_LARGE, "a message is too large");
    return 0;
}

/* The shortest form is the only one, and the highest bit is not used (5.2). */
static bool length_is_sound(const struct frame_reader *reader)
{
    uint64_t length = length_of(reader);
    switch (head_size(reader)) {
    case 4:
        return length >= LENGTH_16;
    case 10:
        return length > UINT16_MAX && length <= INT64_MAX;
    default:
        return true;
    }
}

static int check_head(struct frame_reader *reader)
{
    enum frame_kind kind = kind_of(reader);
    if (reader->head[0] & BITS_RESERVED)
        return fault(reader, CLOSE_PROTOCOL, "a frame has reserved bits set");
    if (reader->head[1] & BIT_MASKED)
        return fault(reader, CLOSE_PROTOCOL, "a frame is masked, as only a client's may be");
    if (kind > FRAME_PONG || (kind > FRAME_BINARY && kind < FRAME_CLOSE))
        return fault(reader, CLOSE_PROTOCOL, "a frame is of an unknown kind");
    if (!length_is_sound(reader))
        return fault(reader, CLOSE_PROTOCOL, "a frame's length is not written as it must be");
    return is_control(kind) ? check_control(reader) : check_data(reader);
}

static void begin_payload(struct frame_reader *reader)
{
    enum frame_kind kind = kind_of(reader);
    reader->left = length_of(reader);
    if (is_control(kind))
        str_reset(&reader->control);
    else if (kind != FRAME_MORE)
        str_reset(&reader->message);
    if (!is_control(kind) && kind != FRAME_MORE)
        reader->open = kind;
}

static bool is_utf8(const char *text, size_t len)
{
    while (len) {
        size_t n = utf8_sequence(text, len);
        if (!n)
            return false;
        text += n;
        len -= n;
    }
    return true;
}

int frame_close_code(const struct frame_reader *reader)
{
    const unsigned char *data = (const unsigned char *)reader->control.buf;
    return reader->control.len < 2 ? 0 : data[0] << 8 | data[1];
}

static bool close_is_sound(const struct frame_reader *reader)
{
    int code = frame_close_code(reader);
    bool is_known = (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
    if (!reader->control.len)
        return true;
    return is_known && is_utf8(reader->control.buf + 2, reader->control.len - 2);
}

static int end_frame(struct frame_reader *reader, enum frame_kind *ret)
{
    enum frame_kind kind = kind_of(reader);
    reader->head_len = 0;
    if (kind == FRAME_CLOSE && !close_is_sound(reader))
        return fault(reader, CLOSE_PROTOCOL, "a close frame has no sound code or reason");
    if (is_control(kind)) {
        *ret = kind;
        return 0;
    }
    if (!is_final(reader))
        return 0;
    if (reader->open == FRAME_TEXT && !is_utf8(reader->message.buf, reader->message.len))
        return fault(reader, CLOSE_NOT_TEXT, "a text is not UTF-8");
    *ret = reader->open;
    reader->open = FRAME_NONE;
    return 0;
}

/* Returns how many bytes it took of the head, which is whole or data ended. */
static size_t read_head(struct frame_reader *reader, const char *data, size_t len)
{
    size_t used = 0;
    while (used < len && reader->head_len < head_size(reader))
        reader->head[reader->head_len++] = (unsigned char)data[used++];
    return used;
}

static size_t read_payload(struct frame_reader *reader, const char *data, size_t len)
{
    size_t n = reader->left < len ? (size_t)reader->left : len;
    str_addn(is_control(kind_of(reader)) ? &reader->control : &reader->message, data, n);
    reader->left -= n;
    return n;
}

ssize_t frame_read(struct frame_reader *reader, const char *data, size_t len, enum frame_kind *ret)
{
    *ret = FRAME_NONE;
    size_t used = 0;
    while (used < len && *ret == FRAME_NONE) {
        bool had_head = reader->head_len == head_size(reader);
        if (!had_head) {
            used += read_head(reader, data + used, len - used);
            if (reader->head_len < head_size(reader))
                break;
            if (check_head(reader) != 0)
                return -1;
            begin_payload(reader);
        }
        used += read_payload(reader, data + used, len - used);
        if (!reader->left && end_frame(reader, ret) != 0)
            return -1;
    }
    return (ssize_t)used;
}

static void write_length(struct str *s, size_t len)
{
    int bytes = len > UINT16_MAX ? 8 : len >= LENGTH_16 ? 2 : 0;
    unsigned short_form = bytes == 8 ? LENGTH_64 : bytes == 2 ? LENGTH_16 : (unsigned)len;
    str_addc(s, (char)(BIT_MASKED | short_form));
    for (int i = bytes - 1; i >= 0; i--)
        str_addc(s, (char)((uint64_t)len >> (8 * i) & 0xff));
}

void frame_write(struct str *s, enum frame_kind kind, const void *data, size_t len, const unsigned char mask[4])
{
    str_addc(s, (char)(BIT_FINAL | (unsigned)kind));
    write_length(s, len);
    str_addn(s, mask, 4);
    const unsigned char *from = data;
    char *to = str_room(s, len);
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(from[i] ^ mask[i % 4]);
    str_grew(s, len);
}
