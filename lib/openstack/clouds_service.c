/* Settings of one service, which may be spelled by any of its names. */
#include <string.h>

#include "openstack/clouds.h"

/* In the order in which openstacksdk looks at settings. "container" is what the first Magnums were registered as. */
static const char *const types[][5] = {
    {"container-infrastructure-management", "container-infrastructure", "container-infra", "container", NULL},
    {"block-storage", "volumev3", "volume", "block-store", NULL},
};

const char *const *service_types(const char *service)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        for (size_t k = 0; types[i][k]; k++)
            if (strcmp(service, types[i][k]) == 0)
                return types[i];
    return NULL;
}

static const char *setting(const struct cloud *cloud, const char *type, const char *key)
{
    AUTOFREE char *name = xasprintf("%s_%s", type, key);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    return cloud_get(cloud, name);
}

const char *cloud_service(const struct cloud *cloud, const char *service, const char *key)
{
    const char *const *names = service_types(service);
    const char *found = names ? NULL : setting(cloud, service, key);
    for (size_t i = 0; !found && names && names[i]; i++)
        found = setting(cloud, names[i], key);
    return found;
}
