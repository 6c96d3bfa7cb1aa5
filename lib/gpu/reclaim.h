/* Having GPUs back from those who leave them idle: a job is suspended, a function or deployment scaled to zero. */
#ifndef GPU_RECLAIM_H
#define GPU_RECLAIM_H

#include "gpu/idle.h"

/* Of gpu_judge's rows, by what they belong to: {"name":"train/bert","namespace","kind","object","gpus","pods":[...],
 *  "state":"Idle|Busy|New|Unknown" (the worst of its pods: it is idle only when all are),
 *  "action":"suspend|scale to zero|..." or none with "why", "peak_ratio"}.
 * names: only these ("train/bert", "NAMESPACE/train/bert"); none: all. A pod that belongs to nothing is only taken when it is
 * named. NOT_FOUND for a name that holds no GPU. What may not be reclaimed is asked of the server: annotation GPU_KEEP of the
 * pod, of what it belongs to, and of the namespace. The caller frees. */
node_t *gpu_reclaim_plan(struct kube *kube, const node_t *judged, const struct strv *names, struct err *err);
/* Whether the plan's item has an action. */
bool gpu_is_reclaimed(const node_t *item);
/* Does it. What has changed since it was looked at is a CONFLICT. */
int gpu_reclaim(struct kube *kube, const node_t *item, struct err *err);

#endif
