/* One look at a cluster: Magnum first, then Heat, Nova and Magnum's node groups at once. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cluster/watch_parts.h"
#include "net/url.h"
#include "openstack/heat.h"

enum { BEGINS_MS = 60000 };

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

enum { ASK_GROUPS, ASK_SERVERS, ASK_STACKS };

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

/* What cannot be seen stays as it was seen last: none of it decides. */
static void see_others(struct watch *watch)
{
    enum { CALLS_MAX = ASK_STACKS + 2 * STACKS_MAX };
    AUTOFREE struct openstack_call *calls = xcalloc(CALLS_MAX, sizeof(*calls));
    AUTOFREE struct str *urls = xcalloc(CALLS_MAX, sizeof(*urls));
    AUTOFREE struct http_response *results = xcalloc(CALLS_MAX, sizeof(*results));
    AUTOFREE struct err *errs = xcalloc(CALLS_MAX, sizeof(*errs));
    for (size_t i = 0; i < CALLS_MAX; i++) {
        urls[i] = STR_INIT;
        results[i] = HTTP_RESPONSE_INIT;
        errs[i] = ERR_INIT;
    }
    size_t n = ASK_STACKS;
    url_path(&urls[ASK_GROUPS], magnum_cluster.path, "/{}/nodegroups", watch->wait->id, NULL);
    calls[ASK_GROUPS] =
        (struct openstack_call){.service = magnum_cluster.service, .path = urls[ASK_GROUPS].buf, .microversion = "1.10"};
    str_add(&urls[ASK_SERVERS], "/v2.1/servers/detail");
    add_prefix(watch, &urls[ASK_SERVERS]);
    calls[ASK_SERVERS] = (struct openstack_call){.service = "compute", .path = urls[ASK_SERVERS].buf};
    for (size_t i = 0; i < watch->n_stacks; i++)
        if (watch->stacks[i].path) {
            calls[n] = heat_resources_call(watch->stacks[i].path, &urls[n]);
            calls[n + 1] = heat_stack_call(watch->stacks[i].path, &urls[n + 1]);
            n += 2;
        }
    openstack_do_all(watch->wait->os, calls, results, errs, n);
    keep_list(&watch->groups, &results[ASK_GROUPS], "nodegroups");
    keep_list(&watch->servers, &results[ASK_SERVERS], "servers");
    size_t at = ASK_STACKS;
    for (size_t i = 0; i < watch->n_stacks; i++)
        if (watch->stacks[i].path) {
            keep_list(&watch->stacks[i].resources, &results[at], "resources");
            keep_status(&watch->stacks[i], &results[at + 1]);
            at += 2;
        }
    for (size_t i = 0; i < CALLS_MAX; i++) {
        str_release(&urls[i]);
        http_response_release(&results[i]);
        err_release(&errs[i]);
    }
}

int watch_see(struct watch *watch, struct err *err)
{
    if (see_cluster(watch, err) != 0)
        return -1;
    find_stacks(watch);
    see_others(watch);
    watch->has_begun = watch->has_begun || shows_change(watch);
    return 0;
}
