/* How NVIDIA's device plugin shares GPUs: a ConfigMap with a configuration under each key, and a label of each node that names
 * the key (facts: NVIDIA/k8s-device-plugin, README "Configuration Option Details", api/config/v1; config-manager). */
#ifndef GPU_SHARE_H
#define GPU_SHARE_H

#include "doc/doc.h"
#include "gpu/inventory.h"

#define SHARE_LABEL "nvidia.com/device-plugin.config"

/* What a configuration makes of a GPU. */
struct gpu_share {
    const char *strategy; /* "time-slicing", "mps", "none" */
    int64_t replicas;     /* of nvidia.com/gpu; 1: not shared */
    bool is_renamed;      /* offered as nvidia.com/gpu.shared */
    const char *mig;      /* "none", "single", "mixed"; NULL: not said */
};
/* USAGE with file and line for what the plugin would refuse. Strings are the document's. */
int gpu_share_read(const struct doc *doc, struct gpu_share *ret, struct err *err);

/* Where the configuration is, and what is to be there. */
struct gpu_share_plan {
    char *ns, *name; /* of the ConfigMap */
    char *key;       /* of the configuration in it, and the label's value */
    char *text;      /* the configuration; NULL: it goes */
    node_t *nodes;   /* {NODE: value of the label | null: it goes} */
    node_t *gpus;    /* {NODE: how many it has} */
    node_t *before;  /* {"key","text":TEXT|null,"nodes":{NODE:TEXT|null},"map":bool}: what is there now */
};
void gpu_share_plan_release(struct gpu_share_plan *plan);
DEFINE_CLEANUP(struct gpu_share_plan, gpu_share_plan_release)

/* Fills ns and name: "NAMESPACE/NAME", or NULL: the one that the plugin's DaemonSet mounts. NOT_FOUND, USAGE. */
int gpu_share_find(struct kube *kube, const char *given, struct gpu_share_plan *plan, struct err *err);
/* Fills before and gpus, of plan's key and nodes. */
int gpu_share_look(struct kube *kube, const struct gpu_inventory *inventory, struct gpu_share_plan *plan, struct err *err);
/* Turns plan into the way back, by what the last change recorded. NOT_FOUND: nothing is recorded. */
int gpu_share_back(struct kube *kube, struct gpu_share_plan *plan, struct err *err);
/* A line for each that changes, "-" before what was and "+" before what will be; nothing: no change. */
void gpu_share_diff(const struct gpu_share_plan *plan, struct str *s);
/* Does it. record: what was before is kept in the ConfigMap, for gpu_share_back; else what is kept goes. */
int gpu_share_apply(struct kube *kube, const struct gpu_share_plan *plan, bool record, struct err *err);

/* Of the nodes in plan: how many offer what share makes of their GPUs. waiting: "NODE: 4 of 16 RESOURCE" of the others. */
size_t gpu_share_offered(const struct gpu_inventory *inventory, const struct gpu_share_plan *plan, const struct gpu_share *share,
                         struct str *waiting);
/* {"node","state","config","strategy","replicas","mig_strategy","gpus" (physical),"offered":{RESOURCE:N}} of each node with GPUs. */
node_t *gpu_share_rows(const struct gpu_inventory *inventory);

#endif
