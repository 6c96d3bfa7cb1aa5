#include "net/rest.h"

#include <string.h>

static const char *const json_headers[] = {"Content-Type: application/json", "Accept: application/json", NULL};

static int exchange(struct http *http, const struct rest_call *call, struct http_request *req, struct http_response *res,
                    struct err *err)
{
    CLEANUP(str_release) struct str body = STR_INIT;
    if (call->body)
        json_print(call->body, &body);
    req->method = call->method;
    req->url = call->url;
    req->headers = call->body ? json_headers : json_headers + 1;
    req->body = call->body ? body.buf : NULL;
    req->body_len = body.len;
    req->idempotent = call->idempotent;
    req->total_ms = call->total_ms;
    if (http_do(http, req, res, err) != 0)
        return call->failing && err->code != ERR_INTERRUPTED ? err_wrap(err, "%s", call->failing) : -1;
    return http_check(res, err, "%s", call->failing ? call->failing : "the request failed");
}

int rest_do(struct http *http, const struct rest_call *call, node_t **ret, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct http_request req = {0};
    if (exchange(http, call, &req, &res, err) != 0)
        return -1;
    if (!ret)
        return 0;
    *ret = NULL;
    if (!res.body.len)
        return 0;
    *ret = json_parse(res.body.buf, res.body.len, call->url, err);
    return *ret ? 0 : err_wrap(err, "%s", call->failing ? call->failing : "the answer is not understood");
}

node_t *rest_get(struct http *http, const char *url, const char *failing, struct err *err)
{
    struct rest_call call = {.url = url, .failing = failing};
    node_t *answer = NULL;
    if (rest_do(http, &call, &answer, err) != 0)
        return NULL;
    if (!answer) {
        err_set(err, ERR_FAILED, "%s", failing);
        err_why(err, "the answer is empty");
    }
    return answer;
}

struct lines {
    struct str line;
    bool (*on_line)(const node_t *line, void *arg);
    void *arg;
};

static bool give_line(struct lines *lines)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *node = NULL;
    if (lines->line.len && lines->line.buf[0] == '{')
        node = json_parse(lines->line.buf, lines->line.len, "a line", &none);
    if (!node) {
        node = node_new_object();
        node_set_str(node, "text", lines->line.buf);
    }
    return lines->on_line(node, lines->arg);
}

static bool on_data(const char *data, size_t len, void *arg)
{
    struct lines *lines = arg;
    while (len) {
        const char *end = memchr(data, '\n', len);
        size_t part = end ? (size_t)(end - data) : len;
        str_addn(&lines->line, data, part);
        if (!end)
            return true;
        bool go_on = !lines->line.len || give_line(lines);
        str_reset(&lines->line);
        if (!go_on)
            return false;
        data += part + 1;
        len -= part + 1;
    }
    return true;
}

int rest_lines(struct http *http, const struct rest_call *call, bool (*on_line)(const node_t *line, void *arg), void *arg,
               struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct lines lines = {.line = STR_INIT_MAX(REST_LINE_MAX), .on_line = on_line, .arg = arg};
    struct http_request req = {.on_data = on_data, .arg = &lines, .first_byte_ms = -1};
    int rc = exchange(http, call, &req, &res, err);
    if (rc == 0 && lines.line.len)
        give_line(&lines);
    str_release(&lines.line);
    return rc;
}
