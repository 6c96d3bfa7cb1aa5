#include "gpu/inventory.h"

#include <math.h>
#include <string.h>

#include "gpu/resource.h"
#include "kube/object.h"
#include "kube/owner.h"
#include "kube/quantity.h"

#define LABEL "nvidia.com/"

static const char *label_of(const node_t *node, const char *name)
{
    return node_text(node_get(node_at(node, "/metadata/labels"), name));
}

static void set_number(node_t *object, const char *key, const char *text, double scale)
{
    double n;
    if (text && str_to_num(text, &n) && n >= 0)
        node_set_num(object, key, n * scale);
}

static const char *state_of(const node_t *node)
{
    if (!kube_condition_is(node, "Ready", "True"))
        return "NotReady";
    return node_bool(node, "/spec/unschedulable", false) ? "Cordoned" : "Ready";
}

static node_t *resources_of(const node_t *node)
{
    node_t *resources = node_new_object();
    for (const node_t *c = node_first(node_at(node, "/status/capacity")); c; c = node_next(c)) {
        if (!gpu_is_resource(node_key(c)))
            continue;
        node_t *resource = node_set(resources, node_key(c), node_new_object());
        double capacity = kube_quantity(c);
        node_set_num(resource, "capacity", isnan(capacity) ? 0 : capacity);
        node_set_num(resource, "allocatable", kube_node_offers(node, node_key(c)));
    }
    return resources;
}

static void keep_labels(node_t *reduced, const node_t *node)
{
    node_t *labels = node_set(reduced, "labels", node_new_object());
    for (const node_t *l = node_first(node_at(node, "/metadata/labels")); l; l = node_next(l))
        if (str_starts(node_key(l), LABEL) && node_text(l))
            node_set_str(labels, node_key(l), node_text(l));
}

/* gpu-feature-discovery's labels, as far as they are there. */
static void add_labels(node_t *reduced, const node_t *node)
{
    static const double MIB = 1 << 20;
    const char *product = label_of(node, LABEL "gpu.product");
    const char *sharing = label_of(node, LABEL "gpu.sharing-strategy");
    const char *strategy = label_of(node, LABEL "mig.strategy");
    if (product)
        node_set_str(reduced, "product", product);
    if (sharing && strcmp(sharing, "none") != 0)
        node_set_str(reduced, "sharing", sharing);
    if (strategy)
        node_set_str(reduced, "mig_strategy", strategy);
    set_number(reduced, "memory_bytes", label_of(node, LABEL "gpu.memory"), MIB);
    set_number(reduced, "replicas", label_of(node, LABEL "gpu.replicas"), 1);
    set_number(reduced, "labelled", label_of(node, LABEL "gpu.count"), 1);
    keep_labels(reduced, node);
}

static void take_node(node_t *node, void *arg)
{
    struct gpu_inventory *inventory = arg;
    CLEANUP(node_free) node_t *owned = node;
    const char *name = node_str(owned, "/metadata/name", "");
    node_t *reduced = node_push(inventory->nodes, node_new_object());
    node_set_str(reduced, "node", name);
    node_set_str(reduced, "state", state_of(owned));
    add_labels(reduced, owned);
    node_set(reduced, "resources", resources_of(owned));
    map_set(&inventory->by_node, name, reduced);
}

bool gpu_is_kept(const node_t *object)
{
    const char *keep = node_text(node_get(node_at(object, "/metadata/annotations"), GPU_KEEP));
    return keep && strcmp(keep, "false") != 0;
}

static const char *since_of(const node_t *pod)
{
    const node_t *scheduled = kube_condition(pod, "PodScheduled");
    const char *since = node_str(scheduled, "/lastTransitionTime", NULL);
    return since ? since : node_str(pod, "/metadata/creationTimestamp", NULL);
}

static node_t *owner_of(const node_t *pod)
{
    static const char *const works[] = {
        [WORK_POD] = "pod", [WORK_JOB] = "train", [WORK_FUNCTION] = "function", [WORK_OTHER] = "other"};
    struct kube_owner owner = kube_pod_owner(pod);
    CLEANUP(str_release) struct str text = STR_INIT;
    kube_owner_print(&owner, &text);
    node_t *document = node_new_object();
    node_set_str(document, "work", works[owner.work]);
    node_set_str(document, "kind", owner.kind);
    node_set_str(document, "name", owner.name);
    node_set_str(document, "text", text.buf);
    return document;
}

static node_t *reduce_pod(const node_t *pod, node_t *asks)
{
    node_t *reduced = node_new_object();
    node_set_str(reduced, "namespace", node_str(pod, "/metadata/namespace", ""));
    node_set_str(reduced, "pod", node_str(pod, "/metadata/name", ""));
    node_set_str(reduced, "node", node_str(pod, "/spec/nodeName", ""));
    node_set_str(reduced, "phase", node_str(pod, "/status/phase", ""));
    node_set_str(reduced, "since", since_of(pod));
    node_set(reduced, "owner", owner_of(pod));
    node_set(reduced, "asks", asks);
    if (gpu_is_kept(pod))
        node_set_bool(reduced, "keep", true);
    return reduced;
}

static void take_pod(node_t *pod, void *arg)
{
    struct gpu_inventory *inventory = arg;
    CLEANUP(node_free) node_t *owned = pod;
    node_t *asks = gpu_asked(owned);
    bool has_claim = node_len(node_at(owned, "/spec/resourceClaims")) > 0;
    if (!node_len(asks) && !has_claim) {
        node_free(asks);
        return;
    }
    node_t *reduced = node_push(inventory->pods, reduce_pod(owned, asks));
    if (!has_claim)
        return;
    node_set_bool(reduced, "claims", true);
    AUTOFREE char *key = xasprintf("%s/%s", node_str(reduced, "/namespace", ""), node_str(reduced, "/pod", ""));
    map_set(&inventory->claimants, key, reduced);
}

/* Pods that have a node and have not ended: only they hold anything. */
#define HOLDING "/api/v1/pods?fieldSelector=spec.nodeName%21%3D%2Cstatus.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed"

static int load_lists(struct gpu_inventory *ret, struct kube *kube, struct err *err)
{
    const struct kube_each lists[] = {
        {.path = "/api/v1/nodes", .failing = "cannot list nodes", .take = take_node, .arg = ret},
        {.path = HOLDING, .failing = "cannot list the pods of all namespaces", .take = take_pod, .arg = ret},
    };
    struct err errs[] = {ERR_INIT, ERR_INIT};
    kube_each_all(kube, lists, errs, ARRAY_LEN(lists));
    err_move(err, errs[0].code != ERR_OK ? &errs[0] : &errs[1]);
    err_release(&errs[1]);
    return err->code == ERR_OK ? 0 : -1;
}

int gpu_inventory_load(struct gpu_inventory *ret, struct kube *kube, struct err *err)
{
    *ret = (struct gpu_inventory){.by_node = MAP_INIT(NULL), .claimants = MAP_INIT(NULL), .dra_unseen = ERR_INIT};
    ret->nodes = node_new_array();
    ret->pods = node_new_array();
    ret->devices = node_new_array();
    if (load_lists(ret, kube, err) != 0)
        return -1;
    gpu_dra_load(ret, kube);
    return 0;
}

void gpu_inventory_release(struct gpu_inventory *inventory)
{
    node_free(inventory->nodes);
    node_free(inventory->pods);
    node_free(inventory->devices);
    map_release(&inventory->by_node);
    map_release(&inventory->claimants);
    err_release(&inventory->dra_unseen);
}
