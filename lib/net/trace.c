/* What -v and --timing show. Bodies are only counted; values of headers and query keys that name secrets are ***. */
#include <string.h>

#include "net/transfer.h"
#include "net/url.h"

static void print_safe(FILE *out, const char *mark, const char *text, size_t len)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, len, false);
    fprintf(out, "%s%s\n", mark, safe.buf);
}

/* One line of a head: "GET /path?token=x HTTP/1.1", "HTTP/1.1 200 OK" or "Name: value". */
static void print_head_line(FILE *out, const char *mark, const char *line, size_t len)
{
    CLEANUP(str_release) struct str shown = STR_INIT;
    AUTOFREE char *text = xstrndup(line, len);
    const char *colon = strchr(text, ':');
    size_t name = colon ? (size_t)(colon - text) : 0;
    if (name && !memchr(text, ' ', name) && name_is_secret(text, name))
        str_addf(&shown, "%.*s: ***", (int)name, text);
    else
        url_mask(&shown, text);
    print_safe(out, mark, shown.buf, shown.len);
}

static void print_head(FILE *out, const char *mark, const char *data, size_t len)
{
    while (len) {
        const char *end = memchr(data, '\n', len);
        size_t line = end ? (size_t)(end - data) + 1 : len;
        size_t text = line;
        while (text && (data[text - 1] == '\n' || data[text - 1] == '\r'))
            text--;
        if (text)
            print_head_line(out, mark, data, text);
        data += line;
        len -= line;
    }
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t len, void *arg)
{
    (void)easy;
    const struct transfer *t = arg;
    FILE *out = t->http->set.trace;
    if (type == CURLINFO_HEADER_OUT)
        print_head(out, "> ", data, len);
    else if (type == CURLINFO_HEADER_IN)
        print_head(out, "< ", data, len);
    return 0;
}

void trace_attach(struct transfer *t)
{
    FILE *out = t->http->set.trace;
    if (!out)
        return;
    CLEANUP(str_release) struct str url = STR_INIT;
    url_mask(&url, t->req->url);
    print_safe(out, t->res->attempts > 1 ? "* again: " : "* ", url.buf, url.len);
    t->http->curl->easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, on_debug);
    t->http->curl->easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
    t->http->curl->easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
}

void trace_head(const struct transfer *t, const char *mark, const struct str *head)
{
    if (t->http->set.trace)
        print_head(t->http->set.trace, mark, head->buf, head->len);
}

static void print_timing(const struct transfer *t, CURLcode code)
{
    const struct http_response *res = t->res;
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(str_release) struct str safe = STR_INIT;
    url_mask(&url, t->req->url);
    str_add_safe(&safe, url.buf, url.len, false);
    FILE *out = t->http->set.timing;
    fprintf(out, "timing: %s %s", t->req->method ? t->req->method : "GET", safe.buf);
    if (res->attempts > 1)
        fprintf(out, " try %d", res->attempts);
    if (code == CURLE_OK)
        fprintf(out, " status %d", res->status);
    else
        fputs(" failed", out);
    fprintf(out, ", dns %.2f, connect %.2f, tls %.2f, first byte %.2f, total %.2f ms, sent %lld B, got %zu B, %s\n",
            (double)res->dns_us / 1e3, (double)res->connect_us / 1e3, (double)res->tls_us / 1e3, (double)res->first_byte_us / 1e3,
            (double)res->total_us / 1e3, (long long)t->sent_bytes, t->got_bytes,
            res->reused ? "kept connection" : "new connection");
}

void trace_end(struct transfer *t, CURLcode code)
{
    FILE *out = t->http->set.trace;
    if (out && code == CURLE_OK)
        fprintf(out, "* %lld bytes sent, %zu received as bodies\n", (long long)t->sent_bytes, t->got_bytes);
    else if (out)
        print_safe(out, "* failed: ", t->http->curl->easy_strerror(code), strlen(t->http->curl->easy_strerror(code)));
    if (t->http->set.timing)
        print_timing(t, code);
}
