#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/call.h"
#include "local/conn.h"

enum { ACCEPT_BATCH = 64, ACCEPT_AGAIN_MS = 100, BACKLOG = 4096, PIPELINE_MAX = HEAD_MAX_BYTES };

void grave_add(struct server *server, struct grave *grave)
{
    grave->next = server->graves;
    server->graves = grave;
}

void graves_empty(struct server *server)
{
    while (server->graves) {
        struct grave *grave = server->graves;
        server->graves = grave->next;
        free(grave);
    }
}

const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {417, "Expectation Failed"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Status";
}

void conn_reply(struct conn *conn, int status, const char *extra, const char *content_type, const char *body, size_t len)
{
    CLEANUP(str_release) struct str head = STR_INIT;
    str_addf(&head, "HTTP/1.1 %d %s\r\n", status, status_text(status));
    if (content_type)
        str_addf(&head, "Content-Type: %s\r\n", content_type);
    if (status != 204)
        str_addf(&head, "Content-Length: %zu\r\n", len);
    if (!conn->keep_alive)
        str_add(&head, "Connection: close\r\n");
    else if (conn->is_http10)
        str_add(&head, "Connection: keep-alive\r\n");
    str_addf(&head, "%s\r\n", extra);
    if (!conn->is_head)
        str_addn(&head, body, len);
    wire_put(&conn->wire, head.buf, head.len);
}

void conn_reply_error(struct conn *conn, int status, const char *extra, const char *message)
{
    CLEANUP(str_release) struct str body = STR_INIT;
    str_addf(&body, "{\"error\":{\"code\":%d,\"message\":", status);
    json_print_string(message, &body);
    str_add(&body, "}}\n");
    conn_reply(conn, status, extra, "application/json", body.buf, body.len);
}

void conn_close(struct conn *conn)
{
    if (conn->state == CONN_DEAD)
        return;
    struct server *server = conn->server;
    conn->state = CONN_DEAD;
    if (conn->call)
        call_client_gone(TAKE(conn->call));
    if (conn->routed)
        route_client_gone(conn);
    wire_close(&conn->wire);
    deadline_release(&conn->deadline);
    str_clear(&conn->saved);
    if (conn->previous)
        conn->previous->next = conn->next;
    else
        server->conns = conn->next;
    if (conn->next)
        conn->next->previous = conn->previous;
    server->conn_count--;
    grave_add(server, &conn->grave);
}

/* Half-closes and reads on for a while: closing with unread bytes would reset the connection under the answer. */
static void conn_linger(struct conn *conn)
{
    conn->state = CONN_LINGER;
    str_clear(&conn->saved);
    if (conn->wire.is_broken) {
        conn_close(conn);
        return;
    }
    if (!wire_kept(&conn->wire))
        shutdown(conn->wire.fd, SHUT_WR);
    wire_read(&conn->wire, true);
    deadline_set(&conn->deadline, clock_mono_ms(), CONN_LINGER_MS);
}

static __attribute__((format(printf, 3, 4))) void conn_refuse(struct conn *conn, int status, const char *fmt, ...)
{
    CLEANUP(str_release) struct str message = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&message, fmt, ap);
    va_end(ap);
    conn->keep_alive = false;
    conn_reply_error(conn, status, "", message.buf);
    conn_linger(conn);
}

void conn_continue(struct conn *conn)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    wire_put(&conn->wire, text, sizeof(text) - 1);
}

/* A whole head lies at data, which is server->in. */
static void conn_request(struct conn *conn, char *data, size_t len, size_t head_len)
{
    struct server *server = conn->server;
    struct head *head = &server->head;
    bool ok = message_request(&conn->in, data, head_len, head) == 0;
    conn->is_http10 = head->is_http10;
    conn->is_head = ok && conn->in.parser.method == HTTP_HEAD;
    conn->keep_alive = ok && head->keep_alive;
    if (!ok) {
        conn_refuse(conn, head->problem_status, "%s", head->problem);
        return;
    }

    static const char prefix[] = "/function/";
    str_reset(&conn->saved);
    if (head->target_len > sizeof(prefix) - 1 && memcmp(head->target, prefix, sizeof(prefix) - 1) == 0) {
        conn->state = CONN_CALL;
        call_begin(conn, data, head_len, len);
    } else {
        route_begin(conn, data + head_len, len - head_len);
    }
}

