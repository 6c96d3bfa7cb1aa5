#include "local/async.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "local/call.h"
#include "local/fetch.h"
#include "local/function.h"
#include "local/server.h"
#include "net/url.h"

enum {
    ASYNC_QUEUE_MAX = 4096,
    ASYNC_BYTES_MAX = 64 << 20,
    ASYNC_BODY_MAX = 16 << 20,
    ASYNC_AT_ONCE = 32,
    BUSY_TRIES = 120,
    BUSY_WAIT_MS = 1000
};
enum { RUN_MS = 3600 * 1000, CALLBACK_MS = 30000, CALLBACK_TRIES = 3 };

struct callback {
    struct sockaddr_in to;
    char *host, *path;
};

struct async_call {
    struct async *async;
    struct async_call *next;
    char *name, *id;
    struct str request;       /* to our own /function/NAME */
    struct str posted;        /* to the callback, once the function has answered */
    struct callback callback; /* host NULL: none */
    struct fetch *fetch;
    struct timer *again;
    int tries;
    int64_t started_ms, wall_ns;
};

struct async {
    struct daemon *daemon;
    struct async_call *first, *last; /* wait */
    struct async_call *running;      /* at most ASYNC_AT_ONCE; those of a callback count too */
    size_t queued, at_once, bytes;
};

static void run_next(struct async *async);

static void async_call_free(struct async_call *call)
{
    call->async->bytes -= call->request.len;
    fetch_free(call->fetch);
    timer_free(call->again);
    str_release(&call->request);
    str_release(&call->posted);
    free(call->callback.host);
    free(call->callback.path);
    free(call->name);
    free(call->id);
    free(call);
}

static void async_call_end(struct async_call *call)
{
    struct async *async = call->async;
    for (struct async_call **at = &async->running; *at; at = &(*at)->next)
        if (*at == call) {
            *at = call->next;
            break;
        }
    async->at_once--;
    async_call_free(call);
    run_next(async);
}

static void note(struct async_call *call, const char *problem)
{
    struct function *function = functions_find(call->async->daemon->functions, call->name, strlen(call->name));
    if (function)
        function_log_note(function, "asynchronous request %s: %s", call->id, problem);
}

static void callback_answered(const struct fetch_answer *answer, void *arg);

static void callback_try(void *arg)
{
    struct async_call *call = arg;
    call->tries++;
    call->fetch = fetch_start(call->async->daemon->loop, &call->callback.to, &call->posted, CALLBACK_MS, callback_answered, call);
}

static void callback_answered(const struct fetch_answer *answer, void *arg)
{
    struct async_call *call = arg;
    call->fetch = NULL; /* it frees itself after this */
    if (answer->status == 0 && call->tries < CALLBACK_TRIES) {
        timer_free(call->again);
        call->again = timer_new(call->async->daemon->loop, callback_try, call);
        timer_set(call->again, BUSY_WAIT_MS);
        return;
    }
    if (answer->status == 0) {
        CLEANUP(str_release) struct str s = STR_INIT;
        str_addf(&s, "the callback to %s failed: %s", call->callback.host, answer->problem);
        note(call, s.buf);
    }
    async_call_end(call);
}

/* As the queue worker posts it: the function's headers, and what became of the call (facts: queue-worker's postResult). */
static void make_callback(struct async_call *call, const struct fetch_answer *answer)
{
    struct str *s = &call->posted;
    str_addf(s, "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", call->callback.path, call->callback.host);
    for (size_t i = 0; i < answer->headers.n; i++)
        if (strncasecmp(answer->headers.v[i], "x-call-id:", 10) != 0 &&
            strncasecmp(answer->headers.v[i], "x-start-time:", 13) != 0 &&
            strncasecmp(answer->headers.v[i], "x-duration-seconds:", 19) != 0)
            str_addf(s, "%s\r\n", answer->headers.v[i]);
    str_addf(s, "X-Call-Id: %s\r\nX-Function-Name: %s\r\nX-Function-Status: %d\r\nX-Start-Time: %lld\r\n", call->id, call->name,
             answer->status, (long long)call->wall_ns);
    str_addf(s, "X-Duration-Seconds: %.6f\r\nContent-Length: %zu\r\n\r\n", (double)(clock_mono_ms() - call->started_ms) / 1e3,
             answer->body.len);
    str_addn(s, answer->body.buf, answer->body.len);
}

static void function_answered(const struct fetch_answer *answer, void *arg);

static void call_try(void *arg)
{
    struct async_call *call = arg;
    struct daemon *daemon = call->async->daemon;
    long long port = 0;
    const char *colon = strrchr(daemon->url, ':');
    str_to_int(colon ? colon + 1 : "", 1, 65535, &port);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    call->tries++;
    call->started_ms = clock_mono_ms();
    call->fetch = fetch_start(daemon->loop, &to, &call->request, RUN_MS, function_answered, call);
}

static void function_answered(const struct fetch_answer *answer, void *arg)
{
    struct async_call *call = arg;
    call->fetch = NULL;
    if (answer->status == 429 && call->tries < BUSY_TRIES) {
        timer_free(call->again);
        call->again = timer_new(call->async->daemon->loop, call_try, call);
        timer_set(call->again, BUSY_WAIT_MS);
        return;
    }
    if (answer->status == 0)
        note(call, answer->problem);
    if (!call->callback.host) {
        async_call_end(call);
        return;
    }
    make_callback(call, answer);
    call->tries = 0;
    callback_try(call);
}

