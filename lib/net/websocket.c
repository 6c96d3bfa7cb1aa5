#include "net/websocket_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "net/url.h"

enum {
    CLOSE_MS = 3000, /* until the other side's close */
    PIECE_BYTES = 64 << 10,
};

struct websockets *websockets_new(struct http *http)
{
    struct websockets *all = xcalloc(1, sizeof(*all));
    *all = (struct websockets){.http = http, .multi = http->curl->multi_init()};
    return all;
}

void websockets_free(struct websockets *all)
{
    if (!all)
        return;
    all->http->curl->multi_cleanup(all->multi);
    free(all);
}

struct websocket *websocket_open(struct websockets *all, const struct websocket_request *req, struct err *err)
{
    struct websocket *ws = xcalloc(1, sizeof(*ws));
    ws->all = all;
    ws->url = xstrdup(req->url);
    ws->protocol = xstrdup(req->protocol);
    ws->req = (struct http_request){.url = ws->url};
    ws->res = HTTP_RESPONSE_INIT;
    ws->res.body.max = REFUSAL_MAX_BYTES;
    ws->t = (struct transfer){.http = all->http, .req = &ws->req, .res = &ws->res, .err = &ws->err};
    ws->in = STR_INIT;
    ws->out = STR_INIT;
    ws->piece = STR_INIT;
    ws->reader = FRAME_READER_INIT(req->max_message ? req->max_message : WEBSOCKET_MAX_BYTES);
    ws->may_have_more = true;
    ws->next = all->first;
    all->first = ws;
    if (transfer_connect(&ws->t) == 0) {
        all->http->curl->multi_add_handle(all->multi, ws->t.easy);
        return ws;
    }
    err_move(err, &ws->err);
    websocket_free(ws);
    return NULL;
}

/* libcurl closes the connection with the handle. */
static void disconnect(struct websocket *ws)
{
    if (ws->t.easy)
        ws->all->http->curl->multi_remove_handle(ws->all->multi, ws->t.easy);
    transfer_disconnect(&ws->t);
}

void websocket_free(struct websocket *ws)
{
    if (!ws)
        return;
    disconnect(ws);
    for (struct websocket **at = &ws->all->first; *at; at = &(*at)->next)
        if (*at == ws) {
            *at = ws->next;
            break;
        }
    http_response_release(&ws->res);
    frame_reader_release(&ws->reader);
    str_release(&ws->in);
    str_release(&ws->out);
    str_release(&ws->piece);
    err_release(&ws->err);
    free(ws->url);
    free(ws->protocol);
    free(ws);
}

void websocket_fail(struct websocket *ws)
{
    ws->stage = STAGE_FAILED;
    disconnect(ws);
}

void websocket_fail_with(struct websocket *ws, enum err_code code, const char *why)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    url_mask(&url, ws->url);
    err_set(&ws->err, code, "the connection to %s has failed", url.buf);
    err_why(&ws->err, "%s", why);
    websocket_fail(ws);
}

/* ---- bytes --------------------------------------------------------------------------------------------------- */

size_t websocket_left(const struct websocket *ws) { return ws->out.len - ws->out_at + ws->piece.len - ws->piece_at; }

/* OpenSSL wants a write that it could not do again from the very same memory, and `out` grows meanwhile. */
static void next_piece(struct websocket *ws)
{
    size_t left = ws->out.len - ws->out_at, len = left < PIECE_BYTES ? left : PIECE_BYTES;
    str_reset(&ws->piece);
    ws->piece_at = 0;
    str_addn(&ws->piece, ws->out.buf + ws->out_at, len);
    ws->out_at += len;
}

static void flush_out(struct websocket *ws)
{
    while (websocket_left(ws)) {
        if (ws->piece_at == ws->piece.len)
            next_piece(ws);
        size_t n = 0;
        CURLcode code =
            ws->all->http->curl->easy_send(ws->t.easy, ws->piece.buf + ws->piece_at, ws->piece.len - ws->piece_at, &n);
        if (code == CURLE_AGAIN)
            return;
        if (code != CURLE_OK) {
            websocket_fail_with(ws, ERR_UNREACHABLE, "it was cut");
            return;
        }
        ws->piece_at += n;
    }
    if (ws->stage == STAGE_ASKING) { /* they have the login */
        explicit_bzero(ws->out.buf, ws->out.len);
        explicit_bzero(ws->piece.buf, ws->piece.len);
    }
    str_reset(&ws->out);
    ws->out_at = 0;
}

