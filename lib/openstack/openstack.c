#include "openstack/openstack.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "net/url.h"
#include "openstack/microversion.h"
#include "openstack/versions.h"

enum { TOTAL_MS = 60000 };

/* Paths in clouds.yaml may begin with "~/". */
static char *expand_home(const char *path)
{
    return path && str_starts(path, "~/") ? path_home(path + 2) : xstrdup_or_null(path);
}

static const char *either(const char *first, const char *second) { return first ? first : second; }

static struct http *make_client(const struct cloud *cloud, const struct context *context,
                                const struct openstack_settings *settings, struct err *err)
{
    AUTOFREE char *ca_file = expand_home(cloud_get(cloud, "cacert"));
    AUTOFREE char *cert_file = expand_home(cloud_get(cloud, "cert"));
    AUTOFREE char *key_file = expand_home(cloud_get(cloud, "key"));
    struct http_settings http_settings = {
        .first_url = cloud_auth(cloud, "auth_url"),
        .ca_file = either(ca_file, context_get(context, SETTING_ca_file)),
        .cert_file = either(cert_file, context_get(context, SETTING_cert_file)),
        .key_file = cert_file ? key_file : context_get(context, SETTING_key_file),
        .insecure = cloud_is_insecure(cloud) || str_eq(context_get(context, SETTING_insecure), "true"),
        .total_ms = settings->total_ms ? settings->total_ms : TOTAL_MS,
        .retries = settings->retries,
        .trace = settings->trace,
        .timing = settings->timing,
    };
    return http_new(&http_settings, err);
}

int openstack_open(struct openstack *os, const struct context *context, const struct openstack_settings *settings,
                   struct err *err)
{
    *os = (struct openstack){0};
    if (cloud_load(context_get(context, SETTING_cloud), &os->cloud, err) != 0)
        return -1;
    os->asker = settings->asker;
    bool keeps_token = !identity_is_static(&os->cloud);
    os->cache_path = keeps_token ? token_cache_path(&os->cloud, err) : NULL;
    os->http = os->cache_path || !keeps_token ? make_client(&os->cloud, context, settings, err) : NULL;
    if (os->http)
        return 0;
    openstack_release(os);
    return -1;
}

void openstack_release(struct openstack *os)
{
    cloud_release(&os->cloud);
    http_free(os->http);
    token_release(&os->token);
    free(os->cache_path);
    *os = (struct openstack){0};
}

static int log_in(struct openstack *os, struct err *err)
{
    token_release(&os->token);
    if (identity_is_static(&os->cloud))
        return identity_static(&os->cloud, &os->token, err);
    if (identity_login(os->http, &os->cloud, &os->asker, &os->token, err) != 0)
        return -1;
    token_cache_save(os->cache_path, &os->token);
    return 0;
}

static int need_token(struct openstack *os, struct err *err)
{
    if (os->token.id || token_cache_load(os->cache_path, &os->token))
        return 0;
    return log_in(os, err);
}

void openstack_url(struct str *s, const char *endpoint, const char *path)
{
    size_t keep = strlen(endpoint);
    while (keep && endpoint[keep - 1] == '/')
        keep--;
    const char *host = strstr(endpoint, "://");
    const char *slash = host ? strchr(host + 3, '/') : NULL;
    if (version_len(path + 1))
        for (; slash; slash = strchr(slash + 1, '/'))
            if (version_len(slash + 1))
                keep = (size_t)(slash - endpoint);
    str_addn(s, endpoint, keep);
    str_add(s, path);
}

/* The word of the header: its service type, but Cinder's is "volume". */
static const char *version_word(const char *service)
{
    return strcmp(service, "block-storage") == 0 || str_starts(service, "volume") ? "volume" : service;
}

/* A request in the making: what it points to. */
struct sending {
    struct str url, body, token, version;
    const char *headers[5];
    struct http_request req;
};
static void sending_release(struct sending *sending)
{
    explicit_bzero(sending->token.buf, sending->token.len);
    str_release(&sending->url);
    str_release(&sending->body);
    str_release(&sending->token);
    str_release(&sending->version);
}
DEFINE_CLEANUP(struct sending, sending_release)
#define SENDING_INIT ((struct sending){.url = STR_INIT, .body = STR_INIT, .token = STR_INIT, .version = STR_INIT})

