/* A client of Prometheus' HTTP API (also Thanos, Mimir, VictoriaMetrics): instant and range queries, many
 * in flight at once. The wire format ends here. */
#ifndef METRICS_PROM_H
#define METRICS_PROM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"
#include "doc/node.h"
#include "net/http.h"

/* Unknown is not zero: a value counts only in the state SAMPLE_KNOWN. */
enum sample_state {
    SAMPLE_UNKNOWN, /* never seen, or the source says it does not exist */
    SAMPLE_KNOWN,
    SAMPLE_STALE, /* the last one seen; its source does not answer now */
};

struct sample {
    double value; /* may be NaN or infinite, as PromQL makes them */
    int64_t at_ms;
    enum sample_state state;
};

struct prom_label {
    char *name, *value;
};

struct prom_point {
    int64_t at_ms;
    double value;
    char *text; /* Prometheus' own spelling: "0.1", "NaN", "+Inf" */
};

/* A native histogram has no value of its own here and is left out (a warning says how many). */
struct prom_series {
    struct prom_label *labels; /* sorted by name */
    size_t n_labels;
    struct prom_point *points; /* one for an instant query */
    size_t n_points;
};

enum prom_type { PROM_VECTOR, PROM_MATRIX, PROM_SCALAR, PROM_STRING };

struct prom_result {
    enum prom_type type;
    struct prom_series *series; /* a scalar or a string is one series without labels */
    size_t n;
    struct strv warnings; /* of the server, infos included */
};
#define PROM_RESULT_INIT ((struct prom_result){0})
void prom_result_release(struct prom_result *result);
DEFINE_CLEANUP(struct prom_result, prom_result_release)

struct prom_query {
    const char *expr;
    int64_t at_ms;    /* instant: 0 is the server's now; range: its end (0: now, by our clock) */
    int64_t range_ms; /* 0: an instant query */
    int64_t step_ms;  /* of a range; at least 1 */
};

/* A server: a base URL (a path prefix is fine) and a client that never sends the gateway's login there. */
struct prom {
    char *base;
    struct http *http;
    bool is_borrowed; /* the client */
};
void prom_release(struct prom *prom);
DEFINE_CLEANUP(struct prom, prom_release)

struct prom_settings {
    const char *url;   /* --prometheus; NULL: the context's */
    struct http *http; /* how to get to url: the caller's, for as long as it is asked; what follows is the client's, then */
    int total_ms;      /* of one request; 0: 60 s */
    int retries;       /* as in http_settings */
    FILE *trace, *timing;
};
/* USAGE when no Prometheus is configured, or the URL is not one. */
int prom_open(struct prom *prom, const struct context *context, const struct prom_settings *settings, struct err *err);

/* One query. USAGE with Prometheus' own words for an expression that it does not accept; UNREACHABLE,
 * TIMEOUT, AUTH; FAILED for what it cannot compute and for a server that is not a Prometheus. */
int prom_query(const struct prom *prom, const struct prom_query *query, struct prom_result *ret, struct err *err);
/* n at once; errs[i] is set where results[i] is not there. Returns how many failed. */
int prom_query_all(const struct prom *prom, const struct prom_query *queries, struct prom_result *results, struct err *errs,
                   size_t n);

/* The body of an answer with this status: the same errors, without the URL. */
int prom_parse(int status, const char *body, size_t len, struct prom_result *ret, struct err *err);

const char *prom_label(const struct prom_series *series, const char *name); /* or NULL */

/* As documents, an array of series.
 * Instant: {"metric":{labels},"time":RFC3339,"value":x|null,"exact":"NaN"}; value is null when it is not finite.
 * Range: {"metric":{labels},"min","avg","max","last" (of the finite ones, or null),"samples":[{"time","value","exact"}]}. */
node_t *prom_document(const struct prom_result *result);

#endif
