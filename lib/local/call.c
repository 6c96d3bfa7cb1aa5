#include "local/call.h"

#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "local/function.h"
#include "local/process.h"
#include "local/upstream.h"

/* Of all requests' bytes that wait for an instance. Beyond it: 429, as with a full queue. */
enum { HELD_MAX_BYTES = 64 << 20, LOST_MS = 50 };

static void call_free(struct call *call)
{
    struct function *function = call->function;
    struct functions *all = function->all;
    all->held_bytes -= call->held.len;
    str_clear(&call->held);
    call->function = NULL;
    function->calls--;
    grave_add(all->daemon->server, &call->grave);
    function_leave_check(function);
}

/* Gives back whatever the function's side holds; nothing of it can be used again. */
static void call_detach(struct call *call)
{
    struct instance *instance = TAKE(call->instance);
    function_dequeue(call->function, call);
    if (call->upstream)
        upstream_close(TAKE(call->upstream));
    if (call->process)
        process_abandon(TAKE(call->process));
    if (instance)
        function_give_back(instance);
}

void call_finish(struct call *call)
{
    struct conn *conn = TAKE(call->conn);
    call->finished_ns = clock_mono_ns();
    stats_finished(call->function, call);
    call_free(call);
    if (!conn)
        return;
    conn->call = NULL;
    conn_answered(conn);
}

void call_client_gone(struct call *call)
{
    call->conn = NULL;
    call->status = 499;
    call_detach(call);
    call_finish(call);
}

void call_fail(struct call *call, int status, const char *fmt, ...)
{
    CLEANUP(str_release) struct str message = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&message, fmt, ap);
    va_end(ap);

    struct conn *conn = call->conn;
    bool has_answered = call->has_answered;
    call->status = status;
    if (status >= 500)
        function_log_note(call->function, "request %s: %d: %s", call->id, status, message.buf);
    conn->call = NULL;
    call->conn = NULL;
    call_detach(call);
    AUTOFREE char *extra = xasprintf("X-Call-Id: %s\r\n%s", call->id, status == 429 ? "Retry-After: 1\r\n" : "");
    call_finish(call);
    if (has_answered) { /* too late to say it: a cut answer must look cut */
        conn_close(conn);
        return;
    }
    conn->keep_alive = conn->keep_alive && conn->in.is_complete;
    conn_reply_error(conn, status, extra, message.buf);
    conn_answered(conn);
}

static int64_t sooner(int64_t a, int64_t b) { return b && b < a ? b : a; }

void call_progress(struct call *call)
{
    if (call->is_lost)
        return;
    struct conn *conn = call->conn;
    const struct function_config *config = &call->function->config;
    int64_t now_ms = clock_mono_ms();
    int64_t until_ms = sooner(call->exec_until_ms ? call->exec_until_ms : now_ms + DEFAULT_ANSWER_MS, 0);
    if (!conn->in.is_complete && config->read_ms)
        until_ms = sooner(until_ms, call->received_ns / 1000000 + config->read_ms);
    if (conn->in.is_complete && config->write_ms && call->sent_ns)
        until_ms = sooner(until_ms, call->sent_ns / 1000000 + config->write_ms);
    deadline_set(&conn->deadline, now_ms, until_ms - now_ms);
}

void call_late(struct call *call)
{
    const struct function *function = call->function;
    const struct function_config *config = &function->config;
    CLEANUP(str_release) struct str limit = STR_INIT;
    int64_t now_ms = clock_mono_ms();
    if (call->is_lost) {
        call_fail(call, 502, "function \"%s\" closed the connection without an answer", function->name);
    } else if (call->is_queued) {
        duration_print(&limit, now_ms - call->received_ns / 1000000);
        call_fail(call, 504, "no instance of function \"%s\" had room within %s", function->name, limit.buf);
    } else if (!call->conn->in.is_complete && config->read_ms && now_ms >= call->received_ns / 1000000 + config->read_ms) {
        call->conn->keep_alive = false;
        duration_print(&limit, config->read_ms);
        call_fail(call, 408, "the request did not arrive within %s (read_timeout)", limit.buf);
    } else if (call->exec_until_ms && now_ms >= call->exec_until_ms) {
        duration_print(&limit, config->exec_ms);
        call_fail(call, 504, "function \"%s\" did not answer within %s (exec_timeout)", function->name, limit.buf);
    } else if (config->write_ms && call->sent_ns && now_ms >= call->sent_ns / 1000000 + config->write_ms) {
        duration_print(&limit, config->write_ms);
        call_fail(call, 504, "function \"%s\" did not answer within %s (write_timeout)", function->name, limit.buf);
    } else {
        duration_print(&limit, DEFAULT_ANSWER_MS);
        call_fail(call, 504, "function \"%s\" gave no sign for %s", function->name, limit.buf);
    }
}

void call_lost(struct call *call)
{
    call->is_lost = true;
    deadline_set(&call->conn->deadline, clock_mono_ms(), LOST_MS);
}

