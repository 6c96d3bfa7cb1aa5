#include "gpu/share.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "doc/schema.h"
#include "kube/object.h"

#define GPU        "nvidia.com/gpu"
#define GPU_SHARED "nvidia.com/gpu.shared"
#define PREVIOUS   "aiwf/share-previous"
static const char previous_pointer[] = "/metadata/annotations/aiwf~1share-previous";

static const char *const version_choices[] = {"v1", NULL};
static const char *const id_choices[] = {"uuid", "index", NULL};
static const char *const discovery_choices[] = {"auto", "nvml", "tegra", NULL};
static const char *const mig_choices[] = {"none", "single", "mixed", NULL};
/* The prefix may be left out; what follows is a DNS subdomain. */
#define DNS_LABEL     "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define RESOURCE_NAME "^(nvidia\\.com/)?" DNS_LABEL "(\\." DNS_LABEL ")*$"
static const struct field resource_fields[] = {
    {.name = "name",
     .type = FIELD_STRING,
     .pattern = RESOURCE_NAME,
     .required = true,
     .help = "nvidia.com/gpu, or an instance of MIG"},
    {.name = "rename", .type = FIELD_STRING, .pattern = RESOURCE_NAME, .help = "the name under which it is offered"},
    {.name = "devices", .type = FIELD_ANY, .help = "which: all, a number, or a list"},
    {.name = "replicas", .type = FIELD_INT, .min = 2, .max = 1000, .required = true, .help = "how often each is offered"},
    {0},
};
static const struct field replicated_fields[] = {
    {.name = "renameByDefault", .type = FIELD_BOOL, .help = "offer them as nvidia.com/gpu.shared"},
    {.name = "failRequestsGreaterThanOne", .type = FIELD_BOOL, .help = "refuse a container that asks for two"},
    {.name = "resources",
     .type = FIELD_ARRAY,
     .item = FIELD_OBJECT,
     .fields = resource_fields,
     .required = true,
     .help = "what is shared"},
    {0},
};
static const struct field sharing_fields[] = {
    {.name = "timeSlicing", .type = FIELD_OBJECT, .fields = replicated_fields, .help = "by turns, nothing is isolated"},
    {.name = "mps", .type = FIELD_OBJECT, .fields = replicated_fields, .help = "by CUDA's multi-process service"},
    {0},
};
static const struct field plugin_fields[] = {
    {.name = "passDeviceSpecs", .type = FIELD_BOOL, .help = "devices by their specs too"},
    {.name = "deviceListStrategy", .type = FIELD_ANY, .help = "how containers get them: one word, or a list"},
    {.name = "deviceIDStrategy", .type = FIELD_STRING, .choices = id_choices, .help = "how devices are called"},
    {.name = "cdiAnnotationPrefix", .type = FIELD_STRING, .help = "of CDI's annotations"},
    {.name = "nvidiaCTKPath", .type = FIELD_STRING, .help = "where nvidia-ctk is"},
    {.name = "containerDriverRoot", .type = FIELD_STRING, .help = "the driver's folder in the container"},
    {0},
};
static const struct field gfd_fields[] = {
    {.name = "oneshot", .type = FIELD_BOOL, .help = "label once, and end"},
    {.name = "noTimestamp", .type = FIELD_BOOL, .help = "labels without a time"},
    {.name = "sleepInterval", .type = FIELD_ANY, .help = "between two looks"},
    {.name = "outputFile", .type = FIELD_STRING, .help = "where the labels go"},
    {.name = "machineTypeFile", .type = FIELD_STRING, .help = "what says the machine's type"},
    {0},
};
static const struct field pattern_fields[] = {
    {.name = "pattern", .type = FIELD_STRING, .required = true, .help = "of the GPUs' or instances' names"},
    {.name = "name", .type = FIELD_STRING, .pattern = RESOURCE_NAME, .required = true, .help = "the resource's"},
    {0},
};
static const struct field resources_fields[] = {
    {.name = "gpus", .type = FIELD_ARRAY, .item = FIELD_OBJECT, .fields = pattern_fields, .help = "of whole GPUs"},
    {.name = "mig", .type = FIELD_ARRAY, .item = FIELD_OBJECT, .fields = pattern_fields, .help = "of instances of MIG"},
    {0},
};
static const struct field imex_fields[] = {
    {.name = "channelIDs", .type = FIELD_ARRAY, .item = FIELD_INT, .help = "none, or 0 alone"},
    {.name = "required", .type = FIELD_BOOL, .help = "whether the channel must be there"},
    {0},
};
static const struct field flag_fields[] = {
    {.name = "migStrategy", .type = FIELD_STRING, .choices = mig_choices, .help = "how instances of MIG are offered"},
    {.name = "failOnInitError", .type = FIELD_BOOL, .help = "end when no GPU is found"},
    {.name = "mpsRoot", .type = FIELD_STRING, .help = "the folder of MPS"},
    {.name = "nvidiaDriverRoot", .type = FIELD_STRING, .help = "the driver's folder"},
    {.name = "nvidiaDevRoot", .type = FIELD_STRING, .help = "the devices' folder"},
    {.name = "gdrcopyEnabled", .type = FIELD_BOOL, .help = "GDRCopy's device too"},
    {.name = "gdsEnabled", .type = FIELD_BOOL, .help = "GPUDirect Storage's devices too"},
    {.name = "mofedEnabled", .type = FIELD_BOOL, .help = "Mellanox' devices too"},
    {.name = "useNodeFeatureAPI", .type = FIELD_BOOL, .help = "labels by NodeFeature objects"},
    {.name = "deviceDiscoveryStrategy", .type = FIELD_STRING, .choices = discovery_choices, .help = "how GPUs are found"},
    {.name = "plugin", .type = FIELD_OBJECT, .fields = plugin_fields, .help = "the plugin's own flags"},
    {.name = "gfd", .type = FIELD_OBJECT, .fields = gfd_fields, .help = "gpu-feature-discovery's flags"},
    {0},
};
static const struct field config_fields[] = {
    {.name = "version", .type = FIELD_STRING, .missing = "v1", .choices = version_choices, .help = "of the format"},
    {.name = "flags", .type = FIELD_OBJECT, .fields = flag_fields, .help = "of the plugin"},
    {.name = "resources", .type = FIELD_OBJECT, .fields = resources_fields, .help = "names of resources, by patterns"},
    {.name = "sharing", .type = FIELD_OBJECT, .fields = sharing_fields, .help = "one GPU for several"},
    {.name = "imex", .type = FIELD_OBJECT, .fields = imex_fields, .help = "IMEX channels"},
    {0},
};

