/* The frames of WebSocket (RFC 6455, section 5), as a client reads and writes them; apart from any connection. */
#ifndef NET_FRAME_H
#define NET_FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

enum frame_kind {
    FRAME_MORE, /* of a message: only on the wire */
    FRAME_TEXT,
    FRAME_BINARY,
    FRAME_CLOSE = 8,
    FRAME_PING,
    FRAME_PONG,
    FRAME_NONE, /* nothing is complete yet */
};

/* RFC 6455, 7.4.1 */
enum frame_close { CLOSE_NORMAL = 1000, CLOSE_PROTOCOL = 1002, CLOSE_NOT_TEXT = 1007, CLOSE_TOO_LARGE = 1009 };

struct frame_reader {
    struct str message;   /* TEXT, BINARY: its fragments put together; at most message.max bytes */
    struct str control;   /* CLOSE, PING, PONG */
    enum frame_kind open; /* the message whose fragments come; FRAME_NONE: none */
    unsigned char head[10];
    size_t head_len;
    uint64_t left;
    const char *problem; /* what is wrong with what the server sent */
    enum frame_close close_code;
};
#define FRAME_READER_INIT(max_bytes) \
    ((struct frame_reader){.message = STR_INIT_MAX(max_bytes), .control = STR_INIT, .open = FRAME_NONE})
void frame_reader_release(struct frame_reader *reader);
DEFINE_CLEANUP(struct frame_reader, frame_reader_release)

/* Reads until something is complete, at most len bytes; returns how many it took. *ret: what is complete, in
 * reader->message or ->control until the next call. -1: the server broke the rules (problem, close_code), and
 * nothing more is to be read from it. */
ssize_t frame_read(struct frame_reader *reader, const char *data, size_t len, enum frame_kind *ret);
/* The server's code, 0: none. Of a CLOSE. */
int frame_close_code(const struct frame_reader *reader);

/* A whole message as one frame. mask: random, four bytes. */
void frame_write(struct str *s, enum frame_kind kind, const void *data, size_t len, const unsigned char mask[4]);

#endif
