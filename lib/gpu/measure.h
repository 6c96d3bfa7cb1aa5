/* What dcgm-exporter measures of GPUs, by Prometheus (facts: NVIDIA/dcgm-exporter, default-counters.csv and its labels). GPUs are
 * measured by this alone: what a pod's processors do says nothing of its GPUs. */
#ifndef GPU_MEASURE_H
#define GPU_MEASURE_H

#include "gpu/inventory.h"
#include "metrics/prom.h"

/* One GPU, or MIG instance, as long as one pod had it:
 * {"node","namespace","pod" (none: nobody has it),"index","uuid","mig","util_ratio","memory_used_bytes","power_w"}, and over a time:
 * {"peak_ratio","mean_ratio","covered_ratio" (of that time)}. What is not known is not there. */
struct gpu_cards {
    node_t **v;
    size_t n, cap;
};
struct gpu_measured {
    node_t *cards;
    struct map by_card; /* what is one card: its document */
    struct map by_pod;  /* "NAMESPACE/POD": struct gpu_cards */
    struct map by_node; /* its name: struct gpu_cards that no pod has */
    struct err unknown; /* why nothing is known; no error: something is */
};
/* over_ms: also over this time until now; 0: only now. prom NULL: nothing is known, because of why (copied). Never fails. */
void gpu_measure(struct gpu_measured *ret, const struct gpu_inventory *inventory, const struct prom *prom, const struct err *why,
                 int64_t over_ms);
void gpu_measured_release(struct gpu_measured *measured);
DEFINE_CLEANUP(struct gpu_measured, gpu_measured_release)

/* NULL: none. */
const struct gpu_cards *gpu_cards_of(const struct gpu_measured *measured, const char *ns, const char *pod);
/* NaN when no card has it. */
double gpu_cards_mean(const struct gpu_cards *cards, const char *pointer);
double gpu_cards_sum(const struct gpu_cards *cards, const char *pointer);
double gpu_cards_max(const struct gpu_cards *cards, const char *pointer);
/* The least, and NaN when any card lacks it. */
double gpu_cards_min(const struct gpu_cards *cards, const char *pointer);

#endif
