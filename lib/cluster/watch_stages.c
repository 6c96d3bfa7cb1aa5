/* The stages of a cluster, and how each is read from what was seen. */
#include <string.h>

#include "cluster/watch_parts.h"
#include "openstack/heat.h"

/* ---- the stack ---- */

static void add_reason(const struct watch *watch, struct str *note)
{
    const char *reason = node_str(watch->cluster, "/status_reason", "");
    str_addf(note, "%s%s%s", watch_status(watch), *reason ? ": " : "", reason);
}

/* With a Cluster API driver there is none: what Magnum says of the cluster, then. */
static void no_stack(const struct watch *watch, struct stage_view *view)
{
    if (!watch->n_stacks)
        str_add(&view->note, "waiting for Magnum to begin");
    else
        add_reason(watch, &view->note);
}

static bool count_resources(const struct watch *watch, size_t *done, size_t *total)
{
    bool seen = false;
    for (size_t i = 0; i < watch->n_stacks; i++) {
        const node_t *resource = node_first(watch->stacks[i].resources);
        seen = seen || watch->stacks[i].resources;
        for (; resource; resource = node_next(resource)) {
            ++*total;
            *done += heat_is_complete(resource);
        }
    }
    return seen;
}

static bool is_made(const struct watch *watch)
{
    bool is_creation = strcmp(watch_status(watch), "CREATE_IN_PROGRESS") == 0;
    bool stands = watch->n_stacks && strcmp(watch->stacks[0].status, "CREATE_COMPLETE") == 0;
    return (is_creation && stands) || (watch->has_begun && !watch_is_busy(watch));
}

static void stage_stack(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err)
{
    (void)group;
    (void)err;
    size_t done = 0, total = 0;
    if (count_resources(watch, &done, &total))
        str_addf(&view->note, "%zu of %zu resources", done, total);
    else
        no_stack(watch, view);
    view->state = is_made(watch) ? STAGE_OK : STAGE_BUSY;
}

static void stage_removal(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err)
{
    (void)group;
    (void)err;
    size_t left = 0;
    view->state = watch->is_gone ? STAGE_OK : STAGE_BUSY;
    for (size_t i = 0; i < watch->n_stacks; i++)
        for (const node_t *r = node_first(watch->stacks[i].resources); r; r = node_next(r))
            left += strcmp(node_str(r, "/resource_status", ""), "DELETE_COMPLETE") != 0;
    if (watch->is_gone)
        str_add(&view->note, "gone");
    else if (left)
        str_addf(&view->note, "%zu resources left", left);
    else
        add_reason(watch, &view->note);
}

/* ---- the machines of a node group ---- */

/* What is told of a group of machines. */
struct machines {
    int64_t wanted;
    size_t ready, total;
    struct str held; /* the first one that is not ready, and why */
};

const node_t *watch_server(const struct watch *watch, const node_t *resource)
{
    const char *id = node_str(resource, "/physical_resource_id", "?");
    return node_find(watch->servers, "/id", id);
}

bool watch_server_is_active(const node_t *server) { return strcmp(node_str(server, "/status", ""), "ACTIVE") == 0; }

/* "ml-abc-node-2: BUILD (spawning)" */
static void tell_server(const node_t *server, struct str *s)
{
    const char *task = node_str(server, "/OS-EXT-STS:task_state", NULL);
    const char *fault = node_str(server, "/fault/message", NULL);
    str_addf(s, "%s: %s", node_str(server, "/name", "?"), node_str(server, "/status", "?"));
    if (fault || task)
        str_addf(s, " (%s)", fault ? fault : task);
}

/* What a machine of Heat's waits for: its server, or what is done on it. */
static void tell_member(const struct watch *watch, const node_t *resources, const node_t *member, struct str *held)
{
    const node_t *server = NULL, *busy = NULL;
    for (const node_t *r = node_first(resources); r; r = node_next(r)) {
        if (!heat_is_inside(r, member))
            continue;
        if (heat_is_server(r))
            server = watch_server(watch, r);
        if (str_ends(node_str(r, "/resource_status", ""), "_IN_PROGRESS"))
            busy = busy && heat_is_server(busy) ? busy : r;
    }
    if (server && (!watch_server_is_active(server) || !busy))
        tell_server(server, held);
    else if (busy)
        str_addf(held, "%s%s: %s", server ? "" : "machine ",
                 node_str(server ? server : member, server ? "/name" : "/resource_name", "?"),
                 node_str(busy, "/resource_name", "?"));
}

