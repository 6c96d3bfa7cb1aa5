/* The body of a login: methods and scope. */
#include <string.h>

#include "openstack/identity.h"

static const struct {
    const char *auth_type, *method;
} auth_types[] = {
    {"password", "password"},
    {"v3password", "password"},
    {"token", "token"},
    {"v3token", "token"},
    {"v3applicationcredential", "application_credential"},
    {"totp", "totp"},
    {"v3totp", "totp"},
};

static int add_type(const struct cloud *cloud, const char *type, struct strv *methods, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(auth_types); i++) {
        if (strcmp(type, auth_types[i].auth_type) != 0)
            continue;
        if (!strv_has(methods, auth_types[i].method))
            strv_add(methods, auth_types[i].method);
        return 0;
    }
    err_set(err, ERR_USAGE, "cloud %s: auth_type %s is not supported", cloud->name, type);
    return err_why(
        err, "it can be password, token, v3applicationcredential, v3totp, v3multifactor with auth_methods, admin_token, none");
}

/* v3multifactor: auth_methods is a list of such types, or its text with commas. */
static int add_factors(const struct cloud *cloud, struct strv *methods, struct err *err)
{
    CLEANUP(strv_release) struct strv types = STRV_INIT;
    const node_t *list = node_get(cloud->config, "auth_methods");
    if (!list)
        list = node_at(cloud->config, "/auth/auth_methods");
    if (node_text(list))
        strv_split(&types, node_text(list), ", ");
    for (const node_t *type = node_first(list); type; type = node_next(type))
        strv_add(&types, node_text(type) ? node_text(type) : "");
    for (size_t i = 0; i < types.n; i++)
        if (add_type(cloud, types.v[i], methods, err) != 0)
            return err_wrap(err, "cloud %s: auth_methods is not usable", cloud->name);
    if (methods->n)
        return 0;
    err_set(err, ERR_USAGE, "cloud %s has no auth_methods", cloud->name);
    return err_hint(err, "auth_methods: [v3password, v3totp] in %s, or OS_AUTH_METHODS", cloud->source);
}

/* Without an auth_type, what is there says which. */
int identity_methods(const struct cloud *cloud, struct strv *methods, struct err *err)
{
    const char *type = cloud_get(cloud, "auth_type");
    if (type)
        return strcmp(type, "v3multifactor") == 0 ? add_factors(cloud, methods, err) : add_type(cloud, type, methods, err);
    bool has_password = cloud_auth(cloud, "password");
    bool has_token = cloud_auth(cloud, "token");
    bool has_credential = cloud_auth(cloud, "application_credential_secret");
    if (has_password + has_token + has_credential > 1) {
        err_set(err, ERR_USAGE, "cloud %s has two ways to log in at once", cloud->name);
        err_why(err, "it has%s%s%s", has_password ? " a password," : "", has_token ? " a token," : "",
                has_credential ? " an application credential," : "");
        err->why[strlen(err->why) - 1] = '\0';
        return err_hint(err, "set auth_type: password, token or v3applicationcredential (OS_AUTH_TYPE)");
    }
    strv_add(methods, has_token ? "token" : has_credential ? "application_credential" : "password");
    return 0;
}

static int lacks(const struct cloud *cloud, const char *what, const char *variable, struct err *err)
{
    err_set(err, ERR_USAGE, "cloud %s has no %s", cloud->name, what);
    return err_hint(err, "auth: %s in %s, or %s", what, cloud->source, variable);
}

/* As the openstack client has it, names without a domain are those of the domain "default". */
static void set_domain(node_t *object, const struct cloud *cloud, const char *id_key, const char *name_key)
{
    node_t *domain = node_set(object, "domain", node_new_object());
    const char *id = cloud_auth(cloud, id_key);
    const char *name = cloud_auth(cloud, name_key);
    if (!id && !name) {
        id = cloud_auth(cloud, "default_domain_id");
        name = cloud_auth(cloud, "default_domain_name");
    }
    if (id || !name)
        node_set_str(domain, "id", id ? id : "default");
    else
        node_set_str(domain, "name", name);
}

static int add_user(const struct cloud *cloud, node_t *into, struct err *err)
{
    node_t *user = node_set(into, "user", node_new_object());
    if (cloud_auth(cloud, "user_id")) {
        node_set_str(user, "id", cloud_auth(cloud, "user_id"));
        return 0;
    }
    if (!cloud_auth(cloud, "username"))
        return lacks(cloud, "username", "OS_USERNAME", err);
    node_set_str(user, "name", cloud_auth(cloud, "username"));
    set_domain(user, cloud, "user_domain_id", "user_domain_name");
    return 0;
}

static int add_password(const struct cloud *cloud, node_t *identity, struct err *err)
{
    node_t *password = node_set(identity, "password", node_new_object());
    if (add_user(cloud, password, err) != 0)
        return -1;
    if (!cloud_auth(cloud, "password"))
        return lacks(cloud, "password", "OS_PASSWORD", err);
    node_set_str(node_get(password, "user"), "password", cloud_auth(cloud, "password"));
    return 0;
}

