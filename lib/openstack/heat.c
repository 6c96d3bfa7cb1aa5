#include "openstack/heat.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

enum { PLACE_DEPTH = 8, EVENTS_PAGE = 500, EVENTS_PAGES = 200 };
#define STACKS "/v1/{project_id}/stacks"
#define DEPTH  "nested_depth=5"

/* ---- where a stack is ---- */

/* The rest of text behind the last "/stacks/", "NAME/ID"; NULL when it is not two words that can stand in a path. */
static const char *name_and_id(const char *text)
{
    const char *at = NULL;
    for (const char *next = text; (next = strstr(next, "/stacks/")); at = next)
        next += strlen("/stacks/");
    size_t len = at ? strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") : 0;
    const char *slash = at ? strchr(at, '/') : NULL;
    bool is_path = slash && !at[len] && slash > at && slash[1] && !strchr(slash + 1, '/') && !strstr(at, "..");
    return is_path ? at : NULL;
}

char *heat_stack_path(struct openstack *os, const char *id, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *failing = xasprintf("cannot find stack %s", id);
    struct openstack_call call = {.service = "orchestration", .failing = failing};
    call.path = url_path(&path, STACKS, "/{}", id, NULL);
    if (openstack_do(os, &call, &res, err) != 0)
        return NULL;
    const char *location = res.status == 302 ? http_header(&res, "location") : NULL;
    const char *found = location ? name_and_id(location) : NULL;
    if (found)
        return xasprintf(STACKS "/%s", found);
    if (http_check(&res, err, "%s", failing) == 0) {
        err_set(err, ERR_FAILED, "%s", failing);
        err_why(err, "Heat did not say where it is (status %d)", res.status);
    }
    return NULL;
}

char *heat_stack_name(const char *path)
{
    const char *at = path + strlen(STACKS "/");
    return xstrndup(at, strcspn(at, "/"));
}

static const struct resource stack_kind = {.word = "stack", .service = "orchestration", .path = STACKS, .list = "stacks"};
static const struct resource resource_kind = {
    .word = "resource of the stack", .service = "orchestration", .path = STACKS, .list = "resources"};

void heat_ask_stack(struct ask *ask, const char *id)
{
    CLEANUP(str_release) struct str query = STR_INIT;
    url_query(&query, "id", id);
    ask_list(ask, &stack_kind, query.buf);
}

void heat_ask_stack_at(struct ask *ask, const char *path)
{
    static const struct resource kind = {.word = "stack", .service = "orchestration", .path = STACKS, .one = "stack"};
    ask_path(ask, &kind, xasprintf("%s?resolve_outputs=false", path), xstrdup("cannot show the stack"));
}

char *heat_path_of(const node_t *stack)
{
    AUTOFREE char *text = xasprintf("/stacks/%s/%s", node_str(stack, "/stack_name", ""), node_str(stack, "/id", ""));
    const char *found = name_and_id(text);
    return found ? xasprintf(STACKS "/%s", found) : NULL;
}

void heat_ask_resources(struct ask *ask, const char *path)
{
    ask_path(ask, &resource_kind, xasprintf("%s/resources?" DEPTH, path), xstrdup("cannot list the resources of the stack"));
}

/* ---- resources ---- */

static struct openstack_call call_of(const char *path, const char *rest, struct str *url, const char *failing)
{
    str_addf(url, "%s%s", path, rest);
    return (struct openstack_call){.service = "orchestration", .path = url->buf, .failing = failing};
}

struct openstack_call heat_resources_call(const char *path, struct str *url)
{
    return call_of(path, "/resources?" DEPTH, url, "cannot list the resources of the stack");
}

struct openstack_call heat_stack_call(const char *path, struct str *url)
{
    return call_of(path, "?resolve_outputs=false", url, "cannot show the stack");
}

static node_t *list_of(struct openstack *os, const struct openstack_call *call, const char *member, struct err *err)
{
    CLEANUP(node_free) node_t *answer = openstack_get(os, call, err);
    node_t *list = node_get(answer, member);
    if (node_type(list) == NODE_ARRAY)
        return node_detach(answer, list);
    if (answer) {
        err_set(err, ERR_FAILED, "%s", call->failing);
        err_why(err, "the answer has no \"%s\"", member);
    }
    return NULL;
}

node_t *heat_resources(struct openstack *os, const char *path, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openstack_call call = heat_resources_call(path, &url);
    return list_of(os, &call, "resources", err);
}

static bool status_ends(const node_t *resource, const char *end)
{
    return str_ends(node_str(resource, "/resource_status", ""), end);
}

/* INIT_COMPLETE: nothing was done yet. */
bool heat_is_complete(const node_t *resource)
{
    return status_ends(resource, "_COMPLETE") && !status_ends(resource, "INIT_COMPLETE");
}

