#include "openstack/gpu_list.h"

#include <math.h>
#include <stdlib.h>

#include "openstack/nova.h"
#include "openstack/placement.h"

static double known(int64_t number, bool is_known) { return is_known && number >= 0 ? (double)number : (double)NAN; }

static void add_gpu(node_t *flavor, const struct gpu *gpu, const struct placement_room *room, const struct err *unknown)
{
    bool is_known = unknown->code == ERR_OK;
    node_t *node = node_set(flavor, "gpu", node_new_object());
    node_set_num(node, "count", known(gpu->count, true));
    node_set_str(node, "kind", gpu->kind);
    node_set_str(node, "source", gpu->source);
    node_set_str(node, "resource_class", gpu->resource_class);
    node_t *traits = node_set(node, "traits", node_new_array());
    for (size_t i = 0; i < gpu->traits.n; i++)
        node_push(traits, node_new_str(gpu->traits.v[i]));
    node_set_num(node, "free", known(room->free, is_known));
    node_set_num(node, "fits", known(room->fits, is_known));
    AUTOFREE char *why = is_known ? NULL : xasprintf("%s", unknown->why ? unknown->why : unknown->what);
    node_set_str(node, "unknown", why);
}

static void add_all(struct openstack *os, const struct gpu *gpus, node_t *flavors)
{
    size_t n = node_len(flavors), i = 0;
    AUTOFREE struct placement_room *rooms = xcalloc(n ? n : 1, sizeof(*rooms));
    AUTOFREE struct err *errs = xcalloc(n ? n : 1, sizeof(*errs));
    placement_free_all(os, gpus, rooms, errs, n);
    for (node_t *flavor = node_first(flavors); flavor; flavor = node_next(flavor), i++) {
        add_gpu(flavor, &gpus[i], &rooms[i], &errs[i]);
        err_release(&errs[i]);
    }
}

node_t *gpu_flavors(struct openstack *os, struct err *err)
{
    CLEANUP(node_free) node_t *all = resource_list(os, &nova_flavor, NULL, err);
    if (!all)
        return NULL;
    CLEANUP(node_free) node_t *flavors = node_new_array();
    AUTOFREE struct gpu *gpus = xcalloc(node_len(all) + 1, sizeof(*gpus));
    size_t n = 0;
    for (node_t *flavor = node_first(all), *next; flavor; flavor = next) {
        next = node_next(flavor);
        if (gpu_of_flavor(flavor, &gpus[n])) {
            node_push(flavors, node_detach(all, flavor));
            n++;
        }
    }
    add_all(os, gpus, flavors);
    for (size_t i = 0; i < n; i++)
        gpu_release(&gpus[i]);
    return TAKE(flavors);
}
