#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/hash.h"
#include "net/url.h"
#include "net/websocket_parts.h"
#include "version.h"

enum { LOGIN_ROOM_BYTES = 32 << 10 };

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

void websocket_ask(struct websocket *ws)
{
    unsigned char nonce[16];
    CLEANUP(str_release) struct str key = STR_INIT;
    if (getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce)) {
        websocket_fail_with(ws, ERR_FAILED, "this machine gives no random numbers");
        return;
    }
    base64_encode(&key, nonce, sizeof(nonce));
    if (set_accept(ws, key.buf, &ws->err) != 0) {
        websocket_fail(ws);
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
        websocket_fail_with(ws, ERR_FAILED, problem);
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
            websocket_fail_with(ws, ERR_FAILED, "what answers does not speak HTTP");
    }
}

void websocket_read_answer(struct websocket *ws)
{
    enum { HEAD_MAX_BYTES = 256 << 10 };
    CLEANUP(str_release) struct str rest = STR_INIT;
    str_addn(&rest, ws->in.buf + ws->in_at, ws->in.len - ws->in_at);
    websocket_fill(ws);
    if (ws->eof) {
        websocket_fail_with(ws, ERR_UNREACHABLE, "it was closed without an answer");
        return;
    }
    str_addn(&rest, ws->in.buf, ws->in.len);
    str_release(&ws->in);
    ws->in = rest;
    rest = STR_INIT;
    if (ws->in.len > HEAD_MAX_BYTES)
        websocket_fail_with(ws, ERR_FAILED, "the answer's head is too large");
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

void websocket_read_refusal(struct websocket *ws)
{
    struct str *body = &ws->res.body;
    str_addn(body, ws->in.buf + ws->in_at, ws->in.len - ws->in_at);
    ws->in_at = ws->in.len;
    if (body->len < refusal_length(ws) && !ws->eof) {
        websocket_fill(ws);
        return;
    }
    str_cut(body, refusal_length(ws));
    if (http_check(&ws->res, &ws->err, "%s", "the server refuses the connection") == 0) {
        websocket_fail_with(ws, ERR_FAILED, "the server does not upgrade to a WebSocket");
        return;
    }
    websocket_fail(ws);
}
