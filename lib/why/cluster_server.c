/* Below a suspect: its server, the room and the quota for it, its port; and what a reason speaks about. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "openstack/heat.h"
#include "openstack/placement.h"
#include "why/cluster_parts.h"

/* ---- the server ---- */

static void tell_hosts(struct why *why, const struct suspect *suspect, int depth)
{
    const struct ask *ask = &suspect->asks[S_HOSTS];
    const node_t *flavor = node_get(suspect->listed, "flavor");
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(str_release) struct str state = STR_INIT;
    if (!ask->kind)
        return;
    struct link link = {.depth = depth, .layer = "placement", .kind = "flavor", .name = node_str(flavor, "/original_name", NULL)};
    str_addf(&words, "asked: cores %.0f, %.0f MiB", node_num(flavor, "/vcpus", 0), node_num(flavor, "/ram", 0));
    if (ask->answer) {
        struct placement_fit room = placement_room_for(ask->answer, flavor);
        str_addf(&state, "room for %lld", (long long)room.fits);
        str_addf(&words, "; free on %lld hosts", (long long)room.hosts);
        link.state = state.buf;
    } else {
        str_add(&words, "; free: ");
        why_words(ask, &words);
        link.unseen = true;
    }
    link.reason = words.buf;
    chain_add(&why->chain, &link);
}

static void tell_gpus(struct why *why, const struct suspect *suspect, int depth)
{
    const struct ask *ask = &suspect->asks[S_GPUS];
    CLEANUP(gpu_release) struct gpu gpu = {0};
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(str_release) struct str state = STR_INIT;
    if (!suspect->asks[S_HOSTS].kind || !gpu_of_flavor(node_get(suspect->listed, "flavor"), &gpu))
        return;
    struct link link = {.depth = depth, .layer = "placement", .kind = "GPUs", .name = gpu.kind};
    if (gpu.count > 0)
        str_addf(&words, "asked %lld; ", (long long)gpu.count);
    if (ask->answer) {
        struct placement_room room = placement_gpus(ask->answer, &gpu);
        str_addf(&state, "free %lld", (long long)room.free);
        str_addf(&words, "enough for %lld servers", (long long)(room.fits > 0 ? room.fits : 0));
        link.state = state.buf;
    } else {
        link.unseen = true;
        if (ask->kind)
            why_words(ask, &words);
        else
            str_addf(&words, "a %s: only the scheduler knows how many are free", gpu.source);
    }
    link.reason = words.buf;
    chain_add(&why->chain, &link);
}

static void tell_port(struct why *why, const struct suspect *suspect, int depth)
{
    const struct ask *ask = &suspect->asks[S_PORT];
    const node_t *port = ask_found(ask);
    CLEANUP(str_release) struct str words = STR_INIT;
    if (!ask->kind || (ask->answer && !port))
        return;
    struct link link = {.depth = depth,
                        .layer = "neutron",
                        .kind = "port",
                        .name = node_str(port, "/name", NULL),
                        .id = node_str(port, "/id", NULL),
                        .state = node_str(port, "/status", "-")};
    if (!port) {
        link.unseen = true;
        link.reason = why_words(ask, &words);
    } else if (strcmp(node_str(port, "/binding:vif_type", ""), "binding_failed") == 0) {
        link.reason = "binding failed: no network agent of the server's host could take it";
    }
    chain_add(&why->chain, &link);
}

static void advise_server(struct why *why, const node_t *server, bool is_failed)
{
    const char *id = node_str(server, "/id", "?");
    if (!is_failed) {
        chain_try(&why->chain, "what its console says",
                  "echo '{\"os-getConsoleOutput\":{\"length\":50}}' | aiwf api openstack POST "
                  "compute:/v2.1/servers/%s/action -f -",
                  id);
        return;
    }
    CLEANUP(gpu_release) struct gpu gpu = {0};
    if (gpu_of_flavor(node_get(server, "flavor"), &gpu))
        chain_try(&why->chain, "flavors with GPUs, and how many are free", "aiwf infra flavors --gpu");
    else
        chain_try(&why->chain, "sizes that there may be a host for", "aiwf infra flavors");
}

void why_tell_server(struct why *why, const struct suspect *suspect, int depth)
{
    const node_t *server = suspect->asks[S_SERVER].answer ? suspect->asks[S_SERVER].answer : suspect->listed;
    CLEANUP(str_release) struct str state = STR_INIT;
    if (!server) {
        tell_port(why, suspect, depth);
        return;
    }
    const char *status = node_str(server, "/status", "-"), *task = node_text(node_get(server, "OS-EXT-STS:task_state"));
    bool is_failed = strcmp(status, "ERROR") == 0;
    str_addf(&state, "%s%s%s%s", status, task ? " (" : "", task ? task : "", task ? ")" : "");
    struct link link = {.depth = depth,
                        .layer = "nova",
                        .kind = "server",
                        .name = node_str(server, "/name", NULL),
                        .id = node_str(server, "/id", NULL),
                        .state = state.buf,
                        .reason = node_str(server, "/fault/message", NULL),
                        .hint = is_failed ? "aiwf infra flavors" : NULL};
    chain_add(&why->chain, &link);
    advise_server(why, server, is_failed);
    tell_hosts(why, suspect, depth + 1);
    tell_gpus(why, suspect, depth + 1);
    tell_port(why, suspect, depth + 1);
}

