/* Requests of routes: the body is collected, the handler called, its reply sent. */
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "local/conn.h"

struct routed {
    struct grave grave;
    struct request req; /* what the handler holds */
    struct conn *conn;  /* NULL: the client went away, or the reply is complete */
    const struct route *route;
    char *target, *path, *query;
    char *params[REQUEST_PARAMS];
    struct strv values; /* decoded query values that were asked for */
    struct str body;
    struct strv headers;
    struct str extra; /* header lines of the reply */
    bool in_handler, has_begun;
    void (*on_ready)(void *arg);
    void (*on_close)(void *arg);
    void *arg;
};

static struct routed *routed_of(struct request *req) { return (struct routed *)((char *)req - offsetof(struct routed, req)); }

/* What it holds; itself it goes to the graves. */
static void routed_free(struct routed *routed)
{
    free(TAKE(routed->target));
    free(TAKE(routed->path));
    free(TAKE(routed->query));
    for (size_t i = 0; i < REQUEST_PARAMS; i++)
        free(TAKE(routed->params[i]));
    strv_release(&routed->values);
    strv_release(&routed->headers);
    str_clear(&routed->body);
    str_clear(&routed->extra);
}

static void routed_end(struct routed *routed)
{
    struct conn *conn = TAKE(routed->conn);
    conn->routed = NULL;
    routed_free(routed);
    grave_add(conn->server, &routed->grave);
    conn_answered(conn);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* NULL: broken escapes, or a NUL. The caller frees. */
static char *percent_decode(const char *text, size_t len, bool plus_is_space)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '+' && plus_is_space) {
            str_addc(&s, ' ');
        } else if (text[i] != '%') {
            str_addc(&s, text[i]);
        } else {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return NULL;
            str_addc(&s, (char)(high * 16 + low));
            i += 2;
        }
    }
    return str_detach(&s);
}

/* Segment by segment; fills params with copies. A trailing slash of the path counts for nothing. */
static bool pattern_matches(const char *pattern, const char *path, struct routed *routed)
{
    size_t n = 0;
    for (;;) {
        if (strncmp(pattern, "{}", 2) == 0) {
            size_t len = strcspn(path, "/");
            if (!len || n == REQUEST_PARAMS)
                return false;
            free(routed->params[n]);
            routed->params[n++] = xstrndup(path, len);
            pattern += 2;
            path += len;
        } else if (strcmp(pattern, "*") == 0) {
            return true;
        } else if (*pattern && *pattern == *path) {
            pattern++;
            path++;
        } else {
            return *pattern == '\0' && (*path == '\0' || strcmp(path, "/") == 0);
        }
    }
}

/* The route, or NULL with the status: 404, or 405 when only the method is wrong. */
static const struct route *route_find(struct routed *routed, const char *method, int *ret_status)
{
    *ret_status = 404;
    for (const struct route *const *table = routed->conn->server->tables; *table; table++)
        for (const struct route *route = *table; route->pattern; route++) {
            if (!pattern_matches(route->pattern, routed->path, routed))
                continue;
            if (!route->method || strcmp(route->method, method) == 0)
                return route;
            *ret_status = 405;
        }
    return NULL;
}

/* In time that does not depend on where they differ. */
static bool is_logged_in(const struct server *server)
{
    const struct header *header = head_find(&server->head, HEADER_AUTHORIZATION);
    const char *wanted = server->authorization;
    size_t len = strlen(wanted);
    if (!header || header->value_len != len)
        return false;
    unsigned difference = 0;
    for (size_t i = 0; i < len; i++)
        difference |= (unsigned char)header->value[i] ^ (unsigned char)wanted[i];
    return difference == 0;
}

static void routed_fail(struct routed *routed, int status, const char *extra, const char *message)
{
    struct conn *conn = routed->conn;
    conn->keep_alive = conn->keep_alive && conn->in.is_complete;
    conn_reply_error(conn, status, extra, message);
    routed_end(routed);
}

static void routed_call(struct routed *routed)
{
    struct conn *conn = routed->conn;
    conn->state = CONN_HANDLER;
    routed->in_handler = true;
    deadline_clear(&conn->deadline);
    routed->req.body = routed->body.buf;
    routed->req.body_len = routed->body.len;
    routed->route->handler(&routed->req);
}

static void collect(const char *data, size_t len, void *arg)
{
    struct routed *routed = arg;
    str_addn(&routed->body, data, len);
}

