/* The links from the cluster to each suspect, and what it comes down to. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "openstack/heat.h"
#include "why/cluster_parts.h"

enum { HEALTH_MAX = 8 };

const char *why_words(const struct ask *ask, struct str *s)
{
    const struct err *err = &ask->err;
    const char *words = err->why ? err->why : err->what ? err->what : "nobody says";
    str_addf(s, "%s%s", err->code == ERR_AUTH ? "needs admin: " : "", words);
    return s->buf;
}

const char *why_magnums_word(const struct why *why)
{
    for (const node_t *fault = node_first(node_get(why->cluster, "faults")); fault; fault = node_next(fault))
        if (node_text(fault) && *node_text(fault))
            return heat_reason(node_text(fault));
    return heat_reason(node_str(why->cluster, "/status_reason", ""));
}

static void add_since(struct str *s, const char *time)
{
    int64_t at_ms;
    if (!rfc3339_parse(time, &at_ms) || clock_wall_ms() < at_ms)
        return;
    str_add(s, s->len ? ", for " : "for ");
    age_print(s, clock_wall_ms() - at_ms);
}

static void tell_cluster(struct why *why)
{
    CLEANUP(str_release) struct str reason = STR_INIT;
    str_add(&reason, node_str(why->cluster, "/status_reason", ""));
    if (why->is_waiting)
        add_since(&reason, node_str(why->cluster, "/updated_at", node_str(why->cluster, "/created_at", "")));
    struct link link = {.layer = "magnum",
                        .kind = "cluster",
                        .name = why->name,
                        .id = node_str(why->cluster, "/uuid", NULL),
                        .state = why->status,
                        .reason = reason.buf};
    chain_add(&why->chain, &link);
}

/* ---- Heat ---- */

static void tell_hidden_stack(struct why *why)
{
    const struct ask *ask = &why->asks[W_STACK];
    CLEANUP(str_release) struct str words = STR_INIT;
    struct link link = {.depth = 1, .layer = "heat", .kind = "stack", .id = node_str(why->cluster, "/stack_id", NULL)};
    link.unseen = true;
    if (why->is_foreign)
        link.reason = "it is of another project: log in there to see it";
    else if (ask->answer)
        link.reason = "Heat has none of this id for this login";
    else if (ask->kind)
        link.reason = why_words(ask, &words);
    else
        return; /* a Cluster API driver's, or none was begun */
    chain_add(&why->chain, &link);
}

static void tell_resource(struct why *why, const struct suspect *suspect)
{
    const node_t *resource = suspect->resource;
    CLEANUP(str_release) struct str place = STR_INIT;
    CLEANUP(str_release) struct str reason = STR_INIT;
    heat_resource_place(why->asks[W_RESOURCES].answer, resource, &place);
    if (heat_is_failed(resource))
        str_add(&reason, heat_reason(node_str(resource, "/resource_status_reason", "")));
    else
        add_since(&reason, node_str(resource, "/updated_time", node_str(resource, "/creation_time", "")));
    struct link link = {.depth = 2,
                        .layer = "heat",
                        .kind = "resource",
                        .type = node_str(resource, "/resource_type", "?"),
                        .name = place.buf,
                        .id = node_str(resource, "/physical_resource_id", NULL),
                        .state = node_str(resource, "/resource_status", "-"),
                        .reason = reason.buf};
    chain_add(&why->chain, &link);
    why_tell_server(why, suspect, 3);
    if (heat_is_failed(resource))
        why_tell_cause(why, reason.buf, link.type, 3);
}