static const char *short_name(const char *name)
{
    static const char prefix[] = "nvidia.com/";
    return str_starts(name, prefix) ? name + strlen(prefix) : name;
}

/* An index, "0:1" of MIG, or a UUID: which of those it may be is the plugin's to say. */
static bool is_device(const node_t *device)
{
    const char *text = node_text(device);
    double index = node_value(device);
    if (node_type(device) == NODE_NUMBER)
        return index >= 0 && num_is_whole(index);
    return text && (strchr("0123456789", *text) || str_starts(text, "GPU-") || str_starts(text, "MIG-")) && *text;
}

static bool is_devices(const node_t *devices)
{
    if (node_type(devices) == NODE_NUMBER)
        return node_value(devices) >= 1 && is_device(devices);
    if (node_type(devices) != NODE_ARRAY)
        return !devices || str_eq(node_text(devices), "all");
    for (const node_t *device = node_first(devices); device; device = node_next(device))
        if (!is_device(device))
            return false;
    return true;
}

static int read_resources(const struct doc *doc, const node_t *sharing, struct gpu_share *ret, struct err *err)
{
    enum { SHORT_NAME_MAX = 63 - 11 };
    const node_t *resources = node_get(sharing, "resources");
    if (!node_len(resources))
        return doc_err(doc, resources, err, "resources: nothing is named");
    for (const node_t *r = node_first(resources); r; r = node_next(r)) {
        const char *name = short_name(node_str(r, "/name", ""));
        if (strlen(name) > SHORT_NAME_MAX)
            return doc_err(doc, node_get(r, "name"), err, "name: longer than 63 letters with nvidia.com/");
        if (!is_devices(node_get(r, "devices")))
            return doc_err(doc, node_get(r, "devices"), err, "devices: \"all\", a number of 1 or more, or a list of GPUs");
        if (strcmp(name, short_name(GPU)) == 0)
            ret->replicas = node_int(r, "/replicas", 1);
    }
    ret->is_renamed = node_bool(sharing, "/renameByDefault", false);
    return 0;
}

