/* Fetching: the queries of all panels as one round, many in flight at once. Knows nothing of drawing;
 * nothing here touches the state, so a round may run in another thread. */
#ifndef TOP_SAMPLE_H
#define TOP_SAMPLE_H

#include "top/top.h"

struct batch {
    struct span span; /* as it was asked for */
    int64_t at_ms;    /* wall clock: of the span, or when it was asked */
    struct prom_result *results;
    struct err *errs; /* errs[i].code != 0: results[i] is not there */
    size_t n;
    size_t failed;
};

/* The queries of `only` (NULL: of all panels), each different one once. */
struct plan *plan_new(const struct panel *only, int64_t window_ms);
void plan_free(struct plan *plan);
DEFINE_CLEANUP_PTR(struct plan, plan_free)
size_t plan_count(const struct plan *plan);
/* Which answer belongs to metric number `metric` of a panel; SIZE_MAX: it is not asked for. */
size_t plan_index(const struct plan *plan, const struct panel *panel, size_t metric);

/* One round. Never NULL. */
struct batch *plan_fetch(const struct plan *plan, const struct prom *prom, const struct span *span);
void batch_free(struct batch *batch);
DEFINE_CLEANUP_PTR(struct batch, batch_free)
/* When every query failed: the worst error. Otherwise 0. */
int batch_error(const struct batch *batch, struct err *err);

#endif