/* Looks for a request in the first len bytes of server->in; false: more is needed, and they are saved. */
static bool conn_look(struct conn *conn, size_t len)
{
    struct server *server = conn->server;
    char *data = server->in;
    ssize_t head_len = len && (data[0] < 'A' || data[0] > 'Z') && data[0] != '\r' ? -1 : head_length(data, len);
    if (head_len < 0) {
        conn->keep_alive = false;
        conn_refuse(conn, 400, "this is no HTTP/1.1 request");
        return true;
    }
    if (head_len > HEAD_MAX_BYTES || (head_len == 0 && len > HEAD_MAX_BYTES)) {
        conn_refuse(conn, 431, "the request's head is over %d bytes", HEAD_MAX_BYTES);
        return true;
    }
    if (head_len > 0) {
        conn_request(conn, data, len, (size_t)head_len);
        return true;
    }
    bool is_first = conn->saved.len == 0;
    str_reset(&conn->saved);
    str_addn(&conn->saved, data, len);
    if (is_first && len)
        deadline_set(&conn->deadline, clock_mono_ms(), CONN_HEAD_MS);
    return false;
}

/* Answers what was pipelined, one request after the other, without recursion. */
static void conn_turn(struct conn *conn)
{
    if (conn->in_turn)
        return;
    conn->in_turn = true;
    while (conn->state == CONN_HEAD && conn->saved.len && wire_kept(&conn->wire) < WIRE_HIGH) {
        size_t len = conn->saved.len;
        memcpy(conn->server->in, conn->saved.buf, len);
        str_reset(&conn->saved);
        if (!conn_look(conn, len))
            break;
    }
    conn->in_turn = false;
}

void conn_answered(struct conn *conn)
{
    if (conn->state == CONN_DEAD)
        return;
    if (!conn->keep_alive || !conn->in.is_complete || conn->wire.is_broken) {
        conn_linger(conn);
        return;
    }
    conn->state = CONN_HEAD;
    deadline_set(&conn->deadline, clock_mono_ms(), CONN_IDLE_MS);
    wire_read(&conn->wire, wire_kept(&conn->wire) < WIRE_HIGH);
    if (conn->saved.cap > 4096 && !conn->saved.len)
        str_clear(&conn->saved);
    conn_turn(conn);
}

/* While a request is being answered only the next ones may come, a little of them. */
static void conn_read_ahead(struct conn *conn)
{
    struct server *server = conn->server;
    ssize_t n = recv(conn->wire.fd, server->in, PIPELINE_MAX - conn->saved.len, 0);
    if (n > 0)
        str_addn(&conn->saved, server->in, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        conn_close(conn);
    if (conn->state != CONN_DEAD && conn->saved.len >= PIPELINE_MAX)
        wire_read(&conn->wire, false);
}

static void conn_readable(struct conn *conn)
{
    struct server *server = conn->server;
    if (conn->in.is_complete && (conn->state == CONN_CALL || conn->state == CONN_HANDLER)) {
        conn_read_ahead(conn);
        return;
    }

    size_t kept = conn->state == CONN_HEAD ? conn->saved.len : 0;
    ssize_t n = recv(conn->wire.fd, server->in + kept, SCRATCH_BYTES - kept, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        conn_close(conn);
        return;
    }
    size_t len = (size_t)n;
    switch (conn->state) {
    case CONN_HEAD:
        memcpy(server->in, conn->saved.buf, kept);
        conn->in_turn = true;
        conn_look(conn, kept + len);
        conn->in_turn = false;
        conn_turn(conn);
        break;
    case CONN_BODY:
        route_body(conn, server->in, len);
        break;
    case CONN_CALL:
        call_request_body(conn->call, server->in, len);
        break;
    default: /* lingering: thrown away */
        break;
    }
}

static void conn_drained(struct conn *conn)
{
    if (conn->state == CONN_LINGER)
        shutdown(conn->wire.fd, SHUT_WR);
    if (conn->state != CONN_HEAD)
        return;
    wire_read(&conn->wire, true);
    conn_turn(conn);
}

static void conn_event(unsigned what, void *arg)
{
    struct conn *conn = arg;
    struct server *server = conn->server;
    if (what & WATCH_WRITE) {
        if (!wire_flush(&conn->wire))
            conn_close(conn);
        else if (!wire_kept(&conn->wire) && conn->call)
            call_client_ready(conn->call);
        else if (!wire_kept(&conn->wire) && conn->routed)
            route_client_ready(conn);
        else if (!wire_kept(&conn->wire))
            conn_drained(conn);
    }
    if ((what & WATCH_READ) && conn->state != CONN_DEAD && conn->wire.wants_read)
        conn_readable(conn);
    graves_empty(server);
}

static void conn_late(void *arg)
{
    struct conn *conn = arg;
    struct server *server = conn->server;
    if (conn->state == CONN_CALL)
        call_late(conn->call);
    else if ((conn->state == CONN_HEAD && conn->saved.len) || conn->state == CONN_BODY)
        conn_refuse(conn, 408, "the request did not arrive in time");
    else
        conn_close(conn);
    graves_empty(server);
}

static void conn_open(struct server *server, int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct conn *conn = xcalloc(1, sizeof(*conn));
    conn->server = server;
    conn->saved = STR_INIT;
    conn->next = server->conns;
    if (conn->next)
        conn->next->previous = conn;
    server->conns = conn;
    server->conn_count++;
    wire_open(&conn->wire, server->daemon->loop, fd, conn_event, conn);
    deadline_init(&conn->deadline, server->daemon->loop, conn_late, conn);
    deadline_set(&conn->deadline, clock_mono_ms(), CONN_IDLE_MS);
    wire_read(&conn->wire, true);
}

static void server_accept(unsigned what, void *arg)
{
    (void)what;
    struct server *server = arg;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            conn_open(server, fd);
            continue;
        }
        if (errno == ECONNABORTED || errno == EINTR)
            continue;
        if (errno != EAGAIN) { /* no descriptors or memory left: the rest waits in the backlog */
            watch_set(server->watch, 0);
            timer_set(server->accept_again, ACCEPT_AGAIN_MS);
        }
        return;
    }
}

