#include "openstack/clouds.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "openstack/clouds_parts.h"

/* "a, b, c" */
static void join(const struct strv *names, struct str *s)
{
    for (size_t i = 0; i < names->n; i++)
        str_addf(s, "%s%s", i ? ", " : "", names->v[i]);
}

static void list_names(const struct clouds *clouds, struct strv *names)
{
    for (const node_t *cloud = node_first(clouds->clouds); cloud; cloud = node_next(cloud))
        strv_add(names, node_key(cloud));
}

static const char *where(const struct clouds *clouds) { return clouds->source ? clouds->source : "the environment"; }

static int not_there(const struct clouds *clouds, const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(str_release) struct str known = STR_INIT;
    list_names(clouds, &names);
    join(&names, &known);
    err_set(err, ERR_NOT_FOUND, "no cloud named %s", name);
    if (!names.n) {
        err_why(err, "there is no clouds.yaml with clouds in it, and no OS_AUTH_URL");
        return err_hint(err, "write ./clouds.yaml or ~/.config/openstack/clouds.yaml, or set OS_CLIENT_CONFIG_FILE to one");
    }
    err_why(err, "known in %s: %s", where(clouds), known.buf);
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : -1;
}

static int not_chosen(const struct clouds *clouds, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(str_release) struct str known = STR_INIT;
    list_names(clouds, &names);
    join(&names, &known);
    if (!names.n) {
        err_set(err, ERR_USAGE, "no OpenStack cloud is configured");
        err_why(err, "there is no clouds.yaml, and no OS_AUTH_URL in the environment");
        return err_hint(err, "write ~/.config/openstack/clouds.yaml, or set OS_CLIENT_CONFIG_FILE to one");
    }
    err_set(err, ERR_USAGE, "no cloud is chosen");
    err_why(err, "known in %s: %s", where(clouds), known.buf);
    return err_hint(err, "--cloud %s, OS_CLOUD, or cloud in the context (aiwf context add NAME --cloud %s)", names.v[0],
                    names.v[0]);
}

/* Which one, by openstacksdk's order; NULL with err set. */
static const char *choose(const struct clouds *clouds, const char *name, struct err *err)
{
    const char *env = getenv("OS_CLOUD");
    if (!name && env && *env)
        name = env;
    if (!name && clouds->has_env)
        name = clouds->env_name;
    if (!name && node_len(clouds->clouds) == 1)
        name = node_key(node_first(clouds->clouds));
    if (!name) {
        not_chosen(clouds, err);
        return NULL;
    }
    if (!node_get(clouds->clouds, name)) {
        not_there(clouds, name, err);
        return NULL;
    }
    return name;
}

/* ---- profiles and regions ---- */

/* openstacksdk fetches a profile that is a URL, and brings some vendors' along. */
static int no_profile(const char *cloud, const char *profile, struct err *err)
{
    bool is_url = strstr(profile, "://");
    err_set(err, ERR_USAGE, "cloud %s: the profile %s is not known", cloud, profile);
    err_why(err, is_url ? "profiles are not fetched from a URL here, as openstacksdk would"
                        : "no clouds-public.yaml has it, and the vendors that openstacksdk brings along are not known here");
    return err_hint(err, "give the cloud its auth_url itself, or put %s into clouds-public.yaml below public-clouds",
                    is_url ? "a profile with a name" : "it");
}

static int add_profile(const struct clouds *clouds, const char *name, const node_t *own, node_t *config, struct err *err)
{
    const char *profile = node_str(own, "/profile", node_str(own, "/cloud", NULL));
    if (!profile || strcmp(profile, clouds->env_name) == 0)
        return 0;
    const node_t *found = node_get(clouds->profiles, profile);
    if (!found && node_str(own, "/auth/auth_url", NULL)) /* it can do without */
        return 0;
    if (!found)
        return no_profile(name, profile, err);
    CLEANUP(node_free) node_t *normal = clouds_normal(found);
    clouds_update(config, normal);
    return 0;
}

/* A region is a name, or {name, values}. */
static const char *region_name(const node_t *region)
{
    return node_type(region) == NODE_OBJECT ? node_str(region, "/name", NULL) : node_text(region);
}

