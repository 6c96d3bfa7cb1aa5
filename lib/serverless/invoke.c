#include "serverless/invoke.h"

#include <string.h>

/* The path after the name is the user's own text: it is sent as typed, and may have a query. */
static int add_path(struct str *url, const char *path, struct err *err)
{
    for (const char *p = path; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '#')
            return err_set(err, ERR_USAGE, "--path: \"%s\" is not a URL's path: percent-encode spaces, # and control characters",
                           path);
    bool has_slash = url->len && url->buf[url->len - 1] == '/';
    if (*path)
        str_cat(url, has_slash || *path == '/' || *path == '?' ? "" : "/", path + (has_slash && *path == '/'));
    return 0;
}

/* As http_request has it: -1: none. */
static int limit_ms(int64_t ms) { return ms <= 0 ? -1 : (int)(ms < INT32_MAX ? ms : INT32_MAX); }

int invoke_send(const struct invoke_way *way, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(strv_release) struct strv headers = STRV_INIT;
    bool has_body = req->body || req->body_file;
    str_add(&url, way->base);
    if (add_path(&url, req->path ? req->path : "", err) != 0)
        return -1;
    for (size_t i = 0; way->headers && way->headers[i]; i++)
        strv_add(&headers, way->headers[i]);
    for (size_t i = 0; req->headers && req->headers[i]; i++)
        strv_add(&headers, req->headers[i]);
    struct http_request request = {
        .method = req->method ? req->method
                  : has_body  ? "POST"
                              : "GET",
        .url = url.buf,
        .headers = (const char *const *)headers.v,
        .body = req->body,
        .body_len = req->body_len,
        .body_file = req->body_file,
        .once = true,
        .first_byte_ms = limit_ms(req->idle_ms),
        .idle_ms = req->idle_ms > 0 ? limit_ms(req->idle_ms) : 0,
        .total_ms = limit_ms(req->timeout_ms),
        .on_data = req->on_data,
        .arg = req->arg,
    };
    return http_do(way->http, &request, res, err);
}
