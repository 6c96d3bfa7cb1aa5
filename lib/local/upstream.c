#include "local/upstream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/* A connection that was idle for longer is looked at before a request is trusted to it. */
enum { CHECK_IDLE_MS = 500, IDLE_KEPT_MAX = 256 };

int connect_local(int port, bool *ret_is_pending)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *ret_is_pending = false;
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    /* Over loopback the other side has answered already: a refusal is known now. */
    int problem = errno;
    socklen_t len = sizeof(problem);
    if (problem == EINPROGRESS && getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) == 0 && problem == 0) {
        *ret_is_pending = true;
        return fd;
    }
    close(fd);
    return -1;
}

static void upstream_event(unsigned what, void *arg);

static struct upstream *upstream_new(struct instance *instance, int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct upstream *upstream = xcalloc(1, sizeof(*upstream));
    upstream->instance = instance;
    upstream->saved = STR_INIT;
    upstream->sent = STR_INIT;
    upstream->next = instance->upstreams;
    if (upstream->next)
        upstream->next->previous = upstream;
    instance->upstreams = upstream;
    wire_open(&upstream->wire, instance->function->all->daemon->loop, fd, upstream_event, upstream);
    wire_read(&upstream->wire, true);
    return upstream;
}

static void idle_remove(struct upstream *upstream)
{
    for (struct upstream **at = &upstream->instance->idle; *at; at = &(*at)->next_idle)
        if (*at == upstream) {
            *at = upstream->next_idle;
            upstream->instance->idle_count--;
            return;
        }
}

void upstream_close(struct upstream *upstream)
{
    struct instance *instance = upstream->instance;
    if (upstream->wire.fd < 0)
        return;
    if (!upstream->call)
        idle_remove(upstream);
    upstream->call = NULL;
    if (upstream->previous)
        upstream->previous->next = upstream->next;
    else
        instance->upstreams = upstream->next;
    if (upstream->next)
        upstream->next->previous = upstream->previous;
    wire_close(&upstream->wire);
    str_clear(&upstream->saved);
    str_clear(&upstream->sent);
    grave_add(instance->function->all->daemon->server, &upstream->grave);
}

