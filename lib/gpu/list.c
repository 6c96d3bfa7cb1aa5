#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "gpu/gpu.h"
#include "gpu/resource.h"

struct listing {
    const struct gpu_inventory *inventory;
    const struct gpu_measured *measured;
    struct map pods;   /* of a node, by its name: struct gpu_cards, which here are pods */
    struct map groups; /* of DRA's devices: their row */
    node_t *rows;
};

static void copy(node_t *to, const char *key, const node_t *from)
{
    if (from)
        node_set(to, key, node_copy(from));
}

/* With strategy "single" the instances are counted as nvidia.com/gpu, and the product's label says what they are. */
static const char *mig_of(const node_t *node, const char *resource)
{
    const char *mig = gpu_mig_of(resource);
    const char *product = node_str(node, "/product", "");
    const char *suffix = strstr(product, "-MIG-");
    return mig ? mig : suffix ? suffix + strlen("-MIG-") : NULL;
}

static double memory_of(const node_t *node, const char *resource)
{
    static const double MIB = 1 << 20;
    AUTOFREE char *label = xasprintf("%s.memory", resource);
    const char *text = node_text(node_get(node_get(node, "labels"), label));
    double mib;
    if (gpu_mig_of(resource))
        return text && str_to_num(text, &mib) ? mib * MIB : (double)NAN;
    return node_num(node, "/memory_bytes", (double)NAN);
}

static node_t *new_row(struct listing *listing, const node_t *node, const char *resource, const char *state, double gpus)
{
    node_t *row = node_push(listing->rows, node_new_object());
    copy(row, "node", node_get(node, "node"));
    node_set_str(row, "state", state);
    node_set_str(row, "resource", resource);
    node_set_num(row, "gpus", gpus);
    if (!str_starts(resource, "nvidia.com/"))
        return row;
    copy(row, "product", node_get(node, "product"));
    node_set_num(row, "memory_bytes", memory_of(node, resource));
    if (mig_of(node, resource))
        node_set_str(row, "mig", mig_of(node, resource));
    copy(row, "sharing", node_get(node, "sharing"));
    if (node_get(node, "sharing"))
        copy(row, "replicas", node_get(node, "replicas"));
    return row;
}

static void add_cards(node_t *row, const struct gpu_cards *cards)
{
    node_set_num(row, "util_ratio", gpu_cards_mean(cards, "/util_ratio"));
    node_set_num(row, "memory_used_bytes", gpu_cards_sum(cards, "/memory_used_bytes"));
    node_set_num(row, "power_w", gpu_cards_sum(cards, "/power_w"));
    node_t *devices = node_set(row, "devices", node_new_array());
    for (size_t i = 0; cards && i < cards->n; i++)
        node_push(devices, node_new_str(node_str(cards->v[i], "/uuid", node_str(cards->v[i], "/index", "?"))));
}

static void add_holder(struct listing *listing, node_t *row, const node_t *pod)
{
    static const char *const members[] = {"namespace", "pod", "since", "owner"};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        copy(row, members[i], node_get(pod, members[i]));
    add_cards(row, gpu_cards_of(listing->measured, node_str(pod, "/namespace", ""), node_str(pod, "/pod", "")));
}

static double add_held(struct listing *listing, const node_t *node, const char *resource)
{
    double held = 0;
    const struct gpu_cards *pods = map_get(&listing->pods, node_str(node, "/node", ""));
    for (size_t i = 0; pods && i < pods->n; i++) {
        const node_t *asked = node_get(node_get(pods->v[i], "asks"), resource);
        if (!asked)
            continue;
        held += node_value(asked);
        add_holder(listing, new_row(listing, node, resource, "Held", node_value(asked)), pods->v[i]);
    }
    return held;
}

static void list_resource(struct listing *listing, const node_t *node, const node_t *resource)
{
    const char *name = node_key(resource), *state = node_str(node, "/state", "");
    double capacity = node_num(resource, "/capacity", 0), allocatable = node_num(resource, "/allocatable", 0);
    double held = add_held(listing, node, name);
    bool is_ready = strcmp(state, "Ready") == 0;
    if (allocatable > held)
        add_cards(new_row(listing, node, name, is_ready ? "Free" : state, allocatable - held),
                  is_ready ? map_get(&listing->measured->by_node, node_str(node, "/node", "")) : NULL);
    double lost = capacity - num_max(allocatable, held);
    if (lost > 0)
        add_cards(new_row(listing, node, name, "Unhealthy", lost), NULL);
}