static bool is_master(const node_t *group) { return strcmp(node_str(group, "/role", ""), "master") == 0; }

/* Magnum's templates make them in a group of resources each. */
static void count_members(const struct watch *watch, const node_t *group, const node_t *resources, struct machines *m)
{
    const char *name = is_master(group) ? "kube_masters" : "kube_minions";
    const node_t *outer = NULL;
    for (const node_t *r = node_first(resources); r && !outer; r = node_next(r))
        if (strcmp(node_str(r, "/resource_name", ""), name) == 0)
            outer = r;
    for (const node_t *r = node_first(resources); r; r = node_next(r)) {
        if (!outer || !heat_is_inside(r, outer))
            continue;
        m->total++;
        if (heat_is_complete(r))
            m->ready++;
        else if (!m->held.len)
            tell_member(watch, resources, r, &m->held);
    }
}

/* Cluster API names machines after the cluster and the node group; those of no group are masters. */
static bool belongs(const struct watch *watch, const node_t *group, const node_t *server)
{
    const char *name = node_str(server, "/name", "");
    for (const node_t *other = node_first(watch->groups); other; other = node_next(other)) {
        AUTOFREE char *part = xasprintf("-%s-", node_str(other, "/name", "?"));
        if (!is_master(other) && strstr(name, part))
            return other == group;
    }
    return is_master(group);
}

static void count_servers(const struct watch *watch, const node_t *group, struct machines *m)
{
    for (const node_t *server = node_first(watch->servers); server; server = node_next(server)) {
        if (!belongs(watch, group, server))
            continue;
        m->total++;
        if (watch_server_is_active(server))
            m->ready++;
        else if (!m->held.len)
            tell_server(server, &m->held);
    }
}

void stage_group(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err)
{
    (void)err;
    struct machines m = {.wanted = node_int(group, "/node_count", 0), .held = STR_INIT};
    const struct watch_stack *stack = watch_stack_of(watch, group);
    bool settled = watch->has_begun && !watch_is_busy(watch);
    bool is_creation = strcmp(watch_status(watch), "CREATE_IN_PROGRESS") == 0;
    if (stack)
        count_members(watch, group, stack->resources, &m);
    else
        count_servers(watch, group, &m);
    size_t wanted = m.wanted > 0 ? (size_t)m.wanted : 0;
    if (!m.total && settled)
        m.ready = wanted; /* Magnum's word, where Nova's cannot be seen */
    if (settled || (is_creation && wanted && m.ready == wanted && m.total == wanted)) {
        view->state = STAGE_OK;
        str_addf(&view->note, "%zu of %zu ready", m.ready < wanted ? m.ready : wanted, wanted);
    } else {
        view->state = STAGE_BUSY;
        str_addf(&view->word, "%zu/%zu", m.ready, wanted);
        if (m.held.len)
            str_add(&view->note, m.held.buf);
        else if (m.total > wanted)
            str_addf(&view->note, "%zu too many", m.total - wanted);
    }
    str_release(&m.held);
}

/* ---- the table ---- */

#define READY    (1U << CLUSTER_READY)
#define COMPLETE (1U << CLUSTER_COMPLETE)
#define DELETED  (1U << CLUSTER_DELETED)
#define MINUTES  60000

const struct stage watch_stages[] = {
    {.name = "stack", .goals = READY | COMPLETE, .limit_ms = 30 * MINUTES, .look = stage_stack},
    {.name = "stack", .goals = DELETED, .limit_ms = 30 * MINUTES, .look = stage_removal},
    {.name = "masters",
     .goals = READY | COMPLETE,
     .of_group = true,
     .role = "master",
     .limit_ms = 30 * MINUTES,
     .look = stage_group},
    {.name = "nodes",
     .goals = READY | COMPLETE,
     .of_group = true,
     .role = "worker",
     .limit_ms = 30 * MINUTES,
     .look = stage_group},
    {.name = "kubernetes", .goals = READY, .limit_ms = 15 * MINUTES, .look = stage_kubernetes},
    {0},
};