void route_body(struct conn *conn, const char *data, size_t len)
{
    struct routed *routed = conn->routed;
    ssize_t used = message_body(&conn->in, data, len, collect, routed);
    if (used < 0) {
        conn->keep_alive = false;
        routed_fail(routed, 400, "", "the body's chunks are broken");
        return;
    }
    str_addn(&conn->saved, data + used, len - (size_t)used);
    if (routed->body.truncated) {
        conn->keep_alive = false;
        routed_fail(routed, 413, "", "the body is too large");
        return;
    }
    if (conn->in.is_complete)
        routed_call(routed);
    else
        deadline_set(&conn->deadline, clock_mono_ms(), CONN_BODY_MS);
}

static struct routed *routed_new(struct conn *conn)
{
    struct server *server = conn->server;
    const struct head *head = &server->head;
    struct routed *routed = xcalloc(1, sizeof(*routed));
    routed->conn = conn;
    routed->body = STR_INIT_MAX(REQUEST_BODY_MAX);
    routed->extra = STR_INIT;
    const char *mark = memchr(head->target, '?', head->target_len);
    size_t path_len = mark ? (size_t)(mark - head->target) : head->target_len;
    routed->target = xstrndup(head->target, head->target_len);
    routed->path = percent_decode(head->target, path_len, /* plus_is_space = */ false);
    routed->query = mark ? xstrndup(mark + 1, head->target_len - path_len - 1) : xstrdup("");
    routed->req = (struct request){
        .daemon = server->daemon, .method = head->method, .target = routed->target, .path = routed->path, .query = routed->query};
    conn->routed = routed;
    return routed;
}

static void keep_headers(struct routed *routed, const struct head *head)
{
    for (size_t i = 0; i < head->n; i++) {
        const struct header *header = &head->headers[i];
        if (head_passes(head, header) && header->id != HEADER_HOST && header->id != HEADER_EXPECT)
            strv_addf(&routed->headers, "%.*s: %.*s", (int)header->name_len, header->name, (int)header->value_len, header->value);
    }
    routed->req.headers = &routed->headers;
}

void route_begin(struct conn *conn, const char *rest, size_t rest_len)
{
    const struct server *server = conn->server;
    const struct head *head = &server->head;
    struct routed *routed = routed_new(conn);
    conn->state = CONN_BODY;
    if (!routed->path) {
        routed_fail(routed, 400, "", "a broken percent-encoding in the path");
        return;
    }
    int status = 404;
    routed->route = route_find(routed, conn->is_head ? "GET" : head->method, &status);
    for (size_t i = 0; i < REQUEST_PARAMS; i++)
        routed->req.params[i] = routed->params[i];
    if (!(routed->route && routed->route->open) && !is_logged_in(server)) {
        routed_fail(routed, 401, "WWW-Authenticate: Basic realm=\"aiwf\"\r\n",
                    "not logged in: user admin, password as in the gateway's password file");
        return;
    }
    if (!routed->route) {
        routed_fail(routed, status, "", status == 405 ? "this path does not take this method" : "no such path");
        return;
    }
    if (routed->route->with_headers)
        keep_headers(routed, head);
    routed->body.max = routed->route->body_max ? routed->route->body_max : REQUEST_BODY_MAX;
    if (head->has_length && head->length > routed->body.max) {
        conn->keep_alive = false;
        routed_fail(routed, 413, "", "the body is too large");
        return;
    }
    if (head->expects_continue && !rest_len && !conn->in.is_complete)
        conn_continue(conn);
    route_body(conn, rest, rest_len);
}

/* A handler that has not replied yet still holds the request: it goes with the reply. */
void route_client_gone(struct conn *conn)
{
    struct routed *routed = TAKE(conn->routed);
    routed->conn = NULL;
    if (routed->in_handler && !routed->has_begun)
        return;
    if (routed->on_close)
        routed->on_close(routed->arg);
    routed_free(routed);
    grave_add(conn->server, &routed->grave);
}

void route_client_ready(struct conn *conn)
{
    struct routed *routed = conn->routed;
    if (routed->has_begun && routed->on_ready)
        routed->on_ready(routed->arg);
}

const char *request_query(struct request *req, const char *key)
{
    struct routed *routed = routed_of(req);
    size_t key_len = strlen(key);
    for (const char *at = routed->query; *at;) {
        size_t len = strcspn(at, "&");
        if (len >= key_len && strncmp(at, key, key_len) == 0 && (len == key_len || at[key_len] == '=')) {
            size_t skip = len == key_len ? key_len : key_len + 1;
            char *value = percent_decode(at + skip, len - skip, /* plus_is_space = */ true);
            if (value)
                strv_take(&routed->values, value);
            return value;
        }
        at += len + (at[len] == '&');
    }
    return NULL;
}

bool request_query_bool(struct request *req, const char *key)
{
    const char *value = request_query(req, key);
    return str_eq(value, "1") || str_eq(value, "true");
}

