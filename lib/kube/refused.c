/* Why an API server does not let us in, or would not even speak to us, in words. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/auth.h"
#include "net/pki.h"

/* ---- certificates that have ended ---- */

/* "2026-11-28T17:00:00Z" when it has ended; "" otherwise. */
static void add_end(struct str *s, int64_t ends_ms)
{
    if (ends_ms && ends_ms < clock_wall_ms())
        rfc3339_print(s, ends_ms);
}

static void add_end_of(struct str *s, const char *pem)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(pki_certificate_release) struct pki_certificate certificate = {0};
    if (pem && pki_read(pem, "it", &certificate, &none) == 0)
        add_end(s, certificate.ends_ms);
}

/* Asks for the server's certificate without a login. */
static void add_end_of_server(struct str *s, const struct kube *kube)
{
    enum { PROBE_MS = 5000 };
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct http_settings settings = {
        .insecure = true, .proxy = kube->auth->proxy, .connect_ms = PROBE_MS, .total_ms = PROBE_MS, .retries = -1};
    CLEANUP(http_free) struct http *http = http_new(&settings, &none);
    AUTOFREE char *url = xasprintf("%s/version", kube->server);
    struct http_request req = {.url = url, .certificate = true};
    if (http && http_do(http, &req, &res, &none) == 0)
        add_end(s, res.certificate_ends_ms);
}

void kube_explain_unreached(struct kube *kube, struct err *err)
{
    if (err->code != ERR_UNREACHABLE || !err->why || !strstr(err->why, "certificate has expired"))
        return;
    CLEANUP(str_release) struct str when = STR_INIT;
    const char *cluster = kube->auth->cluster_words ? kube->auth->cluster_words : "the cluster";
    add_end_of(&when, kube->auth->ca_pem);
    if (when.len) {
        err_why(err, "TLS: the certificate authority of %s has ended at %s", cluster, when.buf);
        err_hint(err, "get the cluster's new authority, or check this machine's clock");
        return;
    }
    add_end_of_server(&when, kube);
    if (when.len)
        err_why(err, "TLS: the server's certificate has ended at %s", when.buf);
}

/* ---- 401 ---- */

static bool has_own_words(const struct kube_auth *auth, struct err *err)
{
    CLEANUP(str_release) struct str when = STR_INIT;
    add_end_of(&when, auth->cert_pem);
    if (when.len) {
        err_why(err, "the client certificate of %s has ended at %s", auth->user_words ? auth->user_words : "the user", when.buf);
        err_hint(err, "have it renewed; for a cluster of Magnum: aiwf cluster kubeconfig NAME --renew");
        return true;
    }
    if (auth->last.code == ERR_OK)
        return false;
    err_why(err, "the login was refused (401), and there is no new one: %s%s%s", auth->last.what, auth->last.why ? ": " : "",
            auth->last.why ? auth->last.why : "");
    if (auth->last.hint)
        err_hint(err, "%s", auth->last.hint);
    return true;
}

static int not_logged_in(const struct kube *kube, struct err *err)
{
    const struct kube_auth *auth = kube->auth;
    if (has_own_words(auth, err))
        return -1;
    if (!auth->user_words) {
        err_why(err, "the server wants a login (401), and the context of the kubeconfig names no user");
        return err_hint(err, "give it one: kubectl config set-context NAME --user USER");
    }
    if (auth->login_words) {
        err_why(err, "the server does not accept %s, the login of %s (401)", auth->login_words, auth->user_words);
        return err_hint(err,
                        "get a new one as your provider says, or use another context of the kubeconfig: --kube-context NAME");
    }
    if (!str_starts(kube->server, "https:")) {
        err_why(err, "the server wants a login (401), which is not sent over http");
        return err_hint(err, "an https:// server in %s", auth->cluster_words ? auth->cluster_words : "the kubeconfig");
    }
    err_why(err, "the server wants a login (401), and %s has none", auth->user_words);
    return err_hint(err, "give it a token, a client certificate or an exec plugin");
}

/* ---- 403 ---- */

struct permission {
    const char *verb;
    char *ns, *group, *resource, *sub, *name, *path;
};

static void permission_release(struct permission *p)
{
    free(p->ns);
    free(p->group);
    free(p->resource);
    free(p->sub);
    free(p->name);
    free(p->path);
}
DEFINE_CLEANUP(struct permission, permission_release)

static bool is_watch(const char *query) { return query && (strstr(query, "watch=1") || strstr(query, "watch=true")); }

static const char *verb_of(const struct kube_request *request, bool has_name)
{
    static const struct {
        const char *method, *of_one, *of_many;
    } verbs[] = {{"POST", "create", "create"},
                 {"PUT", "update", "update"},
                 {"PATCH", "patch", "patch"},
                 {"DELETE", "delete", "deletecollection"}};
    for (size_t i = 0; request->method && i < ARRAY_LEN(verbs); i++)
        if (strcmp(request->method, verbs[i].method) == 0)
            return has_name ? verbs[i].of_one : verbs[i].of_many;
    return has_name ? "get" : is_watch(strchr(request->path, '?')) ? "watch" : "list";
}

