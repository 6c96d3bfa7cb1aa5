#include "pool/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"

enum { STEP_MS = 60000, PART = 5000 }; /* points: Prometheus gives 11,000 of a series at most */

void history_release(struct history *history)
{
    free(history->counts);
    *history = (struct history){0};
}

void history_add_counter(double *counts, const double *counter, const bool *up, size_t n)
{
    double before = NAN;
    bool was_up = false;
    for (size_t i = 0; i < n; i++) {
        double now = counter[i];
        if (!isnan(now)) {
            double more = isnan(before) ? (was_up ? now : 0) : now >= before ? now - before : now;
            counts[i] += more;
            before = now;
        }
        was_up = was_up || up[i];
    }
}

/* Which of a runtime's counters there are, the best first; %1$s the function, %2$s its namespace. */
static const struct {
    const char *runtime, *counter, *service;
} sources[] = {
    {"knative", "activator_request_count{service_name=\"%1$s\",namespace_name=\"%2$s\"}",
     "sum(increase(revision_app_request_latencies_sum{service_name=\"%1$s\",namespace_name=\"%2$s\"}[1d]))"
     "/sum(increase(revision_app_request_latencies_count{service_name=\"%1$s\",namespace_name=\"%2$s\"}[1d]))/1000"},
    {"knative", "revision_request_count{service_name=\"%1$s\",namespace_name=\"%2$s\"}", NULL},
    {"knative", "http_server_request_duration_seconds_count{kn_service_name=\"%1$s\",k8s_namespace_name=\"%2$s\"}", NULL},
    {"openfaas", "gateway_function_invocation_total{function_name=\"%1$s.%2$s\"}",
     "sum(increase(gateway_functions_seconds_sum{function_name=\"%1$s.%2$s\"}[1d]))"
     "/sum(increase(gateway_functions_seconds_count{function_name=\"%1$s.%2$s\"}[1d]))"},
};

/* Between quotes of PromQL. */
static char *escaped(const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            str_addc(&s, '\\');
        str_addc(&s, *text);
    }
    return str_detach(&s);
}

static char *expression(const char *pattern, const struct history_query *query)
{
    AUTOFREE char *function = escaped(query->function);
    AUTOFREE char *ns = escaped(query->ns);
    CLEANUP(str_release) struct str s = STR_INIT;
    for (const char *p = pattern; *p; p++) {
        bool is_mark = p[0] == '%' && (p[1] == '1' || p[1] == '2') && p[2] == '$' && p[3] == 's';
        if (!is_mark) {
            str_addc(&s, *p);
            continue;
        }
        str_add(&s, p[1] == '1' ? function : ns);
        p += strlen("%1$s") - 1;
    }
    return str_detach(&s);
}

struct grid {
    int64_t start_ms;
    size_t n;
};

static void put(const struct grid *grid, const struct prom_series *series, double *at)
{
    for (size_t i = 0; i < series->n_points; i++) {
        int64_t index = (series->points[i].at_ms - grid->start_ms) / STEP_MS;
        if (index >= 0 && index < (int64_t)grid->n && isfinite(series->points[i].value))
            at[index] = series->points[i].value;
    }
}

static void label_key(const struct prom_series *series, struct str *key)
{
    for (size_t i = 0; i < series->n_labels; i++)
        str_addf(key, "%s=%s\n", series->labels[i].name, series->labels[i].value);
}

