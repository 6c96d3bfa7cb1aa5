/* Keystone's projects. */
#ifndef OPENSTACK_PROJECT_H
#define OPENSTACK_PROJECT_H

#include "openstack/resource.h"

extern const struct resource keystone_project;

/* The id of a project by name or id; NULL: the login's own. Only an administrator can look others up by name. The caller
 * frees. */
char *project_id(struct openstack *os, const char *name, struct err *err);

#endif