long long request_query_int(struct request *req, const char *key, long long missing)
{
    const char *value = request_query(req, key);
    long long number = 0;
    return value && str_to_int(value, INT64_MIN, INT64_MAX, &number) ? number : missing;
}

node_t *request_json(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    node_t *node = json_parse(req->body, req->body_len, "the request's body", &err);
    if (node && node_type(node) == NODE_OBJECT)
        return node;
    reply_error(req, 400, "%s", node ? "the request's body is no JSON object" : err.what);
    node_free(node);
    return NULL;
}

/* For a client that went away nothing is sent; the request still ends here. */
static void reply_whole(struct routed *routed, int status, const char *content_type, const char *text, size_t len)
{
    if (!routed->conn) {
        routed_free(routed);
        free(routed);
        return;
    }
    conn_reply(routed->conn, status, routed->extra.buf, content_type, text, len);
    routed_end(routed);
}

void reply_header(struct request *req, const char *fmt, ...)
{
    struct str *extra = &routed_of(req)->extra;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(extra, fmt, ap);
    va_end(ap);
    str_add(extra, "\r\n");
}

void reply_text(struct request *req, int status, const char *content_type, const char *text, size_t len)
{
    reply_whole(routed_of(req), status, content_type, text, len);
}

void reply_empty(struct request *req, int status) { reply_whole(routed_of(req), status, NULL, "", 0); }

void reply_json(struct request *req, int status, const node_t *node)
{
    CLEANUP(str_release) struct str body = STR_INIT;
    json_print(node, &body);
    str_addc(&body, '\n');
    reply_whole(routed_of(req), status, "application/json", body.buf, body.len);
}

static void reply_message(struct request *req, int status, const char *message)
{
    CLEANUP(node_free) node_t *node = node_new_object();
    node_t *error = node_set(node, "error", node_new_object());
    node_set_num(error, "code", status);
    node_set_str(error, "message", message);
    reply_json(req, status, node);
}

void reply_error(struct request *req, int status, const char *fmt, ...)
{
    CLEANUP(str_release) struct str message = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&message, fmt, ap);
    va_end(ap);
    reply_message(req, status, message.buf);
}

void reply_err(struct request *req, const struct err *err)
{
    static const struct {
        enum err_code code;
        int status;
    } map[] = {{ERR_USAGE, 400},    {ERR_NOT_FOUND, 404},   {ERR_AUTH, 403},   {ERR_CONFLICT, 409},
               {ERR_CAPACITY, 507}, {ERR_UNREACHABLE, 502}, {ERR_TIMEOUT, 504}};
    int status = 500;
    for (size_t i = 0; i < ARRAY_LEN(map); i++)
        if (map[i].code == err->code)
            status = map[i].status;
    CLEANUP(str_release) struct str message = STR_INIT;
    str_add(&message, err->what ? err->what : "failed");
    if (err->why)
        str_addf(&message, ": %s", err->why);
    reply_message(req, status, message.buf);
}

void reply_begin(struct request *req, int status, const char *content_type, void (*on_ready)(void *arg),
                 void (*on_close)(void *arg), void *arg)
{
    struct routed *routed = routed_of(req);
    struct conn *conn = routed->conn;
    routed->has_begun = true;
    if (!conn) { /* gone before it began: tell now, and this is the end of it */
        on_close(arg);
        routed_free(routed);
        free(routed);
        return;
    }
    routed->on_ready = on_ready;
    routed->on_close = on_close;
    routed->arg = arg;
    if (conn->is_http10)
        conn->keep_alive = false;
    CLEANUP(str_release) struct str head = STR_INIT;
    str_addf(&head, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%s%s\r\n", status, status_text(status), content_type,
             conn->is_http10 ? "" : "Transfer-Encoding: chunked\r\n", conn->keep_alive ? "" : "Connection: close\r\n");
    wire_put(&conn->wire, head.buf, head.len);
}

size_t reply_write(struct request *req, const char *data, size_t len)
{
    struct conn *conn = routed_of(req)->conn;
    if (len && !conn->is_head) {
        CLEANUP(str_release) struct str chunk = STR_INIT;
        if (!conn->is_http10)
            str_addf(&chunk, "%zx\r\n", len);
        str_addn(&chunk, data, len);
        if (!conn->is_http10)
            str_add(&chunk, "\r\n");
        wire_put(&conn->wire, chunk.buf, chunk.len);
    }
    return wire_kept(&conn->wire);
}

void reply_end(struct request *req)
{
    struct routed *routed = routed_of(req);
    struct conn *conn = routed->conn;
    if (!conn->is_http10 && !conn->is_head)
        wire_put(&conn->wire, "0\r\n\r\n", 5);
    routed->on_close = NULL;
    routed_end(routed);
}