int gpu_share_read(const struct doc *doc, struct gpu_share *ret, struct err *err)
{
    *ret = (struct gpu_share){.strategy = "none", .replicas = 1};
    if (schema_check(doc, config_fields, err) != 0)
        return -1;
    const node_t *slicing = node_at(doc->root, "/sharing/timeSlicing"), *mps = node_at(doc->root, "/sharing/mps");
    const node_t *channels = node_at(doc->root, "/imex/channelIDs");
    ret->mig = node_str(doc->root, "/flags/migStrategy", NULL);
    if (node_len(channels) && (node_len(channels) > 1 || node_value(node_first(channels)) != 0))
        return doc_err(doc, channels, err, "channelIDs: none, or 0 alone");
    if (slicing && mps)
        return doc_err(doc, mps, err, "mps: time-slicing and MPS exclude each other");
    if (mps && ret->mig && strcmp(ret->mig, "none") != 0)
        return doc_err(doc, mps, err, "mps: not with MIG (migStrategy is %s)", ret->mig);
    if (slicing || mps)
        ret->strategy = slicing ? "time-slicing" : "mps";
    return slicing || mps ? read_resources(doc, slicing ? slicing : mps, ret, err) : 0;
}

void gpu_share_plan_release(struct gpu_share_plan *plan)
{
    free(plan->ns);
    free(plan->name);
    free(plan->key);
    free(plan->text);
    node_free(plan->nodes);
    node_free(plan->gpus);
    node_free(plan->before);
    *plan = (struct gpu_share_plan){0};
}

/* Which ConfigMap a DaemonSet's config-manager reads: its volume of that name in NVIDIA's charts, else the only one. */
static const char *mounted_map(const node_t *set)
{
    const char *only = NULL;
    for (const node_t *v = node_first(node_at(set, "/spec/template/spec/volumes")); v; v = node_next(v)) {
        const char *map = node_str(v, "/configMap/name", NULL), *volume = node_str(v, "/name", "");
        if (map && (strcmp(volume, "available-configs") == 0 || strcmp(volume, "device-plugin-config") == 0))
            return map;
        only = map && !only ? map : only;
    }
    return only;
}

static int find_mounted(struct kube *kube, struct gpu_share_plan *plan, struct err *err)
{
    static const char *const selectors[] = {"app.kubernetes.io/name=nvidia-device-plugin", "app=nvidia-device-plugin-daemonset"};
    for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
        CLEANUP(node_free) node_t *sets = kube_list_of(kube, &kube_daemon_sets, NULL, selectors[i], err);
        if (!sets)
            return -1;
        for (const node_t *set = node_first(sets); set; set = node_next(set)) {
            const char *map = mounted_map(set);
            if (!map)
                continue;
            plan->ns = xstrdup(node_str(set, "/metadata/namespace", ""));
            plan->name = xstrdup(map);
            return 0;
        }
    }
    err_set(err, ERR_NOT_FOUND, "no device plugin of NVIDIA that reads a config map was found");
    return err_hint(err, "install it with its option config.name, or say --config-map NAMESPACE/NAME");
}

int gpu_share_find(struct kube *kube, const char *given, struct gpu_share_plan *plan, struct err *err)
{
    if (!given)
        return find_mounted(kube, plan, err);
    const char *slash = strchr(given, '/');
    if (!slash || slash == given || !slash[1] || strchr(slash + 1, '/'))
        return err_set(err, ERR_USAGE, "--config-map: \"%s\" is not NAMESPACE/NAME", given);
    plan->ns = xstrndup(given, (size_t)(slash - given));
    plan->name = xstrdup(slash + 1);
    return 0;
}

/* NULL without an error: it is not there. */
static node_t *map_of(struct kube *kube, const struct gpu_share_plan *plan, struct err *err)
{
    node_t *map = kube_show(kube, &kube_config_maps, plan->ns, plan->name, err);
    if (!map && err->code == ERR_NOT_FOUND)
        err_clear(err);
    return map;
}

