/* Answers of /api/v1/query and /api/v1/query_range: envelope, error types, vectors and matrices. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "metrics/label_sets.h"
#include "metrics/scan.h"

/* web/api/v1/api.go: errorType. The status is not trusted alone: proxies change it. */
static const struct {
    const char *type;
    enum err_code code;
    const char *what;
} error_types[] = {
    {"bad_data", ERR_USAGE, "Prometheus does not accept the query"},
    {"execution", ERR_FAILED, "Prometheus cannot evaluate the query"},
    {"cost_limit", ERR_CAPACITY, "the query is too costly for Prometheus"},
    {"timeout", ERR_TIMEOUT, "the query took Prometheus too long"},
    {"canceled", ERR_FAILED, "Prometheus cancelled the query"},
    {"not_found", ERR_NOT_FOUND, "Prometheus does not have this"},
    {"unavailable", ERR_UNREACHABLE, "Prometheus is not ready"},
};

static int api_error(const node_t *doc, struct err *err)
{
    const char *type = node_str(doc, "/errorType", "");
    enum err_code code = ERR_FAILED;
    const char *what = "Prometheus failed";
    for (size_t i = 0; i < ARRAY_LEN(error_types); i++) {
        if (strcmp(error_types[i].type, type) == 0) {
            code = error_types[i].code;
            what = error_types[i].what;
        }
    }
    err_set(err, code, "%s", what);
    return err_why(err, "%s", node_str(doc, "/error", "it gives no reason"));
}

/* What answered has no such envelope. */
static int not_prometheus(int status, const char *body, struct err *err)
{
    if (status == 401 || status == 403)
        return err_set(err, ERR_AUTH, "not allowed (HTTP %d)", status);
    if (status == 502 || status == 503 || status == 504)
        return err_set(err, ERR_UNREACHABLE, "Prometheus is not ready (HTTP %d)", status);
    const char *text = body + strspn(body, " \t\r\n");
    err_set(err, ERR_FAILED, "this is not a Prometheus server");
    err_why(err, "HTTP %d with %s", status,
            *text == '<' ? "a web page"
            : *text      ? "something else than its API's JSON"
                         : "an empty body");
    return err_hint(err, "check the URL: the base of the server, before /api/v1");
}

/* Asked through Kubernetes' service proxy, and it is the API server that answers: a Status. */
static int not_reached(int status, const node_t *doc, struct err *err)
{
    enum err_code code = status == 401 || status == 403 ? ERR_AUTH : status == 404 ? ERR_NOT_FOUND : ERR_UNREACHABLE;
    err_set(err, code, "the cluster's API server does not lead there");
    return err_why(err, "%s (HTTP %d)", node_str(doc, "/message", "it does not say why"), status);
}

static int compare_labels(const void *a, const void *b)
{
    return strcmp(((const struct prom_label *)a)->name, ((const struct prom_label *)b)->name);
}

static void read_labels(const node_t *metric, struct prom_series *series, struct arena *arena)
{
    size_t cap = 0;
    for (const node_t *label = node_first(metric); label; label = node_next(label)) {
        const char *value = node_text(label);
        if (!value)
            continue;
        ARENA_GROW(arena, series->labels, series->n_labels, cap);
        series->labels[series->n_labels++] =
            (struct prom_label){.name = arena_strdup(arena, node_key(label)), .value = arena_strdup(arena, value)};
    }
    if (series->n_labels)
        qsort(series->labels, series->n_labels, sizeof(*series->labels), compare_labels);
}

/* [ts, "value"]; text is kept as it is for a string. */
static bool read_point(const node_t *pair, bool is_text, struct arena *arena, struct prom_point *ret)
{
    const node_t *time = node_first(pair);
    const char *text = time ? node_text(node_next(time)) : NULL;
    double seconds = node_value(time);
    if (!text || !isfinite(seconds) || fabs(seconds) > 1e15)
        return false;
    *ret = (struct prom_point){.at_ms = (int64_t)num_round(seconds * 1000), .value = NAN};
    if (!is_text && !prom_value_parse(text, &ret->value))
        return false;
    ret->text = arena_strdup(arena, text);
    return true;
}

/* [time, "value"] */
static bool read_instant(const node_t *pair, bool is_text, struct prom_result *result, struct prom_series *series)
{
    series->points = arena_get(&result->arena, sizeof(*series->points));
    series->n_points = 1;
    return read_point(pair, is_text, &result->arena, series->points);
}

static struct prom_series *add_series(struct prom_result *result, size_t *cap)
{
    GROW(result->series, result->n, *cap);
    result->series[result->n] = (struct prom_series){0};
    return &result->series[result->n++];
}

