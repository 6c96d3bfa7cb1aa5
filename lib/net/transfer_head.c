/* One try of a request: its headers, and the login among them. */
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "net/transfer.h"
#include "net/url.h"

bool request_has_header(const struct http_request *req, const char *name)
{
    size_t len = strlen(name);
    for (const char *const *header = req->headers; header && *header; header++)
        if (strncasecmp(*header, name, len) == 0 && (*header)[len] == ':')
            return true;
    return false;
}

/* A value with a line break would be another header. */
static void add_header(struct transfer *t, const char *header)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    for (const char *c = header; *c; c++)
        if (*c != '\r' && *c != '\n')
            str_addc(&clean, *c);
    if (clean.len && clean.buf[clean.len - 1] == ':')
        clean.buf[clean.len - 1] = ';'; /* libcurl's word for an empty value */
    t->headers = t->http->curl->slist_append(t->headers, clean.buf);
}

static void add_login_headers(struct transfer *t)
{
    const struct http *http = t->http;
    for (size_t i = 0; i < http->headers.n; i++)
        add_header(t, http->headers.v[i]);
    if (!http->set.bearer || request_has_header(t->req, "Authorization"))
        return;
    char *header = xasprintf("Authorization: Bearer %s", http->set.bearer);
    add_header(t, header);
    secret_free(header);
}

/* The URL that libcurl has is of the certificate's name. */
static void add_host(struct transfer *t)
{
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, t->req->url);
    AUTOFREE char *header = xasprintf("Host: %s", origin.buf + strlen("https://"));
    add_header(t, header);
}

void transfer_set_headers(struct transfer *t)
{
    const struct http *http = t->http;
    const struct http_request *req = t->req;
    for (const char *const *header = req->headers; header && *header; header++)
        add_header(t, *header);
    if (login_goes_to(http, req->url))
        add_login_headers(t);
    if (t->connect_to && !request_has_header(req, "Host"))
        add_host(t);
    t->headers = http->curl->slist_append(t->headers, "Expect:");
    if ((req->body || req->body_file) && !request_has_header(req, "Content-Type"))
        t->headers = http->curl->slist_append(t->headers, "Content-Type:");
    http->curl->easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

void transfer_set_login(struct transfer *t)
{
    const struct http *http = t->http;
    if (!http->set.user || http->set.bearer || request_has_header(t->req, "Authorization") || !login_goes_to(http, t->req->url))
        return;
    http->curl->easy_setopt(t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    http->curl->easy_setopt(t->easy, CURLOPT_USERNAME, http->set.user);
    http->curl->easy_setopt(t->easy, CURLOPT_PASSWORD, http->set.password ? http->set.password : "");
}

static void add_basic_login(const struct transfer *t, struct str *head)
{
    const struct http_settings *set = &t->http->set;
    if (!set->user || set->bearer || !login_goes_to(t->http, t->req->url))
        return;
    char *pair = xasprintf("%s:%s", set->user, set->password ? set->password : "");
    str_add(head, "Authorization: Basic ");
    base64_encode(head, pair, strlen(pair));
    str_add(head, "\r\n");
    secret_free(pair);
}

void transfer_head(const struct transfer *t, struct str *head)
{
    bool has_host = false;
    for (const struct curl_slist *header = t->headers; header; header = header->next) {
        if (str_ends(header->data, ":")) /* libcurl's word for one that is not sent */
            continue;
        has_host = has_host || strncasecmp(header->data, "Host:", 5) == 0;
        str_addf(head, "%s\r\n", header->data);
    }
    add_basic_login(t, head);
    const char *host = strstr(t->req->url, "://") + 3;
    if (!has_host)
        str_addf(head, "Host: %.*s\r\n", (int)strcspn(host, "/?#"), host);
}