/* ---- what a reason speaks about ---- */

static const char *service_of(const char *type, const char *reason)
{
    static const struct {
        const char *word, *service;
    } words[] = {{"Cinder", "cinder"},    {"Nova", "nova"},       {"Neutron", "neutron"},  {"volume", "cinder"},
                 {"gigabytes", "cinder"}, {"cores", "nova"},      {"instances", "nova"},   {"ram", "nova"},
                 {"port", "neutron"},     {"network", "neutron"}, {"floating", "neutron"}, {"security", "neutron"},
                 {"clusters", "magnum"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(type, words[i].word) || strcasestr(reason, words[i].word))
            return words[i].service;
    return NULL;
}

/* A limit that the reason names, else one that nothing is left of. */
static bool is_meant(const node_t *row, const char *service, const char *reason)
{
    if (strcmp(node_str(row, "/service", ""), service) != 0 || node_bool(row, "/unlimited", true))
        return false;
    const char *resource = node_str(row, "/resource", "");
    return (*resource && strcasestr(reason, resource)) || node_num(row, "/free", 1) <= 0;
}

static void tell_quota(struct why *why, const char *reason, const char *type, int depth)
{
    const char *service = service_of(type, reason);
    CLEANUP(node_free) node_t *rows = why->asks[W_QUOTAS].kind ? quota_rows(&why->asks[W_QUOTAS]) : NULL;
    for (const node_t *row = service ? node_first(rows) : NULL; row; row = node_next(row)) {
        const char *error = node_str(row, "/error", NULL), *unit = node_str(row, "/unit", NULL);
        if (error ? strcmp(node_str(row, "/service", ""), service) != 0 : !is_meant(row, service, reason))
            continue;
        AUTOFREE char *name = xasprintf("%s %s", service, node_str(row, "/resource", ""));
        AUTOFREE char *state = xasprintf("free %.0f of %.0f%s%s", node_num(row, "/free", 0), node_num(row, "/limit", 0),
                                         unit ? " " : "", unit ? unit : "");
        struct link link = {.depth = depth,
                            .layer = "quota",
                            .kind = "limit",
                            .name = name,
                            .state = error ? NULL : state,
                            .hint = "aiwf infra quotas"};
        link.unseen = error != NULL;
        link.reason = error;
        chain_add(&why->chain, &link);
    }
    chain_try(&why->chain, "what the project may still use", "aiwf infra quotas");
}

/* What the template names, and whether it is there. */
static void tell_named(struct why *why, const struct ask *ask, const struct link *what, const char *named)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    if (!ask->kind)
        return;
    const node_t *found = ask_found(ask);
    bool is_gone = ask_is_missing(ask);
    struct link link = *what;
    link.name = node_str(found, "/name", named);
    link.id = node_str(found, "/id", NULL);
    link.state = is_gone ? "missing" : node_str(found, "/status", "-");
    link.unseen = !found && !is_gone;
    if (!found)
        link.reason = is_gone ? "the template names it, but there is none of that name or id any more" : why_words(ask, &words);
    chain_add(&why->chain, &link);
}

void why_tell_cause(struct why *why, const char *reason, const char *type, int depth)
{
    const char *word = cluster_cause(reason).word;
    const node_t *template = why->asks[W_TEMPLATE].answer;
    if (strcmp(word, "quota") == 0)
        tell_quota(why, reason, type, depth);
    else if (strcmp(word, "no valid host") == 0 && !why->n)
        chain_try(&why->chain, "sizes that there may be a host for", "aiwf infra flavors");
    else if (strcmp(word, "flavor") == 0)
        chain_try(&why->chain, "the flavors that there are", "aiwf infra flavors");
    else if (strcmp(word, "trust") == 0)
        chain_try(&why->chain, "what this login is", "aiwf doctor");
    if (strcmp(word, "image") == 0) {
        struct link image = {.depth = depth, .layer = "glance", .kind = "image", .hint = "aiwf infra images"};
        tell_named(why, &why->asks[W_IMAGE], &image, node_str(template, "/image_id", NULL));
        chain_try(&why->chain, "the images that there are", "aiwf infra images");
    }
    if (strcmp(word, "network") == 0) {
        struct link network = {.depth = depth, .layer = "neutron", .kind = "network", .hint = "aiwf infra networks"};
        tell_named(why, &why->asks[W_OUTSIDE], &network, node_str(template, "/external_network_id", NULL));
        chain_try(&why->chain, "the networks that there are", "aiwf infra networks");
    }
}
