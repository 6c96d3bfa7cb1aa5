#include "net/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static void add_value(struct str *s, const char *value)
{
    size_t before = s->len;
    str_add_urlenc(s, value);
    if (strcmp(value, ".") != 0 && strcmp(value, "..") != 0)
        return;
    str_cut(s, before);
    for (; *value; value++)
        str_add(s, "%2E");
}

const char *url_path(struct str *s, const char *base, const char *pattern, ...)
{
    size_t len = strlen(base);
    while (len && base[len - 1] == '/')
        len--;
    str_addn(s, base, len);

    va_list ap;
    va_start(ap, pattern);
    for (const char *hole; (hole = strstr(pattern, "{}")); pattern = hole + 2) {
        str_addn(s, pattern, (size_t)(hole - pattern));
        const char *value = va_arg(ap, const char *);
        if (!value)
            break;
        add_value(s, value);
    }
    va_end(ap);
    str_add(s, pattern);
    return s->buf;
}

void url_query(struct str *s, const char *key, const char *value)
{
    if (!value)
        return;
    str_addc(s, strchr(s->buf, '?') ? '&' : '?');
    str_add_urlenc(s, key);
    str_addc(s, '=');
    str_add_urlenc(s, value);
}

static const char *skip_scheme(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0)
        return url + 7;
    if (strncasecmp(url, "https://", 8) == 0)
        return url + 8;
    return NULL;
}

/* A host name, an IPv4 address or an IPv6 one in brackets; returns its end or NULL. */
static const char *skip_host(const char *host)
{
    const char *end = host;
    if (*host == '[') {
        end += 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
        return *end == ']' && end - host > 2 ? end + 1 : NULL;
    }
    while (isalnum((unsigned char)*end) || *end == '.' || *end == '-' || *end == '_')
        end++;
    return end == host ? NULL : end;
}

static bool port_ok(const char **at)
{
    if (**at != ':')
        return true;
    size_t len = strspn(*at + 1, "0123456789");
    AUTOFREE char *digits = xstrndup(*at + 1, len);
    long long port;
    *at += 1 + len;
    return str_to_int(digits, 1, 65535, &port);
}

static int bad_url(const char *text, struct err *err, const char *why)
{
    CLEANUP(str_release) struct str shown = STR_INIT;
    url_mask_broken(&shown, text);
    err_set(err, ERR_USAGE, "\"%s\" is not a usable URL", shown.buf);
    return err_why(err, "%s", why);
}

static const char *url_fault(const char *text)
{
    const char *at = skip_scheme(text);
    if (!at)
        return "it starts with neither http:// nor https://";
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '\\')
            return "it has spaces or control characters";
    if (memchr(at, '@', strcspn(at, "/?#")))
        return "it has a login in it: use the settings user and password-file";
    at = skip_host(at);
    if (!at)
        return "it has no host name";
    if (!port_ok(&at))
        return "its port is not a number from 1 to 65535";
    if (*at && *at != '/')
        return *at == '?' || *at == '#' ? "it has a query or a fragment"
                                        : "its host name has other characters than letters, digits, '.', '-' and '_'";
    return strpbrk(at, "?#") ? "it has a query or a fragment" : NULL;
}

char *url_check(const char *text, struct err *err)
{
    const char *fault = url_fault(text);
    if (fault) {
        bad_url(text, err, fault);
        if (!strstr(text, "://") && *text)
            err_hint(err, "http://%s", text);
        return NULL;
    }
    char *url = xstrdup(text);
    size_t len = strlen(url);
    while (len && url[len - 1] == '/')
        url[--len] = '\0';
    char *host = strstr(url, "://") + 3;
    char *path = host + strcspn(host, "/");
    for (char *c = url; c < path; c++)
        *c = (char)tolower((unsigned char)*c);
    return url;
}

void url_origin(struct str *s, const char *url)
{
    const char *host = skip_scheme(url);
    if (!host)
        return;
    size_t authority = strcspn(host, "/?#");
    const char *login = memrchr(host, '@', authority);
    const char *start = login ? login + 1 : host;
    const char *end = host + authority;
    bool tls = host - url == 8;
    size_t before = s->len;
    str_add(s, tls ? "https://" : "http://");
    str_addn(s, start, (size_t)(end - start));
    for (char *c = s->buf + before; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *colon = memrchr(start, ':', (size_t)(end - start));
    if (!colon || memchr(colon, ']', (size_t)(end - colon)))
        str_add(s, tls ? ":443" : ":80");
}

bool name_is_secret(const char *name, size_t len)
{
    static const char *const parts[] = {"auth",   "token",      "password", "passwd",    "secret", "key",
                                        "cookie", "credential", "session",  "signature", "sig",    "jwt"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t part = strlen(parts[i]);
        for (size_t at = 0; at + part <= len; at++)
            if (strncasecmp(name + at, parts[i], part) == 0)
                return true;
    }
    return false;
}

static void mask_query(struct str *s, const char *query)
{
    while (*query) {
        size_t key = strcspn(query, "=&#");
        size_t pair = strcspn(query, "&#");
        str_addn(s, query, key);
        if (pair > key)
            str_addn(s, query + key, 1);
        if (pair > key && name_is_secret(query, key))
            str_add(s, "***");
        else if (pair > key)
            str_addn(s, query + key + 1, pair - key - 1);
        query += pair;
        if (*query)
            str_addc(s, *query++);
    }
}

void url_mask_broken(struct str *s, const char *text)
{
    const char *login = strrchr(text, '@'), *scheme = strstr(text, "://");
    if (!login) {
        url_mask(s, text);
        return;
    }
    str_addn(s, text, scheme && scheme < login ? (size_t)(scheme + 3 - text) : 0);
    str_addf(s, "***%s", login);
}

void url_mask(struct str *s, const char *url)
{
    const char *host = strstr(url, "://");
    const char *rest = url;
    if (host) {
        host += 3;
        const char *login = memrchr(host, '@', strcspn(host, "/?#"));
        if (login) {
            str_addn(s, url, (size_t)(host - url));
            str_add(s, "***");
            rest = login;
        }
    }
    const char *query = strchr(rest, '?');
    str_addn(s, rest, query ? (size_t)(query - rest) + 1 : strlen(rest));
    if (query)
        mask_query(s, query + 1);
}