static bool is_alive(const struct upstream *upstream)
{
    char byte;
    ssize_t n = recv(upstream->wire.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && errno == EAGAIN;
}

static void begin(struct upstream *upstream, struct call *call)
{
    upstream->call = call;
    upstream->has_head = false;
    upstream->keeps = false;
}

static struct upstream *connect_new(struct instance *instance, struct call *call)
{
    bool is_pending = false;
    int fd = connect_local(instance->port, &is_pending);
    if (fd < 0)
        return NULL;
    struct upstream *upstream = upstream_new(instance, fd);
    begin(upstream, call);
    return upstream;
}

struct upstream *upstream_get(struct instance *instance, struct call *call)
{
    while (instance->idle) {
        struct upstream *upstream = instance->idle;
        if (call->received_ns / 1000000 - upstream->idle_since_ms > CHECK_IDLE_MS && !is_alive(upstream)) {
            upstream_close(upstream);
            continue;
        }
        instance->idle = upstream->next_idle;
        instance->idle_count--;
        begin(upstream, call);
        return upstream;
    }
    return connect_new(instance, call);
}

bool upstream_replay(struct upstream *upstream, struct call *call)
{
    struct upstream *fresh = connect_new(upstream->instance, call);
    if (!fresh)
        return false;
    CLEANUP(str_release) struct str sent = upstream->sent;
    upstream->sent = STR_INIT;
    upstream_close(upstream);
    call->upstream = fresh;
    return wire_put(&fresh->wire, sent.buf, sent.len);
}

void upstream_adopt(struct instance *instance, int fd)
{
    struct upstream *upstream = upstream_new(instance, fd);
    upstream->idle_since_ms = clock_mono_ms();
    upstream->next_idle = instance->idle;
    instance->idle = upstream;
    instance->idle_count++;
}

static void upstream_put(struct upstream *upstream, bool keep)
{
    struct instance *instance = upstream->instance;
    if (!keep || upstream->wire.is_broken || wire_kept(&upstream->wire) || instance->state > INSTANCE_READY ||
        instance->idle_count >= IDLE_KEPT_MAX) {
        upstream_close(upstream);
        return;
    }
    upstream->call = NULL;
    upstream->was_used = true;
    upstream->idle_since_ms = clock_mono_ms();
    upstream->next_idle = instance->idle;
    instance->idle = upstream;
    instance->idle_count++;
    wire_read(&upstream->wire, true);
}

void upstream_close_idle(struct instance *instance)
{
    while (instance->idle)
        upstream_close(instance->idle);
}

void upstream_close_all(struct instance *instance)
{
    while (instance->upstreams)
        upstream_close(instance->upstreams);
}

void upstream_fail_all(struct instance *instance, const char *how)
{
    for (struct upstream *upstream = instance->upstreams, *next; upstream; upstream = next) {
        next = upstream->next;
        struct call *call = upstream->call;
        if (call && !call->has_answered)
            call_fail(call, 502, "function \"%s\" %s", instance->function->name, how);
        else if (call)
            call_fail(call, 502, "the answer was cut");
    }
}

static void upstream_lost(struct upstream *upstream)
{
    struct call *call = upstream->call;
    bool is_stale =
        upstream->was_used && !upstream->has_head && !upstream->saved.len && upstream->sent.len && call->is_idempotent;
    wire_read(&upstream->wire, false);
    if (is_stale && upstream_replay(upstream, call))
        return;
    if (call->has_answered)
        call_fail(call, 502, "the answer was cut");
    else
        call_lost(call);
}

/* The whole answer has been passed on. */
static void answer_complete(struct upstream *upstream, bool keep)
{
    struct call *call = upstream->call;
    struct instance *instance = TAKE(call->instance);
    call->upstream = NULL;
    upstream_put(upstream, keep && call->conn->in.is_complete);
    function_give_back(instance);
    call_finish(call);
}

/* The head came alone. Servers that write head and body apart without TCP_NODELAY (Python's http.server) send the
 * body when the head is acknowledged, which the kernel would put off for 40 ms. */
static void acknowledge(const struct upstream *upstream)
{
    int on = 1;
    setsockopt(upstream->wire.fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

/* Passes on what is behind the head. */
static void pass_body(struct upstream *upstream, const char *data, size_t len, struct gather *gather)
{
    struct call *call = upstream->call;
    struct conn *conn = call->conn;
    ssize_t used = message_body(&upstream->in, data, len, gather_body, gather);
    if (used < 0) {
        gather_send(gather);
        call_fail(call, 502, "the answer of function \"%s\" has broken chunks", call->function->name);
        return;
    }
    bool is_complete = upstream->in.is_complete;
    if (is_complete)
        gather_end(gather);
    if (!gather_send(gather)) {
        conn_close(conn);
        return;
    }
    if (is_complete) {
        answer_complete(upstream, upstream->keeps && (size_t)used == len);
        return;
    }
    if (!len)
        acknowledge(upstream);
    call_progress(call);
    if (wire_kept(&conn->wire) > WIRE_HIGH)
        wire_read(&upstream->wire, false);
}

static void nonsense(struct call *call, const char *what)
{
    call_fail(call, 502, "function \"%s\" answered nonsense: %s", call->function->name, what ? what : "no HTTP");
}

/* data lies in server->in. */
static void read_answer(struct upstream *upstream, char *data, size_t len)
{
    struct call *call = upstream->call;
    struct conn *conn = call->conn;
    struct server *server = conn->server;
    struct head *head = &server->head;
    for (;;) {
        ssize_t head_len = head_length(data, len);
        if (head_len < 0 || head_len > HEAD_MAX_BYTES || (head_len == 0 && len > HEAD_MAX_BYTES)) {
            nonsense(call, head_len < 0 ? "no HTTP" : "a head over 16 KiB");
            return;
        }
        if (head_len == 0) {
            str_addn(&upstream->saved, data, len);
            return;
        }
        if (message_response(&upstream->in, data, (size_t)head_len, conn->is_head, head) != 0) {
            nonsense(call, head->problem);
            return;
        }
        if (head->status == 101) {
            nonsense(call, "another protocol");
            return;
        }
        const char *line = data;
        data += head_len;
        len -= (size_t)head_len;
        if (head->status >= 200) {
            upstream->has_head = true;
            upstream->keeps = head->keep_alive;
            struct gather gather;
            gather_begin(&gather, &conn->wire, false);
            size_t line_len = (size_t)((const char *)memchr(line, '\r', (size_t)head_len) - line);
            size_t skip = sizeof("HTTP/1.1 200 ") - 1;
            if (!forward_answer(call, head, line_len > skip ? line + skip : "", line_len > skip ? line_len - skip : 0,
                                conn->is_head, &gather)) {
                call->has_answered = false;
                nonsense(call, "its head is too long");
                return;
            }
            pass_body(upstream, data, len, &gather);
            return;
        }
        if (!len)
            return;
    }
}

static void upstream_ended(struct upstream *upstream)
{
    struct call *call = upstream->call;
    if (!upstream->has_head || !message_end(&upstream->in)) {
        upstream_lost(upstream);
        return;
    }
    struct gather gather;
    gather_begin(&gather, &call->conn->wire, call->is_chunked);
    gather_end(&gather);
    gather_send(&gather);
    answer_complete(upstream, false);
}

static void upstream_readable(struct upstream *upstream)
{
    struct call *call = upstream->call;
    if (!call) { /* idle: it was closed, or says something unasked */
        upstream_close(upstream);
        return;
    }
    struct server *server = call->conn->server;
    size_t kept = upstream->saved.len;
    ssize_t n = recv(upstream->wire.fd, server->in + kept, SCRATCH_BYTES - kept, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        upstream_lost(upstream);
        return;
    }
    if (n == 0) {
        upstream_ended(upstream);
        return;
    }
    if (!upstream->has_head) {
        memcpy(server->in, upstream->saved.buf, kept);
        str_reset(&upstream->saved);
        read_answer(upstream, server->in, kept + (size_t)n);
        return;
    }
    struct gather gather;
    gather_begin(&gather, &call->conn->wire, call->is_chunked);
    pass_body(upstream, server->in, (size_t)n, &gather);
}

static void upstream_event(unsigned what, void *arg)
{
    struct upstream *upstream = arg;
    struct server *server = upstream->instance->function->all->daemon->server;
    if ((what & WATCH_WRITE) && wire_flush(&upstream->wire) && !wire_kept(&upstream->wire) && upstream->call)
        call_function_ready(upstream->call);
    if ((what & WATCH_READ) && upstream->wire.fd >= 0 && upstream->wire.wants_read)
        upstream_readable(upstream);
    graves_empty(server);
}

void upstream_resume(struct upstream *upstream) { wire_read(&upstream->wire, true); }
