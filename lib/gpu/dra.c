/* Dynamic resource allocation (facts: k8s.io/api/resource/v1 and v1beta1, types.go): a ResourceSlice offers devices, a
 * ResourceClaim says which of them which pods have. */
#include <string.h>

#include "base/unit.h"
#include "gpu/inventory.h"
#include "kube/object.h"

/* Of v1beta1 and v1beta2 the first differs: a device's attributes are below "basic" there. */
static const char *const versions[] = {"v1", "v1beta2", "v1beta1"};

struct dra {
    struct gpu_inventory *inventory;
    struct map devices; /* "DRIVER/POOL/DEVICE": its document */
};

static bool is_gpu_driver(const char *driver) { return strstr(driver, "gpu"); }

static const char *attribute(const node_t *device, const char *name)
{
    const node_t *attributes = node_get(device, "attributes");
    const char *text = node_str(node_get(attributes, name), "/string", NULL);
    return text ? text : node_str(node_get(node_at(device, "/basic/attributes"), name), "/string", NULL);
}

static void set_if_any(node_t *object, const char *key, const char *text)
{
    if (text)
        node_set_str(object, key, text);
}

static void add_memory(node_t *reduced, const node_t *device)
{
    int64_t bytes;
    const char *text = node_str(device, "/capacity/memory/value", NULL);
    if (!text)
        text = node_str(device, "/basic/capacity/memory/value", NULL);
    if (text && bytes_parse(text, &bytes) && bytes > 0)
        node_set_num(reduced, "memory_bytes", (double)bytes);
}

static void take_device(struct dra *dra, const node_t *slice, const node_t *device)
{
    const char *driver = node_str(slice, "/spec/driver", "");
    const char *pool = node_str(slice, "/spec/pool/name", "");
    const char *name = node_str(device, "/name", "");
    node_t *reduced = node_push(dra->inventory->devices, node_new_object());
    node_set_str(reduced, "node", node_str(slice, "/spec/nodeName", pool));
    node_set_str(reduced, "driver", driver);
    node_set_str(reduced, "pool", pool);
    node_set_str(reduced, "device", name);
    set_if_any(reduced, "product", attribute(device, "productName"));
    set_if_any(reduced, "mig", attribute(device, "profile"));
    set_if_any(reduced, "uuid", attribute(device, "uuid"));
    add_memory(reduced, device);
    AUTOFREE char *key = xasprintf("%s/%s/%s", driver, pool, name);
    map_set(&dra->devices, key, reduced);
}

static void take_slice(node_t *slice, void *arg)
{
    struct dra *dra = arg;
    CLEANUP(node_free) node_t *owned = slice;
    if (!is_gpu_driver(node_str(owned, "/spec/driver", "")))
        return;
    for (const node_t *d = node_first(node_at(owned, "/spec/devices")); d; d = node_next(d))
        take_device(dra, owned, d);
}

static void give(struct dra *dra, const node_t *result, const char *ns, const node_t *consumer)
{
    AUTOFREE char *key =
        xasprintf("%s/%s/%s", node_str(result, "/driver", ""), node_str(result, "/pool", ""), node_str(result, "/device", ""));
    node_t *device = map_get(&dra->devices, key);
    if (!device)
        return;
    node_set_str(device, "namespace", ns);
    node_set_str(device, "pod", node_str(consumer, "/name", NULL));
}

/* A claim that several pods share is told with the first of them. */
static void take_claim(node_t *claim, void *arg)
{
    CLEANUP(node_free) node_t *owned = claim;
    const char *ns = node_str(owned, "/metadata/namespace", "");
    const node_t *consumer = node_first(node_at(owned, "/status/reservedFor"));
    const node_t *results = node_at(owned, "/status/allocation/devices/results");
    for (const node_t *r = node_first(results); r; r = node_next(r))
        give(arg, r, ns, consumer);
}

/* In the first version that the server has; 0 also when it has none. */
static int each_of(struct kube *kube, const char *plural, void (*take)(node_t *item, void *arg), struct dra *dra, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        CLEANUP(str_release) struct str path = STR_INIT;
        str_addf(&path, "/apis/resource.k8s.io/%s/%s", versions[i], plural);
        struct kube_each each = {.path = path.buf, .failing = "cannot list the devices of DRA", .take = take, .arg = dra};
        err_clear(err);
        if (kube_each(kube, &each, err) == 0)
            return 0;
        if (err->code != ERR_NOT_FOUND)
            return -1;
    }
    err_clear(err);
    return 0;
}

void gpu_dra_load(struct gpu_inventory *inventory, struct kube *kube)
{
    struct dra dra = {.inventory = inventory, .devices = MAP_INIT(NULL)};
    if (each_of(kube, "resourceslices", take_slice, &dra, &inventory->dra_unseen) == 0 && node_len(inventory->devices))
        each_of(kube, "resourceclaims", take_claim, &dra, &inventory->dra_unseen);
    map_release(&dra.devices);
}
