#include "net/oauth2.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "doc/kept_file.h"
#include "net/url.h"

enum { GOOD_FOR_MS = 30000, TOKEN_MAX = 64 << 10 };

struct oauth2 {
    struct http *http;
    char *url, *client_id, *client_secret, *scope, *audience;
    bool quick;
    char *path; /* where it is kept; NULL: nowhere */
    char *token;
    int64_t expires_ms; /* of the wall clock; 0: unknown */
    bool is_told;       /* the client has it */
};

/* By all that the token depends on. */
static char *kept_path(const struct oauth2 *oauth2)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str key = STR_INIT;
    const char *const parts[] = {oauth2->url, oauth2->client_id, oauth2->client_secret, oauth2->scope, oauth2->audience};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        str_addf(&key, "%s\n", parts[i] ? parts[i] : "");
    char hash[HASH_HEX];
    int rc = hash_data(key.buf, key.len, hash, &none);
    explicit_bzero(key.buf, key.len);
    AUTOFREE char *name = rc == 0 ? xasprintf("oauth2/%s.json", hash) : NULL;
    return name ? path_cache(name) : NULL;
}

struct oauth2 *oauth2_new(struct http *http, const struct oauth2_settings *settings)
{
    struct oauth2 *oauth2 = xcalloc(1, sizeof(*oauth2));
    *oauth2 = (struct oauth2){
        .http = http,
        .url = xstrdup(settings->url),
        .client_id = xstrdup(settings->client_id),
        .client_secret = xstrdup(settings->client_secret),
        .scope = xstrdup_or_null(settings->scope),
        .audience = xstrdup_or_null(settings->audience),
        .quick = settings->quick,
    };
    oauth2->path = kept_path(oauth2);
    return oauth2;
}

static void forget(struct oauth2 *oauth2)
{
    if (oauth2->token)
        explicit_bzero(oauth2->token, strlen(oauth2->token));
    free(oauth2->token);
    oauth2->token = NULL;
    oauth2->is_told = false;
}

void oauth2_free(struct oauth2 *oauth2)
{
    if (!oauth2)
        return;
    forget(oauth2);
    explicit_bzero(oauth2->client_secret, strlen(oauth2->client_secret));
    char *const texts[] = {oauth2->url, oauth2->client_id, oauth2->client_secret, oauth2->scope, oauth2->audience, oauth2->path};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    free(oauth2);
}

/* RFC 6750, 2.1: what a header can hold. */
static bool is_sane(const char *token)
{
    if (!token || !*token || strlen(token) > TOKEN_MAX)
        return false;
    for (const char *c = token; *c; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    return true;
}

static bool is_fresh(const struct oauth2 *oauth2)
{
    return oauth2->token && (!oauth2->expires_ms || oauth2->expires_ms - clock_wall_ms() > GOOD_FOR_MS);
}

static bool read_kept(struct oauth2 *oauth2)
{
    node_t *root = kept_file_read(oauth2->path);
    const char *token = node_str(root, "/token", NULL);
    if (is_sane(token) && rfc3339_parse(node_str(root, "/expires", ""), &oauth2->expires_ms))
        oauth2->token = xstrdup(token);
    node_wipe(root);
    if (is_fresh(oauth2))
        return true;
    forget(oauth2);
    return false;
}

/* One of unknown end is not kept. */
static void keep(const struct oauth2 *oauth2)
{
    CLEANUP(str_release) struct str expires = STR_INIT;
    if (!oauth2->path || !oauth2->expires_ms)
        return;
    node_t *root = node_new_object();
    rfc3339_print(&expires, oauth2->expires_ms);
    node_set_str(root, "expires", expires.buf);
    node_set_str(root, "token", oauth2->token);
    kept_file_write(oauth2->path, root);
    node_wipe(root);
}

static void form_of(const struct oauth2 *oauth2, struct str *form)
{
    str_add(form, "grant_type=client_credentials");
    CLEANUP(str_release) struct str query = STR_INIT;
    url_query(&query, "client_id", oauth2->client_id);
    url_query(&query, "client_secret", oauth2->client_secret);
    url_query(&query, "scope", oauth2->scope);
    url_query(&query, "audience", oauth2->audience);
    str_addf(form, "&%s", query.buf + 1);
    explicit_bzero(query.buf, query.len);
}

/* RFC 6749, 5.2: {"error": WORD, "error_description": TEXT}. */
static int refused_by(const struct oauth2 *oauth2, const struct http_response *res, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *root = json_parse(res->body.buf, res->body.len, "the answer", &none);
    const char *word = node_str(root, "/error", NULL), *text = node_str(root, "/error_description", NULL);
    if (!word || res->status >= 500) {
        http_check(res, err, "cannot log in: no token from %s", oauth2->url);
        if (err->code == ERR_NOT_FOUND)
            err->code = ERR_AUTH; /* it is not what was asked for that is missing */
        return -1;
    }
    err_set(err, ERR_AUTH, "cannot log in: %s refuses client \"%s\"", oauth2->url, oauth2->client_id);
    err_why(err, "%s%s%s", word, text ? ": " : "", text ? text : "");
    return err_hint(err, "oauth2-client-id and oauth2-secret-file of the context: aiwf context show");
}

static int take(struct oauth2 *oauth2, const struct http_response *res, struct err *err)
{
    node_t *root = json_parse(res->body.buf, res->body.len, "the answer", err);
    const char *token = node_str(root, "/access_token", NULL);
    double lasts_s = node_num(root, "/expires_in", 0);
    if (is_sane(token)) {
        oauth2->token = xstrdup(token);
        oauth2->expires_ms = lasts_s > 0 && lasts_s < 1e9 ? clock_wall_ms() + (int64_t)(lasts_s * 1000) : 0;
    }
    node_wipe(root);
    if (oauth2->token)
        return 0;
    err_set(err, ERR_AUTH, "cannot log in: the answer of %s has no access_token", oauth2->url);
    return err_hint(err, "oauth2-url is to be a token endpoint, as .../protocol/openid-connect/token of Keycloak");
}

static int ask(struct oauth2 *oauth2, struct err *err)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json", NULL};
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(str_release) struct str form = STR_INIT;
    form_of(oauth2, &form);
    const struct http_request req = {
        .method = "POST", .url = oauth2->url, .headers = headers, .body = form.buf, .body_len = form.len, .idempotent = true};
    int rc = http_do(oauth2->http, &req, &res, err);
    explicit_bzero(form.buf, form.len);
    if (rc != 0)
        return err->code == ERR_INTERRUPTED ? -1 : err_wrap(err, "cannot log in: no token from %s", oauth2->url);
    rc = res.status >= 300 ? refused_by(oauth2, &res, err) : take(oauth2, &res, err);
    explicit_bzero(res.body.buf, res.body.len);
    return rc;
}

int oauth2_login(struct http *http, bool refused, void *arg, struct err *err)
{
    struct oauth2 *oauth2 = arg;
    if (!refused && oauth2->is_told && is_fresh(oauth2))
        return 0;
    bool is_first = !refused && !oauth2->token;
    if (refused && oauth2->path)
        unlink(oauth2->path);
    forget(oauth2);
    if (!is_first || !read_kept(oauth2)) {
        if (oauth2->quick)
            return err_set(err, ERR_AUTH, "not logged in");
        if (ask(oauth2, err) != 0)
            return -1;
        keep(oauth2);
    }
    http_set_bearer(http, oauth2->token);
    oauth2->is_told = true;
    return 1;
}