/* As the API server reads a path (apiserver, pkg/endpoints/request/requestinfo.go). */
static void read_path(const struct kube_request *request, struct permission *ret)
{
    AUTOFREE char *path = xstrndup(request->path, strcspn(request->path, "?"));
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, path, "/");
    bool is_core = parts.n > 2 && strcmp(parts.v[0], "api") == 0, is_group = parts.n > 3 && strcmp(parts.v[0], "apis") == 0;
    if (!is_core && !is_group) {
        bool reads = !request->method || strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
        ret->path = xstrdup(path);
        ret->verb = reads ? "get" : verb_of(request, true);
        return;
    }
    size_t at = is_core ? 2 : 3;
    ret->group = xstrdup(is_core ? "" : parts.v[1]);
    if (strcmp(parts.v[at], "namespaces") == 0 && parts.n > at + 2 && strcmp(parts.v[at + 2], "status") != 0 &&
        strcmp(parts.v[at + 2], "finalize") != 0) {
        ret->ns = xstrdup(parts.v[at + 1]);
        at += 2;
    }
    ret->resource = xstrdup(parts.v[at]);
    ret->name = parts.n > at + 1 ? xstrdup(parts.v[at + 1]) : NULL;
    ret->sub = parts.n > at + 2 ? xstrdup(parts.v[at + 2]) : NULL;
    ret->verb = verb_of(request, ret->name);
}

static node_t *review_of(const struct permission *p)
{
    node_t *review = node_new_object();
    node_set_str(review, "apiVersion", "authorization.k8s.io/v1");
    node_set_str(review, "kind", "SelfSubjectAccessReview");
    node_t *spec = node_set(review, "spec", node_new_object());
    node_t *what = node_set(spec, p->path ? "nonResourceAttributes" : "resourceAttributes", node_new_object());
    const char *const members[][2] = {{"verb", p->verb},   {"path", p->path},         {"namespace", p->ns},
                                      {"group", p->group}, {"resource", p->resource}, {"subresource", p->sub},
                                      {"name", p->name}};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (members[i][1])
            node_set_str(what, members[i][0], members[i][1]);
    return review;
}

enum verdict { UNKNOWN, ALLOWED, DENIED };

static enum verdict ask_review(struct kube *kube, const struct permission *p)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(str_release) struct str body = STR_INIT;
    CLEANUP(node_free) node_t *review = review_of(p);
    json_print(review, &body);
    struct kube_request request = {.method = "POST",
                                   .path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                                   .body = body.buf,
                                   .body_len = body.len,
                                   .idempotent = true};
    if (kube->auth->quick || kube_send(kube, &request, &res, &none) != 0 || res.status >= 300)
        return UNKNOWN;
    CLEANUP(node_free) node_t *answer = json_parse(res.body.buf, res.body.len, "the answer", &none);
    const node_t *allowed = node_at(answer, "/status/allowed");
    return node_type(allowed) != NODE_BOOL ? UNKNOWN : node_bool(answer, "/status/allowed", false) ? ALLOWED : DENIED;
}

/* "pods/log", "jobs.batch", "the path /metrics" */
static void add_resource(struct str *s, const struct permission *p)
{
    if (p->path) {
        str_addf(s, "the path %s", p->path);
        return;
    }
    str_addf(s, "%s%s%s%s%s", p->resource, p->sub ? "/" : "", p->sub ? p->sub : "", *p->group ? "." : "", p->group);
    if (p->ns)
        str_addf(s, " in namespace %s", p->ns);
}

/* User "jane" of `jobs.batch is forbidden: User "jane" cannot list resource ...`: who we are there. */
static void add_who(struct str *s, const char *message)
{
    static const char mark[] = "User \"";
    const char *name = strstr(message, mark);
    size_t len = name ? strcspn(name + sizeof(mark) - 1, "\"") : 0;
    if (len)
        str_addf(s, "user %.*s", (int)len, name + sizeof(mark) - 1);
    else
        str_add(s, "this login");
}

static int missing_permission(const struct permission *p, const char *message, struct err *err)
{
    CLEANUP(str_release) struct str who = STR_INIT;
    CLEANUP(str_release) struct str what = STR_INIT;
    CLEANUP(str_release) struct str safe = STR_INIT;
    add_who(&who, message);
    add_resource(&what, p);
    str_addf(&who, " may not %s %s (403)", p->verb, what.buf);
    str_add_safe(&safe, who.buf, who.len, false);
    err_why(err, "%s", safe.buf);
    if (p->path)
        return err_hint(err, "ask for a ClusterRole with verbs [%s], nonResourceURLs [%s]", p->verb, p->path);
    AUTOFREE char *where = p->ns ? xasprintf("Role in namespace %s", p->ns) : xstrdup("ClusterRole");
    return err_hint(err, "ask for a %s with verbs [%s], resources [%s%s%s], apiGroups [%s]", where, p->verb, p->resource,
                    p->sub ? "/" : "", p->sub ? p->sub : "", *p->group ? p->group : "\"\"");
}

static int not_allowed(struct kube *kube, const struct kube_request *request, const char *message, struct err *err)
{
    CLEANUP(permission_release) struct permission permission = {0};
    if (strstr(message, "exceeded quota")) {
        err->code = ERR_CAPACITY;
        return err_hint(err, "aiwf api kube GET /api/v1/namespaces/%s/resourcequotas", kube->ns);
    }
    if (strstr(message, " cannot impersonate "))
        return err_hint(err, "ask for a ClusterRole with verbs [impersonate], or leave --as out");
    read_path(request, &permission);
    switch (ask_review(kube, &permission)) {
    case DENIED:
        return missing_permission(&permission, message, err);
    case ALLOWED:
        err->code = ERR_FAILED;
        return err_hint(err, "the permission is there: a rule of admission refuses this");
    case UNKNOWN:
        break;
    }
    return -1;
}

int kube_refused(struct kube *kube, const struct kube_request *request, const struct http_response *res, const char *failing,
                 struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    http_check(res, err, "%s", failing);
    if (res->status == 401)
        return not_logged_in(kube, err);
    CLEANUP(node_free) node_t *status = json_parse(res->body.buf, res->body.len, "the answer", &none);
    return not_allowed(kube, request, node_str(status, "/message", ""), err);
}
