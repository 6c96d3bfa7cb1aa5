/* Where clouds are described: the files, found and merged, and the environment. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "openstack/clouds_parts.h"

static void add_paths(struct strv *paths, const char *folder, const char *base)
{
    static const char *const endings[] = {"yaml", "yml", "json"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        strv_addf(paths, "%s/%s.%s", folder, base, endings[i]);
}

/* $XDG_CONFIG_DIRS, else /etc/xdg. */
static void add_site_paths(struct strv *paths, const char *base)
{
    const char *dirs = getenv("XDG_CONFIG_DIRS");
    CLEANUP(strv_release) struct strv folders = STRV_INIT;
    strv_split(&folders, dirs && *dirs ? dirs : "/etc/xdg", ":");
    for (size_t i = 0; i < folders.n; i++) {
        AUTOFREE char *folder = path_join(folders.v[i], "openstack");
        add_paths(paths, folder, base);
    }
}

static void search_paths(struct strv *paths, const char *base, const char *given)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    AUTOFREE char *home = path_home(".config/openstack");
    AUTOFREE char *ours = xdg && *xdg ? path_join(xdg, "openstack") : NULL;
    if (given && *given)
        strv_add(paths, given);
    add_paths(paths, ".", base);
    if (ours)
        add_paths(paths, ours, base);
    add_paths(paths, home, base);
    add_site_paths(paths, base);
    add_paths(paths, "/etc/openstack", base);
}

/* The first that can be read; an empty document when there is none. */
static int load_first(const char *base, const char *given, struct doc *ret, struct err *err)
{
    CLEANUP(strv_release) struct strv paths = STRV_INIT;
    search_paths(&paths, base, given);
    for (size_t i = 0; i < paths.n; i++)
        if (access(paths.v[i], R_OK) == 0)
            return doc_load(ret, paths.v[i], err);
    return 0;
}

/* The object below `key`, each of whose members is an object; NULL when there is none. */
static int section(const struct doc *doc, const char *key, node_t **ret, struct err *err)
{
    *ret = NULL;
    if (node_type(doc->root) == NODE_NONE || node_type(doc->root) == NODE_NULL)
        return 0;
    if (node_type(doc->root) != NODE_OBJECT)
        return doc_err(doc, doc->root, err, "expected a mapping with \"%s\"", key);
    const node_t *found = node_get(doc->root, key);
    if (!found || node_type(found) == NODE_NULL)
        return 0;
    if (node_type(found) != NODE_OBJECT)
        return doc_err(doc, found, err, "%s: expected a mapping of clouds", key);
    for (const node_t *cloud = node_first(found); cloud; cloud = node_next(cloud))
        if (node_type(cloud) != NODE_OBJECT && node_type(cloud) != NODE_NULL)
            return doc_err(doc, cloud, err, "%s: %s: expected a mapping", key, node_key(cloud));
    *ret = node_copy(found);
    return 0;
}

void clouds_merge(node_t *into, const node_t *from)
{
    for (const node_t *member = node_first(from); member; member = node_next(member)) {
        node_t *old = node_get(into, node_key(member));
        if (node_type(old) == NODE_OBJECT && node_type(member) == NODE_OBJECT)
            clouds_merge(old, member);
        else if (node_type(member) != NODE_NULL || !old)
            node_set(into, node_key(member), node_copy(member));
    }
}

static bool is_for_us(const char *variable)
{
    return str_starts(variable, "OS_") && !str_starts(variable, "OS_TEST") && !str_starts(variable, "OS_STD") &&
           !str_starts(variable, "OS_LOG");
}

/* These choose among clouds, or go with any of them, and do not make one. */
static bool is_selector(const char *name)
{
    static const char *const selectors[] = {
        "OS_CLOUD", "OS_REGION_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLOUD_NAME", "OS_PASSCODE", NULL};
    return str_index(selectors, name) >= 0;
}

/* The environment's cloud, or NULL. An empty variable counts as not set. */
static node_t *from_environment(void)
{
    CLEANUP(node_free) node_t *cloud = node_new_object();
    bool found = false;
    for (char **entry = environ; entry && *entry; entry++) {
        size_t len = strcspn(*entry, "=");
        if (!is_for_us(*entry) || (*entry)[len] != '=' || !(*entry)[len + 1])
            continue;
        AUTOFREE char *name = xstrndup(*entry, len);
        AUTOFREE char *key = xstrdup(name + strlen("OS_"));
        for (char *c = key; *c; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
        found |= !is_selector(name);
        if (strcmp(name, "OS_CLOUD") == 0) /* "cloud" is an old word for a profile */
            continue;
        node_set_str(cloud, key, *entry + len + 1);
    }
    return found ? TAKE(cloud) : NULL;
}

static int add_environment(struct clouds *clouds, struct err *err)
{
    const char *name = getenv("OS_CLOUD_NAME");
    clouds->env_name = xstrdup(name && *name ? name : "envvars");
    if (node_get(clouds->clouds, clouds->env_name)) {
        err_set(err, ERR_USAGE, "%s has a cloud named %s, which is the name of the environment's cloud", clouds->source,
                clouds->env_name);
        return err_hint(err, "rename it, or set OS_CLOUD_NAME to another name");
    }
    node_t *cloud = from_environment();
    if (cloud)
        node_set(clouds->clouds, clouds->env_name, cloud);
    clouds->has_env = cloud != NULL;
    return 0;
}

int clouds_read(struct clouds *ret, struct err *err)
{
    CLEANUP(doc_release) struct doc main = DOC_INIT;
    CLEANUP(doc_release) struct doc secure = DOC_INIT;
    CLEANUP(doc_release) struct doc public = DOC_INIT;
    CLEANUP(clouds_release) struct clouds clouds = {0};
    CLEANUP(node_free) node_t *secrets = NULL;
    if (load_first("clouds", getenv("OS_CLIENT_CONFIG_FILE"), &main, err) != 0 ||
        load_first("secure", getenv("OS_CLIENT_SECURE_FILE"), &secure, err) != 0 ||
        load_first("clouds-public", NULL, &public, err) != 0)
        return -1;
    if (section(&main, "clouds", &clouds.clouds, err) != 0 || section(&secure, "clouds", &secrets, err) != 0 ||
        section(&public, "public-clouds", &clouds.profiles, err) != 0)
        return -1;
    if (!clouds.clouds)
        clouds.clouds = node_new_object();
    clouds_merge(clouds.clouds, secrets);
    clouds.source = xstrdup_or_null(main.source ? main.source : secure.source);
    if (add_environment(&clouds, err) != 0)
        return -1;
    *ret = clouds;
    clouds = (struct clouds){0};
    return 0;
}

void clouds_release(struct clouds *clouds)
{
    node_free(clouds->clouds);
    node_free(clouds->profiles);
    free(clouds->source);
    free(clouds->env_name);
    *clouds = (struct clouds){0};
}
