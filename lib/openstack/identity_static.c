/* Clouds without a Keystone: auth_type none, and admin_token, whose token is in the settings. */
#include <string.h>

#include "openstack/identity.h"

static bool is_none(const char *type) { return strcmp(type, "none") == 0 || strcmp(type, "None") == 0; }

static bool is_admin_token(const char *type) { return strcmp(type, "admin_token") == 0 || strcmp(type, "token_endpoint") == 0; }

bool identity_is_static(const struct cloud *cloud)
{
    const char *type = cloud_get(cloud, "auth_type");
    return type && (is_none(type) || is_admin_token(type));
}

static const char *login_setting(const struct cloud *cloud, const char *key)
{
    const char *text = cloud_auth(cloud, key);
    return text ? text : cloud_get(cloud, key);
}

const char *identity_static_endpoint(const struct cloud *cloud, struct err *err)
{
    const char *url = login_setting(cloud, "endpoint");
    if (!url && is_admin_token(cloud_get(cloud, "auth_type")))
        url = login_setting(cloud, "url");
    if (url)
        return url;
    err_set(err, ERR_USAGE, "cloud %s has no endpoint", cloud->name);
    err_why(err, "with auth_type %s there is no catalog that would say where its services are", cloud_get(cloud, "auth_type"));
    err_hint(err, "auth: endpoint in %s, or OS_ENDPOINT; of one service, container_infra_endpoint_override", cloud->source);
    return NULL;
}

int identity_static(const struct cloud *cloud, struct token *ret, struct err *err)
{
    static const int64_t never_ms = 253402300799000; /* 9999-12-31 */
    bool none = is_none(cloud_get(cloud, "auth_type"));
    const char *id = none ? "notused" : cloud_auth(cloud, "token");
    if (!id) {
        err_set(err, ERR_USAGE, "cloud %s has no token", cloud->name);
        return err_hint(err, "auth: token in %s, or OS_TOKEN", cloud->source);
    }
    if (!token_id_is_sane(id))
        return err_set(err, ERR_USAGE, "cloud %s: its token has characters that no token has", cloud->name);
    *ret = (struct token){
        .id = xstrdup(id),
        .expires_ms = never_ms,
        .catalog = node_new_array(),
        .about = node_new_object(),
    };
    return 0;
}
