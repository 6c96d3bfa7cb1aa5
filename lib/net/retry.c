/* When a repeat is safe, and when it happens.
 *
 * Idempotent requests (GET, HEAD, OPTIONS, PUT, DELETE, or declared so) are repeated after a failed or cut
 * connection and after 429, 502, 503, 504 and what the request says passes. Any other request only when it surely was not done: libcurl had
 * not begun to send, or the answer was a 429 with Retry-After, or a 401 after which the login was renewed. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/transfer.h"
#include "net/url.h"

enum { BACKOFF_MS = 200, BACKOFF_MAX_MS = 10000, RETRY_AFTER_MAX_MS = 60000, DEFAULT_RETRIES = 3 };

bool request_is_idempotent(const struct http_request *req)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", NULL};
    return !req->method || req->idempotent || str_index(methods, req->method) >= 0;
}

int64_t retry_after_ms(const char *text, int64_t wall_ms)
{
    long long seconds;
    if (str_to_int(text, 0, 1000000000, &seconds))
        return seconds * 1000;
    struct tm tm = {0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end)
        return -1;
    int64_t at = (int64_t)timegm(&tm) * 1000;
    return at > wall_ms ? at - wall_ms : 0;
}

/* Failures that another try may not have: not those of the request itself or of trust. */
static bool code_is_transient(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return true;
    default:
        return false;
    }
}

static bool answer_is_transient(const struct transfer *t)
{
    int status = t->res->status;
    return status == 429 || status == 502 || status == 503 || status == 504 || (t->req->passes && t->req->passes(t->res));
}

/* Nothing listens on this machine: that answer is final, and a person waits for it. */
static bool is_refused_here(const struct transfer *t, CURLcode code)
{
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, t->req->url);
    const char *host = strstr(origin.buf, "://");
    return code == CURLE_COULDNT_CONNECT && host &&
           (str_starts(host + 3, "127.") || str_starts(host + 3, "localhost:") || str_starts(host + 3, "[::1]"));
}

static bool is_transient(const struct transfer *t, CURLcode code)
{
    if (is_refused_here(t, code))
        return false;
    return code == CURLE_OK ? answer_is_transient(t) : t->abort == ABORT_NONE && code_is_transient(code);
}

bool can_send_again(const struct transfer *t)
{
    bool body_read = t->req->body_file && !t->finite_body && t->sends;
    return !t->streamed && !body_read;
}

static bool is_safe(const struct transfer *t, CURLcode code, const char *retry_after)
{
    if (!can_send_again(t))
        return false;
    if (request_is_idempotent(t->req) || !t->sends)
        return true;
    return code == CURLE_OK && t->res->status == 429 && retry_after;
}

static int64_t backoff_ms(int attempts)
{
    int64_t full = BACKOFF_MS;
    for (int i = 1; i < attempts && full < BACKOFF_MAX_MS; i++)
        full *= 2;
    if (full > BACKOFF_MAX_MS)
        full = BACKOFF_MAX_MS;
    return full / 2 + arc4random_uniform((uint32_t)(full / 2) + 1);
}

int64_t http_retry_delay_ms(const struct http_response *res, int failures)
{
    const char *retry_after = http_header(res, "retry-after");
    int64_t asked = retry_after ? retry_after_ms(retry_after, clock_wall_ms()) : -1;
    int64_t delay = backoff_ms(failures);
    if (asked > RETRY_AFTER_MAX_MS)
        return RETRY_AFTER_MAX_MS;
    return asked > delay ? asked : delay;
}

bool retries_left(const struct transfer *t)
{
    int retries = t->http->set.retries ? t->http->set.retries : DEFAULT_RETRIES;
    return !t->req->once && t->res->attempts <= retries;
}

/* An authority that somebody may have written into the bundle alone. That is no repeat: nothing was sent yet. */
static bool is_to_read_bundle(struct transfer *t, CURLcode code)
{
    if (code != CURLE_PEER_FAILED_VERIFICATION || !t->by_folder || t->sends || !is_of_unknown_authority(t))
        return false;
    t->http->needs_bundle = true;
    t->res->attempts--;
    return true;
}

bool retry_wanted(struct transfer *t, CURLcode code, int64_t *ret_delay_ms)
{
    *ret_delay_ms = 0;
    if (is_to_read_bundle(t, code))
        return true;
    if (code == CURLE_OK && t->res->status == 401 && !t->stopped && login_renewed(t))
        return true;
    const char *retry_after = code == CURLE_OK ? http_header(t->res, "retry-after") : NULL;
    if (t->stopped || !retries_left(t) || !is_transient(t, code) || !is_safe(t, code, retry_after))
        return false;

    int64_t delay = backoff_ms(t->res->attempts);
    int64_t asked = retry_after ? retry_after_ms(retry_after, clock_wall_ms()) : -1;
    if (asked > RETRY_AFTER_MAX_MS)
        return false;
    if (asked > delay)
        delay = asked;
    if (t->deadline_ms && clock_mono_ms() + delay >= t->deadline_ms)
        return false;
    *ret_delay_ms = delay;
    return true;
}
