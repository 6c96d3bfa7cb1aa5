/* One look at a cluster: Magnum first, then its node groups and Heat's resources at once; Heat's stack and Nova's servers,
 * which cost these services most, only where the resources leave something open. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cluster/watch_parts.h"
#include "net/url.h"
#include "openstack/heat.h"

enum { BEGINS_MS = 60000, SERVERS_MS = 30000 };

const char *watch_status(const struct watch *watch)
{
    const char *status = node_str(watch->cluster, "/status", "");
    return status ? status : "";
}

static bool in_progress(const node_t *thing) { return str_ends(node_str(thing, "/status", ""), "_IN_PROGRESS"); }

bool watch_is_busy(const struct watch *watch)
{
    if (!*watch_status(watch) || in_progress(watch->cluster))
        return true;
    for (const node_t *group = node_first(watch->groups); group; group = node_next(group))
        if (in_progress(group))
            return true;
    return false;
}

/* ---- Magnum ---- */

/* A 404 of Magnum's own; one of a proxy in front of it says nothing. */
static bool says_gone(const struct http_response *res)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *body = json_parse(res->body.buf, res->body.len, "", &none);
    return res->status == 404 && node_at(body, "/errors/0");
}

static int see_cluster(struct watch *watch, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *failing = xasprintf("cannot show cluster %s", watch->wait->name);
    struct openstack_call call = {
        .service = magnum_cluster.service, .microversion = magnum_cluster.microversion, .failing = failing};
    call.path = url_path(&path, magnum_cluster.path, "/{}", watch->wait->id, NULL);
    if (openstack_do(watch->wait->os, &call, &res, err) != 0)
        return -1;
    watch->is_gone = says_gone(&res);
    node_t *cluster = openstack_answer(&res, failing, err);
    if (!cluster)
        return -1;
    node_delete(cluster, "links");
    node_free(watch->cluster);
    watch->cluster = cluster;
    return 0;
}

/* The change that is waited for shows: until then the status is an earlier one's. */
static bool shows_change(const struct watch *watch)
{
    const node_t *before = watch->wait->before;
    return !before || watch_is_busy(watch) || strcmp(watch_status(watch), node_str(before, "/status", "")) != 0 ||
           strcmp(node_str(watch->cluster, "/updated_at", ""), node_str(before, "/updated_at", "")) != 0 ||
           clock_mono_ms() - watch->started_ms >= BEGINS_MS;
}

/* ---- the others ---- */

static void add_stack(struct watch *watch, const node_t *owner)
{
    const char *id = node_str(owner, "/stack_id", NULL);
    for (size_t i = 0; id && i < watch->n_stacks; i++)
        if (strcmp(watch->stacks[i].id, id) == 0)
            return;
    if (!id || watch->n_stacks == STACKS_MAX)
        return;
    watch->stacks[watch->n_stacks++] =
        (struct watch_stack){.id = xstrdup(id), .status = xstrdup(""), .is_none = !resource_is_uuid(id)};
}

static bool has_heat(const struct openstack *os)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    return identity_endpoint(&os->cloud, os->token.catalog, "orchestration", &none) != NULL;
}

static void find_stacks(struct watch *watch)
{
    add_stack(watch, watch->cluster);
    for (const node_t *group = node_first(watch->groups); group; group = node_next(group))
        add_stack(watch, group);
    for (size_t i = 0; i < watch->n_stacks; i++) {
        struct watch_stack *stack = &watch->stacks[i];
        CLEANUP(err_release) struct err none = ERR_INIT;
        if (stack->path || stack->is_none)
            continue;
        stack->is_none = !has_heat(watch->wait->os);
        stack->path = stack->is_none ? NULL : heat_stack_path(watch->wait->os, stack->id, &none);
        stack->is_none = !stack->path && (stack->is_none || none.code == ERR_NOT_FOUND || none.code == ERR_AUTH);
    }
}

const struct watch_stack *watch_stack_of(const struct watch *watch, const node_t *group)
{
    const char *id = node_str(group, "/stack_id", node_str(watch->cluster, "/stack_id", ""));
    for (size_t i = 0; i < watch->n_stacks; i++)
        if (strcmp(watch->stacks[i].id, id) == 0)
            return watch->stacks[i].resources ? &watch->stacks[i] : NULL;
    return NULL;
}

/* The servers of a stack have names that begin with the stack's; those of a Cluster API driver, with what Magnum calls
 * the stack. Node groups with stacks of their own begin with the cluster's name at least. */
static void add_prefix(const struct watch *watch, struct str *query)
{
    const char *release =
        watch->n_stacks && watch->stacks[0].is_none && !resource_is_uuid(watch->stacks[0].id) ? watch->stacks[0].id : NULL;
    CLEANUP(str_release) struct str pattern = STR_INIT;
    str_addc(&pattern, '^');
    for (const char *p = release ? release : node_str(watch->cluster, "/name", ""); *p; p++)
        str_addf(&pattern, "%s%c", *p == '.' ? "\\" : "", *p);
    str_addc(&pattern, '-');
    url_query(query, "name", pattern.buf);
}

/* Requests that go out at once. */
enum { ASKS_MAX = STACKS_MAX + 1 };
struct asks {
    struct openstack_call calls[ASKS_MAX];
    struct str urls[ASKS_MAX];
    struct http_response results[ASKS_MAX];
    struct err errs[ASKS_MAX];
    size_t n;
};

