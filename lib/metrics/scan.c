#include "metrics/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *p, *end;
};

static bool eat(struct scan *scan, const char *text)
{
    size_t len = strlen(text);
    if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, text, len) != 0)
        return false;
    scan->p += len;
    return true;
}

bool prom_value_parse(const char *text, double *ret)
{
    if (strcmp(text, "NaN") == 0)
        *ret = NAN;
    else if (strcmp(text, "+Inf") == 0 || strcmp(text, "Inf") == 0)
        *ret = INFINITY;
    else if (strcmp(text, "-Inf") == 0)
        *ret = -INFINITY;
    else
        return str_to_num(text, ret);
    return true;
}

/* What is no plain ASCII, from its first quote on: a document of its own. */
static char *scan_escaped(struct scan *scan, const char *start)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    while (scan->p < scan->end && *scan->p != '"')
        scan->p += *scan->p == '\\' && scan->end - scan->p > 1 ? 2 : 1;
    if (!eat(scan, "\""))
        return NULL;
    CLEANUP(node_free) node_t *text = json_parse(start, (size_t)(scan->p - start), "answer of Prometheus", &ignored);
    return text ? xstrdup_or_null(node_text(text)) : NULL;
}

/* The caller frees it. NULL: something else. */
static char *scan_text(struct scan *scan)
{
    const char *quote = scan->p;
    if (!eat(scan, "\""))
        return NULL;
    const char *start = scan->p;
    while (scan->p < scan->end && *scan->p != '"' && *scan->p != '\\' && *scan->p >= ' ' && *scan->p <= '~')
        scan->p++;
    size_t len = (size_t)(scan->p - start);
    return eat(scan, "\"") ? xstrndup(start, len) : scan_escaped(scan, quote);
}

/* Seconds with up to a millisecond's digits. */
static bool scan_time(struct scan *scan, int64_t *ret_ms)
{
    enum { DIGITS = 12, MS_DIGITS = 3 };
    int64_t seconds = 0, ms = 0;
    int digits = 0, places = 0;
    for (; scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9' && digits < DIGITS; scan->p++, digits++)
        seconds = seconds * 10 + (*scan->p - '0');
    if (digits && eat(scan, "."))
        for (; scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9' && places < MS_DIGITS; scan->p++, places++)
            ms = ms * 10 + (*scan->p - '0');
    for (int i = places; places && i < MS_DIGITS; i++)
        ms *= 10;
    *ret_ms = seconds * 1000 + ms;
    return digits > 0;
}

/* [time,"value"] */
static bool scan_point(struct scan *scan, struct prom_series *series, size_t *cap)
{
    struct prom_point point = {.value = NAN};
    if (!eat(scan, "[") || !scan_time(scan, &point.at_ms) || !eat(scan, ","))
        return false;
    point.text = scan_text(scan);
    if (!point.text || !prom_value_parse(point.text, &point.value) || !eat(scan, "]")) {
        free(point.text);
        return false;
    }
    GROW(series->points, series->n_points, *cap);
    series->points[series->n_points++] = point;
    return true;
}

/* Names come sorted, each once. */
static bool scan_label(struct scan *scan, struct prom_series *series, size_t *cap)
{
    struct prom_label label = {.name = scan_text(scan)};
    if (label.name && eat(scan, ":"))
        label.value = scan_text(scan);
    bool is_sorted = label.value && (!series->n_labels || strcmp(series->labels[series->n_labels - 1].name, label.name) < 0);
    if (!is_sorted) {
        free(label.name);
        free(label.value);
        return false;
    }
    GROW(series->labels, series->n_labels, *cap);
    series->labels[series->n_labels++] = label;
    return true;
}

static bool scan_labels(struct scan *scan, struct prom_series *series)
{
    size_t cap = 0;
    if (!eat(scan, "{\"metric\":{"))
        return false;
    if (eat(scan, "},"))
        return true;
    do
        if (!scan_label(scan, series, &cap))
            return false;
    while (eat(scan, ","));
    return eat(scan, "},");
}

static bool scan_series(struct scan *scan, enum prom_type type, struct prom_series *series)
{
    size_t cap = 0;
    if (!scan_labels(scan, series))
        return false;
    if (type == PROM_VECTOR)
        return eat(scan, "\"value\":") && scan_point(scan, series, &cap) && eat(scan, "}");
    if (!eat(scan, "\"values\":["))
        return false;
    do
        if (!scan_point(scan, series, &cap))
            return false;
    while (eat(scan, ","));
    return eat(scan, "]}");
}

static bool scan_all(struct scan *scan, struct prom_result *ret)
{
    size_t cap = 0;
    if (!eat(scan, "{\"status\":\"success\",\"data\":{\"resultType\":\""))
        return false;
    if (eat(scan, "matrix\""))
        ret->type = PROM_MATRIX;
    else if (eat(scan, "vector\""))
        ret->type = PROM_VECTOR;
    else
        return false;
    if (!eat(scan, ",\"result\":["))
        return false;
    if (eat(scan, "]"))
        return true;
    do {
        GROW(ret->series, ret->n, cap);
        ret->series[ret->n] = (struct prom_series){0};
        if (!scan_series(scan, ret->type, &ret->series[ret->n++]))
            return false;
    } while (eat(scan, ","));
    return eat(scan, "]");
}

bool prom_scan(const char *body, size_t len, struct prom_result *ret)
{
    struct scan scan = {.p = body, .end = body + len};
    *ret = PROM_RESULT_INIT;
    bool is_whole = scan_all(&scan, ret) && eat(&scan, "}}") && (scan.p == scan.end || eat(&scan, "\n")) && scan.p == scan.end;
    if (!is_whole)
        prom_result_release(ret);
    return is_whole;
}
