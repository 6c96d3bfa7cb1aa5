/* What the scheduler says of a pod that it has no node for (facts: kubernetes v1.37, pkg/scheduler/framework/types.go FitError
 * and the plugins' reasons): "0/9 nodes are available: 3 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint {k: v}. ..." */
#ifndef WHY_SCHED_H
#define WHY_SCHED_H

#include "doc/node.h"

/* {"nodes": 9, "causes": [{"cause", "nodes": 3|null (all), "what": RESOURCE|TAINT|null, "text"}], "preemption": text|null}, the most
 * nodes first. cause: "insufficient", "taint", "selector", "cordoned", "claim", "volume", "rules", "spread", "ports", "devices",
 * "other". NULL: it is no such message. The caller frees. */
node_t *sched_parse(const char *message);

#endif