/* "{project_id}" of a path becomes the token's. */
static char *own_path(const struct openstack *os, const char *path, struct err *err)
{
    static const char mark[] = "{project_id}";
    const char *at = strstr(path, mark);
    if (!at)
        return xstrdup(path);
    const char *project = node_str(os->token.about, "/project/id", "");
    if (*project && !project[strspn(project, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")])
        return xasprintf("%.*s%s%s", (int)(at - path), path, project, at + strlen(mark));
    err_set(err, ERR_AUTH, "the login to cloud %s is not for a project", os->cloud.name);
    err_hint(err, "set project_name in %s", os->cloud.source);
    return NULL;
}

/* Placement's resources are at its root. */
static bool has_versions(const char *service) { return strcmp(service, "placement") != 0; }

/* Asks a service for its versions, once for a token. */
static int ask_versions(struct openstack *os, const char *endpoint, char **ret, struct err *err)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(err_release) struct err none = ERR_INIT;
    AUTOFREE char *url = xasprintf("%s/", endpoint);
    struct http_request req = {.url = url, .headers = headers};
    if (http_do(os->http, &req, &res, err) != 0)
        return -1;
    bool is_list = res.status == 200 || res.status == 300;
    CLEANUP(node_free) node_t *root = is_list ? json_parse(res.body.buf, res.body.len, "the versions", &none) : NULL;
    *ret = version_address(endpoint, root);
    if (!is_list)
        return 0;
    if (!os->token.roots)
        os->token.roots = node_new_object();
    node_set_str(os->token.roots, endpoint, *ret);
    token_cache_save(os->cache_path, &os->token);
    return 0;
}

/* The endpoint, or where its current version is when neither it nor the path has one. */
static int versioned(struct openstack *os, const struct openstack_call *call, char **endpoint, struct err *err)
{
    if (version_len(call->path + 1) || version_in(*endpoint) || !has_versions(call->service) || strcmp(call->path, "/") == 0)
        return 0;
    char *address = xstrdup_or_null(node_text(node_get(os->token.roots, *endpoint)));
    if (!address && ask_versions(os, *endpoint, &address, err) != 0)
        return -1;
    free(*endpoint);
    *endpoint = address;
    return 0;
}

static int make_url(struct openstack *os, const struct openstack_call *call, struct str *url, struct err *err)
{
    const char *endpoint = identity_endpoint(&os->cloud, os->token.catalog, call->service, err);
    if (!endpoint)
        return -1;
    AUTOFREE char *checked = url_check(endpoint, err);
    if (!checked)
        return err_wrap(err, "the endpoint of %s in cloud %s is not usable", call->service, os->cloud.name);
    AUTOFREE char *path = own_path(os, call->path, err);
    if (!path || versioned(os, call, &checked, err) != 0)
        return -1;
    openstack_url(url, checked, path);
    return 0;
}

static int prepare(struct openstack *os, const struct openstack_call *call, struct sending *s, struct err *err)
{
    if (make_url(os, call, &s->url, err) != 0)
        return -1;
    str_addf(&s->token, "X-Auth-Token: %s", os->token.id);
    s->headers[0] = "Accept: application/json";
    s->headers[1] = s->token.buf;
    size_t n = 2;
    if (call->microversion) {
        str_addf(&s->version, "OpenStack-API-Version: %s %s", version_word(call->service), call->microversion);
        s->headers[n++] = s->version.buf;
    }
    if (call->body) {
        json_print(call->body, &s->body);
        s->headers[n] = "Content-Type: application/json";
    }
    s->req = (struct http_request){
        .method = call->method,
        .url = s->url.buf,
        .headers = s->headers,
        .body = call->body ? s->body.buf : NULL,
        .body_len = s->body.len,
        .passes = call->passes,
    };
    return 0;
}

/* There was no answer: says what was being done, and what to try in the words of clouds.yaml. */
static int unanswered(const struct openstack *os, const struct openstack_call *call, struct err *err)
{
    identity_unreached(&os->cloud, err);
    return call->failing && err->code != ERR_INTERRUPTED ? err_wrap(err, "%s", call->failing) : -1;
}

static int send_once(struct openstack *os, const struct openstack_call *call, struct http_response *res, struct err *err)
{
    CLEANUP(sending_release) struct sending sending = SENDING_INIT;
    if (prepare(os, call, &sending, err) != 0)
        return -1;
    return http_do(os->http, &sending.req, res, err) == 0 ? 0 : unanswered(os, call, err);
}

static int send_renewing(struct openstack *os, const struct openstack_call *call, struct http_response *res, struct err *err)
{
    if (need_token(os, err) != 0 || send_once(os, call, res, err) != 0)
        return -1;
    if (res->status != 401 || identity_is_static(&os->cloud))
        return 0;
    /* Revoked, or ended by a restart: the cache cannot know. */
    if (log_in(os, err) != 0)
        return -1;
    return send_once(os, call, res, err);
}

/* With a 406: the server's newest microversion when it is older than ours is asked for. */
static int settle_version(struct openstack *os, const struct openstack_call *call, struct http_response *res, struct err *err)
{
    if (res->status != 406 || !call->microversion)
        return 0;
    AUTOFREE char *newest = microversion_newest(res);
    if (!newest || microversion_cmp(newest, call->microversion) >= 0)
        return 0;
    if (call->needs && microversion_cmp(newest, call->needs) < 0) {
        err_set(err, ERR_FAILED, "%s", call->failing ? call->failing : "the request was not sent");
        return err_why(err, "it needs microversion %s of %s, and cloud %s has %s at most", call->needs, call->service,
                       os->cloud.name, newest);
    }
    struct openstack_call older = *call;
    older.microversion = newest;
    return send_renewing(os, &older, res, err);
}

int openstack_do(struct openstack *os, const struct openstack_call *call, struct http_response *res, struct err *err)
{
    return send_renewing(os, call, res, err) == 0 ? settle_version(os, call, res, err) : -1;
}

/* What came back in the fan-out with 401 or 406 is asked for again by itself. */
static int settle(struct openstack *os, const struct openstack_call *call, struct http_response *res, struct err *err)
{
    bool renews = res->status == 401 && !identity_is_static(&os->cloud);
    return renews ? openstack_do(os, call, res, err) : settle_version(os, call, res, err);
}

int openstack_do_all(struct openstack *os, const struct openstack_call *calls, struct http_response *results, struct err *errs,
                     size_t n)
{
    AUTOFREE struct sending *all = xcalloc(n ? n : 1, sizeof(*all));
    AUTOFREE struct http_request *reqs = xcalloc(n ? n : 1, sizeof(*reqs));
    AUTOFREE struct http_response *got = xcalloc(n ? n : 1, sizeof(*got));
    AUTOFREE struct err *said = xcalloc(n ? n : 1, sizeof(*said));
    AUTOFREE size_t *which = xcalloc(n ? n : 1, sizeof(*which));
    size_t ready = 0;
    int failed = 0;
    if (n && need_token(os, &errs[0]) != 0) {
        for (size_t i = 1; i < n; i++)
            err_copy(&errs[i], &errs[0]);
        return (int)n;
    }
    for (size_t i = 0; i < n; i++) {
        all[i] = SENDING_INIT;
        if (prepare(os, &calls[i], &all[i], &errs[i]) != 0) {
            failed++;
            continue;
        }
        reqs[ready] = all[i].req;
        got[ready] = HTTP_RESPONSE_INIT;
        said[ready] = ERR_INIT;
        which[ready++] = i;
    }
    http_do_all(os->http, reqs, got, said, ready);
    for (size_t i = 0; i < n; i++)
        sending_release(&all[i]);
    for (size_t k = 0; k < ready; k++) {
        size_t i = which[k];
        results[i] = got[k];
        errs[i] = said[k];
        bool has_answer = errs[i].code == ERR_OK;
        failed += (has_answer ? settle(os, &calls[i], &results[i], &errs[i]) : unanswered(os, &calls[i], &errs[i])) != 0;
    }
    return failed;
}

node_t *openstack_answer(const struct http_response *res, const char *failing, struct err *err)
{
    const char *what = failing ? failing : "the request failed";
    if (http_check(res, err, "%s", what) != 0)
        return NULL;
    CLEANUP(node_free) node_t *root = json_parse(res->body.buf, res->body.len, "the answer", err);
    if (root && node_type(root) == NODE_OBJECT)
        return TAKE(root);
    if (root)
        err_set(err, ERR_FAILED, "the answer is not an object");
    err_wrap(err, "%s", what);
    return NULL;
}

node_t *openstack_get(struct openstack *os, const struct openstack_call *call, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    return openstack_do(os, call, &res, err) == 0 ? openstack_answer(&res, call->failing, err) : NULL;
}

int openstack_send(struct openstack *os, const struct openstack_call *call, node_t **ret, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (ret)
        *ret = NULL;
    if (openstack_do(os, call, &res, err) != 0)
        return -1;
    if (!ret || !res.body.len)
        return http_check(&res, err, "%s", call->failing ? call->failing : "the request failed");
    *ret = openstack_answer(&res, call->failing, err);
    return *ret ? 0 : -1;
}

int openstack_login(struct openstack *os, bool anew, bool *was_kept, struct err *err)
{
    if (identity_is_static(&os->cloud)) {
        err_set(err, ERR_USAGE, "there is nothing to log in to in cloud %s", os->cloud.name);
        return err_why(err, "its auth_type is %s", cloud_get(&os->cloud, "auth_type"));
    }
    bool kept = !anew && (os->token.id || token_cache_load(os->cache_path, &os->token));
    if (was_kept)
        *was_kept = kept;
    return kept ? 0 : log_in(os, err);
}

int openstack_logout(struct openstack *os, bool *had, struct err *err)
{
    *had = os->token.id || token_cache_load(os->cache_path, &os->token);
    if (!*had)
        return 0;
    int rc = identity_revoke(os->http, &os->cloud, &os->token, err);
    unlink(os->cache_path);
    token_release(&os->token);
    return rc;
}

const node_t *openstack_whoami(struct openstack *os, struct err *err)
{
    return need_token(os, err) == 0 ? os->token.about : NULL;
}