static void tell_stack(struct why *why)
{
    const node_t *stack = ask_found(&why->asks[W_STACK]);
    if (!stack) {
        tell_hidden_stack(why);
        return;
    }
    const char *status = node_str(stack, "/stack_status", "-");
    AUTOFREE char *hint = xasprintf("aiwf cluster events %s", why->name);
    struct link link = {.depth = 1,
                        .layer = "heat",
                        .kind = "stack",
                        .name = node_str(stack, "/stack_name", NULL),
                        .id = node_str(stack, "/id", NULL),
                        .state = status,
                        .hint = hint};
    /* What the resource below says better is not said twice. */
    if (str_ends(status, "_FAILED") && !why->n)
        link.reason = heat_reason(node_str(stack, "/stack_status_reason", ""));
    chain_add(&why->chain, &link);
    if (why->asks[W_RESOURCES].err.code != ERR_OK) {
        CLEANUP(str_release) struct str words = STR_INIT;
        struct link hidden = {.depth = 2, .layer = "heat", .kind = "resources", .unseen = true};
        hidden.reason = why_words(&why->asks[W_RESOURCES], &words);
        chain_add(&why->chain, &hidden);
    }
    for (size_t i = 0; i < why->n; i++)
        if (why->suspects[i].resource)
            tell_resource(why, &why->suspects[i]);
}

/* ---- without a stack: node groups, servers ---- */

static void tell_groups(struct why *why)
{
    const node_t *faults = node_get(why->cluster, "faults");
    for (const node_t *group = node_first(why->asks[W_GROUPS].answer); group; group = node_next(group)) {
        const char *status = node_str(group, "/status", "-"), *name = node_str(group, "/name", "?");
        const char *fault = node_text(node_get(faults, name));
        if (!fault && str_ends(status, "_COMPLETE"))
            continue;
        struct link link = {.depth = 1,
                            .layer = "magnum",
                            .kind = "nodegroup",
                            .name = name,
                            .id = node_str(group, "/uuid", NULL),
                            .state = status,
                            .reason = fault ? heat_reason(fault) : node_str(group, "/status_reason", NULL)};
        chain_add(&why->chain, &link);
    }
}

static void tell_servers(struct why *why)
{
    for (size_t i = 0; i < why->n; i++)
        if (!why->suspects[i].resource)
            why_tell_server(why, &why->suspects[i], 1);
    if (why->asks[W_SERVERS].err.code == ERR_OK)
        return;
    CLEANUP(str_release) struct str words = STR_INIT;
    struct link link = {.depth = 1, .layer = "nova", .kind = "servers", .unseen = true};
    link.reason = why_words(&why->asks[W_SERVERS], &words);
    chain_add(&why->chain, &link);
}

/* ---- health: {"api": "ok", "ml-node-0.Ready": "True"} ---- */

static bool is_well(const char *text) { return strcasecmp(text, "ok") == 0 || strcasecmp(text, "true") == 0 || !*text; }

static bool is_unhealthy(const struct why *why) { return strcmp(node_str(why->cluster, "/health_status", ""), "UNHEALTHY") == 0; }

static void tell_health(struct why *why)
{
    if (!is_unhealthy(why))
        return;
    struct link whole = {.depth = 1, .layer = "kubernetes", .kind = "health", .state = "UNHEALTHY"};
    chain_add(&why->chain, &whole);
    int told = 0;
    for (const node_t *part = node_first(node_get(why->cluster, "health_status_reason")); part; part = node_next(part)) {
        const char *text = node_text(part) ? node_text(part) : "";
        if (is_well(text) || told++ >= HEALTH_MAX)
            continue;
        struct link link = {.depth = 2, .layer = "kubernetes", .kind = "health", .name = node_key(part), .reason = text};
        chain_add(&why->chain, &link);
    }
    why_tell_kubernetes(why, 2);
}

/* ---- what it comes down to ---- */

static const char *verdict_of(const struct why *why)
{
    if (why->is_failed)
        return "failed";
    if (why->is_waiting)
        return "waiting";
    return is_unhealthy(why) || why->n ? "unhealthy" : "healthy";
}

