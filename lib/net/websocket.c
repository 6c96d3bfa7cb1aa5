#include "net/websocket.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/sig.h"
#include "net/frame.h"
#include "net/transfer.h"
#include "net/url.h"
#include "version.h"

enum {
    ANSWER_MS = 30000, /* from the connection to the upgrade */
    CLOSE_MS = 3000,   /* until the other side's close */
    PING_MS = 25000,   /* under the idle limits of usual proxies */
    PIECE_BYTES = 64 << 10,
    REFUSAL_MAX_BYTES = 64 << 10,
    LOGIN_ROOM_BYTES = 32 << 10,
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

static void fail(struct websocket *ws)
{
    ws->stage = STAGE_FAILED;
    disconnect(ws);
}

static void fail_with(struct websocket *ws, enum err_code code, const char *why)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    url_mask(&url, ws->url);
    err_set(&ws->err, code, "the connection to %s has failed", url.buf);
    err_why(&ws->err, "%s", why);
    fail(ws);
}

/* ---- bytes --------------------------------------------------------------------------------------------------- */

static size_t out_left(const struct websocket *ws) { return ws->out.len - ws->out_at + ws->piece.len - ws->piece_at; }

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
    while (out_left(ws)) {
        if (ws->piece_at == ws->piece.len)
            next_piece(ws);
        size_t n = 0;
        CURLcode code =
            ws->all->http->curl->easy_send(ws->t.easy, ws->piece.buf + ws->piece_at, ws->piece.len - ws->piece_at, &n);
        if (code == CURLE_AGAIN)
            return;
        if (code != CURLE_OK) {
            fail_with(ws, ERR_UNREACHABLE, "it was cut");
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
static void fill_in(struct websocket *ws)
{
    size_t n = 0;
    str_reset(&ws->in);
    ws->in_at = 0;
    CURLcode code = ws->all->http->curl->easy_recv(ws->t.easy, str_room(&ws->in, PIECE_BYTES), PIECE_BYTES, &n);
    ws->may_have_more = code == CURLE_OK && n;
    ws->eof = code != CURLE_AGAIN && !ws->may_have_more;
    str_grew(&ws->in, n);
}

/* ---- the upgrade ---------------------------------------------------------------------------------------------- */

/* RFC 6455, 4.2.2, 5.4 */
static int set_accept(struct websocket *ws, const char *key, struct err *err)
{
    unsigned char digest[SHA1_BYTES];
    CLEANUP(str_release) struct str accept = STR_INIT;
    AUTOFREE char *text = xasprintf("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    if (hash_sha1(text, strlen(text), digest, err) != 0)
        return -1;
    base64_encode(&accept, digest, sizeof(digest));
    snprintf(ws->accept, sizeof(ws->accept), "%s", accept.buf);
    return 0;
}

static void ask(struct websocket *ws)
{
    unsigned char nonce[16];
    CLEANUP(str_release) struct str key = STR_INIT;
    if (getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce)) {
        fail_with(ws, ERR_FAILED, "this machine gives no random numbers");
        return;
    }
    base64_encode(&key, nonce, sizeof(nonce));
    if (set_accept(ws, key.buf, &ws->err) != 0) {
        fail(ws);
        return;
    }
    str_room(&ws->out, LOGIN_ROOM_BYTES); /* no copy of the login is left behind when it grows */
    const char *path = strstr(ws->url, "://") + 3;
    path += strcspn(path, "/?#");
    str_addf(&ws->out, "GET %s%s HTTP/1.1\r\n", *path == '/' ? "" : "/", path);
    transfer_head(&ws->t, &ws->out);
    str_addf(&ws->out,
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
             "Sec-WebSocket-Protocol: %s\r\nUser-Agent: aiwf/" AIWF_VERSION "\r\n\r\n",
             key.buf, ws->protocol);
    trace_head(&ws->t, "> ", &ws->out);
    ws->stage = STAGE_ASKING;
    ws->deadline_ms = clock_mono_ms() + ANSWER_MS;
}

static const char *answer_fault(const struct websocket *ws)
{
    const char *upgrade = http_header(&ws->res, "upgrade");
    const char *connection = http_header(&ws->res, "connection");
    const char *protocol = http_header(&ws->res, "sec-websocket-protocol");
    if (!upgrade || strcasecmp(upgrade, "websocket") != 0 || !connection || !strcasestr(connection, "upgrade"))
        return "the server upgrades to something else than a WebSocket";
    if (!str_eq(http_header(&ws->res, "sec-websocket-accept"), ws->accept))
        return "the server's Sec-WebSocket-Accept does not fit: something between here and there speaks for it";
    if (!protocol || strcasecmp(protocol, ws->protocol) != 0)
        return "the server does not speak the subprotocol that was asked for";
    return http_header(&ws->res, "sec-websocket-extensions") ? "the server wants an extension that was not offered" : NULL;
}

static void take_answer(struct websocket *ws)
{
    if (ws->res.status / 100 == 1 && ws->res.status != 101)
        return; /* early words; the answer follows */
    if (ws->res.status != 101) {
        ws->stage = STAGE_REFUSED;
        return;
    }
    const char *problem = answer_fault(ws);
    if (problem) {
        fail_with(ws, ERR_FAILED, problem);
        return;
    }
    ws->stage = STAGE_OPEN;
    ws->ping_at_ms = clock_mono_ms() + PING_MS;
}

/* The next line of the head from in, without its end; false: it is not whole yet. */
static bool next_line(struct websocket *ws, struct str *line)
{
    const char *from = ws->in.buf + ws->in_at;
    const char *end = memchr(from, '\n', ws->in.len - ws->in_at);
    size_t len = end ? (size_t)(end - from) + 1 : ws->in.len - ws->in_at;
    str_addn(line, from, len);
    ws->in_at += len;
    return end;
}

/* A line that is not whole is kept at the front of what is read next; its length is bounded with the head's. */
static void read_answer(struct websocket *ws)
{
    while (ws->stage == STAGE_ASKING) {
        CLEANUP(str_release) struct str line = STR_INIT;
        size_t before = ws->in_at;
        if (!next_line(ws, &line)) {
            ws->in_at = before;
            return;
        }
        str_cut(&line, line.len - (str_ends(line.buf, "\r\n") ? 2 : 1));
        trace_head(&ws->t, "< ", &line);
        if (!line.len)
            take_answer(ws);
        else if (!transfer_header(&ws->t, line.buf, line.len) || !ws->res.status)
            fail_with(ws, ERR_FAILED, "what answers does not speak HTTP");
    }
}

static void more_answer(struct websocket *ws)
{
    enum { HEAD_MAX_BYTES = 256 << 10 };
    CLEANUP(str_release) struct str rest = STR_INIT;
    str_addn(&rest, ws->in.buf + ws->in_at, ws->in.len - ws->in_at);
    fill_in(ws);
    if (ws->eof) {
        fail_with(ws, ERR_UNREACHABLE, "it was closed without an answer");
        return;
    }
    str_addn(&rest, ws->in.buf, ws->in.len);
    str_release(&ws->in);
    ws->in = rest;
    rest = STR_INIT;
    if (ws->in.len > HEAD_MAX_BYTES)
        fail_with(ws, ERR_FAILED, "the answer's head is too large");
    else
        read_answer(ws);
}

static size_t refusal_length(const struct websocket *ws)
{
    long long len;
    const char *text = http_header(&ws->res, "content-length");
    if (http_header(&ws->res, "transfer-encoding") || !text || !str_to_int(text, 0, REFUSAL_MAX_BYTES, &len))
        return text ? REFUSAL_MAX_BYTES : 0;
    return (size_t)len;
}

static void read_refusal(struct websocket *ws)
{
    struct str *body = &ws->res.body;
    str_addn(body, ws->in.buf + ws->in_at, ws->in.len - ws->in_at);
    ws->in_at = ws->in.len;
    if (body->len < refusal_length(ws) && !ws->eof) {
        fill_in(ws);
        return;
    }
    str_cut(body, refusal_length(ws));
    if (http_check(&ws->res, &ws->err, "%s", "the server refuses the connection") == 0) {
        fail_with(ws, ERR_FAILED, "the server does not upgrade to a WebSocket");
        return;
    }
    fail(ws);
}

/* ---- frames --------------------------------------------------------------------------------------------------- */

static void add_frame(struct websocket *ws, enum frame_kind kind, const void *data, size_t len)
{
    unsigned char mask[4];
    if (getrandom(mask, sizeof(mask), 0) != sizeof(mask)) {
        fail_with(ws, ERR_FAILED, "this machine gives no random numbers");
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
        fail_with(ws, ERR_FAILED, why.buf);
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
        fail_with(ws, ERR_FAILED, why);
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
        fail_with(ws, ERR_TIMEOUT, "no whole answer in time");
    } else if (ws->stage == STAGE_OPEN && now >= ws->ping_at_ms) {
        add_frame(ws, FRAME_PING, "", 0);
        ws->ping_at_ms = now + PING_MS;
    }
}

static void end_of_stream(struct websocket *ws)
{
    if (ws->stage == STAGE_OPEN) {
        fail_with(ws, ERR_UNREACHABLE, "it was cut");
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
        fill_in(ws);
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
            ask(ws);
            continue;
        }
        transfer_fault(t, code);
        fail(ws);
    }
}

/* What has connected begins to ask at once: no descriptor would tell of it later. */
static void connect_all(struct websockets *all)
{
    int running;
    all->http->curl->multi_perform(all->multi, &running);
    reap(all);
}

static void go_on(struct websocket *ws)
{
    if (ws->stage == STAGE_CONNECTING)
        connect_all(ws->all);
    check_clock(ws);
    if (ws->stage > STAGE_CONNECTING && ws->stage < STAGE_CLOSED)
        flush_out(ws);
    do {
        if (ws->stage == STAGE_ASKING)
            more_answer(ws);
        else if (ws->stage == STAGE_REFUSED)
            read_refusal(ws);
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

size_t websocket_backlog(const struct websocket *ws) { return out_left(ws); }

void websocket_pause(struct websocket *ws, bool paused) { ws->is_paused = paused; }

/* ---- the wait -------------------------------------------------------------------------------------------------- */

static int64_t due_ms(const struct websocket *ws)
{
    if (ws->stage == STAGE_CONNECTING || ws->stage >= STAGE_CLOSED)
        return INT64_MAX;
    return ws->stage == STAGE_OPEN ? ws->ping_at_ms : ws->deadline_ms;
}

/* Something that no descriptor tells. */
static bool is_ready(const struct websocket *ws)
{
    if (ws->stage >= STAGE_CLOSED)
        return !ws->end_was_told;
    return !ws->is_paused && ws->stage != STAGE_CONNECTING && (ws->in_at < ws->in.len || ws->may_have_more);
}

static int shorten(const struct websockets *all, int timeout_ms)
{
    int64_t now = clock_mono_ms();
    for (const struct websocket *ws = all->first; ws; ws = ws->next) {
        if (is_ready(ws))
            return 0;
        int64_t left = due_ms(ws) - now;
        if (due_ms(ws) != INT64_MAX && (timeout_ms < 0 || left < timeout_ms))
            timeout_ms = left > 0 ? (int)left : 0;
    }
    return timeout_ms;
}

static short events_of(const struct websocket *ws)
{
    if (ws->stage == STAGE_CONNECTING || ws->stage >= STAGE_CLOSED)
        return 0;
    return (short)((ws->is_paused ? 0 : CURL_WAIT_POLLIN) | (out_left(ws) ? CURL_WAIT_POLLOUT : 0));
}

struct wait_list {
    struct curl_waitfd *fds;
    size_t n, cap;
};

static void wait_for_fd(struct wait_list *list, int fd, short events)
{
    if (fd < 0 || !events)
        return;
    GROW(list->fds, list->n, list->cap);
    list->fds[list->n++] = (struct curl_waitfd){.fd = fd, .events = events};
}

static void wait_for_websockets(const struct websockets *all, struct wait_list *list)
{
    for (const struct websocket *ws = all->first; ws; ws = ws->next) {
        curl_socket_t fd = CURL_SOCKET_BAD;
        if (events_of(ws) && all->http->curl->easy_getinfo(ws->t.easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK)
            wait_for_fd(list, fd, events_of(ws));
    }
}

static short curl_events(short events)
{
    return (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) | (events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
}

void websockets_wait(struct websockets *all, struct pollfd *fds, size_t n, int timeout_ms)
{
    enum { FOREVER_MS = 600000 };
    struct wait_list list = {0};
    connect_all(all);
    for (size_t i = 0; i < n; i++)
        wait_for_fd(&list, fds[i].fd, curl_events(fds[i].events));
    size_t own = list.n;
    wait_for_fd(&list, sig_fd(), CURL_WAIT_POLLIN);
    wait_for_websockets(all, &list);
    int limit_ms = shorten(all, timeout_ms);
    all->http->curl->multi_poll(all->multi, list.fds, (unsigned)list.n, limit_ms < 0 ? FOREVER_MS : limit_ms, NULL);
    for (size_t i = 0, at = 0; i < n; i++) {
        bool was_asked = fds[i].fd >= 0 && curl_events(fds[i].events);
        short seen = was_asked && at < own ? list.fds[at++].revents : 0;
        fds[i].revents = (short)((seen & CURL_WAIT_POLLIN ? POLLIN : 0) | (seen & CURL_WAIT_POLLOUT ? POLLOUT : 0));
    }
    free(list.fds);
}