/* What the labels say, else what is offered now by so many replicas. NaN: nobody says. */
static double physical(const node_t *node)
{
    double labelled = node_num(node, "/labelled", (double)NAN), replicas = node_num(node, "/replicas", 1);
    const node_t *resources = node_get(node, "resources");
    double offered =
        node_num(node_get(resources, GPU), "/capacity", 0) + node_num(node_get(resources, GPU_SHARED), "/capacity", 0);
    if (!isnan(labelled))
        return labelled;
    return offered > 0 && replicas > 0 ? offered / replicas : (double)NAN;
}

int gpu_share_look(struct kube *kube, const struct gpu_inventory *inventory, struct gpu_share_plan *plan, struct err *err)
{
    CLEANUP(node_free) node_t *map = map_of(kube, plan, err);
    if (!map && err->what)
        return -1;
    plan->before = node_new_object();
    node_set_str(plan->before, "key", plan->key);
    node_set_str(plan->before, "text", node_text(node_get(node_get(map, "data"), plan->key)));
    node_set_bool(plan->before, "map", map);
    node_t *labels = node_set(plan->before, "nodes", node_new_object());
    plan->gpus = node_new_object();
    for (const node_t *node = node_first(plan->nodes); node; node = node_next(node)) {
        const node_t *known = map_get(&inventory->by_node, node_key(node));
        if (!known)
            return err_set(err, ERR_NOT_FOUND, "there is no node \"%s\"", node_key(node));
        node_set_num(plan->gpus, node_key(node), physical(known));
        node_set_str(labels, node_key(node), node_text(node_get(node_get(known, "labels"), SHARE_LABEL)));
    }
    return 0;
}

int gpu_share_back(struct kube *kube, struct gpu_share_plan *plan, struct err *err)
{
    CLEANUP(node_free) node_t *map = map_of(kube, plan, err);
    if (!map && err->what)
        return -1;
    const char *kept = node_str(map, previous_pointer, NULL);
    if (!kept) {
        err_set(err, ERR_NOT_FOUND, "config map %s/%s has no record of an earlier state", plan->ns, plan->name);
        return err_hint(err, "only what aiwf gpu share apply has changed can be taken back, once");
    }
    CLEANUP(node_free) node_t *record = json_parse(kept, strlen(kept), "annotation " PREVIOUS, err);
    if (!record)
        return -1;
    plan->key = xstrdup(node_str(record, "/key", ""));
    plan->text = xstrdup_or_null(node_str(record, "/text", NULL));
    plan->nodes = node_copy(node_get(record, "nodes"));
    return *plan->key && plan->nodes ? 0 : err_set(err, ERR_FAILED, "the annotation " PREVIOUS " is not aiwf's");
}

/* The lines between what both begin with and what both end with. */
static void add_text_diff(const char *before, const char *after, struct str *s)
{
    CLEANUP(strv_release) struct strv old = STRV_INIT;
    CLEANUP(strv_release) struct strv new = STRV_INIT;
    strv_split(&old, before ? before : "", "\n");
    strv_split(&new, after ? after : "", "\n");
    size_t head = 0, tail = 0;
    while (head < old.n && head < new.n &&strcmp(old.v[head], new.v[head]) == 0)
        head++;
    while (tail < old.n - head && tail < new.n - head &&strcmp(old.v[old.n - 1 - tail], new.v[new.n - 1 - tail]) == 0)
        tail++;
    for (size_t i = head ? head - 1 : 0; i < head; i++)
        str_addf(s, " %s\n", old.v[i]);
    for (size_t i = head; i < old.n - tail; i++)
        str_addf(s, "-%s\n", old.v[i]);
    for (size_t i = head; i < new.n - tail; i++)
        str_addf(s, "+%s\n", new.v[i]);
}

void gpu_share_diff(const struct gpu_share_plan *plan, struct str *s)
{
    const char *before = node_str(plan->before, "/text", NULL);
    if (!str_eq(before, plan->text)) {
        str_addf(s, "config map %s/%s, %s\n", plan->ns, plan->name, plan->key);
        add_text_diff(before, plan->text, s);
    }
    for (const node_t *node = node_first(plan->nodes); node; node = node_next(node)) {
        const char *label = node_text(node_get(node_get(plan->before, "nodes"), node_key(node)));
        if (str_eq(label, node_text(node)))
            continue;
        str_addf(s, "node %s\n", node_key(node));
        if (label)
            str_addf(s, "-" SHARE_LABEL ": %s\n", label);
        if (node_text(node))
            str_addf(s, "+" SHARE_LABEL ": %s\n", node_text(node));
    }
}

