/* A short history of what exporters said, in memory: a bounded store of series with their points.
 *
 * Every series has the labels job and instance of its target, as Prometheus adds them: an exporter's own labels of that
 * name become exported_job and exported_instance. What an exporter does not have any more gets a stale marker (a NaN of
 * its own, model/value of prometheus/prometheus) at once, and so has all of a target that did not answer.
 *
 * Of a metric that nobody wants, only the last point is kept. */
#ifndef METRICS_MEMORY_H
#define METRICS_MEMORY_H

#include "base/arena.h"
#include "base/map.h"
#include "metrics/exposition.h"
#include "metrics/prom.h"

struct memory_point {
    int64_t at_ms;
    double value;
};
bool memory_is_stale(double value);

struct memory_series {
    struct prom_label *labels; /* sorted by name */
    size_t n_labels;
    struct memory_metric *metric;
    struct memory_point *points; /* from first on, the oldest first */
    size_t first, n, cap;
    size_t target;
    unsigned round; /* the last one of its target that had it */
};

struct memory_metric {
    char *name;
    struct memory_series **series;
    size_t n, cap;
    int64_t span_ms;  /* how much of it is kept */
    int64_t since_ms; /* what was before is not kept; 0: since the first round */
};

struct memory_target {
    char *job, *instance;
    struct map written; /* a series as the exporter writes it -> memory_series */
    unsigned round;
};

struct memory {
    struct map metrics; /* name -> memory_metric */
    struct map series;  /* key -> memory_series */
    struct map abouts;  /* metric -> node_t {"type","help","unit"} */
    struct memory_target *targets;
    size_t n_targets;
    int64_t begin_ms, latest_ms;         /* the first round, the last; 0: there was none */
    int64_t all_ms;                      /* span of every metric */
    int64_t limit_ms;                    /* longest span that there is room for; 0: any */
    size_t max_series, max_bytes, bytes; /* bytes of points */
};
enum { MEMORY_MAX_SERIES = 200000, MEMORY_MAX_BYTES = 64 << 20 };

void memory_init(struct memory *memory);
void memory_release(struct memory *memory);
DEFINE_CLEANUP(struct memory, memory_release)

/* CONFLICT when there is one of that job and instance already. Before the first round. */
int memory_add_target(struct memory *memory, const char *job, const char *instance, struct err *err);
/* Keep so much of a metric from now on (NULL: of all). */
void memory_want(struct memory *memory, const char *name, int64_t span_ms);

/* What is known begins with the next round. */
void memory_begin_again(struct memory *memory);

/* What target number `target` said in the round of at_ms; before the last round: the clock was set back, and all begins again. CAPACITY when it has too many series: nothing of it is kept. */
int memory_take(struct memory *memory, size_t target, const struct exposition *said, int64_t at_ms, struct err *err);
/* It said nothing. */
void memory_lose(struct memory *memory, size_t target, int64_t at_ms);
/* A series of ours about a target: "up". */
void memory_put(struct memory *memory, size_t target, const char *name, double value, int64_t at_ms);
/* After the targets of a round: drops what is too old, and more when it is too much. */
void memory_end_round(struct memory *memory, int64_t at_ms);

/* NULL: nobody has it. */
const struct memory_metric *memory_metric(const struct memory *memory, const char *name);
/* From when on all of a metric's points are kept. */
int64_t memory_since(const struct memory *memory, const struct memory_metric *metric);

#endif
