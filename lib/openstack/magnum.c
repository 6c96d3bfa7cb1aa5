#include "openstack/magnum.h"

#include <string.h>

#include "net/url.h"

/* Node groups and clusters of zero nodes need 1.9 and 1.10; most clouds offer them; 1.13 renames stack_id. */
#define MICROVERSION "1.10"

/* A cluster whose node groups are not made yet has no masters, which Magnum's own check of its answer refuses (Magnum 15,
 * magnum/api/controllers/v1/cluster.py: master_count is 1 or more): it lasts for a moment of each creation, and hits the
 * list of the whole project. */
static bool is_being_begun(const struct http_response *res)
{
    return res->status == 400 && strstr(res->body.buf, "attribute master_count. Value: '0'");
}

const struct resource magnum_cluster = {
    .word = "cluster",
    .noun = "cluster",
    .service = "container-infra",
    .path = "/v1/clusters",
    .list = "clusters",
    .id = "uuid",
    .microversion = MICROVERSION,
    .passes = is_being_begun,
    .by_name = true,
};
const struct resource magnum_template = {
    .word = "template",
    .noun = "template",
    .service = "container-infra",
    .path = "/v1/clustertemplates",
    .list = "clustertemplates",
    .id = "uuid",
    .microversion = MICROVERSION,
    .by_name = true,
};
const struct resource magnum_service = {
    .word = "service",
    .noun = "cluster services",
    .service = "container-infra",
    .path = "/v1/mservices",
    .list = "mservices",
    .name = "binary",
    .microversion = MICROVERSION,
};
const struct resource magnum_quota = {
    .word = "quota",
    .noun = "cluster quotas",
    .service = "container-infra",
    .path = "/v1/quotas",
    .list = "quotas",
    .id = "project_id",
    .name = "project_id",
    .microversion = MICROVERSION,
    .needs = "1.6",
};

struct resource magnum_nodegroup(const char *cluster, struct str *path)
{
    str_clear(path);
    return (struct resource){
        .word = "node group",
        .service = "container-infra",
        .path = url_path(path, magnum_cluster.path, "/{}/nodegroups", cluster, NULL),
        .list = "nodegroups",
        .id = "uuid",
        .microversion = MICROVERSION,
        .needs = "1.9",
        .by_name = true,
    };
}

/* "/v1/quotas/PROJECT/Cluster" */
struct resource magnum_project_quota(const char *project_id, struct str *path)
{
    struct resource kind = magnum_quota;
    str_clear(path);
    kind.path = url_path(path, magnum_quota.path, "/{}", project_id, NULL);
    kind.by_name = true;
    return kind;
}

node_t *magnum_stats(struct openstack *os, const char *project_id, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(&path, "/v1/stats");
    url_query(&path, "project_id", project_id);
    url_query(&path, "type", "cluster");
    struct openstack_call call = {.service = "container-infra",
                                  .path = path.buf,
                                  .microversion = MICROVERSION,
                                  .needs = "1.4",
                                  .failing = "cannot count clusters"};
    return openstack_get(os, &call, err);
}
