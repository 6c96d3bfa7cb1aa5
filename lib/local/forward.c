/* Heads as they go on: what is between two peers only stays behind, what the other side should know is added. */
#include <string.h>

#include "base/clock.h"
#include "local/call.h"
#include "local/function.h"

void gather_begin(struct gather *gather, struct wire *wire, bool chunked)
{
    gather->wire = wire;
    gather->chunked = chunked;
    gather->is_broken = false;
    gather->n = 0;
}

bool gather_send(struct gather *gather)
{
    if (gather->n && !gather->is_broken && !wire_send(gather->wire, gather->parts, gather->n))
        gather->is_broken = true;
    gather->n = 0;
    return !gather->is_broken;
}

static void gather_add(struct gather *gather, const void *data, size_t len)
{
    if (!len)
        return;
    if (gather->n == CALL_PIECES)
        gather_send(gather);
    struct iovec *part = &gather->parts[gather->n++];
    memcpy(&part->iov_base, &data, sizeof(data)); /* writev does not write to it */
    part->iov_len = len;
}

/* Backwards from the end of its room; returns where it begins. */
static char *decimal(uint64_t value, char *end)
{
    do
        *--end = (char)('0' + value % 10);
    while (value /= 10);
    return end;
}

static char *hexadecimal(uint64_t value, char *end)
{
    do
        *--end = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    return end;
}

void gather_body(const char *data, size_t len, void *arg)
{
    struct gather *gather = arg;
    if (!gather->chunked) {
        gather_add(gather, data, len);
        return;
    }
    if (gather->n > CALL_PIECES - 3)
        gather_send(gather);
    char *end = gather->sizes[gather->n] + sizeof(gather->sizes[0]);
    end[-2] = '\r';
    end[-1] = '\n';
    char *at = hexadecimal(len, end - 2);
    gather_add(gather, at, (size_t)(end - at));
    gather_add(gather, data, len);
    gather_add(gather, "\r\n", 2);
}

void gather_end(struct gather *gather)
{
    if (gather->chunked)
        gather_add(gather, "0\r\n\r\n", 5);
}

/* Text into server->out. */
struct text {
    char *at, *end;
    bool is_full;
};

static void add(struct text *text, const char *data, size_t len)
{
    if (len > (size_t)(text->end - text->at)) {
        text->is_full = true;
        return;
    }
    memcpy(text->at, data, len);
    text->at += len;
}

#define ADD(text, literal) add((text), (literal), sizeof(literal) - 1)

static void add_text(struct text *text, const char *data) { add(text, data, strlen(data)); }

static void add_number(struct text *text, uint64_t value)
{
    char room[24];
    char *at = decimal(value, room + sizeof(room));
    add(text, at, (size_t)(room + sizeof(room) - at));
}

/* Nanoseconds as seconds with six decimals. */
static void add_seconds(struct text *text, int64_t ns)
{
    uint64_t us = ns > 0 ? (uint64_t)ns / 1000 : 0;
    char room[8];
    char *at = decimal(1000000 + us % 1000000, room + sizeof(room));
    add_number(text, us / 1000000);
    *at = '.';
    add(text, at, 7);
}

static void add_header(struct text *text, const struct header *header)
{
    add(text, header->name, header->name_len);
    ADD(text, ": ");
    add(text, header->value, header->value_len);
    ADD(text, "\r\n");
}

static struct text text_begin(struct server *server)
{
    return (struct text){.at = server->out, .end = server->out + sizeof(server->out)};
}

static bool text_end(struct text *text, struct server *server, struct gather *gather)
{
    ADD(text, "\r\n");
    if (text->is_full)
        return false;
    gather_add(gather, server->out, (size_t)(text->at - server->out));
    return true;
}

bool call_id_is_sane(const struct header *header)
{
    if (!header || header->value_len == 0 || header->value_len > 128)
        return false;
    for (unsigned i = 0; i < header->value_len; i++)
        if (header->value[i] <= ' ' || header->value[i] > '~')
            return false;
    return true;
}

/* A version 4 UUID (RFC 9562), from a generator that is seeded once. */
void call_id_make(struct call *call)
{
    struct functions *all = call->function->all;
    uint64_t words[2];
    for (int i = 0; i < 2; i++) { /* splitmix64 */
        uint64_t z = all->id_state += 0x9e3779b97f4a7c15U;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
        z = (z ^ z >> 27) * 0x94d049bb133111ebU;
        words[i] = z ^ z >> 31;
    }
    words[0] = (words[0] & ~0xf000ULL) | 0x4000U;
    words[1] = (words[1] & ~(3ULL << 62)) | 2ULL << 62;
    char *at = call->id;
    for (int digit = 0; digit < 32; digit++) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20)
            *at++ = '-';
        *at++ = "0123456789abcdef"[words[digit / 16] >> (60 - digit % 16 * 4) & 15];
    }
    *at = '\0';
}

/* /function/NAME/rest?query -> /rest?query */
static void add_target(struct text *text, const struct head *head)
{
    const char *end = head->target + head->target_len;
    const char *at = head->target + sizeof("/function/") - 1;
    while (at < end && *at != '/' && *at != '?')
        at++;
    if (at == end || *at == '?')
        ADD(text, "/");
    add(text, at, (size_t)(end - at));
}

