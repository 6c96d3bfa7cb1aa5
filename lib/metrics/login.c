#include "metrics/login.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "net/url.h"

enum { HEADERS_MAX_BYTES = 64 << 10, HEADERS_MAX = 64 };

static void wipe(struct str *secret)
{
    explicit_bzero(secret->buf, secret->len);
    str_release(secret);
}

void prom_login_release(struct prom_login *login)
{
    wipe(&login->password);
    wipe(&login->token);
}

static bool is_of_file(const struct context *context)
{
    static const enum setting parts[] = {SETTING_prometheus_user, SETTING_prometheus_password_file, SETTING_prometheus_token_file,
                                         SETTING_prometheus_headers_file};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (context_get(context, parts[i]) && context->origins[parts[i]] == ORIGIN_FILE)
            return true;
    return false;
}

static bool is_same_server(const char *a, const char *b)
{
    CLEANUP(str_release) struct str first = STR_INIT;
    CLEANUP(str_release) struct str second = STR_INIT;
    url_origin(&first, a);
    url_origin(&second, b);
    return first.len && str_eq(first.buf, second.buf);
}

bool prom_login_fits(const struct context *context, const char *url, const struct prom_settings *settings)
{
    const char *own = context_get(context, SETTING_prometheus);
    if (settings->kind && !(own && is_same_server(own, url)))
        return false;
    if (!is_of_file(context))
        return true;
    if (!own || context->origins[SETTING_prometheus] != ORIGIN_FILE)
        return false;
    return !settings->url || is_same_server(own, url);
}

int prom_secret_read(struct str *ret, const char *path, struct err *err)
{
    ret->max = PROM_SECRET_MAX;
    if (file_read(path, ret, err) != 0)
        return -1;
    str_cut(ret, strcspn(ret->buf, "\r\n"));
    return ret->len ? 0 : err_set(err, ERR_USAGE, "%s is empty", path);
}

/* RFC 9110: a token, a colon, and no control characters. */
static bool is_header(const char *line)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    const char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return false;
    for (const char *c = line; c < colon; c++)
        if (!isalnum((unsigned char)*c) && !strchr(others, *c))
            return false;
    for (const char *c = colon; *c; c++)
        if (iscntrl((unsigned char)*c) && *c != '\t')
            return false;
    return true;
}

int prom_headers_read(struct strv *ret, const struct context *context, struct err *err)
{
    const char *path = context_get(context, SETTING_prometheus_headers_file);
    CLEANUP(str_release) struct str text = STR_INIT_MAX(HEADERS_MAX_BYTES);
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    if (!path)
        return 0;
    if (file_read(path, &text, err) != 0)
        return err_wrap(err, "cannot read the headers for Prometheus");
    strv_split(&lines, text.buf, "\r\n");
    for (size_t i = 0; i < lines.n; i++) {
        const char *line = lines.v[i] + strspn(lines.v[i], " \t");
        if (!*line || *line == '#')
            continue;
        if (!is_header(line) || ret->n == HEADERS_MAX) {
            err_set(err, ERR_USAGE, "%s: line %zu with text is no header", path, i + 1);
            return err_hint(err, "NAME: VALUE a line, such as X-Scope-OrgID: team-a; at most %d", HEADERS_MAX);
        }
        strv_add(ret, line);
    }
    return 0;
}

int prom_login_read(struct prom_login *ret, const struct context *context, struct prom *prom, struct err *err)
{
    const char *password = context_get(context, SETTING_prometheus_password_file),
               *token = context_get(context, SETTING_prometheus_token_file);
    ret->user = context_get(context, SETTING_prometheus_user);
    if (token && (ret->user || password))
        return err_set(err, ERR_USAGE, "context %s has a token and a password for Prometheus: it is one of them", context->name);
    if (!ret->user != !password)
        return err_set(err, ERR_USAGE, "context %s: prometheus-user and prometheus-password-file need each other", context->name);
    if (password && prom_secret_read(&ret->password, password, err) != 0)
        return err_wrap(err, "cannot read the password for Prometheus");
    if (token && prom_secret_read(&ret->token, token, err) != 0)
        return err_wrap(err, "cannot read the token for Prometheus");
    prom->token_file = xstrdup_or_null(token);
    return prom_headers_read(&prom->headers, context, err);
}

/* Tokens of service accounts are renewed in their file. */
static int read_again(struct http *http, bool refused, void *arg, struct err *err)
{
    const struct prom *prom = arg;
    struct str token = STR_INIT_MAX(PROM_SECRET_MAX);
    if (!refused || !prom->token_file)
        return 0;
    int rc = prom_secret_read(&token, prom->token_file, err);
    if (rc == 0)
        http_set_bearer(http, token.buf);
    wipe(&token);
    return rc == 0 ? 1 : -1;
}

void prom_login_apply(const struct prom_login *login, struct prom *prom, struct http_settings *settings)
{
    settings->auth_url = prom->base;
    settings->user = login->user;
    settings->password = login->user ? login->password.buf : NULL;
    settings->bearer = login->token.len ? login->token.buf : NULL;
    if (prom->token_file) {
        settings->login = read_again;
        settings->login_arg = prom;
    }
}
