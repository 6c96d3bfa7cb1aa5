/* The loop that drives all requests in flight of a client: those of http_do, and streams. */
#include "base/clock.h"
#include "base/dl.h"
#include "base/sig.h"
#include "net/transfer.h"

enum {
    FIRST_BYTE_MS = 60000,
    POLL_MAX_MS = 60000,
    FIRST_LOOK_MS = 2,
    LAST_LOOK_MS = 1024,
    MANY_RUNNING = 8,
    MOMENT_MS = 1,
    FIRST_WAITS = 4,
    FIRST_ENDS = 2
};

void loop_prepare(struct transfer *t, struct http *http, const struct http_request *req, int total_ms)
{
    int64_t now = clock_mono_ms();
    *t = (struct transfer){
        .http = req->as ? req->as : http,
        .loop = http,
        .req = req,
        .start_at_ms = now,
        .deadline_ms = total_ms > 0 ? now + total_ms : 0,
    };
}

void loop_add(struct transfer *t)
{
    struct http *http = t->loop;
    GROW(http->open, http->n_open, http->cap_open);
    http->open[http->n_open++] = t;
}

static void take_out(struct transfer *t)
{
    struct http *http = t->loop;
    for (size_t i = 0; i < http->n_open; i++)
        if (http->open[i] == t) {
            http->open[i] = http->open[--http->n_open];
            return;
        }
}

static void end_running(struct transfer *t)
{
    if (t->state == TRANSFER_RUNNING)
        t->loop->running -= t->is_stream ? 0 : 1;
    transfer_end(t);
}

void loop_drop(struct transfer *t)
{
    end_running(t);
    t->state = TRANSFER_DONE;
    take_out(t);
}

static void finish(struct transfer *t, bool failed)
{
    t->failed = failed;
    loop_drop(t);
    t->loop->stream_news |= t->is_stream;
}

static void start_one(struct transfer *t)
{
    if (transfer_begin(t) != 0)
        finish(t, true);
    else
        t->loop->running += t->is_stream ? 0 : 1;
}

bool loop_has_room(const struct http *http)
{
    return http->running < (size_t)(http->set.at_once ? http->set.at_once : IN_FLIGHT_MAX);
}

static bool has_room(const struct transfer *t) { return t->is_stream || loop_has_room(t->loop); }

static void start_due(struct http *http)
{
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < http->n_open;) {
        struct transfer *t = http->open[i];
        if (t->state == TRANSFER_WAITING && t->start_at_ms <= now && has_room(t))
            start_one(t);
        if (i < http->n_open && http->open[i] == t) /* else it could not start, and another is in its place */
            i++;
    }
}

/* A server that refuses before it has read the body may end an HTTP/2 stream so early that libcurl drops the answer's body
 * (7.88.1: Go's RST_STREAM with NO_ERROR after a 401). Its status is an answer all the same. */
static bool is_bare_refusal(const struct transfer *t, CURLcode code)
{
    return (code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2_STREAM) && t->abort == ABORT_NONE && t->res->status >= 400 &&
           !t->got_bytes;
}

/* What a client's first steps have read of their libraries they do not need again. */
static void give_back(int *steps, int first)
{
    if (*steps >= first)
        return;
    ++*steps;
    dl_release_pages();
}

static void end_try(struct transfer *t, CURLcode code)
{
    if (t->stopped || is_bare_refusal(t, code))
        code = CURLE_OK;
    transfer_measure(t, code);
    if (!t->http->curl->is_gnutls)
        give_back(&t->loop->ends, FIRST_ENDS);
    trace_end(t, code);
    int64_t delay_ms;
    if (retry_wanted(t, code, &delay_ms)) {
        end_running(t);
        t->start_at_ms = clock_mono_ms() + delay_ms;
        t->state = TRANSFER_WAITING;
        return;
    }
    if (code != CURLE_OK)
        transfer_fault(t, code);
    finish(t, code != CURLE_OK);
}

