/* A client of Prometheus' HTTP API (also Thanos, Mimir, VictoriaMetrics): instant and range queries, many
 * in flight at once. The wire format ends here. */
#ifndef METRICS_PROM_H
#define METRICS_PROM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "conf/endpoint.h"
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
    const char *name, *value;
};

struct prom_point {
    int64_t at_ms;
    double value;
    const char *text; /* Prometheus' own spelling: "0.1", "NaN", "+Inf" */
};

/* A native histogram has no value of its own here and is left out (a warning says how many). */
struct prom_series {
    struct prom_label *labels; /* sorted by name */
    size_t n_labels;
    struct prom_point *points; /* one for an instant query */
    size_t n_points;
    const struct label_set *set; /* that the labels are, of the result's sets; NULL: of none */
};

enum prom_type { PROM_VECTOR, PROM_MATRIX, PROM_SCALAR, PROM_STRING };

struct prom_result {
    enum prom_type type;
    struct prom_series *series; /* a scalar or a string is one series without labels */
    size_t n;
    struct arena arena;      /* of labels, points and their texts */
    struct label_sets *sets; /* whose labels are not the arena's (label_sets.h); NULL: none */
    bool is_short;           /* exporters were not watched for as long as its windows are */
    struct strv warnings;    /* of the server, infos included */
};
#define PROM_RESULT_INIT ((struct prom_result){0})
void prom_result_release(struct prom_result *result);
DEFINE_CLEANUP(struct prom_result, prom_result_release)

struct prom_query {
    const char *expr;
    int64_t at_ms;           /* instant: 0 is the server's now; range: its end (0: now, by our clock) */
    int64_t range_ms;        /* 0: an instant query */
    int64_t step_ms;         /* of a range; at least 1 */
    struct label_sets *sets; /* to read the answer's labels with: borrowed; NULL: none */
};

/* A server: a base URL (a path prefix is fine) and a client that never sends the gateway's login there; or exporters
 * that are read directly, behind the same functions. */
struct prom {
    char *base;            /* what people call it */
    struct scrape *scrape; /* the exporters (scrape.h); NULL: a server */
    struct http *http;
    bool is_borrowed;    /* the client */
    struct strv headers; /* of every request: a tenant's, say */
    char *token_file;    /* read again when the token in it was refused */
    const char *kind;    /* "Prometheus", in errors */
};
void prom_release(struct prom *prom);
DEFINE_CLEANUP(struct prom, prom_release)

struct prom_settings {
    const char *url;           /* --prometheus; NULL: the context's */
    const struct strv *scrape; /* --scrape: these exporters, [JOB=]URL each, and no Prometheus; NULL or none: a Prometheus */
    int64_t
        pair_ms; /* with scrape: how far apart two readings are, for what needs two; 0: each round of queries is one reading */
    /* With scrape: the way to an exporter inside of the context's cluster: the URL to ask, which the caller frees, and the
     * client that asks, the same for all; NULL, with err: there is none. Without it such an address is USAGE. */
    char *(*reach)(void *arg, const struct endpoint *to, struct http **ret_http, struct err *err);
    void *reach_arg;
    const char *via;   /* ask there instead: the way to a server inside of a cluster; with http */
    struct http *http; /* how to get there: the caller's, for as long as it is asked; what follows is the client's, then */
    int total_ms;      /* of one request; 0: 60 s */
    int retries;       /* as in http_settings */
    const char *kind;  /* what url is, when it is no Prometheus: it gets the login only from the server that Prometheus is on */
    FILE *trace, *timing;
};
/* USAGE when no Prometheus is configured, or the URL is not one. The context's login (prometheus-user, prometheus-token-file,
 * prometheus-headers-file) goes there; what the configuration's file says of it, only to the server that the file says.
 * The result must not move while it is in use. */
int prom_open(struct prom *prom, const struct context *context, const struct prom_settings *settings, struct err *err);

/* One query. USAGE with Prometheus' own words for an expression that it does not accept; UNREACHABLE,
 * TIMEOUT, AUTH; FAILED for what it cannot compute and for a server that is not a Prometheus. */
int prom_query(const struct prom *prom, const struct prom_query *query, struct prom_result *ret, struct err *err);
/* n at once; errs[i] is set where results[i] is not there. Returns how many failed. */
int prom_query_all(const struct prom *prom, const struct prom_query *queries, struct prom_result *results, struct err *errs,
                   size_t n);

/* A server knows the past. Exporters are read until the ranges of the queries are known, as often as the shortest step. */
int prom_watch(const struct prom *prom, const struct prom_query *queries, size_t n, struct err *err);

/* Another part of the API: the data of its answer, which the caller frees; NULL: as with prom_query. warnings may be NULL. */
struct prom_read {
    const char *path;        /* "/api/v1/rules", "/api/v1/label/{}/values" */
    const char *arg;         /* what {} is; NULL: there is none */
    const char *const *form; /* name, value, ... NULL; a value that is "" is left out; NULL: none */
};
node_t *prom_read(const struct prom *prom, const struct prom_read *what, struct strv *warnings, struct err *err);
/* The same as it was answered, whatever its status is. */
int prom_get(const struct prom *prom, const struct prom_read *what, struct http_response *ret, struct err *err);

/* The body of an answer with this status: the same errors, without the URL. sets: as of a query. */
int prom_parse(int status, const char *body, size_t len, struct label_sets *sets, struct prom_result *ret, struct err *err);
node_t *prom_parse_data(int status, const char *body, size_t len, struct strv *warnings, struct err *err); /* the data itself */

const char *prom_label(const struct prom_series *series, const char *name); /* or NULL */
const char *prom_label_named(const struct prom_series *series, const char *name, size_t len);
/* Of a series that is made here, with room for it; one that says nothing is left out. The name is not copied. */
void prom_add_label(struct prom_series *series, const char *name, const char *value, struct arena *arena);
/* As PromQL writes it: up{job="a"}; labels are as the server has them, so not yet for a terminal. */
void prom_series_name(const struct prom_series *series, struct str *s);
void prom_labels_print(const node_t *labels, struct str *s); /* the same of labels as a document */
/* Of /api/v1/metadata: what is known of a metric; of a histogram's or a summary's parts too. NULL: nothing. */
const node_t *prom_metadata_of(const node_t *metadata, const char *name);

/* As documents, an array of series.
 * Instant: {"metric":{labels},"time":RFC3339,"value":x|null,"exact":"NaN"}; value is null when it is not finite.
 * Range: {"metric":{labels},"min","avg","max","last" (of the finite ones, or null),"samples":[{"time","value","exact"}]}. */
node_t *prom_document(const struct prom_result *result);

#endif
