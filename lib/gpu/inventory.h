/* Which GPUs a cluster has and which pods hold them: one list of nodes, one of pods, and of Kubernetes' dynamic resource
 * allocation (DRA) the slices and claims. */
#ifndef GPU_INVENTORY_H
#define GPU_INVENTORY_H

#include "base/map.h"
#include "kube/kube.h"

/* Documents, unknown members left out.
 * A node: {"node","state":"Ready|NotReady|Cordoned","product","memory_bytes" (of one GPU),"sharing":"time-slicing|mps",
 *   "replicas","mig_strategy","labelled" (GPUs by its labels),"resources":{NAME:{"capacity","allocatable"}},"labels":{nvidia.com/...}}
 * A pod: {"namespace","pod","node","since":RFC3339,"phase","owner":{"work","kind","name"},"asks":{NAME:N},"claims":true (of DRA),"keep":true (it may not be reclaimed)}
 * A device (of DRA): {"node","driver","pool","device","product","mig","memory_bytes","namespace","pod"} */
struct gpu_inventory {
    node_t *nodes, *pods, *devices;
    struct map by_node;    /* node's name: its document */
    struct map claimants;  /* "NAMESPACE/POD" of those with a claim of DRA: their document */
    struct err dra_unseen; /* why DRA could not be asked; no error where there is none */
};
int gpu_inventory_load(struct gpu_inventory *ret, struct kube *kube, struct err *err);
void gpu_inventory_release(struct gpu_inventory *inventory);
DEFINE_CLEANUP(struct gpu_inventory, gpu_inventory_release)

/* dra.c: fills inventory->devices. */
void gpu_dra_load(struct gpu_inventory *inventory, struct kube *kube);

/* The annotation of a pod, its owner or its namespace that keeps it from being reclaimed. */
#define GPU_KEEP "aiwf/no-reclaim"
bool gpu_is_kept(const node_t *object);

#endif