static int add_totp(const struct cloud *cloud, node_t *identity, struct err *err)
{
    node_t *totp = node_set(identity, "totp", node_new_object());
    if (add_user(cloud, totp, err) != 0)
        return -1;
    if (!cloud_auth(cloud, "passcode"))
        return lacks(cloud, "passcode", "OS_PASSCODE", err);
    node_set_str(node_get(totp, "user"), "passcode", cloud_auth(cloud, "passcode"));
    return 0;
}

static int add_token(const struct cloud *cloud, node_t *identity, struct err *err)
{
    if (!cloud_auth(cloud, "token"))
        return lacks(cloud, "token", "OS_TOKEN", err);
    node_set_str(node_set(identity, "token", node_new_object()), "id", cloud_auth(cloud, "token"));
    return 0;
}

static int add_credential(const struct cloud *cloud, node_t *identity, struct err *err)
{
    node_t *credential = node_set(identity, "application_credential", node_new_object());
    if (!cloud_auth(cloud, "application_credential_secret"))
        return lacks(cloud, "application_credential_secret", "OS_APPLICATION_CREDENTIAL_SECRET", err);
    node_set_str(credential, "secret", cloud_auth(cloud, "application_credential_secret"));
    if (cloud_auth(cloud, "application_credential_id")) {
        node_set_str(credential, "id", cloud_auth(cloud, "application_credential_id"));
        return 0;
    }
    if (!cloud_auth(cloud, "application_credential_name"))
        return lacks(cloud, "application_credential_id", "OS_APPLICATION_CREDENTIAL_ID", err);
    node_set_str(credential, "name", cloud_auth(cloud, "application_credential_name"));
    return add_user(cloud, credential, err);
}

/* Trust, system, project or domain; none of them: Keystone gives the user's default project, else no scope. */
static void add_scope(const struct cloud *cloud, node_t *auth)
{
    const char *project_id = cloud_auth(cloud, "project_id");
    const char *project_name = cloud_auth(cloud, "project_name");
    const char *domain_id = cloud_auth(cloud, "domain_id");
    const char *domain_name = cloud_auth(cloud, "domain_name");
    CLEANUP(node_free) node_t *scope = node_new_object();
    if (cloud_auth(cloud, "trust_id")) {
        node_set_str(node_set(scope, "OS-TRUST:trust", node_new_object()), "id", cloud_auth(cloud, "trust_id"));
    } else if (cloud_auth(cloud, "system_scope")) {
        node_set_bool(node_set(scope, "system", node_new_object()), "all", true);
    } else if (project_id) {
        node_set_str(node_set(scope, "project", node_new_object()), "id", project_id);
    } else if (project_name) {
        node_t *project = node_set(scope, "project", node_new_object());
        node_set_str(project, "name", project_name);
        set_domain(project, cloud, "project_domain_id", "project_domain_name");
    } else if (domain_id || domain_name) {
        node_set_str(node_set(scope, "domain", node_new_object()), domain_id ? "id" : "name",
                     domain_id ? domain_id : domain_name);
    } else {
        return;
    }
    node_set(auth, "scope", TAKE(scope));
}

/* Not even the user's default project. */
static int add_no_scope(const struct cloud *cloud, node_t *auth, struct err *err)
{
    static const char *const scopes[] = {"trust_id", "system_scope", "project_id", "project_name", "domain_id", "domain_name"};
    for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
        if (!cloud_auth(cloud, scopes[i]))
            continue;
        err_set(err, ERR_USAGE, "cloud %s has two scopes at once", cloud->name);
        err_why(err, "it has unscoped, and %s", scopes[i]);
        return err_hint(err, "keep one of them in %s", cloud->source);
    }
    node_set_str(auth, "scope", "unscoped");
    return 0;
}

static const struct {
    const char *method;
    int (*add)(const struct cloud *cloud, node_t *identity, struct err *err);
} adders[] = {
    {"password", add_password},
    {"token", add_token},
    {"application_credential", add_credential},
    {"totp", add_totp},
};

static int add_method(const struct cloud *cloud, const char *method, node_t *identity, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(adders); i++)
        if (strcmp(method, adders[i].method) == 0)
            return adders[i].add(cloud, identity, err);
    return err_set(err, ERR_AUTH, "cloud %s wants the factor %s, which is not supported", cloud->name, method);
}

node_t *identity_body(const struct cloud *cloud, const struct strv *methods, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_t *auth = node_set(body, "auth", node_new_object());
    node_t *identity = node_set(auth, "identity", node_new_object());
    node_t *names = node_set(identity, "methods", node_new_array());
    for (size_t i = 0; i < methods->n; i++) {
        node_push(names, node_new_str(methods->v[i]));
        if (add_method(cloud, methods->v[i], identity, err) != 0)
            return NULL;
    }
    if (strv_has(methods, "application_credential")) /* Keystone refuses a scope with one: it has its own */
        return TAKE(body);
    if (!str_eq(cloud_auth(cloud, "unscoped"), "true"))
        add_scope(cloud, auth);
    else if (add_no_scope(cloud, auth, err) != 0)
        return NULL;
    return TAKE(body);
}