static void server_accept_again(void *arg)
{
    struct server *server = arg;
    watch_set(server->watch, WATCH_READ);
}

static int listen_on(int port, struct err *err)
{
    AUTOCLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, ERR_FAILED, "cannot make a socket");
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, BACKLOG) != 0) {
        err_sys(err, errno == EADDRINUSE ? ERR_CONFLICT : ERR_FAILED, "cannot listen on 127.0.0.1:%d", port);
        return err_hint(err, "another --port, or none: then a free one is taken");
    }
    return fd_take(&fd);
}

static int bound_port(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t len = sizeof(address);
    getsockname(fd, (struct sockaddr *)&address, &len);
    return ntohs(address.sin_port);
}

static char *basic_login(const char *user, const char *password)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    AUTOFREE char *plain = xasprintf("%s:%s", user, password);
    CLEANUP(str_release) struct str s = STR_INIT;
    str_add(&s, "Basic ");
    for (size_t len = strlen(plain), i = 0; i < len; i += 3) {
        const unsigned b[3] = {(unsigned char)plain[i], i + 1 < len ? (unsigned char)plain[i + 1] : 0U,
                               i + 2 < len ? (unsigned char)plain[i + 2] : 0U};
        unsigned v = b[0] << 16 | b[1] << 8 | b[2];
        str_addc(&s, digits[v >> 18]);
        str_addc(&s, digits[v >> 12 & 63]);
        str_addc(&s, i + 1 < len ? digits[v >> 6 & 63] : '=');
        str_addc(&s, i + 2 < len ? digits[v & 63] : '=');
    }
    return str_detach(&s);
}

struct server *server_new(struct daemon *daemon, const struct route *const *tables, int *ret_port, struct err *err)
{
    int wanted = daemon->config.port;
    int fd = listen_on(wanted ? wanted : GATEWAY_PORT, err);
    if (fd < 0 && !wanted && err->code == ERR_CONFLICT) {
        err_clear(err);
        fd = listen_on(0, err);
    }
    if (fd < 0)
        return NULL;

    struct server *server = xcalloc(1, sizeof(*server));
    server->daemon = daemon;
    server->tables = tables;
    server->fd = fd;
    server->authorization = basic_login("admin", daemon->password);
    server->watch = watch_new(daemon->loop, fd, server_accept, server);
    server->accept_again = timer_new(daemon->loop, server_accept_again, server);
    watch_set(server->watch, WATCH_READ);
    *ret_port = bound_port(fd);
    return server;
}

void server_stop(struct server *server)
{
    watch_set(server->watch, 0);
    timer_clear(server->accept_again);
    while (server->conns)
        conn_close(server->conns);
    graves_empty(server);
}

void server_free(struct server *server)
{
    if (!server)
        return;
    graves_empty(server);
    watch_free(server->watch);
    timer_free(server->accept_again);
    close(server->fd);
    free(server->authorization);
    free(server);
}
