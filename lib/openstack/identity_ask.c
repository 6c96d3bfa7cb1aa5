/* The conversation of a login: what is missing is asked for, Keystone may want one more factor, and a token comes. */
#include <stdlib.h>
#include <string.h>

#include "base/sig.h"
#include "openstack/identity.h"

static const char *who(const struct cloud *cloud)
{
    static const char *const keys[] = {"username", "user_id", "application_credential_name", "application_credential_id"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (cloud_auth(cloud, keys[i]))
            return cloud_auth(cloud, keys[i]);
    return "with a token";
}

/* ---- secrets that are asked for ---- */

/* What a person can type, by method. */
static const struct {
    const char *method, *key, *prompt;
} secrets[] = {
    {"password", "password", "Password"},
    {"totp", "passcode", "Passcode"},
};

static const char *secret_of(const char *method, const char **prompt)
{
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        if (strcmp(method, secrets[i].method) == 0) {
            *prompt = secrets[i].prompt;
            return secrets[i].key;
        }
    }
    return NULL;
}

static int ask(struct cloud *cloud, const struct asker *asker, const char *key, const char *prompt, struct err *err)
{
    AUTOFREE char *text = xasprintf("%s of %s in cloud %s: ", prompt, who(cloud), cloud->name);
    char *typed = asker->secret(asker->arg, text);
    if (typed) {
        node_set_str(node_get(cloud->config, "auth"), key, typed);
        explicit_bzero(typed, strlen(typed));
        free(typed);
    }
    return sig_interrupted() ? err_set(err, ERR_INTERRUPTED, "interrupted; not logged in to cloud %s", cloud->name) : 0;
}

