/* The link of an UNHEALTHY cluster's Kubernetes: whether it answers here, and which nodes are not Ready. */
#include <string.h>

#include "cluster/kube.h"
#include "why/cluster_parts.h"

enum { NODES_MAX = 8, CONNECT_MS = 5000, TOTAL_MS = 10000 };

/* text: "NAME: REASON" */
static void tell_node(struct why *why, const char *text)
{
    const char *colon = strstr(text, ": ");
    AUTOFREE char *name = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(text);
    AUTOFREE char *hint = xasprintf("kubectl --context %s describe node %s", why->name, name);
    struct link link = {.depth = 3,
                        .layer = "kubernetes",
                        .kind = "node",
                        .name = name,
                        .state = "NotReady",
                        .reason = colon ? colon + 2 : NULL,
                        .hint = hint};
    chain_add(&why->chain, &link);
}

static void tell_answer(struct why *why, struct link *api, const struct kube_nodes *nodes)
{
    AUTOFREE char *state = xasprintf("%zu of %zu nodes Ready", nodes->ready, nodes->total);
    api->state = state;
    chain_add(&why->chain, api);
    for (size_t i = 0; i < nodes->waiting.n && i < NODES_MAX; i++)
        tell_node(why, nodes->waiting.v[i]);
    chain_try(&why->chain, "a kubeconfig for it", "aiwf cluster kubeconfig %s", why->name);
}

void why_tell_kubernetes(struct why *why, int depth)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(kube_nodes_release) struct kube_nodes nodes = {0};
    struct kube_settings settings = {.connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .retries = -1};
    struct link api = {
        .depth = depth, .layer = "kubernetes", .kind = "api", .name = node_str(why->cluster, "/api_address", NULL)};
    if (!api.name)
        return;
    bool has_login = cluster_kube_open(why->os, why->cluster, &settings, &kube, &err) == 0;
    if (has_login && kube_nodes(&kube, &nodes, &err) == 0) {
        tell_answer(why, &api, &nodes);
        return;
    }
    bool is_away = err.code == ERR_UNREACHABLE || err.code == ERR_TIMEOUT;
    AUTOFREE char *reason = xasprintf("%s%s", is_away ? "from here: " : "", err.why ? err.why : err.what);
    api.state = is_away ? "unreachable" : NULL;
    api.unseen = !has_login;
    api.reason = reason;
    chain_add(&why->chain, &api);
}
