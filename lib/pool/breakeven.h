/* What an instance that is kept costs against one that is started for each request, at several rates: arithmetic only. */
#ifndef POOL_BREAKEVEN_H
#define POOL_BREAKEVEN_H

#include "doc/node.h"
#include "pool/policy.h"

struct break_even {
    struct keep keep;     /* NaN where unknown */
    double cost_per_hour; /* of an instance; NaN: unknown */
    double seen_per_hour; /* the rate that the function has; NaN: unknown */
    const double *rates;  /* requests an hour; none: 1, 2, 5 and so on, to beyond where it pays */
    size_t n;
};

/* Rows by rate, the lowest first, with one where keeping begins to pay in money, one where it does in energy, and one for the
 * rate seen: {"requests_per_hour","started_cost_per_hour","kept_cost_per_hour","started_w","kept_w","waiting_s_per_hour",
 * "money":"start"|"keep"|null,"energy":...,"mark":TEXT|null}. A started instance is paid from its start to its end, and
 * requests come one after the other; null: unknown. The caller frees. */
node_t *break_even_rows(const struct break_even *of);

#endif