/* Reads once; what was read before has been used up. */
void websocket_fill(struct websocket *ws)
{
    size_t n = 0;
    str_reset(&ws->in);
    ws->in_at = 0;
    CURLcode code = ws->all->http->curl->easy_recv(ws->t.easy, str_room(&ws->in, PIECE_BYTES), PIECE_BYTES, &n);
    ws->may_have_more = code == CURLE_OK && n;
    ws->eof = code != CURLE_AGAIN && !ws->may_have_more;
    str_grew(&ws->in, n);
}

/* ---- frames --------------------------------------------------------------------------------------------------- */

static void add_frame(struct websocket *ws, enum frame_kind kind, const void *data, size_t len)
{
    unsigned char mask[4];
    if (getrandom(mask, sizeof(mask), 0) != sizeof(mask)) {
        websocket_fail_with(ws, ERR_FAILED, "this machine gives no random numbers");
        return;
    }
    frame_write(&ws->out, kind, data, len, mask);
}

static void add_close(struct websocket *ws, enum frame_close code)
{
    const unsigned char text[2] = {(unsigned char)((unsigned)code >> 8), (unsigned char)((unsigned)code & 0xff)};
    add_frame(ws, FRAME_CLOSE, text, sizeof(text));
}

void websocket_close(struct websocket *ws)
{
    if (ws->stage == STAGE_OPEN) {
        add_close(ws, CLOSE_NORMAL);
        ws->stage = STAGE_CLOSING;
        ws->deadline_ms = clock_mono_ms() + CLOSE_MS;
    } else if (ws->stage < STAGE_OPEN) {
        ws->stage = STAGE_CLOSED;
        disconnect(ws);
    }
}

static void closed_by_server(struct websocket *ws)
{
    int code = frame_close_code(&ws->reader);
    if (ws->stage == STAGE_OPEN) {
        add_close(ws, CLOSE_NORMAL);
        flush_out(ws);
    }
    if (ws->stage == STAGE_FAILED)
        return;
    if (code && code != CLOSE_NORMAL && ws->stage == STAGE_OPEN) {
        CLEANUP(str_release) struct str why = STR_INIT;
        str_addf(&why, "the server closed it with code %d", code);
        if (ws->reader.control.len > 2)
            str_add(&why, ": ");
        str_add_safe(&why, ws->reader.control.buf + 2, ws->reader.control.len - 2, false);
        websocket_fail_with(ws, ERR_FAILED, why.buf);
        return;
    }
    ws->stage = STAGE_CLOSED;
    disconnect(ws);
}

static void broken(struct websocket *ws)
{
    AUTOFREE char *why = xasprintf("the server breaks the rules of WebSockets: %s", ws->reader.problem);
    add_close(ws, ws->reader.close_code);
    flush_out(ws);
    if (ws->stage != STAGE_FAILED)
        websocket_fail_with(ws, ERR_FAILED, why);
}

/* One frame or the rest of what was read; whether a message is there. */
static bool read_frame(struct websocket *ws)
{
    enum frame_kind kind;
    ssize_t used = frame_read(&ws->reader, ws->in.buf + ws->in_at, ws->in.len - ws->in_at, &kind);
    if (used < 0) {
        broken(ws);
        return false;
    }
    ws->in_at += (size_t)used;
    if (kind == FRAME_PING && ws->stage == STAGE_OPEN)
        add_frame(ws, FRAME_PONG, ws->reader.control.buf, ws->reader.control.len);
    else if (kind == FRAME_CLOSE)
        closed_by_server(ws);
    return kind == FRAME_BINARY || kind == FRAME_TEXT;
}