static void run_next(struct async *async)
{
    while (async->first && async->at_once < ASYNC_AT_ONCE) {
        struct async_call *call = async->first;
        async->first = call->next;
        if (!async->first)
            async->last = NULL;
        async->queued--;
        async->at_once++;
        call->next = async->running;
        async->running = call;
        call_try(call);
    }
}

/* http://HOST[:PORT][/path]. Names are not resolved here: that would stop the loop. */
static bool callback_parse(const char *url, struct callback *ret)
{
    if (strncasecmp(url, "http://", 7) != 0 || strpbrk(url, " \t\r\n"))
        return false;
    const char *host = url + 7;
    size_t len = strcspn(host, "/?#");
    AUTOFREE char *authority = xstrndup(host, len);
    AUTOFREE char *name = xstrndup(authority, strcspn(authority, ":"));
    const char *colon = strchr(authority, ':');
    long long port = 80;
    if (colon && !str_to_int(colon + 1, 1, 65535, &port))
        return false;
    ret->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, strcmp(name, "localhost") == 0 ? "127.0.0.1" : name, &ret->to.sin_addr) != 1)
        return false;
    ret->host = TAKE(authority);
    ret->path = host[len] == '/' ? xstrndup(host + len, strcspn(host + len, "#")) : xstrdup("/");
    return true;
}

static const char *header_value(const struct strv *headers, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < headers->n; i++)
        if (strncasecmp(headers->v[i], name, len) == 0 && strncmp(headers->v[i] + len, ": ", 2) == 0)
            return headers->v[i] + len + 2;
    return NULL;
}

static void make_request(struct async_call *call, const struct request *req, const char *rest)
{
    struct str *s = &call->request;
    str_addf(s, "%s /function/%s%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", req->method, call->name, rest);
    for (size_t i = 0; i < req->headers->n; i++)
        if (strncasecmp(req->headers->v[i], "x-callback-url:", 15) != 0 &&
            strncasecmp(req->headers->v[i], "x-call-id:", 10) != 0 && strncasecmp(req->headers->v[i], "authorization:", 14) != 0)
            str_addf(s, "%s\r\n", req->headers->v[i]);
    str_addf(s, "X-Call-Id: %s\r\nContent-Length: %zu\r\n\r\n", call->id, req->body_len);
    str_addn(s, req->body, req->body_len);
}

static void enqueue(struct async *async, struct async_call *call)
{
    async->bytes += call->request.len;
    async->queued++;
    if (async->last)
        async->last->next = call;
    else
        async->first = call;
    async->last = call;
    run_next(async);
}

static void take(struct request *req)
{
    struct async *async = req->daemon->async;
    const char *name = req->params[0];
    struct function *function = functions_find(req->daemon->functions, name, strlen(name));
    if (!function) {
        reply_error(req, 404, "there is no function \"%s\"", name);
        return;
    }
    if (async->queued >= ASYNC_QUEUE_MAX || async->bytes + req->body_len > ASYNC_BYTES_MAX) {
        reply_header(req, "Retry-After: 1");
        reply_error(req, 429, "the queue of asynchronous requests is full");
        return;
    }
    struct callback callback = {0};
    const char *url = header_value(req->headers, "X-Callback-Url");
    if (url && !callback_parse(url, &callback)) {
        CLEANUP(str_release) struct str shown = STR_INIT;
        url_mask_broken(&shown, url);
        reply_error(req, 400, "X-Callback-Url must be http:// with an IPv4 address or localhost, and no login: \"%s\"",
                    shown.buf);
        return;
    }

    struct async_call *call = xcalloc(1, sizeof(*call));
    *call = (struct async_call){.async = async,
                                .callback = callback,
                                .name = xstrdup(function->name),
                                .request = STR_INIT,
                                .posted = STR_INIT,
                                .wall_ns = clock_wall_ms() * 1000000};
    const char *id = header_value(req->headers, "X-Call-Id");
    struct call made = {.function = function};
    call_id_make(&made);
    call->id = xstrdup(id && strlen(id) <= CALL_ID_LEN ? id : made.id);
    const char *rest = req->target + sizeof("/async-function/") - 1;
    make_request(call, req, rest + strcspn(rest, "/?"));
    reply_header(req, "X-Call-Id: %s", call->id);
    reply_header(req, "X-Start-Time: %lld", (long long)call->wall_ns);
    reply_empty(req, 202);
    enqueue(async, call);
}

const struct route routes_async[] = {
    {.method = "POST",
     .pattern = "/async-function/{}",
     .handler = take,
     .open = true,
     .with_headers = true,
     .body_max = ASYNC_BODY_MAX},
    {.method = "POST",
     .pattern = "/async-function/{}/*",
     .handler = take,
     .open = true,
     .with_headers = true,
     .body_max = ASYNC_BODY_MAX},
    {0},
};

struct async *async_new(struct daemon *daemon)
{
    struct async *async = xcalloc(1, sizeof(*async));
    async->daemon = daemon;
    return async;
}

static void free_list(struct async_call *call)
{
    while (call) {
        struct async_call *next = call->next;
        async_call_free(call);
        call = next;
    }
}

void async_free(struct async *async)
{
    if (!async)
        return;
    free_list(async->first);
    free_list(async->running);
    free(async);
}
