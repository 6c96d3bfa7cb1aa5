/* One try of a request: libcurl's options and callbacks. */
#include "net/transfer.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "net/url.h"
#include "version.h"

enum { HEADERS_MAX_BYTES = 256 << 10, DEFAULT_CONNECT_MS = 10000 };

static const long KEEPALIVE_S = 15; /* so that a watch notices in minutes that the server's machine is gone */

static bool status_is(const struct transfer *t, int hundreds) { return t->res->status / 100 == hundreds; }

/* A new status line: what came before (100-continue, a refused login) does not count. */
static void start_answer(struct transfer *t, const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    int status = 0;
    for (const char *c = space ? space + 1 : line + len; c < line + len && isdigit((unsigned char)*c) && status < 1000; c++)
        status = status * 10 + (*c - '0');
    t->res->status = status;
    strv_release(&t->res->headers);
    t->res->headers = STRV_INIT;
    free(TAKE(t->res->content_type));
}

static void keep_header(struct transfer *t, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    if (!colon || colon == line)
        return;
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1;
    const char *end = line + len;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    CLEANUP(str_release) struct str s = STR_INIT;
    for (size_t i = 0; i < name; i++)
        str_addc(&s, (char)tolower((unsigned char)line[i]));
    str_add(&s, ": ");
    str_addn(&s, value, (size_t)(end - value));
    if (str_starts(s.buf, "content-type: ")) {
        free(t->res->content_type);
        t->res->content_type = xstrdup(s.buf + strlen("content-type: "));
    }
    strv_take(&t->res->headers, str_detach(&s));
}

static bool begins(const char *line, size_t len, const char *with)
{
    return len >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

bool transfer_header(struct transfer *t, const char *line, size_t len)
{
    t->answering = true;
    t->quiet_since_ms = clock_mono_ms();
    t->header_bytes += len;
    if (t->header_bytes > HEADERS_MAX_BYTES) {
        t->abort = ABORT_HEADERS;
        return false;
    }
    if (begins(line, len, "HTTP/"))
        start_answer(t, line, len);
    else
        keep_header(t, line, len);
    return true;
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    t->loop->had_http1 |= begins(line, size * n, "HTTP/1.") && !body_goes_by_http1(t);
    t->loop->had_http2 |= begins(line, size * n, "HTTP/2");
    return transfer_header(arg, line, size * n) ? size * n : 0;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * n;
    t->got_bytes += len;
    t->loop->news = true;
    if (t->req->idle_ms)
        t->quiet_since_ms = clock_mono_ms();
    if (t->req->on_data && status_is(t, 2)) {
        t->streamed = true;
        t->stopped = !t->req->on_data(data, len, t->req->arg);
        return t->stopped ? 0 : len;
    }
    str_addn(&t->res->body, data, len);
    if (!t->res->body.truncated)
        return len;
    t->abort = ABORT_TOO_LARGE;
    return 0;
}

/* Connected, and about to send. libcurl sends anew by itself when a kept connection dies without an
 * answer: that counts as a repeat, and where none is allowed it ends here. */
static int on_send(void *arg, char *to, char *from, int to_port, int from_port)
{
    struct transfer *t = arg;
    body_find_socket(t, &(struct socket_end){from, from_port}, &(struct socket_end){to, to_port});
    t->quiet_since_ms = clock_mono_ms();
    if (!t->sends++)
        return CURL_PREREQFUNC_OK;
    if (retries_left(t) && request_is_idempotent(t->req)) {
        t->res->attempts++;
        return CURL_PREREQFUNC_OK;
    }
    t->abort = ABORT_REPEAT;
    return CURL_PREREQFUNC_ABORT;
}

static int on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    (void)down_total, (void)down, (void)up_total;
    struct transfer *t = arg;
    if (up != t->sent_bytes) {
        t->sent_bytes = up;
        t->quiet_since_ms = clock_mono_ms();
    }
    return 0;
}

static void set_deadlines(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    long connect_ms = t->http->set.connect_ms > 0 ? t->http->set.connect_ms : DEFAULT_CONNECT_MS;
    curl->easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    if (!t->deadline_ms)
        return;
    int64_t left = t->deadline_ms - clock_mono_ms();
    curl->easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, left > 0 ? (long)left : 1L);
}

static void set_callbacks(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    curl->easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl->easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    curl->easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl->easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    curl->easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl->easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl->easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_send);
    curl->easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
    curl->easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl->easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
    curl->easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
}

/* libcurl checks the name of the URL: it gets one with the certificate's, and is told where to connect instead. */
static void set_tls_name(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, t->req->url);
    const char *host = origin.buf + strlen("https://");
    const char *port = strrchr(host, ':');
    const char *path = t->req->url + strlen("https://");
    AUTOFREE char *connect_to = xasprintf("%s%s:%s", t->http->set.tls_name, port, host);
    AUTOFREE char *url = xasprintf("https://%s%s%s", t->http->set.tls_name, port, path + strcspn(path, "/?#"));
    t->connect_to = curl->slist_append(NULL, connect_to);
    curl->easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to);
    curl->easy_setopt(t->easy, CURLOPT_URL, url);
}

