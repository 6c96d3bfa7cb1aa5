/* A floor and a schedule for a function, from its history, with the evidence. */
#ifndef POOL_ADVISE_H
#define POOL_ADVISE_H

#include "doc/node.h"
#include "pool/history.h"
#include "pool/policy.h"

struct advise {
    const char *function;
    double concurrency; /* requests at once an instance; at least 1 */
    struct keep keep;   /* NaN where unknown */
    double cost_per_hour;
    const double *rates; /* requests an hour at which the two are compared; none: break_even_rows' own */
    size_t n_rates;
};
/* {"function","metric","window_min","known_min","requests","service_ms","idle":{"n","p5_min","p50_min","p99_min","beyond_4h",
 * "variation","verdict","prewarm_min","until_min"},"break_even_per_hour","break_even_energy_per_hour","rates":[..](breakeven.h),"floor":N|null,
 * "schedule":[{"cron","min"}],"hours_warm_per_day","cost_per_day","why","command":TEXT|null}. floor null: the history does
 * not tell, and "why" says why. The caller frees. */
node_t *advise_of(const struct history *history, const struct advise *advise);
/* Floors as a schedule: {"cron","min"} for each hour at which they change, working days and weekends apart where they differ. */
node_t *advise_schedule(const struct floors *floors);

#endif
