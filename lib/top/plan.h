/* What is in a plan: for plan.c, which makes it, and sample.c, which asks. */
#ifndef TOP_PLAN_H
#define TOP_PLAN_H

#include "top/sample.h"

struct asked {
    char *expr;
    char *needs; /* the metric that the server must have; NULL: none */
    bool is_trend;
    bool is_today;  /* expr still has $W */
    bool is_alerts; /* no query, unless it is of the past */
    int every_s;
    /* Of the thread that asks. */
    bool is_absent;
    char *today;     /* expr with today's window */
    int64_t last_ms; /* when it was answered, by the monotonic clock; 0: never */
};

struct plan {
    int64_t window_ms;
    node_t *vocabulary;
    struct asked *asked;
    size_t n, cap;
    struct place *places;
    size_t n_places, places_cap;
    const struct prom *alertmanager; /* borrowed; NULL: none */
    struct measure **measures;
    size_t n_measures, measures_cap;
    /* Of the thread that asks. */
    int64_t looked_ms; /* when it was looked up what the server has; 0: never */
    int64_t curves_ms; /* wall clock of the newest curves that came whole; 0: none */
    int64_t curve_step_ms;
};

#endif
