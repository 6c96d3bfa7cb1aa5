#include "why/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"
#include "openstack/glance.h"
#include "openstack/heat.h"
#include "openstack/magnum.h"
#include "openstack/neutron.h"
#include "openstack/nova.h"
#include "openstack/placement.h"
#include "why/cluster_parts.h"

/* ---- first round: what belongs to the cluster ---- */

/* Nova's filter is a regular expression; the names that Magnum allows need only their dots escaped. */
static void ask_servers(struct why *why)
{
    CLEANUP(str_release) struct str query = STR_INIT;
    CLEANUP(str_release) struct str pattern = STR_INIT;
    str_addc(&pattern, '^');
    for (const char *c = why->name; *c; c++)
        str_addf(&pattern, "%s%c", *c == '.' ? "\\" : "", *c);
    str_addc(&pattern, '-');
    url_query(&query, "name", pattern.buf);
    if (why->is_foreign) {
        url_query(&query, "all_tenants", "1");
        url_query(&query, "project_id", node_str(why->cluster, "/project_id", ""));
    }
    ask_list(&why->asks[W_SERVERS], &nova_server, query.buf);
}

/* A list has a project's own; an administrator is led to another project's by the id. */
static void ask_stack(struct why *why, const char *id)
{
    struct ask *ask = &why->asks[W_STACK];
    if (!why->is_foreign) {
        heat_ask_stack(ask, id);
        return;
    }
    AUTOFREE char *path = heat_stack_path(why->os, id, &ask->err);
    if (path)
        heat_ask_stack_at(ask, path);
}

static void ask_first(struct why *why)
{
    static const struct resource groups = {.word = "node group",
                                           .service = "container-infra",
                                           .path = "/v1/clusters",
                                           .list = "nodegroups",
                                           .microversion = "1.10",
                                           .needs = "1.9"};
    const char *stack = node_str(why->cluster, "/stack_id", "");
    CLEANUP(str_release) struct str path = STR_INIT;
    url_path(&path, groups.path, "/{}/nodegroups", node_str(why->cluster, "/uuid", ""), NULL);
    ask_path(&why->asks[W_GROUPS], &groups, str_detach(&path), xstrdup("cannot list node groups"));
    ask_one(&why->asks[W_TEMPLATE], &magnum_template, node_str(why->cluster, "/cluster_template_id", ""));
    if (resource_is_uuid(stack))
        ask_stack(why, stack);
    ask_servers(why);
    const char *project = node_str(why->cluster, "/project_id", NULL);
    if (project)
        quota_ask(&why->asks[W_QUOTAS], project);
    ask_all(why->os, why->asks, WHY_QUESTIONS);
}

/* ---- second round: what the stack and the template name ---- */

static void ask_second(struct why *why)
{
    const node_t *stack = ask_found(&why->asks[W_STACK]), *template = why->asks[W_TEMPLATE].answer;
    AUTOFREE char *path = stack ? heat_path_of(stack) : NULL;
    if (path)
        heat_ask_resources(&why->asks[W_RESOURCES], path);
    if (why->is_failed) {
        ask_named(&why->asks[W_IMAGE], &glance_image, node_str(template, "/image_id", NULL));
        ask_named(&why->asks[W_OUTSIDE], &neutron_network, node_str(template, "/external_network_id", NULL));
    }
    ask_all(why->os, why->asks, WHY_QUESTIONS);
}

/* ---- third round: what failed, or is waited for ---- */

/* "NAME-" of its servers: the stack's, or the release's that a Cluster API driver puts in its place. */
static bool is_ours(const struct why *why, const node_t *server)
{
    const node_t *stack = ask_found(&why->asks[W_STACK]);
    const char *id = node_str(why->cluster, "/stack_id", "");
    const char *prefix = stack ? node_str(stack, "/stack_name", why->name) : *id && !resource_is_uuid(id) ? id : why->name;
    const char *name = node_str(server, "/name", "");
    return str_starts(name, prefix) && name[strlen(prefix)] == '-';
}

static const node_t *server_of(const struct why *why, const char *id)
{
    for (const node_t *server = node_first(why->asks[W_SERVERS].answer); server; server = node_next(server))
        if (str_eq(node_str(server, "/id", NULL), id))
            return server;
    return NULL;
}

static bool is_type(const node_t *resource, const char *type)
{
    return strcmp(node_str(resource, "/resource_type", ""), type) == 0;
}

/* The resource itself, or the one of that type beside it: a machine's deployment, port and server share a stack. */
static const node_t *beside(const struct why *why, const node_t *resource, const char *type)
{
    if (is_type(resource, type))
        return resource;
    for (const node_t *other = node_first(why->asks[W_RESOURCES].answer); other; other = node_next(other))
        if (is_type(other, type) && heat_are_together(other, resource))
            return other;
    return NULL;
}

static bool is_told(const struct why *why, const node_t *server)
{
    for (size_t i = 0; i < why->n; i++)
        if (why->suspects[i].listed == server)
            return true;
    return false;
}