static bool is_idempotent(unsigned method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_PUT || method == HTTP_DELETE || method == HTTP_OPTIONS;
}

/* The first piece of the request's body, which came with its head; what follows it is another request. */
static bool take_body(struct call *call, const char *rest, size_t rest_len, void (*fn)(const char *data, size_t len, void *arg),
                      void *arg)
{
    struct conn *conn = call->conn;
    ssize_t used = message_body(&conn->in, rest, rest_len, fn, arg);
    if (used < 0) {
        conn->keep_alive = false;
        call_fail(call, 400, "the request's chunks are broken");
        return false;
    }
    if (conn->in.is_complete && !call->sent_ns) {
        call->sent_ns = clock_mono_ns();
        str_addn(&conn->saved, rest + used, rest_len - (size_t)used);
    }
    return true;
}

/* A first try over a kept connection may meet one that the function has just closed. */
static bool send_first(struct call *call, struct gather *gather)
{
    struct upstream *upstream = call->upstream;
    bool is_whole = call->conn->in.is_complete && !gather->is_broken;
    if (!upstream->was_used)
        return gather_send(gather);
    str_reset(&upstream->sent);
    for (int i = 0; is_whole && i < gather->n; i++)
        str_addn(&upstream->sent, gather->parts[i].iov_base, gather->parts[i].iov_len);
    if (gather_send(gather))
        return true;
    if (!is_whole)
        return false;
    return upstream_replay(upstream, call);
}

/* The parsed head is server->head. */
static void run_http(struct call *call, struct instance *instance, const char *rest, size_t rest_len)
{
    struct conn *conn = call->conn;
    const struct head *head = &conn->server->head;
    call->instance = instance;
    call->is_cold = instance->listening_ns > call->received_ns;
    call->wanted_ns = instance->wanted_ns;
    call->spawned_ns = instance->spawned_ns;
    call->listening_ns = instance->listening_ns;
    function_take(instance, call->is_cold);
    call->upstream = upstream_get(instance, call);
    if (!call->upstream) {
        call_fail(call, 502, "function \"%s\" does not take connections any more", call->function->name);
        return;
    }

    struct gather gather;
    gather_begin(&gather, &call->upstream->wire, head->is_chunked);
    if (!forward_request(call, head, instance->port, &gather)) {
        call_fail(call, 431, "the request's head is too long");
        return;
    }
    if (!take_body(call, rest, rest_len, gather_body, &gather))
        return;
    if (conn->in.is_complete)
        gather_end(&gather);
    if (!send_first(call, &gather)) {
        call_fail(call, 502, "function \"%s\" closed the connection without an answer", call->function->name);
        return;
    }
    wire_read(&conn->wire, true);
}

static void run_stdio(struct call *call, const char *rest, size_t rest_len)
{
    struct conn *conn = call->conn;
    CLEANUP(err_release) struct err err = ERR_INIT;
    call->is_cold = true;
    call->function->replicas = call->function->replicas ? call->function->replicas : 1;
    call->process = process_start(call, &conn->server->head, &err);
    if (!call->process) {
        function_failed(call->function, 0, "%s%s%s", err.what, err.why ? ": " : "", err.why ? err.why : "");
        call_fail(call, 503, "function \"%s\" cannot start: %s", call->function->name, call->function->message);
        return;
    }
    if (!take_body(call, rest, rest_len, process_body, call->process))
        return;
    if (conn->in.is_complete)
        process_body_end(call->process);
    wire_read(&conn->wire, true);
}

static void call_run(struct call *call, struct instance *instance, const char *rest, size_t rest_len)
{
    struct conn *conn = call->conn;
    const struct head *head = &conn->server->head;
    if (call->function->config.exec_ms)
        call->exec_until_ms = clock_mono_ms() + call->function->config.exec_ms;
    if (head->expects_continue && !rest_len && !conn->in.is_complete)
        conn_continue(conn);
    call_progress(call);
    if (conn->in.is_complete) { /* no body: all of it is another request */
        str_addn(&conn->saved, rest, rest_len);
        rest_len = 0;
        call->sent_ns = call->received_ns;
    }
    if (instance)
        run_http(call, instance, rest, rest_len);
    else
        run_stdio(call, rest, rest_len);
}

void call_assign(struct call *call, struct instance *instance)
{
    struct conn *conn = call->conn;
    struct server *server = conn->server;
    CLEANUP(str_release) struct str held = call->held;
    call->held = STR_INIT;
    call->function->all->held_bytes -= held.len;
    memcpy(server->in, held.buf, held.len);
    ssize_t head_len = head_length(server->in, held.len);
    if (head_len <= 0 || message_request(&conn->in, server->in, (size_t)head_len, &server->head) != 0) {
        call_fail(call, 400, "the request cannot be read");
        return;
    }
    call_run(call, instance, server->in + head_len, held.len - (size_t)head_len);
}

