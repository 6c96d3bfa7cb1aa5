/* The client: its settings, and the loop that drives all requests in flight. */
#include "net/http.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "net/transfer.h"
#include "net/url.h"

enum { IN_FLIGHT_MAX = 32, FIRST_BYTE_MS = 60000, POLL_MAX_MS = 60000 };

static int check_readable(const char *path, const char *role, struct err *err)
{
    if (!path || access(path, R_OK) == 0)
        return 0;
    return err_sys(err, ERR_USAGE, "cannot read the %s %s", role, path);
}

static int check_files(const struct http_settings *set, struct err *err)
{
    if (check_readable(set->ca_file, "CA file", err) != 0 || check_readable(set->cert_file, "client certificate", err) != 0)
        return -1;
    return check_readable(set->key_file, "client key", err);
}

static void own(const char **text) { *text = xstrdup_or_null(*text); }

static void disown(const char **text, bool secret)
{
    char *owned = (char *)(uintptr_t)*text;
    if (owned && secret)
        explicit_bzero(owned, strlen(owned));
    free(owned);
    *text = NULL;
}

static char *no_proxy_list(void)
{
    const char *given = getenv("no_proxy");
    if (!given)
        given = getenv("NO_PROXY");
    if (given && strcmp(given, "*") == 0)
        return xstrdup(given);
    return xasprintf("localhost,127.0.0.0/8,::1%s%s", given ? "," : "", given ? given : "");
}

struct http *http_new(const struct http_settings *settings, struct err *err)
{
    const struct curl_lib *curl = curl_bind(err);
    if (!curl || check_files(settings, err) != 0)
        return NULL;

    struct http *http = xcalloc(1, sizeof(*http));
    http->curl = curl;
    http->multi = curl->multi_init();
    http->set = *settings;
    own(&http->set.ca_file);
    own(&http->set.cert_file);
    own(&http->set.key_file);
    own(&http->set.ca_pem);
    own(&http->set.cert_pem);
    own(&http->set.key_pem);
    own(&http->set.user);
    own(&http->set.password);
    own(&http->set.bearer);
    own(&http->set.proxy);
    http->no_proxy = no_proxy_list();
    if (settings->auth_url) {
        CLEANUP(str_release) struct str origin = STR_INIT;
        url_origin(&origin, settings->auth_url);
        http->auth_origin = str_detach(&origin);
    }
    http->set.auth_url = NULL;
    return http;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    while (http->n_idle)
        http->curl->easy_cleanup(http->idle[--http->n_idle]);
    http->curl->multi_cleanup(http->multi);
    disown(&http->set.ca_file, false);
    disown(&http->set.cert_file, false);
    disown(&http->set.key_file, false);
    disown(&http->set.ca_pem, false);
    disown(&http->set.cert_pem, false);
    disown(&http->set.key_pem, true);
    disown(&http->set.user, false);
    disown(&http->set.password, true);
    disown(&http->set.bearer, true);
    disown(&http->set.proxy, true);
    free(http->no_proxy);
    free(http->auth_origin);
    free(http);
}

/* Requests that are carried out together. Those before `open` are done, those from `started` on were never begun. */
struct batch {
    struct http *http;
    struct transfer *all;
    size_t n, open, started, running;
};

static void finish(struct transfer *t, bool failed)
{
    t->failed = failed;
    t->state = TRANSFER_DONE;
}

static void start_one(struct batch *batch, struct transfer *t)
{
    if (transfer_begin(t) != 0)
        finish(t, true);
    else
        batch->running++;
}

static void start_due(struct batch *batch)
{
    int64_t now = clock_mono_ms();
    for (size_t i = batch->open; i < batch->started && batch->running < IN_FLIGHT_MAX; i++)
        if (batch->all[i].state == TRANSFER_WAITING && batch->all[i].start_at_ms <= now)
            start_one(batch, &batch->all[i]);
    while (batch->started < batch->n && batch->running < IN_FLIGHT_MAX)
        start_one(batch, &batch->all[batch->started++]);
}

static void end_try(struct batch *batch, struct transfer *t, CURLcode code)
{
    batch->running--;
    if (t->stopped)
        code = CURLE_OK;
    transfer_measure(t, code);
    trace_end(t, code);
    int64_t delay_ms;
    if (retry_wanted(t, code, &delay_ms)) {
        transfer_end(t);
        t->start_at_ms = clock_mono_ms() + delay_ms;
        t->state = TRANSFER_WAITING;
        return;
    }
    if (code != CURLE_OK)
        transfer_fault(t, code);
    transfer_end(t);
    finish(t, code != CURLE_OK);
}

