/* Makes a namespace's pools true: the floors that schedules and forecasts give now, images on nodes, GPUs that are held. */
#ifndef POOL_RECONCILE_H
#define POOL_RECONCILE_H

#include "metrics/prom.h"
#include "pool/kept.h"

struct reconcile {
    const struct runtime_env *env;
    const struct prom *prom;                  /* for forecasts; NULL: none, and they are 0 */
    void (*say)(const char *line, void *arg); /* a change, or what is in its way; safe for a terminal */
    void *arg;
};
/* Once over all pools. What is wrong with one is said, and does not stop the others: *ret_failed counts them. */
int reconcile_once(const struct reconcile *reconcile, int64_t now_s, size_t *ret_failed, struct err *err);

/* How far back a forecast looks. */
enum { FORECAST_MINUTES = 7 * 24 * 60 };

/* The floor of a pool at that moment, by its schedule and, where it has one and there is a history, its forecast. */
int64_t kept_floor(const struct kept *kept, int64_t forecast, int64_t now_s);

#endif