static void check_clock(struct websocket *ws)
{
    int64_t now = clock_mono_ms();
    if (ws->stage == STAGE_CLOSING && now >= ws->deadline_ms) {
        ws->stage = STAGE_CLOSED;
        disconnect(ws);
    } else if ((ws->stage == STAGE_ASKING || ws->stage == STAGE_REFUSED) && now >= ws->deadline_ms) {
        websocket_fail_with(ws, ERR_TIMEOUT, "no whole answer in time");
    } else if (ws->stage == STAGE_OPEN && now >= ws->ping_at_ms) {
        add_frame(ws, FRAME_PING, "", 0);
        ws->ping_at_ms = now + PING_MS;
    }
}

static void end_of_stream(struct websocket *ws)
{
    if (ws->stage == STAGE_OPEN) {
        websocket_fail_with(ws, ERR_UNREACHABLE, "it was cut");
        return;
    }
    ws->stage = STAGE_CLOSED;
    disconnect(ws);
}

static bool has_frames(const struct websocket *ws) { return ws->stage == STAGE_OPEN || ws->stage == STAGE_CLOSING; }

/* Until a message, or nothing is there to read. */
static bool receive(struct websocket *ws)
{
    while (has_frames(ws)) {
        while (has_frames(ws) && ws->in_at < ws->in.len)
            if (read_frame(ws) && ws->stage == STAGE_OPEN)
                return true;
        if (!has_frames(ws))
            return false;
        websocket_fill(ws);
        if (ws->eof)
            end_of_stream(ws);
        else if (!ws->may_have_more)
            return false;
    }
    return false;
}

static void reap(struct websockets *all)
{
    int left;
    for (CURLMsg *msg; (msg = all->http->curl->multi_info_read(all->multi, &left));) {
        char *private = NULL;
        CURLcode code = msg->data.result;
        all->http->curl->easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
        struct transfer *t = (struct transfer *)(void *)private;
        struct websocket *ws = (struct websocket *)(void *)((char *)t - offsetof(struct websocket, t));
        if (code == CURLE_OK) {
            websocket_ask(ws);
            continue;
        }
        transfer_fault(t, code);
        websocket_fail(ws);
    }
}

/* What has connected begins to ask at once: no descriptor would tell of it later. */
void websockets_connect(struct websockets *all)
{
    int running;
    all->http->curl->multi_perform(all->multi, &running);
    reap(all);
}

static void go_on(struct websocket *ws)
{
    if (ws->stage == STAGE_CONNECTING)
        websockets_connect(ws->all);
    check_clock(ws);
    if (ws->stage > STAGE_CONNECTING && ws->stage < STAGE_CLOSED)
        flush_out(ws);
    do {
        if (ws->stage == STAGE_ASKING)
            websocket_read_answer(ws);
        else if (ws->stage == STAGE_REFUSED)
            websocket_read_refusal(ws);
    } while ((ws->stage == STAGE_ASKING || ws->stage == STAGE_REFUSED) && (ws->may_have_more || ws->eof));
}

enum websocket_event websocket_next(struct websocket *ws, const struct str **ret, struct err *err)
{
    go_on(ws);
    bool is_message = !ws->is_paused && receive(ws);
    if (has_frames(ws))
        flush_out(ws);
    ws->end_was_told = ws->stage >= STAGE_CLOSED;
    if (ws->stage == STAGE_FAILED) {
        err_copy(err, &ws->err);
        return WEBSOCKET_FAILED;
    }
    if (ws->stage == STAGE_CLOSED)
        return WEBSOCKET_CLOSED;
    *ret = &ws->reader.message;
    return is_message ? WEBSOCKET_MESSAGE : WEBSOCKET_NOTHING;
}

bool websocket_is_open(const struct websocket *ws) { return ws->stage == STAGE_OPEN; }

void websocket_send(struct websocket *ws, const void *data, size_t len)
{
    if (ws->stage == STAGE_OPEN)
        add_frame(ws, FRAME_BINARY, data, len);
}

size_t websocket_backlog(const struct websocket *ws) { return websocket_left(ws); }

void websocket_pause(struct websocket *ws, bool paused) { ws->is_paused = paused; }
