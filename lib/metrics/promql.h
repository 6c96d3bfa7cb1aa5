/* That part of PromQL which needs no server: what the vocabulary, the panels of top and most questions of people use,
 * over a memory of points. It answers as Prometheus 2.42 does (its documentation of querying, and promql/functions.go
 * of prometheus/prometheus for what that leaves open), and refuses what it does not know.
 *
 * One difference: a window that begins before the memory does is taken as it is known. Prometheus would divide what
 * happened since by the whole window, and the first minutes of every rate would be far too small. */
#ifndef METRICS_PROMQL_H
#define METRICS_PROMQL_H

#include "metrics/memory.h"

struct promql; /* an expression that was read */

/* USAGE with the place of what is wrong, or the name of what is not there. */
struct promql *promql_parse(const char *text, struct err *err);
void promql_free(struct promql *promql);
DEFINE_CLEANUP_PTR(struct promql, promql_free)

/* Tells the memory how much of which metrics it needs, for answers over range_ms (0: for one). */
void promql_want(const struct promql *promql, struct memory *memory, int64_t range_ms);
/* How far back it looks: the longest window; 0: it has none. */
int64_t promql_window_ms(const struct promql *promql);

/* At a time; with range_ms from there back, each step_ms (query->expr is not read). FAILED as Prometheus fails: for series
 * that match twice, say. A window that is not known as a whole is told in ret->warnings. */
int promql_eval(const struct promql *promql, const struct memory *memory, const struct prom_query *query, struct prom_result *ret,
                struct err *err);
/* The series that match a selector, stale ones too. USAGE when it is no selector. */
int promql_each(const struct promql *promql, const struct memory *memory,
                void (*see)(const struct memory_series *series, void *arg), void *arg, struct err *err);

/* As Prometheus writes a value: "0.1", "NaN", "+Inf". */
void promql_print(double value, struct str *s);

#endif