bool heat_is_failed(const node_t *resource) { return status_ends(resource, "_FAILED"); }
bool heat_is_server(const node_t *resource) { return strcmp(node_str(resource, "/resource_type", ""), "OS::Nova::Server") == 0; }

/* "self": its own address; "stack": that of the stack it is in; "nested": that of the stack it is. */
static const char *link_of(const node_t *resource, const char *rel)
{
    return node_str(node_find(node_get(resource, "links"), "/rel", rel), "/href", "");
}

bool heat_is_inside(const node_t *resource, const node_t *outer)
{
    const char *nested = link_of(outer, "nested");
    return *nested && strcmp(link_of(resource, "stack"), nested) == 0;
}

static const node_t *parent_of(const node_t *resources, const node_t *resource)
{
    for (const node_t *other = node_first(resources); other; other = node_next(other))
        if (heat_is_inside(resource, other))
            return other;
    return NULL;
}

static bool is_in_progress(const node_t *resource) { return status_ends(resource, "_IN_PROGRESS"); }

static bool has_inside(const node_t *resources, const node_t *resource, bool (*is_so)(const node_t *resource))
{
    for (const node_t *other = node_first(resources); other; other = node_next(other))
        if (is_so(other) && heat_is_inside(other, resource))
            return true;
    return false;
}

static bool is_consequence(const node_t *resource)
{
    const char *reason = node_str(resource, "/resource_status_reason", "");
    return !*reason || strstr(reason, " aborted") || strstr(reason, "cancelled") || strstr(reason, "Stack UPDATE started");
}

bool heat_is_culprit(const node_t *resources, const node_t *resource)
{
    return heat_is_failed(resource) && !is_consequence(resource) && !has_inside(resources, resource, heat_is_failed);
}

bool heat_is_awaited(const node_t *resources, const node_t *resource)
{
    return is_in_progress(resource) && !has_inside(resources, resource, is_in_progress);
}

bool heat_are_together(const node_t *resource, const node_t *other)
{
    return *link_of(resource, "stack") && strcmp(link_of(resource, "stack"), link_of(other, "stack")) == 0;
}

const node_t *heat_culprit(const node_t *resources)
{
    const node_t *second = NULL;
    for (const node_t *resource = node_first(resources); resource; resource = node_next(resource)) {
        if (heat_is_culprit(resources, resource))
            return resource;
        if (!second && heat_is_failed(resource) && !has_inside(resources, resource, heat_is_failed))
            second = resource;
    }
    return second;
}

void heat_resource_place(const node_t *resources, const node_t *resource, struct str *s)
{
    const node_t *chain[PLACE_DEPTH];
    size_t n = 0;
    for (; resource && n < PLACE_DEPTH; resource = parent_of(resources, resource))
        chain[n++] = resource;
    while (n--)
        str_addf(s, "%s%s", node_str(chain[n], "/resource_name", "?"), n ? "/" : "");
}

static bool is_place(const char *text) { return str_starts(text, "resources.") || str_starts(text, "resources["); }

/* "ResourceInError: resources.kube_masters.resources[0]: why" -> "why" */
static const char *without_place(const char *text)
{
    const char *colon = strstr(text, ": ");
    if (colon && is_place(colon + 2) && text + strcspn(text, ": ") == colon)
        text = colon + 2;
    colon = is_place(text) ? strstr(text, ": ") : NULL;
    return colon ? colon + 2 : text;
}

const char *heat_reason(const char *text)
{
    static const char *const covers[] = {"Resource CREATE failed: ", "Resource UPDATE failed: ", "Resource DELETE failed: "};
    for (const char *before = NULL; before != text;) {
        before = text;
        for (size_t i = 0; i < ARRAY_LEN(covers); i++)
            if (str_starts(text, covers[i]))
                text += strlen(covers[i]);
        text = without_place(text);
    }
    return text;
}

/* ---- events ---- */

node_t *heat_events(struct openstack *os, const char *path, const char *after, struct err *err)
{
    CLEANUP(node_free) node_t *all = node_new_array();
    AUTOFREE char *marker = xstrdup_or_null(after);
    for (int pages = 0; pages < EVENTS_PAGES; pages++) {
        CLEANUP(str_release) struct str url = STR_INIT;
        CLEANUP(str_release) struct str query = STR_INIT;
        str_addf(&query, "/events?" DEPTH "&sort_dir=asc&limit=%d", EVENTS_PAGE);
        url_query(&query, "marker", marker);
        struct openstack_call call = call_of(path, query.buf, &url, "cannot list the events of the stack");
        CLEANUP(node_free) node_t *page = list_of(os, &call, "events", err);
        if (!page)
            return NULL;
        size_t n = node_len(page);
        for (node_t *event; (event = node_first(page));) {
            event = node_detach(page, event);
            free(marker);
            marker = xstrdup(node_str(event, "/id", ""));
            node_push(all, event);
        }
        if (n < EVENTS_PAGE)
            break;
    }
    return TAKE(all);
}