static int put_map(struct kube *kube, const struct gpu_share_plan *plan, bool record, struct err *err)
{
    CLEANUP(node_free) node_t *object = kube_object(&kube_config_maps, plan->ns, plan->name);
    CLEANUP(str_release) struct str previous = STR_INIT;
    node_t *annotations = node_set(node_get(object, "metadata"), "annotations", node_new_object());
    json_print(plan->before, &previous);
    node_set_str(annotations, PREVIOUS, record ? previous.buf : NULL);
    node_set_str(node_set(object, "data", node_new_object()), plan->key, plan->text);
    if (!node_bool(plan->before, "/map", false))
        return kube_create(kube, &kube_config_maps, object, NULL, NULL, err);
    return kube_patch(kube, &kube_config_maps, plan->ns, plan->name, object, err);
}

static int put_label(struct kube *kube, const node_t *label, struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_t *metadata = node_set(patch, "metadata", node_new_object());
    node_set_str(node_set(metadata, "labels", node_new_object()), SHARE_LABEL, node_text(label));
    return kube_patch(kube, &kube_nodes_kind, NULL, node_key(label), patch, err);
}

/* The configuration is there before a node is told its name, and goes after. */
int gpu_share_apply(struct kube *kube, const struct gpu_share_plan *plan, bool record, struct err *err)
{
    if (plan->text && put_map(kube, plan, record, err) != 0)
        return -1;
    for (const node_t *label = node_first(plan->nodes); label; label = node_next(label))
        if (put_label(kube, label, err) != 0)
            return record ? err_hint(err, "aiwf gpu share rollback puts back what was changed before this") : -1;
    return plan->text ? 0 : put_map(kube, plan, record, err);
}

size_t gpu_share_offered(const struct gpu_inventory *inventory, const struct gpu_share_plan *plan, const struct gpu_share *share,
                         struct str *waiting)
{
    size_t settled = 0;
    for (const node_t *n = node_first(plan->nodes); n; n = node_next(n)) {
        const node_t *node = map_get(&inventory->by_node, node_key(n));
        const char *resource = share->is_renamed ? GPU_SHARED : GPU;
        double wanted = node_num(node_get(plan->gpus, node_key(n)), "", (double)NAN) * (double)share->replicas;
        double offered = node_num(node_get(node_get(node, "resources"), resource), "/allocatable", 0);
        settled += offered == wanted;
        if (offered != wanted)
            str_addf(waiting, "%s%s: %g of %g %s", waiting->len ? ", " : "", node_key(n), offered, wanted, resource);
    }
    return settled;
}

static void add_offered(node_t *row, const node_t *node)
{
    node_t *offered = node_set(row, "offered", node_new_object());
    for (const node_t *r = node_first(node_get(node, "resources")); r; r = node_next(r))
        node_set_num(offered, node_key(r), node_num(r, "/allocatable", 0));
}

node_t *gpu_share_rows(const struct gpu_inventory *inventory)
{
    node_t *rows = node_new_array();
    for (const node_t *node = node_first(inventory->nodes); node; node = node_next(node)) {
        if (!node_len(node_get(node, "resources")) && !node_get(node, "labelled"))
            continue;
        node_t *row = node_push(rows, node_new_object());
        node_set_str(row, "node", node_str(node, "/node", ""));
        node_set_str(row, "state", node_str(node, "/state", ""));
        node_set_str(row, "config", node_text(node_get(node_get(node, "labels"), SHARE_LABEL)));
        node_set_str(row, "strategy", node_str(node, "/sharing", "none"));
        node_set_num(row, "replicas", node_num(node, "/replicas", (double)NAN));
        node_set_str(row, "mig_strategy", node_str(node, "/mig_strategy", NULL));
        node_set_num(row, "gpus", physical(node));
        add_offered(row, node);
    }
    return rows;
}