/* What a pod still holds though its node no longer offers it. */
static void list_rest(struct listing *listing, const node_t *node)
{
    const struct gpu_cards *pods = map_get(&listing->pods, node_str(node, "/node", ""));
    for (size_t i = 0; pods && i < pods->n; i++)
        for (const node_t *a = node_first(node_get(pods->v[i], "asks")); a; a = node_next(a))
            if (!node_get(node_get(node, "resources"), node_key(a)))
                add_holder(listing, new_row(listing, node, node_key(a), "Held", node_value(a)), pods->v[i]);
}

static void list_node(struct listing *listing, const node_t *node)
{
    const node_t *resources = node_get(node, "resources");
    for (const node_t *r = node_first(resources); r; r = node_next(r))
        list_resource(listing, node, r);
    list_rest(listing, node);
    double labelled = node_num(node, "/labelled", 0);
    if (!node_len(resources) && labelled > 0)
        add_cards(new_row(listing, node, "nvidia.com/gpu", "NotOffered", labelled), NULL);
}

static node_t *new_device_row(struct listing *listing, const node_t *device)
{
    static const char *const members[] = {"node", "product", "mig", "memory_bytes", "namespace", "pod"};
    bool is_held = node_get(device, "pod");
    node_t *row = node_push(listing->rows, node_new_object());
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        copy(row, members[i], node_get(device, members[i]));
    const node_t *node = map_get(&listing->inventory->by_node, node_str(device, "/node", ""));
    const char *state = node_str(node, "/state", "NotReady");
    node_set_str(row, "state", is_held ? "Held" : strcmp(state, "Ready") == 0 ? "Free" : state);
    node_set_str(row, "resource", node_str(device, "/driver", ""));
    node_set_num(row, "gpus", 0);
    add_cards(row, NULL);
    AUTOFREE char *key = xasprintf("%s/%s", node_str(device, "/namespace", ""), node_str(device, "/pod", ""));
    const node_t *pod = map_get(&listing->inventory->claimants, key);
    if (pod)
        add_holder(listing, row, pod);
    return row;
}

static void list_device(struct listing *listing, const node_t *device)
{
    static const char *const members[] = {"node", "driver", "product", "mig", "namespace", "pod"};
    CLEANUP(str_release) struct str group = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        const char *text = node_text(node_get(device, members[i]));
        str_addf(&group, "%s\n", text ? text : "");
    }
    node_t *row = map_get(&listing->groups, group.buf);
    if (!row)
        map_set(&listing->groups, group.buf, row = new_device_row(listing, device));
    node_set_num(row, "gpus", node_num(row, "/gpus", 0) + 1);
    if (node_type(node_get(row, "util_ratio")) != NODE_NUMBER)
        node_push(node_get(row, "devices"), node_new_str(node_str(device, "/device", "")));
}

static void pods_free(void *pods)
{
    free(((struct gpu_cards *)pods)->v);
    free(pods);
}

static void index_pods(struct listing *listing)
{
    for (node_t *pod = node_first(listing->inventory->pods); pod; pod = node_next(pod)) {
        const char *node = node_str(pod, "/node", "");
        struct gpu_cards *pods = map_get(&listing->pods, node);
        if (!pods)
            map_set(&listing->pods, node, pods = xcalloc(1, sizeof(*pods)));
        GROW(pods->v, pods->n, pods->cap);
        pods->v[pods->n++] = pod;
    }
}

node_t *gpu_rows(const struct gpu_inventory *inventory, const struct gpu_measured *measured)
{
    CLEANUP(node_free) node_t *rows = node_new_array();
    struct listing listing = {
        .inventory = inventory, .measured = measured, .pods = MAP_INIT(pods_free), .groups = MAP_INIT(NULL), .rows = rows};
    index_pods(&listing);
    for (const node_t *node = node_first(inventory->nodes); node; node = node_next(node))
        list_node(&listing, node);
    for (const node_t *device = node_first(inventory->devices); device; device = node_next(device))
        list_device(&listing, device);
    map_release(&listing.pods);
    map_release(&listing.groups);
    return TAKE(rows);
}
