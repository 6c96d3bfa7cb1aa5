/* Logins: where they go, and those that do not last. */
#include <stdint.h>
#include <string.h>

#include "net/transfer.h"
#include "net/url.h"

bool login_goes_to(const struct http *http, const char *url)
{
    if (!http->auth_origin)
        return true;
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, url);
    return strcmp(origin.buf, http->auth_origin) == 0;
}

static bool is_kept_by_caller(const struct transfer *t) { return t->http->set.login && login_goes_to(t->http, t->req->url); }

int login_ready(struct transfer *t)
{
    const struct http_settings *set = &t->http->set;
    t->logins = t->http->logins;
    return is_kept_by_caller(t) && set->login(t->http, false, set->login_arg, t->err) < 0 ? -1 : 0;
}

bool login_renewed(struct transfer *t)
{
    struct http *http = t->http;
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (t->relogged || !is_kept_by_caller(t) || !can_send_again(t))
        return false;
    t->relogged = true;
    if (t->logins != http->logins) /* another's 401 has asked for it meanwhile */
        return http->is_renewed;
    http->logins++;
    http->is_renewed = http->set.login(http, true, http->set.login_arg, &none) > 0;
    return http->is_renewed;
}

void http_set_bearer(struct http *http, const char *token)
{
    char *copy = xstrdup_or_null(token);
    secret_free(http->set.bearer);
    http->set.bearer = copy;
}

static void retire(struct http *http, const char *text)
{
    if (text)
        strv_take(&http->old_logins, (char *)(uintptr_t)text);
}

void http_set_certificate(struct http *http, const char *cert_pem, const char *key_pem)
{
    retire(http, http->set.cert_pem);
    retire(http, http->set.key_pem);
    http->set.cert_pem = xstrdup_or_null(cert_pem);
    http->set.key_pem = xstrdup_or_null(key_pem);
}

void old_logins_free(struct http *http)
{
    for (size_t i = 0; i < http->old_logins.n; i++)
        explicit_bzero(http->old_logins.v[i], strlen(http->old_logins.v[i]));
    strv_release(&http->old_logins);
}
