/* Secrets of an OpenFaaS gateway (facts: openfaas/faas-provider, types/secret.go): a name and one value, a file of that
 * name below /var/openfaas/secrets of each function that asks for it. */
#include <string.h>

#include "base/base64.h"
#include "net/rest.h"
#include "net/url.h"
#include "serverless/openfaas.h"
#include "serverless/secrets.h"

static const char *secrets_url(const struct openfaas *gateway, struct str *url)
{
    url_path(url, gateway->url, "/system/secrets", NULL);
    url_query(url, "namespace", gateway->namespace);
    return url->buf;
}

static node_t *list(const struct runtime_env *env, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0)
        return NULL;
    CLEANUP(node_free) node_t *all = rest_get(env->http, secrets_url(&gateway, &url), "cannot list secrets", err);
    if (!all)
        return NULL;
    node_t *secrets = node_new_array(); /* a gateway may answer null for none */
    for (const node_t *one = node_first(all); one; one = node_next(one)) {
        node_t *secret = node_push(secrets, node_new_object());
        node_set_str(secret, "name", node_str(one, "/name", "?"));
        node_set_str(secret, "namespace", node_str(one, "/namespace", NULL));
        node_set(secret, "keys", node_new_null());
        node_set(secret, "created", node_new_null());
    }
    return secrets;
}

/* JSON cannot hold every byte. */
static bool is_text(const struct str *value)
{
    for (size_t at = 0; at < value->len;) {
        size_t n = utf8_sequence(value->buf + at, value->len - at);
        if (!n || !value->buf[at])
            return false;
        at += n;
    }
    return true;
}

static node_t *body_of(const struct openfaas *gateway, const struct secret *secret)
{
    node_t *body = node_new_object();
    node_set_str(body, "name", secret->name);
    if (gateway->namespace)
        node_set_str(body, "namespace", gateway->namespace);
    if (is_text(secret->value)) {
        node_set_str(body, "value", secret->value->buf);
        return body;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    base64_encode(&text, secret->value->buf, secret->value->len);
    node_set_str(body, "rawValue", text.buf);
    explicit_bzero(text.buf, text.len);
    return body;
}

static int send_secret(const struct runtime_env *env, const char *method, const char *verb, const struct secret *secret,
                       struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot %s secret \"%s\"", verb, secret->name);
    node_t *body = body_of(&gateway, secret);
    struct rest_call call = {.method = method, .url = secrets_url(&gateway, &url), .body = body, .failing = failing};
    int rc = rest_do(env->http, &call, NULL, err);
    node_wipe(body);
    return rc;
}

/* -1: not known. */
static int is_there(const struct runtime_env *env, const char *name)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *secrets = list(env, &none);
    return secrets ? node_find(secrets, "/name", name) != NULL : -1;
}

/* Providers refuse a second one of a name with 400, 409 or 500. */
static int create(const struct runtime_env *env, const struct secret *secret, struct err *err)
{
    if (send_secret(env, "POST", "create", secret, err) == 0)
        return 0;
    bool may_be_there = err->code == ERR_FAILED || err->code == ERR_CONFLICT;
    if (!may_be_there || is_there(env, secret->name) != 1)
        return -1;
    err_set(err, ERR_CONFLICT, "secret \"%s\" exists already", secret->name);
    return err_hint(err, "aiwf function secret update %s", secret->name);
}

/* A provider may make what is not there, or say so by any status. */
static int must_be_there(const struct runtime_env *env, const char *name, struct err *err)
{
    if (is_there(env, name) != 0)
        return 0;
    err_set(err, ERR_NOT_FOUND, "there is no secret \"%s\"", name);
    return err_hint(err, "aiwf function secret list");
}

static int update(const struct runtime_env *env, const struct secret *secret, struct err *err)
{
    return must_be_there(env, secret->name, err) == 0 ? send_secret(env, "PUT", "update", secret, err) : -1;
}

static int remove_secret(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (must_be_there(env, name, err) != 0 || openfaas_of(env, &gateway, err) != 0)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot delete secret \"%s\"", name);
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "name", name);
    if (gateway.namespace)
        node_set_str(body, "namespace", gateway.namespace);
    struct rest_call call = {.method = "DELETE", .url = secrets_url(&gateway, &url), .body = body, .failing = failing};
    return rest_do(env->http, &call, NULL, err);
}

const struct secret_store secrets_openfaas = {.list = list, .create = create, .update = update, .remove = remove_secret};