static void reap(struct batch *batch)
{
    int left;
    for (CURLMsg *msg; (msg = batch->http->curl->multi_info_read(batch->http->multi, &left));) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        CURLcode code = msg->data.result;
        batch->http->curl->easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
        end_try(batch, (struct transfer *)(void *)private, code);
    }
}

static int first_byte_limit_ms(const struct transfer *t)
{
    int limit = t->req->first_byte_ms ? t->req->first_byte_ms : t->http->set.first_byte_ms;
    return limit ? limit : FIRST_BYTE_MS;
}

/* The next moment at which a transfer needs us without any news from the network; -1: none. */
static int64_t next_event_ms(const struct transfer *t)
{
    if (t->state == TRANSFER_WAITING)
        return t->start_at_ms;
    if (t->state == TRANSFER_RUNNING && t->sends && !t->answering && first_byte_limit_ms(t) > 0)
        return t->quiet_since_ms + first_byte_limit_ms(t);
    return -1;
}

/* Ends those whose first byte is late; returns how long to sleep at most. */
static int check_clocks(struct batch *batch)
{
    int64_t now = clock_mono_ms();
    int64_t sleep_ms = POLL_MAX_MS;
    for (size_t i = batch->open; i < batch->started; i++) {
        struct transfer *t = &batch->all[i];
        int64_t at = next_event_ms(t);
        if (at < 0)
            continue;
        if (t->state == TRANSFER_RUNNING && at <= now) {
            t->abort = ABORT_LATE;
            end_try(batch, t, CURLE_OPERATION_TIMEDOUT);
            at = t->state == TRANSFER_WAITING ? t->start_at_ms : now;
        }
        if (at - now < sleep_ms)
            sleep_ms = at > now ? at - now : 0;
    }
    return (int)sleep_ms;
}

static void interrupt_all(struct batch *batch)
{
    for (size_t i = batch->open; i < batch->n; i++) {
        struct transfer *t = &batch->all[i];
        if (t->state == TRANSFER_DONE)
            continue;
        err_set(t->err, ERR_INTERRUPTED, "interrupted");
        transfer_end(t);
        finish(t, true);
    }
}

static void sleep_until_news(struct batch *batch, int sleep_ms)
{
    struct curl_waitfd interrupt = {.fd = sig_fd(), .events = CURL_WAIT_POLLIN};
    batch->http->curl->multi_poll(batch->http->multi, &interrupt, interrupt.fd >= 0, sleep_ms, NULL);
}

static void drive(struct batch *batch)
{
    for (;;) {
        if (sig_interrupted()) {
            interrupt_all(batch);
            return;
        }
        start_due(batch);
        int running = 0;
        batch->http->curl->multi_perform(batch->http->multi, &running);
        reap(batch);
        int sleep_ms = check_clocks(batch);
        while (batch->open < batch->started && batch->all[batch->open].state == TRANSFER_DONE)
            batch->open++;
        if (batch->open == batch->n)
            return;
        bool more_to_start = batch->started < batch->n && batch->running < IN_FLIGHT_MAX;
        if (!more_to_start)
            sleep_until_news(batch, sleep_ms);
    }
}

static void prepare(struct transfer *t, struct http *http, const struct http_request *req, struct http_response *res,
                    struct err *err)
{
    int total_ms = req->total_ms ? req->total_ms : http->set.total_ms;
    http_response_release(res);
    *res = HTTP_RESPONSE_INIT;
    int64_t now = clock_mono_ms();
    *t = (struct transfer){
        .http = http,
        .req = req,
        .res = res,
        .err = err,
        .deadline_ms = total_ms > 0 ? now + total_ms : 0,
    };
}

int http_do_all(struct http *http, const struct http_request *reqs, struct http_response *results, struct err *errs, size_t n)
{
    AUTOFREE struct transfer *all = xcalloc(n ? n : 1, sizeof(*all));
    for (size_t i = 0; i < n; i++)
        prepare(&all[i], http, &reqs[i], &results[i], &errs[i]);
    struct batch batch = {.http = http, .all = all, .n = n};
    if (n)
        drive(&batch);
    int failed = 0;
    for (size_t i = 0; i < n; i++)
        failed += all[i].failed;
    return failed;
}

int http_do(struct http *http, const struct http_request *req, struct http_response *res, struct err *err)
{
    return http_do_all(http, req, res, err, 1) ? -1 : 0;
}
