#include "openstack/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/url.h"

void token_release(struct token *token)
{
    if (token->id)
        explicit_bzero(token->id, strlen(token->id));
    free(token->id);
    node_free(token->catalog);
    node_free(token->roots);
    node_free(token->about);
    *token = (struct token){0};
}

bool token_id_is_sane(const char *id)
{
    size_t len = 0;
    for (; id && id[len] > ' ' && id[len] < 0x7f; len++)
        if (len >= TOKEN_MAX_BYTES)
            return false;
    return len && !id[len];
}

char *identity_url(const struct cloud *cloud, struct err *err)
{
    const char *text = cloud_auth(cloud, "auth_url");
    if (!text) {
        err_set(err, ERR_USAGE, "cloud %s has no auth_url", cloud->name);
        err_hint(err, "auth: auth_url in %s, or OS_AUTH_URL", cloud->source);
        return NULL;
    }
    AUTOFREE char *url = url_check(text, err);
    if (!url) {
        err_wrap(err, "cloud %s: auth_url is not usable", cloud->name);
        return NULL;
    }
    if (str_ends(url, "/v2.0")) /* of a cloud whose settings are older than itself */
        url[strlen(url) - strlen("/v2.0")] = '\0';
    return str_ends(url, "/v3") ? TAKE(url) : xasprintf("%s/v3", url);
}

int identity_unreached(const struct cloud *cloud, struct err *err)
{
    if (err->code == ERR_UNREACHABLE && err->hint && strstr(err->hint, "ca-file"))
        err_hint(err, "cacert: FILE, with the authority's PEM, in cloud %s of %s, or OS_CACERT", cloud->name, cloud->source);
    return -1;
}

int identity_parse(const char *id, const char *body, size_t len, struct token *ret, struct err *err)
{
    if (!token_id_is_sane(id)) {
        err_set(err, ERR_FAILED, "the answer to the login has no token");
        return err_why(err, "its X-Subject-Token is %s", id && *id ? "not one that can be used" : "missing");
    }
    CLEANUP(node_free) node_t *root = json_parse(body, len, "the answer to the login", err);
    if (!root)
        return -1;
    int64_t expires_ms;
    node_t *about = node_get(root, "token");
    if (!rfc3339_parse(node_str(root, "/token/expires_at", ""), &expires_ms))
        return err_set(err, ERR_FAILED, "the answer to the login does not say when its token expires");
    node_t *catalog = node_get(about, "catalog");
    *ret = (struct token){
        .id = xstrdup(id),
        .expires_ms = expires_ms,
        .catalog = node_type(catalog) == NODE_ARRAY ? node_detach(about, catalog) : node_new_array(),
        .about = node_detach(root, about),
    };
    node_delete(ret->about, "catalog");
    return 0;
}
