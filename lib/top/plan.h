/* What is in a plan: for plan.c, which makes it, and sample.c, which asks. */
#ifndef TOP_PLAN_H
#define TOP_PLAN_H

#include "top/sample.h"

struct asked {
    char *expr;
    char *needs; /* the metric that the server must have; NULL: none */
    bool is_trend;
    bool is_today;                              /* expr still has $W */
    enum { OF_QUERY, OF_ALERTS, OF_PLACES } of; /* alerts and places are no queries; alerts of the past are one */
    int every_s;
    /* Of the thread that asks. */
    bool is_absent;
    bool is_failing; /* places: asked less often */
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
    struct kube *kube;               /* borrowed, of the thread that asks; NULL: none */
    bool is_patient;                 /* places are not in the first round */
    struct measure **measures;
    size_t n_measures, measures_cap;
    /* Of the thread that asks. */
    int64_t asked_ms;  /* the last round; 0: there was none */
    int64_t looked_ms; /* when it was looked up what the server has; 0: never */
    int64_t curves_ms; /* wall clock of the newest curves that came whole; 0: none */
    int64_t curve_step_ms;
    struct label_sets *sets; /* of the answers */
};

#endif
