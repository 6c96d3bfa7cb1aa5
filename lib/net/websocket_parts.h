/* What the files of a WebSocket share: websocket.c (frames and their traffic), websocket_upgrade.c, websocket_wait.c. */
#ifndef NET_WEBSOCKET_PARTS_H
#define NET_WEBSOCKET_PARTS_H

#include "net/frame.h"
#include "net/transfer.h"
#include "net/websocket.h"

enum {
    ANSWER_MS = 30000, /* from the connection to the upgrade */
    PING_MS = 25000,   /* under the idle limits of usual proxies */
    REFUSAL_MAX_BYTES = 64 << 10,
};

enum stage {
    STAGE_CONNECTING,
    STAGE_ASKING,  /* the upgrade is being sent and answered */
    STAGE_REFUSED, /* its body comes */
    STAGE_OPEN,
    STAGE_CLOSING, /* our close was sent; what still comes is dropped */
    STAGE_CLOSED,
    STAGE_FAILED,
};

struct websockets {
    struct http *http;
    CURLM *multi;
    struct websocket *first;
};

struct websocket {
    struct websockets *all;
    struct websocket *next;
    char *url, *protocol;
    struct http_request req;
    struct http_response res;
    struct transfer t;
    struct err err;
    enum stage stage;
    char accept[32]; /* what the server must answer */
    int64_t deadline_ms, ping_at_ms;
    struct str in, out; /* as on the wire */
    size_t in_at, out_at;
    struct str piece; /* of out: what is being sent, which stays where it is */
    size_t piece_at;
    struct frame_reader reader;
    bool is_paused, may_have_more, eof, end_was_told;
};

/* It has failed, for the reason in ws->err, or for this one. */
void websocket_fail(struct websocket *ws);
void websocket_fail_with(struct websocket *ws, enum err_code code, const char *why);
/* Reads once; what was read before has been used up. */
void websocket_fill(struct websocket *ws);
/* Bytes that wait to be sent. */
size_t websocket_left(const struct websocket *ws);
/* Those that have come so far are connected. */
void websockets_connect(struct websockets *all);

/* The upgrade: asks for it, goes on with reading the answer, and the body of one that refuses. */
void websocket_ask(struct websocket *ws);
void websocket_read_answer(struct websocket *ws);
void websocket_read_refusal(struct websocket *ws);

#endif
