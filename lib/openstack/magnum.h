/* Magnum: clusters, their templates and node groups, quotas, services (facts: magnum's API reference, v1). */
#ifndef OPENSTACK_MAGNUM_H
#define OPENSTACK_MAGNUM_H

#include "openstack/resource.h"

extern const struct resource magnum_cluster, magnum_template, magnum_service, magnum_quota;

/* What clusters have inside, and quotas of one project: kinds whose path names the outer thing. path becomes theirs, and
 * must outlive them. */
struct resource magnum_nodegroup(const char *cluster, struct str *path); /* cluster: name or UUID */
struct resource magnum_project_quota(const char *project_id, struct str *path);
#define MAGNUM_QUOTA_ID "Cluster" /* the one thing that a project's quota counts */

/* How many clusters and nodes there are: {"clusters", "nodes"}. project_id NULL: the login's project; an administrator's
 * is all projects. The caller frees. */
node_t *magnum_stats(struct openstack *os, const char *project_id, struct err *err);

#endif
