#include "metrics/login.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* Where a login stands in a context. */
static const struct {
    enum setting user, password, token, others;
    const char *at;
} places[] = {
    [LOGIN_PROMETHEUS] = {SETTING_prometheus_user, SETTING_prometheus_password_file, SETTING_prometheus_token_file,
                          SETTING_prometheus_headers_file, "Prometheus"},
    [LOGIN_EXPORTERS] = {SETTING_scrape_user, SETTING_scrape_password_file, SETTING_scrape_token_file, SETTING_scrape_user,
                         "exporters"},
};

static bool is_of_file(const struct context *context, enum login_whose whose)
{
    const enum setting parts[] = {places[whose].user, places[whose].password, places[whose].token, places[whose].others};
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
    if (!is_of_file(context, LOGIN_PROMETHEUS))
        return true;
    if (!own || context->origins[SETTING_prometheus] != ORIGIN_FILE)
        return false;
    return !settings->url || is_same_server(own, url);
}

/* "gpu1", "gpu1:9400" or ".example.org", of "https://gpu1:9400". */
static bool is_host(const char *origin, const char *pattern)
{
    const char *host = strstr(origin, "://") + 3;
    const char *port = strrchr(host, ':');
    AUTOFREE char *name = xstrndup(host, (size_t)(port - host));
    size_t len = strlen(name), tail = strlen(pattern);
    if (*pattern == '.')
        return len > tail && strcasecmp(name + len - tail, pattern) == 0;
    return strcasecmp(name, pattern) == 0 || strcasecmp(host, pattern) == 0;
}

bool scrape_login_fits(const struct context *context, const char *url)
{
    CLEANUP(strv_release) struct strv hosts = STRV_INIT;
    CLEANUP(str_release) struct str origin = STR_INIT;
    const char *given = context_get(context, SETTING_scrape_hosts);
    url_origin(&origin, url);
    if (!given || !origin.len)
        return false;
    if (is_of_file(context, LOGIN_EXPORTERS) && context->origins[SETTING_scrape_hosts] != ORIGIN_FILE)
        return false;
    strv_split(&hosts, given, ", ");
    for (size_t i = 0; i < hosts.n; i++)
        if (is_host(origin.buf, hosts.v[i]))
            return true;
    return false;
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

static int check_login(const struct context *context, enum login_whose whose, struct err *err)
{
    const char *at = places[whose].at, *user = context_get(context, places[whose].user),
               *password = context_get(context, places[whose].password), *token = context_get(context, places[whose].token);
    if (token && (user || password))
        return err_set(err, ERR_USAGE, "context %s has a token and a password for %s: it is one of them", context->name, at);
    if (!user != !password)
        return err_set(err, ERR_USAGE, "context %s: %s and %s need each other", context->name,
                       setting_infos[places[whose].user].key, setting_infos[places[whose].password].key);
    if (whose != LOGIN_EXPORTERS || (!user && !token) || context_get(context, SETTING_scrape_hosts))
        return 0;
    err_set(err, ERR_USAGE, "context %s has a login for exporters, and does not say for whose", context->name);
    return err_hint(err, "scrape-hosts: gpu1, gpu1:9400 or .example.org, separated by commas");
}

int prom_login_read(struct prom_login *ret, const struct context *context, enum login_whose whose, struct err *err)
{
    const char *password = context_get(context, places[whose].password), *token = context_get(context, places[whose].token);
    ret->user = context_get(context, places[whose].user);
    ret->token_file = token;
    if (check_login(context, whose, err) != 0)
        return -1;
    if (password && prom_secret_read(&ret->password, password, err) != 0)
        return err_wrap(err, "cannot read the password for %s", places[whose].at);
    if (token && prom_secret_read(&ret->token, token, err) != 0)
        return err_wrap(err, "cannot read the token for %s", places[whose].at);
    return 0;
}

/* Tokens of service accounts are renewed in their file. */
static int read_again(struct http *http, bool refused, void *arg, struct err *err)
{
    struct str token = STR_INIT_MAX(PROM_SECRET_MAX);
    if (!refused)
        return 0;
    int rc = prom_secret_read(&token, arg, err);
    if (rc == 0)
        http_set_bearer(http, token.buf);
    wipe(&token);
    return rc == 0 ? 1 : -1;
}

void prom_login_apply(const struct prom_login *login, char *token_file, struct http_settings *settings)
{
    settings->user = login->user;
    settings->password = login->user ? login->password.buf : NULL;
    settings->bearer = login->token.len ? login->token.buf : NULL;
    if (token_file) {
        settings->login = read_again;
        settings->login_arg = token_file;
    }
}
