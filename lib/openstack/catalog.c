/* Which endpoint: the catalog's, by type, interface and region, unless the cloud's settings override it. */
#include <string.h>

#include "openstack/identity.h"

static bool is_region(const node_t *endpoint, const char *region)
{
    return !region || strcmp(node_str(endpoint, "/region_id", node_str(endpoint, "/region", "")), region) == 0;
}

static const char *interface_of(const struct cloud *cloud, const char *service)
{
    const char *name = cloud_service(cloud, service, "interface");
    if (!name)
        name = cloud_get(cloud, "interface");
    if (!name)
        return "public";
    return str_ends(name, "URL") ? (str_starts(name, "internal") ? "internal"
                                    : str_starts(name, "admin")  ? "admin"
                                                                 : "public")
                                 : name;
}

static const char *region_of(const struct cloud *cloud, const char *service)
{
    const char *name = cloud_service(cloud, service, "region_name");
    return name ? name : cloud->region;
}

static const char *find(const struct cloud *cloud, const node_t *catalog, const char *type)
{
    const char *interface = interface_of(cloud, type), *region = region_of(cloud, type);
    for (const node_t *service = node_first(catalog); service; service = node_next(service)) {
        if (strcmp(node_str(service, "/type", ""), type) != 0)
            continue;
        const node_t *endpoint = node_first(node_get(service, "endpoints"));
        for (; endpoint; endpoint = node_next(endpoint)) {
            const char *url = node_str(endpoint, "/url", "");
            if (*url && strcmp(node_str(endpoint, "/interface", ""), interface) == 0 && is_region(endpoint, region))
                return url;
        }
    }
    return NULL;
}

static void list_services(const struct cloud *cloud, const node_t *catalog, struct strv *names)
{
    for (const node_t *service = node_first(catalog); service; service = node_next(service)) {
        const char *type = node_str(service, "/type", "");
        if (*type && !strv_has(names, type) && find(cloud, catalog, type))
            strv_add(names, type);
    }
    strv_sort(names);
}

static bool has_region(const node_t *catalog, const char *region)
{
    for (const node_t *service = node_first(catalog); service; service = node_next(service)) {
        const node_t *endpoint = node_first(node_get(service, "endpoints"));
        for (; endpoint; endpoint = node_next(endpoint))
            if (is_region(endpoint, region))
                return true;
    }
    return false;
}

static int missing(const struct cloud *cloud, const node_t *catalog, const char *service, struct err *err)
{
    if (!node_len(catalog)) {
        err_set(err, ERR_FAILED, "the login to cloud %s gives no services", cloud->name);
        err_why(err, "its token has no catalog: it is not scoped to a project, a domain or the system");
        return err_hint(err, "project_name or project_id below auth in %s, or OS_PROJECT_NAME", cloud->source);
    }
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(str_release) struct str known = STR_INIT;
    list_services(cloud, catalog, &names);
    for (size_t i = 0; i < names.n; i++)
        str_addf(&known, "%s%s", i ? ", " : "", names.v[i]);
    const char *region = region_of(cloud, service);
    err_set(err, ERR_FAILED, "cloud %s has no %s service%s%s", cloud->name, service, region ? " in region " : "",
            region ? region : "");
    if (region && !has_region(catalog, region))
        return err_why(err, "its catalog does not know that region");
    err_why(err, "its catalog has, as %s: %s", interface_of(cloud, service), known.len ? known.buf : "nothing");
    return 0;
}

const char *identity_endpoint(const struct cloud *cloud, const node_t *catalog, const char *service, struct err *err)
{
    const char *const *types = service_types(service);
    const char *url = cloud_service(cloud, service, "endpoint_override");
    if (!url)
        url = cloud_service(cloud, service, "endpoint");
    if (!url && identity_is_static(cloud))
        return identity_static_endpoint(cloud, err);
    if (!url)
        url = find(cloud, catalog, service);
    for (size_t i = 0; !url && types && types[i]; i++)
        url = find(cloud, catalog, types[i]);
    if (!url)
        missing(cloud, catalog, service, err);
    return url;
}