/* All series of an expression over the grid, part by part: by labels, an array of grid->n values each. */
static int load_series(const struct prom *prom, const struct grid *grid, const char *expr, struct map *ret, struct err *err)
{
    for (size_t from = 0; from < grid->n; from += PART) {
        size_t part = grid->n - from < PART ? grid->n - from : PART;
        struct prom_query query = {
            .expr = expr,
            .at_ms = grid->start_ms + (int64_t)(from + part - 1) * STEP_MS,
            .range_ms = (int64_t)(part - 1) * STEP_MS,
            .step_ms = STEP_MS,
        };
        CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
        if (part < 2)
            break;
        if (prom_query(prom, &query, &result, err) != 0)
            return -1;
        for (size_t i = 0; i < result.n; i++) {
            CLEANUP(str_release) struct str key = STR_INIT;
            label_key(&result.series[i], &key);
            double *values = map_get(ret, key.buf);
            if (!values) {
                values = xcalloc(grid->n, sizeof(*values));
                for (size_t k = 0; k < grid->n; k++)
                    values[k] = NAN;
                map_set(ret, key.buf, values);
            }
            put(grid, &result.series[i], values);
        }
    }
    return 0;
}

static int load_up(const struct prom *prom, const struct grid *grid, bool *up, struct err *err)
{
    CLEANUP(map_release) struct map series = MAP_INIT(free);
    if (load_series(prom, grid, "count(up)", &series, err) != 0)
        return -1;
    for (struct map_entry *e = map_first(&series); e; e = map_next(&series, e))
        for (size_t i = 0; i < grid->n; i++)
            up[i] = up[i] || !isnan(((const double *)e->value)[i]);
    return 0;
}

static double one_value(const struct prom *prom, const char *pattern, const struct history_query *query)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    AUTOFREE char *expr = pattern ? expression(pattern, query) : NULL;
    if (!expr || prom_query(prom, &(struct prom_query){.expr = expr}, &result, &none) != 0 || !result.n)
        return NAN;
    double value = result.series[0].n_points ? result.series[0].points[0].value : NAN;
    return isfinite(value) ? value : NAN;
}

static void sum_up(struct history *history, const struct map *series, const bool *up)
{
    for (struct map_entry *e = map_first(series); e; e = map_next(series, e))
        history_add_counter(history->counts, e->value, up, history->n);
    for (size_t i = 0; i < history->n; i++) {
        if (!up[i]) {
            history->counts[i] = NAN;
            continue;
        }
        history->known++;
        history->requests += history->counts[i];
    }
}

static int load_first(const struct prom *prom, const struct history_query *query, const struct grid *grid, struct map *ret,
                      struct history *history, struct err *err)
{
    bool is_counted = false;
    for (size_t i = 0; i < ARRAY_LEN(sources) && !ret->live; i++) {
        if (strcmp(sources[i].runtime, query->runtime) != 0)
            continue;
        AUTOFREE char *expr = expression(sources[i].counter, query);
        if (load_series(prom, grid, expr, ret, err) != 0)
            return -1;
        if (!is_counted || ret->live) {
            history->metric = sources[i].counter;
            history->service_s = one_value(prom, sources[i].service, query);
        }
        is_counted = true;
    }
    if (is_counted)
        return 0;
    err_set(err, ERR_FAILED, "nothing counts the requests of functions on %s", query->runtime);
    return err_hint(err, "Knative and OpenFaaS do, where Prometheus has their metrics");
}

int history_load(const struct prom *prom, const struct history_query *query, struct history *ret, struct err *err)
{
    size_t n = (size_t)(query->minutes < HISTORY_MINUTES_MAX ? query->minutes : HISTORY_MINUTES_MAX);
    int64_t end_ms = clock_wall_ms() / STEP_MS * STEP_MS;
    const struct grid grid = {.start_ms = end_ms - (int64_t)(n - 1) * STEP_MS, .n = n};
    CLEANUP(history_release) struct history history = {.n = n, .start_s = grid.start_ms / 1000, .service_s = NAN};
    CLEANUP(map_release) struct map series = MAP_INIT(free);
    AUTOFREE bool *up = xcalloc(n, sizeof(*up));
    history.counts = xcalloc(n, sizeof(*history.counts));
    if (load_up(prom, &grid, up, err) != 0 || load_first(prom, query, &grid, &series, &history, err) != 0)
        return -1;
    sum_up(&history, &series, up);
    *ret = history;
    history = (struct history){0};
    return 0;
}