static int region_unknown(const char *cloud, const char *wanted, const node_t *regions, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(str_release) struct str known = STR_INIT;
    for (const node_t *region = node_first(regions); region; region = node_next(region))
        if (region_name(region))
            strv_add(&names, region_name(region));
    join(&names, &known);
    err_set(err, ERR_USAGE, "cloud %s has no region %s", cloud, wanted);
    return err_why(err, "it has: %s (names are case-sensitive)", known.buf);
}

/* The regions that the cloud admits, or an empty array; the caller frees. */
static node_t *known_regions(const node_t *config)
{
    const node_t *regions = node_get(config, "regions");
    if (node_type(regions) == NODE_ARRAY && node_len(regions))
        return node_copy(regions);
    node_t *list = node_new_array();
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    strv_split(&names, node_str(config, "/region_name", ""), ",");
    for (size_t i = 0; i < names.n; i++)
        node_push(list, node_new_str(names.v[i]));
    return list;
}

static int apply_region(const char *cloud, node_t *config, struct err *err)
{
    const char *wanted = getenv("OS_REGION_NAME");
    CLEANUP(node_free) node_t *regions = known_regions(config);
    const node_t *region = node_first(regions);
    while (region && wanted && *wanted && !str_eq(region_name(region), wanted))
        region = node_next(region);
    if (!region && node_len(regions))
        return region_unknown(cloud, wanted, regions, err);
    const char *name = region ? region_name(region) : wanted;
    node_delete(config, "region_name");
    if (name && *name)
        node_set_str(config, "region_name", name);
    if (node_type(region) == NODE_OBJECT)
        clouds_update(config, node_get(region, "values"));
    node_delete(config, "regions");
    return 0;
}

int cloud_load(const char *name, struct cloud *ret, struct err *err)
{
    CLEANUP(clouds_release) struct clouds clouds = {0};
    if (clouds_read(&clouds, err) != 0)
        return -1;
    name = choose(&clouds, name, err);
    if (!name)
        return -1;
    CLEANUP(node_free) node_t *config = node_new_object();
    CLEANUP(node_free) node_t *own = clouds_normal(node_get(clouds.clouds, name));
    if (add_profile(&clouds, name, own, config, err) != 0)
        return -1;
    if (node_get(own, "region_name")) /* the profile's regions do not count then */
        node_delete(config, "regions");
    clouds_update(config, own);
    if (apply_region(name, config, err) != 0)
        return -1;
    clouds_fix(config);
    const char *passcode = getenv("OS_PASSCODE");
    if (passcode && *passcode) /* another each time: nobody writes it into a file */
        node_set_str(node_get(config, "auth"), "passcode", passcode);
    bool is_env = clouds.has_env && strcmp(name, clouds.env_name) == 0;
    *ret = (struct cloud){
        .name = xstrdup(name),
        .source = xstrdup(is_env || !clouds.source ? "the environment" : clouds.source),
        .region = xstrdup_or_null(node_str(config, "/region_name", NULL)),
        .config = TAKE(config),
    };
    return 0;
}

void cloud_release(struct cloud *cloud)
{
    free(cloud->name);
    free(cloud->source);
    free(cloud->region);
    node_free(cloud->config);
    *cloud = (struct cloud){0};
}

int cloud_names(struct strv *names, struct err *err)
{
    CLEANUP(clouds_release) struct clouds clouds = {0};
    if (clouds_read(&clouds, err) != 0)
        return -1;
    list_names(&clouds, names);
    return 0;
}

int cloud_check(const char *name, struct err *err)
{
    CLEANUP(clouds_release) struct clouds clouds = {0};
    if (clouds_read(&clouds, err) != 0)
        return -1;
    return node_get(clouds.clouds, name) ? 0 : not_there(&clouds, name, err);
}

static const char *text_of(const node_t *object, const char *key)
{
    const char *text = node_text(node_get(object, key));
    return text && *text ? text : NULL;
}

const char *cloud_get(const struct cloud *cloud, const char *key) { return text_of(cloud->config, key); }

const char *cloud_auth(const struct cloud *cloud, const char *key) { return text_of(node_get(cloud->config, "auth"), key); }

/* The word "true" is true; any other text is not, so that no spelling of verify turns verification off by chance. */
bool cloud_is_insecure(const struct cloud *cloud)
{
    const node_t *insecure = node_get(cloud->config, "insecure");
    const char *text = node_text(insecure);
    if (text ? strcasecmp(text, "true") == 0 : node_bool(insecure, "", false))
        return true;
    return !node_bool(cloud->config, "/verify", true);
}
