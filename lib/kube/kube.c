#include "kube/kube.h"

#include <stdlib.h>
#include <string.h>

#include "kube/auth.h"
#include "net/url.h"

enum { TOTAL_MS = 60000 };

/* The headers of who acts; the command line's beat the kubeconfig's. */
static void add_impersonation(const struct kube_access *access, const struct kube_settings *settings, struct strv *headers)
{
    for (const char *const *header = access->impersonate; header && *header && !settings->as; header++)
        strv_add(headers, *header);
    if (!settings->as)
        return;
    strv_addf(headers, "Impersonate-User: %s", settings->as);
    for (size_t i = 0; settings->as_groups && i < settings->as_groups->n; i++)
        strv_addf(headers, "Impersonate-Group: %s", settings->as_groups->v[i]);
}

static struct http *new_client(const struct kube *kube, const struct kube_access *access, const struct kube_settings *settings,
                               struct err *err)
{
    CLEANUP(strv_release) struct strv headers = STRV_INIT;
    const char *cluster = access->cluster_words, *user = access->user_words;
    AUTOFREE char *ca_setting = cluster ? xasprintf("certificate-authority of %s", cluster) : NULL;
    AUTOFREE char *proxy_setting = cluster ? xasprintf("proxy-url of %s", cluster) : NULL;
    AUTOFREE char *cert_setting = user ? xasprintf("client-certificate and client-key of %s", user) : NULL;
    add_impersonation(access, settings, &headers);
    struct http_settings http_settings = {
        .ca_file = access->ca_file,
        .cert_file = access->cert_file,
        .key_file = access->key_file,
        .ca_pem = access->ca_pem,
        .cert_pem = access->cert_pem,
        .key_pem = access->key_pem,
        .insecure = access->insecure,
        .user = access->user,
        .password = access->password,
        .bearer = access->token,
        .headers = (const char *const *)headers.v,
        .auth_url = kube->server,
        .login = kube_auth_changes(kube->auth) ? kube_auth_login : NULL,
        .login_arg = kube->auth,
        .tls_name = access->tls_name,
        .proxy = access->proxy,
        .plain = access->plain,
        .connect_ms = settings->connect_ms,
        .total_ms = settings->total_ms ? settings->total_ms : TOTAL_MS,
        .retries = settings->retries,
        .trace = settings->trace,
        .timing = settings->timing,
        .ca_setting = ca_setting,
        .cert_setting = cert_setting,
        .proxy_setting = proxy_setting,
    };
    return http_new(&http_settings, err);
}

int kube_open(struct kube *kube, const struct kube_access *access, const struct kube_settings *settings, struct err *err)
{
    *kube = (struct kube){.server = url_check(access->server, err)};
    if (!kube->server)
        return err_wrap(err, "the address of the Kubernetes server is not usable");
    kube->ns = xstrdup(access->ns ? access->ns : "default");
    kube->auth = kube_auth_new(access, settings);
    kube->http = new_client(kube, access, settings, err);
    if (kube->http)
        return 0;
    kube_release(kube);
    return -1;
}

void kube_release(struct kube *kube)
{
    http_free(kube->http);
    kube_auth_free(kube->auth);
    free(kube->server);
    free(kube->ns);
    *kube = (struct kube){0};
}

/* The texts of a request. */
struct sent {
    char *url, *accept, *type;
    const char *headers[3];
};

static struct http_request prepare(const struct kube *kube, const struct kube_request *request, struct sent *sent)
{
    bool endless = request->on_data && !request->ends;
    sent->url = xasprintf("%s%s", kube->server, request->path);
    sent->accept = xasprintf("Accept: %s", request->accept ? request->accept : "application/json");
    sent->type = xasprintf("Content-Type: %s", request->content_type ? request->content_type : "application/json");
    sent->headers[0] = sent->accept;
    sent->headers[1] = request->body ? sent->type : NULL;
    return (struct http_request){
        .method = request->method,
        .url = sent->url,
        .headers = sent->headers,
        .body = request->body,
        .body_len = request->body_len,
        .idempotent = request->idempotent,
        .first_byte_ms = endless ? -1 : 0,
        .total_ms = endless ? -1 : 0,
        .on_data = request->on_data,
        .arg = request->arg,
    };
}

int kube_send_all(struct kube *kube, const struct kube_request *requests, struct http_response *results, struct err *errs,
                  size_t n)
{
    AUTOFREE struct sent *sent = xcalloc(n, sizeof(*sent));
    AUTOFREE struct http_request *reqs = xcalloc(n, sizeof(*reqs));
    for (size_t i = 0; i < n; i++)
        reqs[i] = prepare(kube, &requests[i], &sent[i]);
    int failed = http_do_all(kube->http, reqs, results, errs, n);
    for (size_t i = 0; i < n; i++) {
        kube_explain_unreached(kube, &errs[i]);
        free(sent[i].url);
        free(sent[i].accept);
        free(sent[i].type);
    }
    return failed;
}

int kube_send(struct kube *kube, const struct kube_request *request, struct http_response *res, struct err *err)
{
    return kube_send_all(kube, request, res, err, 1) ? -1 : 0;
}

int kube_check(struct kube *kube, const struct kube_request *request, const struct http_response *res, const char *failing,
               struct err *err)
{
    kube_warn(kube->auth, res);
    if (res->status == 401 || res->status == 403)
        return kube_refused(kube, request, res, failing, err);
    return http_check(res, err, "%s", failing);
}

static node_t *read_object(const struct http_response *res, const char *failing, struct err *err)
{
    CLEANUP(node_free) node_t *answer = json_parse(res->body.buf, res->body.len, "the answer", err);
    if (answer && node_type(answer) == NODE_OBJECT)
        return TAKE(answer);
    if (answer)
        err_set(err, ERR_FAILED, "the answer is not an object");
    err_wrap(err, "%s", failing);
    return NULL;
}

node_t *kube_get(struct kube *kube, const char *path, const char *failing, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct kube_request request = {.path = path};
    if (kube_send(kube, &request, &res, err) != 0) {
        if (err->code != ERR_INTERRUPTED)
            err_wrap(err, "%s", failing);
        return NULL;
    }
    return kube_check(kube, &request, &res, failing, err) == 0 ? read_object(&res, failing, err) : NULL;
}
