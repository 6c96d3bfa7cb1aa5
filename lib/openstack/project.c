#include "openstack/project.h"

#include <string.h>

const struct resource keystone_project = {
    .word = "project",
    .service = "identity",
    .path = "/v3/projects",
    .list = "projects",
    .one = "project",
    .filter = "name",
};

char *project_id(struct openstack *os, const char *name, struct err *err)
{
    const node_t *whoami = openstack_whoami(os, err);
    if (!whoami)
        return NULL;
    const char *own = node_str(whoami, "/project/id", NULL);
    if (own && (!name || strcmp(name, own) == 0 || strcmp(name, node_str(whoami, "/project/name", "")) == 0))
        return xstrdup(own);
    if (name)
        return resource_id(os, &keystone_project, name, err);
    err_set(err, ERR_USAGE, "the login has no project");
    err_hint(err, "name one");
    return NULL;
}