/* "server ml-node-0: No valid host was found.": the deepest reason that was given; limits and room are only numbers. */
static void add_last_reason(const struct why *why, struct str *s)
{
    const node_t *last = NULL;
    for (const node_t *link = node_first(why->chain.links); link; link = node_next(link)) {
        const char *layer = node_str(link, "/layer", "");
        bool is_number = strcmp(layer, "quota") == 0 || strcmp(layer, "placement") == 0;
        if (node_str(link, "/reason", NULL) && !is_number && node_bool(link, "/seen", false))
            last = link;
    }
    if (last && node_int(last, "/depth", 0) > 0)
        str_addf(s, "%s %s: ", node_str(last, "/kind", ""), node_str(last, "/name", node_str(last, "/id", "")));
    str_add(s, last ? node_str(last, "/reason", "") : "nobody says why");
}

static void add_awaited(const struct why *why, struct str *s)
{
    const struct suspect *suspect = why->n ? &why->suspects[why->n - 1] : NULL;
    const struct ask *server = suspect ? &suspect->asks[S_SERVER] : NULL;
    if (suspect && suspect->resource)
        heat_resource_place(why->asks[W_RESOURCES].answer, suspect->resource, s);
    else if (suspect)
        str_addf(s, "server %s, which is in %s: %s", node_str(suspect->listed, "/name", "?"),
                 node_str(suspect->listed, "/status", "?"), node_str(server->answer, "/fault/message", "no reason is given"));
    else
        str_add(s, "what the cloud does not show");
}

static void summarize(const struct why *why, node_t *document)
{
    const char *verdict = verdict_of(why);
    CLEANUP(str_release) struct str s = STR_INIT;
    if (strcmp(verdict, "healthy") == 0) {
        str_addf(&s, "nothing is wrong with cluster %s that the cloud can see", why->name);
    } else if (strcmp(verdict, "waiting") == 0) {
        str_addf(&s, "cluster %s is not finished: it waits for ", why->name);
        add_awaited(why, &s);
    } else {
        str_addf(&s, "cluster %s %s: ", why->name, why->is_failed ? "failed" : "is not well");
        add_last_reason(why, &s);
    }
    node_set_str(document, "verdict", verdict);
    node_set_str(document, "summary", s.buf);
}

/* Working nodes, when some of those that were asked for are not. */
static int64_t nodes_that_work(const struct why *why)
{
    int64_t nodes = node_int(why->cluster, "/node_count", 0);
    for (size_t i = 0; i < why->n; i++)
        nodes -= strcmp(node_str(why->suspects[i].listed, "/status", ""), "ERROR") == 0;
    return nodes > 0 && nodes < node_int(why->cluster, "/node_count", 0) ? nodes : 0;
}

static void advise(struct why *why)
{
    const char *template = node_str(why->asks[W_TEMPLATE].answer, "/name", NULL);
    if (why->is_waiting) {
        chain_try(&why->chain, "goes on waiting, and says when it is ready", "aiwf cluster wait %s", why->name);
        return;
    }
    if (!why->is_failed)
        return;
    if (!str_starts(why->status, "CREATE")) {
        int64_t nodes = nodes_that_work(why);
        if (nodes)
            chain_try(&why->chain, "goes on with the nodes that work", "aiwf cluster resize %s --nodes %lld", why->name,
                      (long long)nodes);
        return;
    }
    if (template)
        chain_try(&why->chain, "what another one would still lack", "aiwf cluster create %s-2 --template %s --dry-run=server",
                  why->name, template);
    chain_try(&why->chain, "gives back what the failed one holds", "aiwf cluster delete %s", why->name);
}

void why_tell(struct why *why, node_t *document)
{
    if (node_first(why->asks[W_STACK].answer) && (why->is_failed || why->is_waiting))
        chain_try(&why->chain, "what happened, in order", "aiwf cluster events %s", why->name);
    tell_cluster(why);
    tell_stack(why);
    bool by_heat = why->asks[W_RESOURCES].answer && why->n;
    if (!by_heat && (why->is_failed || why->is_waiting))
        tell_groups(why);
    tell_servers(why);
    if (!by_heat && why->is_failed)
        why_tell_cause(why, why_magnums_word(why), "", 1);
    tell_health(why);
    advise(why);
    summarize(why, document);
}
