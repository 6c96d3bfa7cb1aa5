/* The client: its settings, and requests that are carried out together. */
#include "net/http.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/sig.h"
#include "net/transfer.h"
#include "net/url.h"

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

/* The texts of the settings that are copied. */
static const struct {
    size_t offset;
    bool secret;
} texts[] = {
#define TEXT(member, secret)                            \
    {                                                   \
        offsetof(struct http_settings, member), secret, \
    }
    TEXT(ca_file, false), TEXT(cert_file, false), TEXT(key_file, false),   TEXT(ca_pem, false),       TEXT(cert_pem, false),
    TEXT(key_pem, true),  TEXT(user, false),      TEXT(password, true),    TEXT(bearer, true),        TEXT(tls_name, false),
    TEXT(socket, false),  TEXT(proxy, true),      TEXT(ca_setting, false), TEXT(cert_setting, false), TEXT(proxy_setting, false),
#undef TEXT
};

static const char **text_of(struct http_settings *set, size_t i)
{
    return (const char **)(void *)((char *)set + texts[i].offset);
}

void secret_free(const char *secret)
{
    char *owned = (char *)(uintptr_t)secret;
    if (owned)
        explicit_bzero(owned, strlen(owned));
    free(owned);
}

static void own_settings(struct http *http, const struct http_settings *settings)
{
    http->set = *settings;
    http->set.headers = NULL;
    http->set.auth_url = http->set.first_url = NULL;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *text_of(&http->set, i) = xstrdup_or_null(*text_of(&http->set, i));
    for (const char *const *header = settings->headers; header && *header; header++)
        strv_add(&http->headers, *header);
}

static void disown_settings(struct http *http)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].secret)
            secret_free(*text_of(&http->set, i));
        else
            free((char *)(uintptr_t)*text_of(&http->set, i));
    strv_release(&http->headers);
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

static const long CONNECTIONS_MAX = 128; /* to all hosts together: each is a descriptor */

bool trusts_system(const struct http_settings *settings)
{
    return !settings->ca_pem && !settings->ca_file && !settings->insecure;
}

static bool is_known_by_system(const struct http_settings *settings)
{
    const char *url = settings->first_url ? settings->first_url : settings->auth_url;
    return url && str_starts(url, "https:") && trusts_system(settings);
}

struct http *http_new(const struct http_settings *settings, struct err *err)
{
    const struct curl_lib *curl = curl_bind(is_known_by_system(settings), err);
    if (!curl || check_files(settings, err) != 0)
        return NULL;

    struct http *http = xcalloc(1, sizeof(*http));
    http->curl = curl;
    http->multi = curl->multi_init();
    /* By itself libcurl keeps four for each request in flight: towards the end of a round it would close most of them. */
    curl->multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
    own_settings(http, settings);
    http->no_proxy = no_proxy_list();
    if (settings->auth_url) {
        CLEANUP(str_release) struct str origin = STR_INIT;
        url_origin(&origin, settings->auth_url);
        http->auth_origin = str_detach(&origin);
    }
    return http;
}

/* OpenSSL reads megabytes of itself to say farewell, and again when the program ends. */
static void close_connections(struct http *http)
{
    if (!http->curl->is_gnutls)
        dl_release_pages();
    while (http->n_idle)
        http->curl->easy_cleanup(http->idle[--http->n_idle]);
    http->curl->multi_cleanup(http->multi);
    if (!http->curl->is_gnutls)
        dl_release_pages();
}

void http_free(struct http *http)
{
    if (!http)
        return;
    streams_free(http);
    close_connections(http);
    pem_files_free(http);
    disown_settings(http);
    old_logins_free(http);
    free(http->open);
    free(http->no_proxy);
    free(http->auth_origin);
    free(http);
}

/* Requests that are carried out together. Those before `open` are done, those from `started` on were never begun. */
struct batch {
    struct http *http;
    struct transfer *all;
    size_t n, open, started;
};

static bool has_room(const struct batch *batch) { return batch->started < batch->n && loop_has_room(batch->http); }

static void interrupt_all(struct batch *batch)
{
    for (size_t i = batch->open; i < batch->n; i++) {
        struct transfer *t = &batch->all[i];
        if (t->state == TRANSFER_DONE)
            continue;
        err_set(t->err, ERR_INTERRUPTED, "interrupted");
        loop_drop(t);
        t->failed = true;
    }
}

static void drive(struct batch *batch)
{
    for (;;) {
        if (sig_interrupted()) {
            interrupt_all(batch);
            return;
        }
        while (has_room(batch))
            loop_add(&batch->all[batch->started++]);
        int sleep_ms = loop_turn(batch->http);
        while (batch->open < batch->started && batch->all[batch->open].state == TRANSFER_DONE)
            batch->open++;
        if (batch->open == batch->n)
            return;
        if (!has_room(batch))
            loop_sleep(batch->http, sleep_ms);
    }
}

int http_do_all(struct http *http, const struct http_request *reqs, struct http_response *results, struct err *errs, size_t n)
{
    AUTOFREE struct transfer *all = xcalloc(n ? n : 1, sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        http_response_release(&results[i]);
        results[i] = HTTP_RESPONSE_INIT;
        const struct http *as = reqs[i].as ? reqs[i].as : http;
        loop_prepare(&all[i], http, &reqs[i], reqs[i].total_ms ? reqs[i].total_ms : as->set.total_ms);
        all[i].res = &results[i];
        all[i].err = &errs[i];
    }
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