static bool read_series(const node_t *item, struct prom_result *result, size_t *cap)
{
    struct prom_series *series = add_series(result, cap);
    size_t points = 0;
    read_labels(node_get(item, "metric"), series, &result->arena);
    if (result->type == PROM_VECTOR)
        return read_instant(node_get(item, "value"), false, result, series);
    for (const node_t *pair = node_first(node_get(item, "values")); pair; pair = node_next(pair)) {
        ARENA_GROW(&result->arena, series->points, series->n_points, points);
        if (!read_point(pair, false, &result->arena, &series->points[series->n_points++]))
            return false;
    }
    return true;
}

static bool is_native_histogram(const node_t *item)
{
    return !node_get(item, "value") && !node_get(item, "values") && (node_get(item, "histogram") || node_get(item, "histograms"));
}

static bool read_type(const node_t *data, enum prom_type *ret)
{
    static const char *const names[] = {
        [PROM_VECTOR] = "vector", [PROM_MATRIX] = "matrix", [PROM_SCALAR] = "scalar", [PROM_STRING] = "string"};
    const char *name = node_str(data, "/resultType", "");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret = (enum prom_type)i;
            return true;
        }
    }
    return false;
}

static bool read_data(const node_t *data, struct prom_result *ret)
{
    const node_t *list = node_get(data, "result");
    size_t cap = 0, histograms = 0;
    if (!read_type(data, &ret->type) || node_type(list) != NODE_ARRAY)
        return false;
    if (ret->type == PROM_SCALAR || ret->type == PROM_STRING)
        return read_instant(list, ret->type == PROM_STRING, ret, add_series(ret, &cap));
    for (const node_t *item = node_first(list); item; item = node_next(item)) {
        if (is_native_histogram(item))
            histograms++;
        else if (!read_series(item, ret, &cap))
            return false;
    }
    if (histograms)
        strv_addf(&ret->warnings, "%zu native histograms are left out: use histogram_quantile, histogram_avg or histogram_count",
                  histograms);
    return true;
}

static void read_warnings(const node_t *doc, const char *key, struct strv *list)
{
    for (const node_t *text = node_first(node_get(doc, key)); text; text = node_next(text))
        if (node_text(text))
            strv_add(list, node_text(text));
}

node_t *prom_parse_data(int status, const char *body, size_t len, struct strv *warnings, struct err *err)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(node_free) node_t *doc = json_parse(body, len, "answer of Prometheus", &ignored);
    const char *state = node_str(doc, "/status", "");
    if (strcmp(state, "error") == 0) {
        api_error(doc, err);
        return NULL;
    }
    if (strcmp(node_str(doc, "/kind", ""), "Status") == 0) {
        not_reached(status, doc, err);
        return NULL;
    }
    node_t *data = node_get(doc, "data");
    if (strcmp(state, "success") != 0) {
        not_prometheus(status, body, err);
        return NULL;
    }
    if (warnings) {
        read_warnings(doc, "warnings", warnings);
        read_warnings(doc, "infos", warnings);
    }
    return data ? node_detach(doc, data) : node_new_null();
}

int prom_parse(int status, const char *body, size_t len, struct label_sets *sets, struct prom_result *ret, struct err *err)
{
    if (status == 200 && prom_scan(body, len, sets, ret))
        return 0;
    CLEANUP(node_free) node_t *data = prom_parse_data(status, body, len, &ret->warnings, err);
    if (!data)
        return -1;
    if (read_data(data, ret))
        return 0;
    prom_result_release(ret);
    err_set(err, ERR_FAILED, "Prometheus' answer makes no sense");
    return err_why(err, "its data is not a vector, a matrix, a scalar or a string as its API defines them");
}

void prom_result_release(struct prom_result *result)
{
    free(result->series);
    arena_release(&result->arena);
    label_sets_unref(result->sets);
    strv_release(&result->warnings);
    *result = PROM_RESULT_INIT;
}

const char *prom_label_named(const struct prom_series *series, const char *name, size_t len)
{
    for (size_t i = 0; i < series->n_labels; i++) {
        const char *own = series->labels[i].name;
        if (*own == *name && strncmp(own, name, len) == 0 && !own[len])
            return series->labels[i].value;
    }
    return NULL;
}

const char *prom_label(const struct prom_series *series, const char *name)
{
    return prom_label_named(series, name, strlen(name));
}

void prom_add_label(struct prom_series *series, const char *name, const char *value, struct arena *arena)
{
    if (value && *value)
        series->labels[series->n_labels++] = (struct prom_label){.name = name, .value = arena_strdup(arena, value)};
}