bool forward_request(struct call *call, const struct head *head, int port, struct gather *gather)
{
    struct server *server = call->conn->server;
    struct text text = text_begin(server);
    const struct header *host = NULL, *forwarded = NULL;
    bool has_forwarded_host = false;
    add_text(&text, head->method);
    ADD(&text, " ");
    add_target(&text, head);
    ADD(&text, " HTTP/1.1\r\nHost: 127.0.0.1:");
    add_number(&text, (uint64_t)port);
    ADD(&text, "\r\n");
    for (size_t i = 0; i < head->n; i++) {
        const struct header *header = &head->headers[i];
        if (!head_passes(head, header))
            continue;
        if (header->id == HEADER_HOST)
            host = header;
        else if (header->id == HEADER_FORWARDED_FOR)
            forwarded = header;
        else if (header->id != HEADER_EXPECT && header->id != HEADER_START_TIME &&
                 (header->id != HEADER_CALL_ID || !call->has_own_id)) {
            has_forwarded_host = has_forwarded_host || header->id == HEADER_FORWARDED_HOST;
            add_header(&text, header);
        }
    }
    if (head->is_chunked) {
        ADD(&text, "Transfer-Encoding: chunked\r\n");
    } else if (head->has_length) {
        ADD(&text, "Content-Length: ");
        add_number(&text, head->length);
        ADD(&text, "\r\n");
    }
    ADD(&text, "X-Forwarded-For: ");
    if (forwarded) {
        add(&text, forwarded->value, forwarded->value_len);
        ADD(&text, ", ");
    }
    ADD(&text, "127.0.0.1\r\n"); /* the only address that can connect here */
    if (host && !has_forwarded_host) {
        ADD(&text, "X-Forwarded-Host: ");
        add(&text, host->value, host->value_len);
        ADD(&text, "\r\n");
    }
    if (call->has_own_id) {
        ADD(&text, "X-Call-Id: ");
        add(&text, call->id, CALL_ID_LEN);
        ADD(&text, "\r\n");
    }
    ADD(&text, "X-Start-Time: ");
    add_number(&text, (uint64_t)call->wall_ns);
    ADD(&text, "\r\n");
    return text_end(&text, server, gather);
}

/* What the gateway says of every function's answer. */
static void add_own_headers(struct text *text, struct call *call)
{
    struct conn *conn = call->conn;
    if (!conn->in.is_complete)
        conn->keep_alive = false; /* the rest of the request would be taken for the next one */
    if (!conn->keep_alive)
        ADD(text, "Connection: close\r\n");
    else if (conn->is_http10)
        ADD(text, "Connection: keep-alive\r\n");
    if (call->has_own_id) {
        ADD(text, "X-Call-Id: ");
        add(text, call->id, CALL_ID_LEN);
        ADD(text, "\r\n");
    }
    ADD(text, "X-Start-Time: ");
    add_number(text, (uint64_t)call->wall_ns);
    ADD(text, "\r\nX-Duration-Seconds: ");
    add_seconds(text, call->first_ns - call->received_ns);
    if (call->is_cold)
        ADD(text, "\r\nX-Aiwf-Start: cold\r\n");
    else
        ADD(text, "\r\nX-Aiwf-Start: warm\r\n");
}

/* Without a length: chunks, or for HTTP/1.0 the end of the connection. */
static void add_framing(struct text *text, struct call *call, bool has_length, uint64_t length, bool no_body)
{
    struct conn *conn = call->conn;
    if (has_length) {
        ADD(text, "Content-Length: ");
        add_number(text, length);
        ADD(text, "\r\n");
    } else if (!no_body && conn->is_http10) {
        conn->keep_alive = false;
    } else if (!no_body) {
        call->is_chunked = true;
        ADD(text, "Transfer-Encoding: chunked\r\n");
    }
}

static void add_status(struct text *text, int status, const char *reason, size_t len)
{
    ADD(text, "HTTP/1.1 ");
    add_number(text, (uint64_t)status);
    ADD(text, " ");
    add(text, reason, len);
    ADD(text, "\r\n");
}

bool forward_answer(struct call *call, const struct head *head, const char *reason, size_t reason_len, bool no_body,
                    struct gather *gather)
{
    struct server *server = call->conn->server;
    struct text text = text_begin(server);
    call->first_ns = clock_mono_ns();
    call->status = head->status;
    call->has_answered = true;
    add_status(&text, head->status, reason, reason_len);
    for (size_t i = 0; i < head->n; i++) {
        const struct header *header = &head->headers[i];
        bool is_ours = header->id == HEADER_START_TIME || header->id == HEADER_DURATION || header->id == HEADER_START_KIND ||
                       (header->id == HEADER_CALL_ID && call->has_own_id);
        if (!is_ours && head_passes(head, header))
            add_header(&text, header);
    }
    bool bodiless = head->status == 204 || head->status == 304;
    add_framing(&text, call, head->has_length && !(bodiless && head->status == 204), head->length, no_body || bodiless);
    add_own_headers(&text, call);
    gather->chunked = call->is_chunked;
    return text_end(&text, server, gather);
}

bool forward_own_answer(struct call *call, const char *content_type, int64_t length, struct gather *gather)
{
    struct server *server = call->conn->server;
    struct text text = text_begin(server);
    call->first_ns = clock_mono_ns();
    call->status = 200;
    call->has_answered = true;
    add_status(&text, 200, "OK", 2);
    if (content_type) {
        ADD(&text, "Content-Type: ");
        add_text(&text, content_type);
        ADD(&text, "\r\n");
    }
    add_framing(&text, call, length >= 0, (uint64_t)(length >= 0 ? length : 0), /* no_body = */ false);
    add_own_headers(&text, call);
    gather->chunked = call->is_chunked && !call->conn->is_head;
    return text_end(&text, server, gather);
}