static void call_wait(struct call *call, const char *data, size_t head_len, size_t len)
{
    struct function *function = call->function;
    struct functions *all = function->all;
    struct conn *conn = call->conn;
    if ((int64_t)function->queued >= function->config.queue_max && function->ready + function->starting + function->running > 0) {
        call_fail(call, 429, "function \"%s\" is busy and its queue of %lld is full", function->name,
                  (long long)function->config.queue_max);
        return;
    }
    size_t held = conn->in.is_complete ? head_len : len;
    if (all->held_bytes + held > HELD_MAX_BYTES) {
        call_fail(call, 429, "too many requests wait for functions");
        return;
    }
    str_addn(&call->held, data, held);
    all->held_bytes += held;
    str_addn(&conn->saved, data + held, len - held);
    wire_read(&conn->wire, conn->in.is_complete); /* a body waits in the kernel, and the end of a client shows only behind it */
    deadline_set(&conn->deadline, clock_mono_ms(), function->config.start_ms + DEFAULT_ANSWER_MS);
    function_enqueue(function, call);
}

static struct function *find_function(const struct server *server)
{
    const struct head *head = &server->head;
    const char *name = head->target + sizeof("/function/") - 1;
    const char *end = head->target + head->target_len;
    size_t len = 0;
    while (name + len < end && name[len] != '/' && name[len] != '?')
        len++;
    return functions_find(server->daemon->functions, name, len);
}

static struct call *call_new(struct conn *conn, struct function *function)
{
    struct call *call = xcalloc(1, sizeof(*call));
    call->conn = conn;
    call->function = function;
    call->held = STR_INIT;
    call->received_ns = clock_mono_ns();
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    call->wall_ns = (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec;
    call->is_idempotent = is_idempotent(conn->in.parser.method);
    const struct header *id = head_find(&conn->server->head, HEADER_CALL_ID);
    call->has_own_id = !call_id_is_sane(id);
    if (call->has_own_id)
        call_id_make(call);
    else
        snprintf(call->id, sizeof(call->id), "%.*s", (int)id->value_len, id->value);
    function->calls++;
    stats_started(function);
    conn->call = call;
    return call;
}

void call_begin(struct conn *conn, const char *data, size_t head_len, size_t len)
{
    struct function *function = find_function(conn->server);
    if (!function) {
        str_addn(&conn->saved, data + head_len, conn->in.is_complete ? len - head_len : 0);
        conn_reply_error(conn, 404, "", "no such function");
        conn_answered(conn);
        return;
    }

    struct call *call = call_new(conn, function);
    bool is_free = !function->queue_first;
    if (function_is_backing_off(function) && function->ready + function->starting == 0) {
        str_addn(&conn->saved, data + head_len, conn->in.is_complete ? len - head_len : 0);
        call_fail(call, 503, "function \"%s\" cannot start: %s", function->name, function->message);
    } else if (function->config.is_stdio && is_free && function->running < function->config.scale_max) {
        call_run(call, NULL, data + head_len, len - head_len);
    } else {
        struct instance *instance = is_free && !function->config.is_stdio ? function_pick(function) : NULL;
        if (instance)
            call_run(call, instance, data + head_len, len - head_len);
        else
            call_wait(call, data, head_len, len);
    }
}

bool call_take_body(struct call *call, const char *data, size_t len, void (*fn)(const char *data, size_t len, void *arg),
                    void *arg)
{
    struct conn *conn = call->conn;
    ssize_t used = message_body(&conn->in, data, len, fn, arg);
    if (used < 0) {
        conn->keep_alive = false;
        call_fail(call, 400, "the request's chunks are broken");
        return false;
    }
    if (conn->in.is_complete) {
        call->sent_ns = clock_mono_ns();
        str_addn(&conn->saved, data + used, len - (size_t)used);
    }
    return true;
}

void call_request_body(struct call *call, const char *data, size_t len)
{
    struct conn *conn = call->conn;
    if (call->process) {
        process_request_body(call->process, data, len);
        return;
    }
    struct upstream *upstream = call->upstream;
    if (!upstream) { /* waits: nothing should be read */
        wire_read(&conn->wire, false);
        return;
    }
    struct gather gather;
    gather_begin(&gather, &upstream->wire, (conn->in.parser.flags & F_CHUNKED) != 0);
    if (!call_take_body(call, data, len, gather_body, &gather))
        return;
    if (conn->in.is_complete)
        gather_end(&gather);
    gather_send(&gather); /* when the function is gone its answer, or the lack of one, says more */
    call_progress(call);
    if (wire_kept(&upstream->wire) > WIRE_HIGH)
        wire_read(&conn->wire, false);
}

void call_function_ready(struct call *call)
{
    wire_read(&call->conn->wire, true);
    call_progress(call);
}

void call_client_ready(struct call *call)
{
    call_progress(call);
    if (call->upstream)
        upstream_resume(call->upstream);
    if (call->process)
        process_resume(call->process);
}