/* What is still missing after this is told by identity_body. */
static int fill(struct cloud *cloud, const struct strv *methods, const struct asker *asker, struct err *err)
{
    for (size_t i = 0; asker->secret && i < methods->n; i++) {
        const char *prompt = NULL, *key = secret_of(methods->v[i], &prompt);
        if (key && !cloud_auth(cloud, key) && ask(cloud, asker, key, prompt, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- requests ---- */

/* Keystone says the same of a wrong name, password, domain and project. */
static int refused(const struct cloud *cloud, const struct http_response *res, const char *url, struct err *err)
{
    http_check(res, err, "cannot log in to cloud %s at %s as %s", cloud->name, url, who(cloud));
    if (res->status == 401)
        return err_hint(err, "the name, the secret, the domain or the project is wrong: see cloud %s in %s", cloud->name,
                        cloud->source);
    if (res->status == 404 || res->status == 300)
        return err_hint(err, "auth_url in %s does not lead to a Keystone with API version 3", cloud->source);
    return -1;
}

/* receipt: of an earlier answer, or NULL. */
static int post(struct http *http, const struct cloud *cloud, const struct strv *methods, const char *receipt,
                struct http_response *res, struct err *err)
{
    AUTOFREE char *url = identity_url(cloud, err);
    CLEANUP(node_free) node_t *body = url ? identity_body(cloud, methods, err) : NULL;
    if (!body)
        return -1;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str proof = STR_INIT;
    str_addf(&proof, "Openstack-Auth-Receipt: %s", receipt ? receipt : "");
    const char *const headers[] = {"Content-Type: application/json", "Accept: application/json", receipt ? proof.buf : NULL,
                                   NULL};
    AUTOFREE char *target = xasprintf("%s/auth/tokens", url);
    json_print(body, &text);
    struct http_request req = {
        .method = "POST",
        .url = target,
        .headers = headers,
        .body = text.buf,
        .body_len = text.len,
        .idempotent = true, /* a second token is no harm */
    };
    int rc = http_do(http, &req, res, err);
    explicit_bzero(text.buf, text.len);
    explicit_bzero(proof.buf, proof.len);
    if (rc == 0 || err->code == ERR_INTERRUPTED || err->code == ERR_USAGE)
        return rc;
    identity_unreached(cloud, err);
    return err_wrap(err, "cannot log in to cloud %s", cloud->name);
}

/* ---- another factor ---- */

/* Of a rule, what the receipt does not count as shown yet; false when there is one that nobody can type. */
static bool remaining(const node_t *rule, const node_t *shown, struct strv *methods)
{
    CLEANUP(strv_release) struct strv done = STRV_INIT;
    for (const node_t *method = node_first(shown); method; method = node_next(method))
        strv_add(&done, node_text(method) ? node_text(method) : "");
    for (const node_t *method = node_first(rule); method; method = node_next(method)) {
        const char *name = node_text(method), *prompt;
        if (!name || (!strv_has(&done, name) && !secret_of(name, &prompt)))
            return false;
        if (!strv_has(&done, name))
            strv_add(methods, name);
    }
    return methods->n > 0;
}

/* The first of the user's rules that can be met. */
static void rest_of(const struct http_response *res, struct strv *methods)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *root = json_parse(res->body.buf, res->body.len, "the answer", &none);
    const node_t *rule = node_first(node_get(root, "required_auth_methods"));
    for (; rule; rule = node_next(rule)) {
        if (remaining(rule, node_at(root, "/receipt/methods"), methods))
            return;
        strv_release(methods);
        *methods = STRV_INIT;
    }
}

static int needs_factor(const struct cloud *cloud, const struct strv *methods, struct err *err)
{
    err_clear(err);
    err_set(err, ERR_AUTH, "cannot log in to cloud %s as %s: another factor is needed", cloud->name, who(cloud));
    err_why(err, "Keystone wants %s too", methods->n ? methods->v[0] : "a method that aiwf does not know");
    return err_hint(err,
                    methods->n && strcmp(methods->v[0], "totp") == 0
                        ? "aiwf login on a terminal asks for the passcode; or set OS_PASSCODE, or use an application credential"
                        : "use an application credential");
}

/* The answer to the first part becomes that to the rest. */
static int add_factor(struct http *http, struct cloud *cloud, const struct asker *asker, struct http_response *res,
                      struct err *err)
{
    CLEANUP(strv_release) struct strv methods = STRV_INIT;
    AUTOFREE char *receipt = xstrdup(http_header(res, "openstack-auth-receipt"));
    rest_of(res, &methods);
    if (!methods.n || !token_id_is_sane(receipt))
        return needs_factor(cloud, &methods, err);
    if (fill(cloud, &methods, asker, err) != 0)
        return -1;
    for (size_t i = 0; i < methods.n; i++) {
        const char *prompt, *key = secret_of(methods.v[i], &prompt);
        if (!cloud_auth(cloud, key))
            return needs_factor(cloud, &methods, err);
    }
    return post(http, cloud, &methods, receipt, res, err);
}

/* ---- the whole ---- */

static int converse(struct http *http, struct cloud *cloud, const struct asker *asker, struct http_response *res, struct err *err)
{
    CLEANUP(strv_release) struct strv methods = STRV_INIT;
    if (identity_methods(cloud, &methods, err) != 0 || fill(cloud, &methods, asker, err) != 0 ||
        post(http, cloud, &methods, NULL, res, err) != 0)
        return -1;
    if (res->status == 401 && http_header(res, "openstack-auth-receipt") && add_factor(http, cloud, asker, res, err) != 0)
        return -1;
    return 0;
}

int identity_login(struct http *http, struct cloud *cloud, const struct asker *asker, struct token *ret, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *url = identity_url(cloud, err);
    int rc = url ? converse(http, cloud, asker, &res, err) : -1;
    node_delete(node_get(cloud->config, "auth"), "passcode");
    if (rc != 0)
        return -1;
    if (res.status >= 300)
        return refused(cloud, &res, url, err);
    if (identity_parse(http_header(&res, "x-subject-token"), res.body.buf, res.body.len, ret, err) == 0)
        return 0;
    err_wrap(err, "cannot log in to cloud %s at %s", cloud->name, url);
    return err_hint(err, "auth_url in %s does not lead to a Keystone", cloud->source);
}

int identity_revoke(struct http *http, const struct cloud *cloud, const struct token *token, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *url = identity_url(cloud, err);
    AUTOFREE char *target = url ? xasprintf("%s/auth/tokens", url) : NULL;
    if (!target)
        return -1;
    CLEANUP(str_release) struct str own = STR_INIT;
    CLEANUP(str_release) struct str subject = STR_INIT;
    str_addf(&own, "X-Auth-Token: %s", token->id);
    str_addf(&subject, "X-Subject-Token: %s", token->id);
    const char *const headers[] = {own.buf, subject.buf, NULL};
    struct http_request req = {.method = "DELETE", .url = target, .headers = headers};
    int rc = http_do(http, &req, &res, err);
    explicit_bzero(own.buf, own.len);
    explicit_bzero(subject.buf, subject.len);
    if (rc != 0 || res.status == 401 || res.status == 404) /* it was not good any more */
        return rc;
    return http_check(&res, err, "cannot revoke the token of cloud %s", cloud->name);
}