static void ask_room(struct suspect *suspect)
{
    const node_t *flavor = node_get(suspect->listed, "flavor");
    CLEANUP(gpu_release) struct gpu gpu = {0};
    if (strcmp(node_str(suspect->listed, "/status", ""), "ACTIVE") == 0 || !node_get(flavor, "vcpus"))
        return;
    placement_ask_flavor(&suspect->asks[S_HOSTS], flavor);
    if (gpu_of_flavor(flavor, &gpu))
        placement_ask_gpus(&suspect->asks[S_GPUS], &gpu);
}

/* Magnum makes a node's port before its server, which knows it only once it is there. */
static void ask_port(const struct why *why, struct suspect *suspect)
{
    const node_t *port = suspect->resource ? beside(why, suspect->resource, "OS::Neutron::Port") : NULL;
    const char *id = node_str(port, "/physical_resource_id", "");
    if (*id) {
        ask_one(&suspect->asks[S_PORT], &neutron_port, id);
        return;
    }
    CLEANUP(str_release) struct str query = STR_INIT;
    url_query(&query, "device_id", node_str(suspect->listed, "/id", NULL));
    if (query.len)
        ask_list(&suspect->asks[S_PORT], &neutron_port, query.buf);
}

static void add_suspect(struct why *why, const node_t *resource, const node_t *server)
{
    if (why->n == SUSPECTS || (server && is_told(why, server)))
        return;
    struct suspect *suspect = &why->suspects[why->n];
    *suspect = (struct suspect){.resource = resource, .listed = server, .asks = &why->asks[W_SUSPECTS + why->n * S_QUESTIONS]};
    why->n++;
    ask_port(why, suspect);
    if (!server)
        return;
    ask_one(&suspect->asks[S_SERVER], &nova_server, node_str(server, "/id", ""));
    ask_room(suspect);
}

static const char *time_of(const node_t *resource)
{
    return node_str(resource, "/updated_time", node_str(resource, "/creation_time", ""));
}

static const node_t *oldest_awaited(const struct why *why)
{
    const node_t *oldest = NULL;
    for (const node_t *resource = node_first(why->asks[W_RESOURCES].answer); resource; resource = node_next(resource))
        if (heat_is_awaited(why->asks[W_RESOURCES].answer, resource) &&
            (!oldest || strcmp(time_of(resource), time_of(oldest)) < 0))
            oldest = resource;
    return oldest;
}

static void suspect_resource(struct why *why, const node_t *resource)
{
    const node_t *server = beside(why, resource, "OS::Nova::Server");
    add_suspect(why, resource, server ? server_of(why, node_str(server, "/physical_resource_id", "")) : NULL);
}

static void find_suspects(struct why *why)
{
    const node_t *awaited = why->is_waiting ? oldest_awaited(why) : NULL;
    for (const node_t *resource = node_first(why->asks[W_RESOURCES].answer); resource; resource = node_next(resource))
        if (heat_is_culprit(why->asks[W_RESOURCES].answer, resource))
            suspect_resource(why, resource);
    if (awaited)
        suspect_resource(why, awaited);
    for (const node_t *server = node_first(why->asks[W_SERVERS].answer); server; server = node_next(server)) {
        const char *status = node_str(server, "/status", "");
        bool is_late = !why->asks[W_RESOURCES].answer && strcmp(status, "BUILD") == 0;
        if (is_ours(why, server) && (strcmp(status, "ERROR") == 0 || is_late))
            add_suspect(why, NULL, server);
    }
}

static node_t *document_of(const struct why *why)
{
    node_t *document = node_new_object();
    node_set_str(document, "name", why->name);
    node_set_str(document, "id", node_str(why->cluster, "/uuid", NULL));
    node_set_str(document, "status", why->status);
    return document;
}

node_t *why_cluster(struct openstack *os, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *cluster = resource_show(os, &magnum_cluster, name, err);
    if (!cluster)
        return NULL;
    const char *ours = node_str(openstack_whoami(os, err), "/project/id", NULL);
    const char *project = node_str(cluster, "/project_id", NULL), *status = node_str(cluster, "/status", "-");
    struct why why = {
        .os = os,
        .cluster = cluster,
        .name = node_str(cluster, "/name", name),
        .status = status,
        .is_foreign = ours && project && strcmp(ours, project) != 0,
        .is_failed = str_ends(status, "_FAILED"),
        .is_waiting = str_ends(status, "_IN_PROGRESS") || strcmp(status, "-") == 0,
        .chain = {.links = node_new_array(), .useful = node_new_array()},
    };
    ask_first(&why);
    ask_second(&why);
    find_suspects(&why);
    ask_all(os, why.asks, WHY_QUESTIONS);
    node_t *document = document_of(&why);
    why_tell(&why, document);
    node_set(document, "chain", why.chain.links);
    node_set(document, "useful", why.chain.useful);
    for (size_t i = 0; i < WHY_QUESTIONS; i++)
        ask_release(&why.asks[i]);
    return document;
}
