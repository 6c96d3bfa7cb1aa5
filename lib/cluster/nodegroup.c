#include "cluster/nodegroup.h"

#include <string.h>

#include "cluster/change.h"
#include "openstack/glance.h"
#include "openstack/nova.h"

/* Labels and taints of nodes. */
#define TAINTS "1.14"

/* ---- what there is ---- */

/* Whether it is the cluster that is not there, or is several: Magnum's own words do not tell which one is. */
static void blame(struct openstack *os, const char *cluster, struct err *err)
{
    CLEANUP(err_release) struct err looking = ERR_INIT;
    if (err->code != ERR_NOT_FOUND && err->code != ERR_CONFLICT)
        return;
    CLEANUP(node_free) node_t *found = resource_show(os, &magnum_cluster, cluster, &looking);
    if (found)
        err_hint(err, "aiwf nodegroup list %s", cluster);
    else if (looking.code == err->code)
        err_move(err, &looking);
}

node_t *nodegroup_list(struct openstack *os, const char *cluster, const char *query, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind = magnum_nodegroup(cluster, &path);
    node_t *groups = resource_list(os, &kind, query, err);
    if (!groups)
        blame(os, cluster, err);
    return groups;
}

node_t *nodegroup_show(struct openstack *os, const char *cluster, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind = magnum_nodegroup(cluster, &path);
    kind.microversion = "latest"; /* labels and taints of nodes are shown where the server has them */
    node_t *group = resource_show(os, &kind, name, err);
    if (!group)
        blame(os, cluster, err);
    return group;
}

/* ---- creation ---- */

int nodegroup_check(const node_t *body, struct err *err)
{
    const char *name = node_str(body, "/name", "");
    int64_t nodes = node_int(body, "/node_count", 1), min = node_int(body, "/min_node_count", 0);
    int64_t max = node_int(body, "/max_node_count", INT64_MAX);
    if (!*name)
        return err_set(err, ERR_USAGE, "what shall the node group be called?");
    if (strcmp(node_str(body, "/role", ""), "master") == 0) {
        err_set(err, ERR_USAGE, "node group %s: there are no further groups of masters", name);
        return err_hint(err, "another --role, or none");
    }
    if (min > max)
        return err_set(err, ERR_USAGE, "node group %s: --min %lld is more than --max %lld", name, (long long)min, (long long)max);
    if (nodes < min || nodes > max) {
        err_set(err, ERR_USAGE, "node group %s: %lld nodes are not within its bounds", name, (long long)nodes);
        return err_hint(err, "--nodes from --min to --max");
    }
    return 0;
}

static int not_reachable_yet(const node_t *cluster, const char *name, struct err *err)
{
    err_set(err, ERR_CONFLICT, "cannot create node group %s", name);
    err_why(err, "cluster %s has no address yet: it is %s", cluster_name(cluster), node_str(cluster, "/status", "being made"));
    return err_hint(err, "aiwf cluster wait %s", cluster_name(cluster));
}

static int missing(const char *name, const char *what, struct err *err)
{
    return err->code == ERR_NOT_FOUND ? err_what(err, "cannot create node group %s: there is no such %s", name, what) : -1;
}

/* What is named is there. NOT_FOUND only: what cannot be seen is Magnum's to judge. */
static int look_for(struct openstack *os, const struct resource *kind, const node_t *body, const char *member, struct err *err)
{
    CLEANUP(err_release) struct err looking = ERR_INIT;
    const char *wanted = node_text(node_get(body, member));
    CLEANUP(node_free) node_t *found = wanted ? resource_show(os, kind, wanted, &looking) : NULL;
    if (!wanted || found || looking.code != ERR_NOT_FOUND)
        return 0;
    err_move(err, &looking);
    return missing(node_str(body, "/name", ""), kind->word, err);
}

/* Magnum does not look, and the group would fail a minute later. */
static int named_is_there(struct openstack *os, const node_t *body, struct err *err)
{
    if (look_for(os, &nova_flavor, body, "flavor_id", err) != 0)
        return -1;
    return look_for(os, &glance_image, body, "image_id", err);
}

int nodegroup_preflight(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err)
{
    const char *name = node_str(body, "/name", "");
    CLEANUP(err_release) struct err looking = ERR_INIT;
    if (!*node_str(cluster, "/api_address", ""))
        return not_reachable_yet(cluster, name, err);
    CLEANUP(node_free) node_t *other = nodegroup_show(os, node_str(cluster, "/uuid", ""), name, &looking);
    if (other) {
        err_set(err, ERR_CONFLICT, "cannot create node group %s: there is one of that name", name);
        return err_hint(err, "aiwf nodegroup show %s %s", cluster_name(cluster), name);
    }
    return named_is_there(os, body, err);
}

node_t *nodegroup_create(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind = magnum_nodegroup(node_str(cluster, "/uuid", ""), &path);
    if (named_is_there(os, body, err) != 0)
        return NULL;
    if (node_get(body, "node_labels") || node_get(body, "node_taints"))
        kind.microversion = kind.needs = TAINTS;
    else if (node_int(body, "/node_count", 1) == 0)
        kind.needs = "1.10";
    node_t *group = resource_create(os, &kind, body, err);
    if (group)
        return group;
    if (err->code == ERR_CONFLICT && !*node_str(cluster, "/api_address", ""))
        not_reachable_yet(cluster, node_str(body, "/name", ""), err);
    return NULL;
}

/* ---- the others ---- */

static bool is_of_nodes(const node_t *patch)
{
    for (const node_t *step = node_first(patch); step; step = node_next(step))
        if (str_starts(node_str(step, "/path", ""), "/node_"))
            return true;
    return false;
}

static int explain(const node_t *cluster, struct err *err)
{
    if (err->code == ERR_NOT_FOUND)
        return err_hint(err, "aiwf nodegroup list %s", cluster_name(cluster));
    if (err->why && strstr(err->why, "in progress")) {
        err->code = ERR_CONFLICT;
        return err_hint(err, "aiwf cluster wait %s", cluster_name(cluster));
    }
    return -1;
}

int nodegroup_update(struct openstack *os, const node_t *cluster, const char *name, const node_t *patch, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind = magnum_nodegroup(node_str(cluster, "/uuid", ""), &path);
    AUTOFREE char *failing = xasprintf("cannot update node group %s of cluster %s", name, cluster_name(cluster));
    struct resource_change change = {.method = "PATCH", .id = name, .body = patch, .failing = failing};
    if (is_of_nodes(patch))
        change.microversion = change.needs = TAINTS;
    return resource_change(os, &kind, &change, NULL, err) == 0 ? 0 : explain(cluster, err);
}

int nodegroup_delete(struct openstack *os, const node_t *cluster, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind = magnum_nodegroup(node_str(cluster, "/uuid", ""), &path);
    if (resource_delete(os, &kind, name, NULL, err) == 0)
        return 0;
    err_what(err, "cannot delete node group %s of cluster %s", name, cluster_name(cluster));
    return explain(cluster, err);
}
