#include "bench.h"

#include <check.h>
#include <stdio.h>

void bench_end(struct bench *b)
{
    http_free(b->http);
    http_response_release(&b->res);
    err_release(&b->err);
    wire_stop(&b->wire);
}

void bench_start(struct bench *b, const struct http_settings *settings, const char *case_json)
{
    *b = (struct bench){.res = HTTP_RESPONSE_INIT, .err = ERR_INIT};
    wire_start(&b->wire, case_json);
    snprintf(b->url, sizeof(b->url), "%s/x", b->wire.url);
    b->http = http_new(settings, &b->err);
    ck_assert_msg(b->http != NULL, "%s", b->err.what);
}

int ask(struct bench *b, struct http_request req)
{
    req.url = b->url;
    err_clear(&b->err);
    return http_do(b->http, &req, &b->res, &b->err);
}

size_t asked(const struct bench *b)
{
    CLEANUP(node_free) node_t *log = wire_log(&b->wire);
    return node_len(log);
}

char *logged(const struct bench *b, const char *pointer)
{
    CLEANUP(node_free) node_t *log = wire_log(&b->wire);
    return xstrdup(node_str(log, pointer, "(nothing)"));
}
