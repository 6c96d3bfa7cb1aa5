/* A function's invocations, minute by minute, from Prometheus. */
#ifndef POOL_HISTORY_H
#define POOL_HISTORY_H

#include "metrics/prom.h"

struct history_query {
    const char *runtime, *function, *ns;
    int64_t minutes; /* how far back */
};
struct history {
    double *counts; /* a minute each; NaN: Prometheus has nothing of it at all */
    size_t n;
    int64_t start_s;    /* of the first, since 1970 */
    int64_t known;      /* minutes that are */
    double requests;    /* all of them */
    double service_s;   /* mean time of a request; NaN: unknown */
    const char *metric; /* where it is from */
};
void history_release(struct history *history);
DEFINE_CLEANUP(struct history, history_release)

/* Counters' differences: a counter that starts again, or that is new while Prometheus was there already, counts from zero, so
 * that the first request of a function is one. FAILED: the runtime counts no requests. */
int history_load(const struct prom *prom, const struct history_query *query, struct history *ret, struct err *err);
/* The arithmetic of it: the counter at so many minutes (NaN: none then), added to counts. was_known: before the first minute. */
void history_add_counter(double *counts, const double *counter, const bool *up, size_t n);

enum { HISTORY_MINUTES_MAX = 30 * 24 * 60 };

#endif