static void set_route(struct transfer *t)
{
    const struct http *http = t->http;
    const struct curl_lib *curl = http->curl;
    curl->easy_setopt(t->easy, CURLOPT_URL, t->req->url);
    curl->easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L);
    curl->easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(t->easy, CURLOPT_HTTP_VERSION,
                      (long)(body_goes_by_http1(t) ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    curl->easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L); /* a hanging name lookup must not outlive Ctrl-C */
    curl->easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl->easy_setopt(t->easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
    curl->easy_setopt(t->easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
    curl->easy_setopt(t->easy, CURLOPT_PIPEWAIT, 1L * (str_starts(t->req->url, "https:") && !body_goes_by_http1(t)));
    curl->easy_setopt(t->easy, CURLOPT_USERAGENT, "aiwf/" AIWF_VERSION);
    curl->easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl->easy_setopt(t->easy, CURLOPT_NOPROXY, http->no_proxy);
    if (http->set.proxy) {
        curl->easy_setopt(t->easy, CURLOPT_PROXY, http->set.proxy);
        curl->easy_setopt(t->easy, CURLOPT_NOPROXY, "");
    }
    if (http->set.socket && login_goes_to(http, t->req->url)) {
        curl->easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, http->set.socket);
        curl->easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
    }
    if (http->set.tls_name && str_starts(t->req->url, "https:") && login_goes_to(http, t->req->url))
        set_tls_name(t);
    if (!http->set.plain && !t->req->on_data && !request_has_header(t->req, "Accept-Encoding"))
        curl->easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void reset_try(struct transfer *t)
{
    if (!t->res->attempts)
        transfer_measure_body(t);
    else if (t->finite_body)
        fseeko(t->req->body_file, t->body_start, SEEK_SET);
    str_reset(&t->res->body);
    t->res->body.max = t->req->max_bytes ? t->req->max_bytes : HTTP_MAX_BYTES;
    t->res->body.truncated = false;
    t->res->status = 0;
    t->error[0] = '\0';
    t->socket = -1;
    t->sent_bytes = 0;
    t->got_bytes = t->header_bytes = 0;
    t->sends = 0;
    t->answering = false;
    t->abort = ABORT_NONE;
    t->quiet_since_ms = clock_mono_ms();
    t->res->attempts++;
}

int transfer_begin(struct transfer *t)
{
    struct http *http = t->http;
    if (t->req->method && !method_is_token(t->req->method))
        return err_set(t->err, ERR_USAGE, "\"%s\" is no HTTP method", t->req->method);
    if (login_ready(t) != 0)
        return -1;
    reset_try(t);
    t->easy = http->n_idle ? http->idle[--http->n_idle] : http->curl->easy_init();
    if (!t->easy)
        return err_set(t->err, ERR_FAILED, "cannot start a request: libcurl has no memory");
    set_route(t);
    set_callbacks(t);
    set_deadlines(t);
    transfer_set_tls(t);
    transfer_set_method(t);
    transfer_set_headers(t);
    transfer_set_login(t);
    trace_attach(t);
    http->curl->multi_add_handle(t->loop->multi, t->easy);
    t->state = TRANSFER_RUNNING;
    return 0;
}

int transfer_connect(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    if (login_ready(t) != 0)
        return -1;
    t->easy = curl->easy_init();
    if (!t->easy)
        return err_set(t->err, ERR_FAILED, "cannot start a connection: libcurl has no memory");
    set_route(t);
    set_deadlines(t);
    transfer_set_tls(t);
    transfer_set_headers(t);
    curl->easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl->easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    curl->easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl->easy_setopt(t->easy, CURLOPT_PIPEWAIT, 0L);
    curl->easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl->easy_setopt(t->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl->easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
    trace_attach(t);
    return 0;
}

static int64_t time_us(const struct transfer *t, CURLINFO info)
{
    curl_off_t us = 0;
    t->http->curl->easy_getinfo(t->easy, info, &us);
    return us;
}

/* libcurl has no time of connection for a handshake that failed: its code tells. */
static enum http_stage stage_of(const struct transfer *t, CURLcode code)
{
    if (t->answering)
        return HTTP_ANSWERED;
    if (t->sends)
        return HTTP_SENT;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_NOTHING;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return HTTP_CONNECTED;
    default:
        return t->res->connect_us ? HTTP_CONNECTED : t->res->dns_us ? HTTP_RESOLVED : HTTP_NOTHING;
    }
}

void transfer_measure(struct transfer *t, CURLcode code)
{
    struct http_response *res = t->res;
    long connects = 0;
    t->http->curl->easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
    res->reused = connects == 0 && t->sends;
    res->dns_us = time_us(t, CURLINFO_NAMELOOKUP_TIME_T);
    res->connect_us = time_us(t, CURLINFO_CONNECT_TIME_T);
    res->tls_us = time_us(t, CURLINFO_APPCONNECT_TIME_T);
    res->first_byte_us = time_us(t, CURLINFO_STARTTRANSFER_TIME_T);
    res->total_us = time_us(t, CURLINFO_TOTAL_TIME_T);
    res->stage = stage_of(t, code);
    struct shown_certificates shown = {0};
    if (t->req->certificate)
        transfer_certificates(t, &shown);
    res->certificate_ends_ms = shown.ends_ms;
}

static void drop_lists(struct transfer *t)
{
    const struct http *http = t->http;
    for (struct curl_slist *header = t->headers; header; header = header->next)
        explicit_bzero(header->data, strlen(header->data));
    http->curl->slist_free_all(t->headers);
    http->curl->slist_free_all(t->connect_to);
    t->headers = t->connect_to = NULL;
}

void transfer_disconnect(struct transfer *t)
{
    if (t->easy)
        t->http->curl->easy_cleanup(t->easy);
    t->easy = NULL;
    drop_lists(t);
}

void transfer_end(struct transfer *t)
{
    struct http *http = t->http;
    if (!t->easy)
        return;
    http->curl->multi_remove_handle(t->loop->multi, t->easy);
    if (http->n_idle < HTTP_IDLE_MAX) {
        http->curl->easy_reset(t->easy);
        http->idle[http->n_idle++] = t->easy;
    } else {
        http->curl->easy_cleanup(t->easy);
    }
    t->easy = NULL;
    drop_lists(t);
}