static struct asks *asks_new(void)
{
    struct asks *asks = xcalloc(1, sizeof(*asks));
    for (size_t i = 0; i < ASKS_MAX; i++) {
        asks->urls[i] = STR_INIT;
        asks->results[i] = HTTP_RESPONSE_INIT;
        asks->errs[i] = ERR_INIT;
    }
    return asks;
}

static void asks_free(struct asks *asks)
{
    for (size_t i = 0; i < ASKS_MAX; i++) {
        str_release(&asks->urls[i]);
        http_response_release(&asks->results[i]);
        err_release(&asks->errs[i]);
    }
    free(asks);
}

static void keep_list(node_t **slot, const struct http_response *res, const char *member)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *answer = res->status ? openstack_answer(res, NULL, &none) : NULL;
    node_t *list = node_get(answer, member);
    if (node_type(list) != NODE_ARRAY)
        return;
    node_free(*slot);
    *slot = node_detach(answer, list);
}

static void keep_status(struct watch_stack *stack, const struct http_response *res)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *answer = res->status ? openstack_answer(res, NULL, &none) : NULL;
    const char *status = node_str(answer, "/stack/stack_status", NULL);
    if (!status)
        return;
    free(stack->status);
    stack->status = xstrdup(status);
}

static void see_groups_and_resources(struct watch *watch)
{
    struct asks *asks = asks_new();
    struct str *url = &asks->urls[asks->n];
    url_path(url, magnum_cluster.path, "/{}/nodegroups", watch->wait->id, NULL);
    asks->calls[asks->n++] = (struct openstack_call){.service = magnum_cluster.service, .path = url->buf, .microversion = "1.10"};
    for (size_t i = 0; i < watch->n_stacks; i++)
        if (watch->stacks[i].path) {
            asks->calls[asks->n] = heat_resources_call(watch->stacks[i].path, &asks->urls[asks->n]);
            asks->n++;
        }
    openstack_do_all(watch->wait->os, asks->calls, asks->results, asks->errs, asks->n);
    keep_list(&watch->groups, &asks->results[0], "nodegroups");
    size_t at = 1;
    for (size_t i = 0; i < watch->n_stacks; i++)
        if (watch->stacks[i].path)
            keep_list(&watch->stacks[i].resources, &asks->results[at++], "resources");
    asks_free(asks);
}

/* Whether a server of this stack is on its way, or was not seen to have come up. */
static bool has_open_server(const struct watch *watch, const struct watch_stack *stack)
{
    for (const node_t *r = node_first(stack->resources); r; r = node_next(r)) {
        if (!heat_is_server(r) || strcmp(node_str(r, "/resource_status", ""), "DELETE_COMPLETE") == 0)
            continue;
        const node_t *server = watch_server(watch, r);
        if (!heat_is_complete(r) || !server || !watch_server_is_active(server))
            return true;
    }
    return false;
}

static bool wants_servers(const struct watch *watch)
{
    bool sees_resources = watch->n_stacks > 0;
    for (size_t i = 0; i < watch->n_stacks; i++) {
        sees_resources = sees_resources && watch->stacks[i].resources;
        if (has_open_server(watch, &watch->stacks[i]))
            return true;
    }
    /* One that has come up may fail while others are prepared. */
    return !sees_resources || clock_mono_ms() - watch->servers_ms >= SERVERS_MS;
}

/* The stack ends some seconds before Magnum says so: once its resources have. */
static bool wants_stack(const struct watch *watch)
{
    const struct watch_stack *stack = &watch->stacks[0];
    if (!watch->n_stacks || !stack->path || strcmp(watch_status(watch), "CREATE_IN_PROGRESS") != 0)
        return false;
    bool all_complete = node_first(stack->resources) != NULL;
    for (const node_t *r = node_first(stack->resources); r; r = node_next(r))
        all_complete = all_complete && heat_is_complete(r);
    return all_complete || heat_culprit(stack->resources);
}

static void see_what_is_open(struct watch *watch)
{
    bool servers = wants_servers(watch), stack = wants_stack(watch);
    struct asks *asks = asks_new();
    if (servers) {
        watch->servers_ms = clock_mono_ms();
        struct str *url = &asks->urls[asks->n];
        str_add(url, "/v2.1/servers/detail");
        add_prefix(watch, url);
        asks->calls[asks->n++] = (struct openstack_call){.service = "compute", .path = url->buf};
    }
    if (stack) {
        asks->calls[asks->n] = heat_stack_call(watch->stacks[0].path, &asks->urls[asks->n]);
        asks->n++;
    }
    if (asks->n)
        openstack_do_all(watch->wait->os, asks->calls, asks->results, asks->errs, asks->n);
    if (servers)
        keep_list(&watch->servers, &asks->results[0], "servers");
    if (stack)
        keep_status(&watch->stacks[0], &asks->results[servers]);
    asks_free(asks);
}

int watch_see(struct watch *watch, struct err *err)
{
    if (see_cluster(watch, err) != 0)
        return -1;
    find_stacks(watch);
    see_groups_and_resources(watch); /* what cannot be seen stays as it was seen last: none of it decides */
    see_what_is_open(watch);
    watch->has_begun = watch->has_begun || shows_change(watch);
    return 0;
}
