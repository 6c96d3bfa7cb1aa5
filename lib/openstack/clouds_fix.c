/* One spelling for what clouds.yaml and OS_* may spell in several ways. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "openstack/clouds_parts.h"

void clouds_update(node_t *into, const node_t *from)
{
    for (const node_t *member = node_first(from); member; member = node_next(member)) {
        node_t *old = node_get(into, node_key(member));
        bool is_auth = strcmp(node_key(member), "auth") == 0;
        if (is_auth && node_type(old) == NODE_OBJECT && node_type(member) == NODE_OBJECT)
            clouds_update(old, member);
        else if (node_type(member) != NODE_NULL)
            node_set(into, node_key(member), node_copy(member));
    }
}

static node_t *normal_scalar(const node_t *node)
{
    if (node_type(node) != NODE_NUMBER)
        return node_copy(node);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(node, &text);
    return node_new_str(text.buf);
}

node_t *clouds_normal(const node_t *node)
{
    enum node_type type = node_type(node);
    if (type != NODE_OBJECT && type != NODE_ARRAY)
        return normal_scalar(node);
    node_t *copy = type == NODE_OBJECT ? node_new_object() : node_new_array();
    for (const node_t *child = node_first(node); child; child = node_next(child)) {
        if (type == NODE_ARRAY) {
            node_push(copy, clouds_normal(child));
            continue;
        }
        AUTOFREE char *key = xstrdup(node_key(child));
        for (char *c = key; *c; c++)
            if (*c == '-')
                *c = '_';
        node_set(copy, key, clouds_normal(child));
    }
    return copy;
}

/* The login's members: an older spelling and the one we use. The new one wins, and the one below auth wins over
 * the one beside it. */
static const struct {
    const char *old, *now;
} auth_keys[] = {
    {NULL, "auth_url"},
    {NULL, "username"},
    {NULL, "user_id"},
    {NULL, "password"},
    {NULL, "passcode"},
    {"auth_token", "token"},
    {"tenant_id", "project_id"},
    {"tenant_name", "project_name"},
    {NULL, "domain_id"},
    {NULL, "domain_name"},
    {NULL, "user_domain_id"},
    {NULL, "user_domain_name"},
    {NULL, "project_domain_id"},
    {NULL, "project_domain_name"},
    {"default_domain", "default_domain_id"},
    {NULL, "default_domain_name"},
    {NULL, "system_scope"},
    {NULL, "trust_id"},
    {NULL, "application_credential_id"},
    {NULL, "application_credential_name"},
    {NULL, "application_credential_secret"},
};

static void take(node_t *from, const char *key, char **value)
{
    const char *text = node_text(node_get(from, key));
    if (text && *text) {
        free(*value);
        *value = xstrdup(text);
    }
    node_delete(from, key);
}

static void gather_auth(node_t *config, node_t *auth)
{
    for (size_t i = 0; i < ARRAY_LEN(auth_keys); i++) {
        AUTOFREE char *value = NULL;
        if (auth_keys[i].old) {
            take(config, auth_keys[i].old, &value);
            take(auth, auth_keys[i].old, &value);
        }
        take(config, auth_keys[i].now, &value);
        take(auth, auth_keys[i].now, &value);
        if (value)
            node_set_str(auth, auth_keys[i].now, value);
    }
}

/* domain_id says both the user's and the project's domain when the scope is a project. */
static void spread_domain(node_t *auth, const char *domain, const char *user_key, const char *project_key)
{
    const char *text = node_text(node_get(auth, domain));
    if (!text || (!node_get(auth, "project_id") && !node_get(auth, "project_name")))
        return;
    AUTOFREE char *value = xstrdup(text);
    if (!node_get(auth, user_key))
        node_set_str(auth, user_key, value);
    if (!node_get(auth, project_key))
        node_set_str(auth, project_key, value);
    node_delete(auth, domain);
}

/* unscoped: true, or the text of a variable. */
static void gather_unscoped(node_t *config, node_t *auth)
{
    const node_t *places[] = {node_get(auth, "unscoped"), node_get(config, "unscoped")};
    bool yes = false;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        yes = yes || node_bool(places[i], "", false) || (node_text(places[i]) && strcasecmp(node_text(places[i]), "true") == 0);
    node_delete(config, "unscoped");
    node_delete(auth, "unscoped");
    if (yes)
        node_set_str(auth, "unscoped", "true");
}

/* "endpoint_type" is "interface", and "compute_endpoint_type" is "compute_interface"; the old one wins. */
static void rename_interfaces(node_t *config)
{
    static const char old[] = "endpoint_type";
    node_t *next;
    for (node_t *member = node_first(config); member; member = next) {
        next = node_next(member);
        if (!str_ends(node_key(member), old))
            continue;
        AUTOFREE char *name = xasprintf("%.*sinterface", (int)(strlen(node_key(member)) - strlen(old)), node_key(member));
        node_set(config, name, node_copy(member));
        node_free(node_detach(config, member));
    }
}

/* Unlike the other old spellings, user_name below auth beats the new one beside it. */
static void rename_missing(node_t *object, const char *old, const char *now)
{
    AUTOFREE char *value = xstrdup_or_null(node_text(node_get(object, old)));
    node_delete(object, old);
    if (value && !node_get(object, now))
        node_set_str(object, now, value);
}

/* "{region_name}" in a text stands for the cloud's own member of that name; a member that is not there stays as it is. */
static char *expanded(const node_t *config, const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (const char *at = text; *at;) {
        size_t name = *at == '{' ? strcspn(at + 1, "{}") : 0;
        AUTOFREE char *key = xstrndup(at + 1, name);
        const char *value = name && at[1 + name] == '}' ? node_text(node_get(config, key)) : NULL;
        if (!value && name && at[1 + name] == '}' && strcmp(key, "region_name") == 0)
            value = "";
        if (value) {
            str_add(&s, value);
            at += name + 2;
        } else {
            str_addc(&s, *at++);
        }
    }
    return xstrdup(s.buf);
}

static void expand(const node_t *config, node_t *object, const char *key)
{
    const char *text = node_text(node_get(object, key));
    if (!text || !strchr(text, '{'))
        return;
    AUTOFREE char *name = xstrdup(key);
    AUTOFREE char *value = expanded(config, text);
    node_set_str(object, name, value);
}

/* The texts of the cloud itself, and the URL of the login. */
static void expand_all(node_t *config, node_t *auth)
{
    CLEANUP(strv_release) struct strv keys = STRV_INIT;
    for (const node_t *member = node_first(config); member; member = node_next(member))
        if (node_text(member))
            strv_add(&keys, node_key(member));
    expand(config, auth, "auth_url");
    for (size_t i = 0; i < keys.n; i++)
        expand(config, config, keys.v[i]);
}

void clouds_fix(node_t *config)
{
    node_t *auth = node_object(config, "auth");
    rename_interfaces(config);
    rename_missing(config, "auth_plugin", "auth_type");
    rename_missing(auth, "user_name", "username");
    rename_missing(config, "user_name", "username");
    if (node_text(node_get(config, "passcode"))) /* alone among them, this one beats the one below auth */
        node_delete(auth, "passcode");
    gather_auth(config, auth);
    gather_unscoped(config, auth);
    spread_domain(auth, "domain_id", "user_domain_id", "project_domain_id");
    spread_domain(auth, "domain_name", "user_domain_name", "project_domain_name");
    expand_all(config, auth);
}