static void reap(struct http *http)
{
    int left;
    for (CURLMsg *msg; (msg = http->curl->multi_info_read(http->multi, &left));) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        http->news = true;
        char *private = NULL;
        CURLcode code = msg->data.result;
        http->curl->easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
        end_try((struct transfer *)(void *)private, code);
    }
}

/* How long nothing may come; 0 or less: for ever. */
static int quiet_limit_ms(const struct transfer *t)
{
    if (t->answering)
        return t->req->idle_ms;
    int limit = t->req->first_byte_ms ? t->req->first_byte_ms : t->http->set.first_byte_ms;
    return limit ? limit : FIRST_BYTE_MS;
}

/* The next moment at which a transfer needs us without any news from the network; -1: none. */
static int64_t next_event_ms(const struct transfer *t)
{
    if (t->state == TRANSFER_WAITING)
        return has_room(t) ? t->start_at_ms : -1;
    if (t->state == TRANSFER_RUNNING && t->sends && quiet_limit_ms(t) > 0)
        return t->quiet_since_ms + quiet_limit_ms(t);
    return -1;
}

/* libcurl 7.88 loses the timer of the whole limit when it looks a moment before it is over by its other clock: it would look again
 * after that of connecting, 10 s later. */
static int64_t until_over_ms(const struct transfer *t, int64_t now)
{
    if (t->state != TRANSFER_RUNNING || !t->deadline_ms)
        return POLL_MAX_MS;
    return t->deadline_ms > now ? t->deadline_ms - now : 1;
}

/* Ends those whose next byte is late; returns how long to sleep at most. */
static int check_clocks(struct http *http)
{
    int64_t now = clock_mono_ms();
    int64_t sleep_ms = POLL_MAX_MS;
    for (size_t i = http->n_open; i-- > 0;) {
        struct transfer *t = http->open[i];
        int64_t over_ms = until_over_ms(t, now), at = next_event_ms(t);
        if (over_ms < sleep_ms)
            sleep_ms = over_ms;
        if (at < 0)
            continue;
        if (t->state == TRANSFER_RUNNING && at <= now) {
            t->abort = ABORT_LATE;
            end_try(t, CURLE_OPERATION_TIMEDOUT);
            at = t->state == TRANSFER_WAITING ? t->start_at_ms : now;
        }
        if (at - now < sleep_ms)
            sleep_ms = at > now ? at - now : 0;
    }
    return (int)sleep_ms;
}

/* libcurl 7.88 can forget to wake a request when another one has read its data from the connection that they share, also when
 * that other one has got nothing itself and has ended. As long as there was no answer, they may share one. */
static int until_next_look_ms(struct http *http)
{
    if (!http->were_many || (http->had_http1 && !http->had_http2))
        return POLL_MAX_MS;
    http->look_ms = http->news || !http->look_ms ? FIRST_LOOK_MS : http->look_ms * 2;
    if (http->look_ms > LAST_LOOK_MS)
        http->look_ms = LAST_LOOK_MS;
    return http->look_ms;
}

int loop_turn(struct http *http)
{
    int running = 0;
    start_due(http);
    http->were_many = http->n_open > 1 || (http->were_many && http->n_open == 1);
    http->curl->multi_perform(http->multi, &running);
    reap(http);
    int look_ms = until_next_look_ms(http), sleep_ms = check_clocks(http);
    return look_ms < sleep_ms ? look_ms : sleep_ms;
}

void loop_sleep(struct http *http, int sleep_ms)
{
    struct curl_waitfd interrupt = {.fd = sig_fd(), .events = CURL_WAIT_POLLIN};
    int events = 0;
    give_back(&http->waits, FIRST_WAITS);
    http->curl->multi_poll(http->multi, &interrupt, interrupt.fd >= 0, sleep_ms, &events);
    http->news = events > 0;
    /* Each look is at all of them: of many, what comes within a moment is taken together. */
    if (events > 0 && http->running >= MANY_RUNNING)
        clock_sleep_ms(MOMENT_MS);
}
