#include "metrics/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/label_sets.h"

struct scan {
    const char *p, *end;
    struct prom_result *result;
    struct arena *arena;              /* of texts that are kept now */
    const struct prom_series *before; /* the series before this one, or NULL: most of its labels are the same */
    struct label_set *set;            /* of the series before this one, or NULL */
    struct prom_label *labels;        /* of this one */
    size_t n_labels, cap_labels;
    struct prom_point *points;
    size_t n_points, cap_points;
};

static bool eat(struct scan *scan, const char *text)
{
    size_t len = strlen(text);
    if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, text, len) != 0)
        return false;
    scan->p += len;
    return true;
}

static bool eat_char(struct scan *scan, char c)
{
    if (scan->p == scan->end || *scan->p != c)
        return false;
    scan->p++;
    return true;
}

/* Most samples: digits and powers of ten that a double has exactly, so that their quotient is the nearest one. */
static bool parse_short(const char *text, double *ret)
{
    static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    int64_t number = 0;
    size_t digits = 0, places = 0;
    bool is_minus = *text == '-', has_point = false;
    for (text += is_minus; digits < ARRAY_LEN(tens); text++) {
        if (*text == '.' && digits && !has_point) {
            has_point = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            break;
        number = number * 10 + (*text - '0');
        digits++;
        places += has_point;
    }
    if (*text || !digits || digits == ARRAY_LEN(tens))
        return false;
    *ret = (is_minus ? -1.0 : 1.0) * ((double)number / tens[places]);
    return true;
}

bool prom_value_parse(const char *text, double *ret)
{
    if (parse_short(text, ret))
        return true;
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
static const char *scan_escaped(struct scan *scan, const char *start)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    while (scan->p < scan->end && *scan->p != '"')
        scan->p += *scan->p == '\\' && scan->end - scan->p > 1 ? 2 : 1;
    if (!eat_char(scan, '"'))
        return NULL;
    CLEANUP(node_free) node_t *node = json_parse(start, (size_t)(scan->p - start), "answer of Prometheus", &ignored);
    const char *text = node ? node_text(node) : NULL;
    return text ? arena_strdup(scan->arena, text) : NULL;
}

/* NULL: something else. */
static const char *scan_text(struct scan *scan)
{
    const char *quote = scan->p;
    if (!eat_char(scan, '"'))
        return NULL;
    const char *start = scan->p;
    while (scan->p < scan->end && *scan->p != '"' && *scan->p != '\\' && *scan->p >= ' ' && *scan->p <= '~')
        scan->p++;
    size_t len = (size_t)(scan->p - start);
    return eat_char(scan, '"') ? arena_text(scan->arena, start, len) : scan_escaped(scan, quote);
}

/* The same, by what is kept already if it says that. */
static const char *scan_again(struct scan *scan, const char *kept)
{
    size_t len = kept ? strlen(kept) : 0;
    bool is_same = kept && (size_t)(scan->end - scan->p) >= len + 2 && scan->p[0] == '"' && scan->p[len + 1] == '"' &&
                   memcmp(scan->p + 1, kept, len) == 0 && !memchr(kept, '\\', len);
    if (!is_same)
        return scan_text(scan);
    scan->p += len + 2;
    return kept;
}

/* Seconds with up to a millisecond's digits. */
static bool scan_time(struct scan *scan, int64_t *ret_ms)
{
    enum { DIGITS = 12, MS_DIGITS = 3 };
    int64_t seconds = 0, ms = 0;
    int digits = 0, places = 0;
    for (; scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9' && digits < DIGITS; scan->p++, digits++)
        seconds = seconds * 10 + (*scan->p - '0');
    if (digits && eat_char(scan, '.'))
        for (; scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9' && places < MS_DIGITS; scan->p++, places++)
            ms = ms * 10 + (*scan->p - '0');
    for (int i = places; places && i < MS_DIGITS; i++)
        ms *= 10;
    *ret_ms = seconds * 1000 + ms;
    return digits > 0;
}

/* [time,"value"] */
static bool scan_point(struct scan *scan)
{
    struct prom_point point = {.value = NAN};
    if (!eat_char(scan, '[') || !scan_time(scan, &point.at_ms) || !eat_char(scan, ','))
        return false;
    point.text = scan_text(scan);
    if (!point.text || !prom_value_parse(point.text, &point.value) || !eat_char(scan, ']'))
        return false;
    GROW(scan->points, scan->n_points, scan->cap_points);
    scan->points[scan->n_points++] = point;
    return true;
}

/* Names come sorted, each once. */
static bool scan_label(struct scan *scan)
{
    size_t at = scan->n_labels;
    bool has_kept = scan->before && at < scan->before->n_labels;
    struct prom_label kept = has_kept ? scan->before->labels[at] : (struct prom_label){0}, label = {0};
    label.name = scan_again(scan, kept.name);
    if (!label.name || !eat_char(scan, ':'))
        return false;
    label.value = scan_again(scan, kept.value);
    if (!label.value || (at && strcmp(scan->labels[at - 1].name, label.name) >= 0))
        return false;
    GROW(scan->labels, scan->n_labels, scan->cap_labels);
    scan->labels[scan->n_labels++] = label;
    return true;
}

static void *keep(struct arena *arena, const void *list, size_t size)
{
    return size ? memcpy(arena_get(arena, size), list, size) : NULL;
}

static bool scan_labels(struct scan *scan, struct prom_series *ret)
{
    scan->n_labels = 0;
    if (!eat_char(scan, '{'))
        return false;
    while (!eat_char(scan, '}'))
        if ((scan->n_labels && !eat_char(scan, ',')) || !scan_label(scan))
            return false;
    ret->labels = keep(scan->arena, scan->labels, scan->n_labels * sizeof(*scan->labels));
    ret->n_labels = scan->n_labels;
    return true;
}

/* One that was not met before: its labels live with the sets. */
static struct label_set *scan_new_set(struct scan *scan, size_t len)
{
    const char *text = scan->p;
    struct prom_series series = {0};
    scan->arena = label_sets_arena(scan->result->sets);
    bool is_whole = scan_labels(scan, &series) && scan->p == text + len;
    scan->arena = &scan->result->arena;
    scan->p = text;
    if (!is_whole)
        return NULL;
    struct label_set *set = label_sets_add(scan->result->sets, scan->set, text, len);
    set->labels = series.labels;
    set->n = series.n_labels;
    return set;
}

/* No text of a label has a quote with a word behind it: there the set has ended. */
static struct label_set *scan_other_set(struct scan *scan)
{
    static const char behind[] = "},\"value";
    const char *end = memmem(scan->p, (size_t)(scan->end - scan->p), behind, sizeof(behind) - 1);
    if (!end)
        return NULL;
    size_t len = (size_t)(end + 1 - scan->p);
    struct label_set *set = label_sets_find(scan->result->sets, scan->set, scan->p, len);
    return set ? set : scan_new_set(scan, len);
}

static bool scan_set(struct scan *scan, struct prom_series *ret)
{
    struct label_set *set = label_sets_next(scan->result->sets, scan->set, scan->p, (size_t)(scan->end - scan->p));
    if (!set)
        set = scan_other_set(scan);
    if (!set)
        return false;
    scan->set = set;
    scan->p += set->len;
    *ret = (struct prom_series){.labels = set->labels, .n_labels = set->n, .set = set};
    return true;
}

static bool scan_points(struct scan *scan)
{
    if (scan->result->type == PROM_VECTOR)
        return eat(scan, "\"value\":") && scan_point(scan) && eat_char(scan, '}');
    if (!eat(scan, "\"values\":["))
        return false;
    do
        if (!scan_point(scan))
            return false;
    while (eat_char(scan, ','));
    return eat(scan, "]}");
}

static bool scan_series(struct scan *scan, struct prom_series *ret)
{
    *ret = (struct prom_series){0};
    scan->n_points = 0;
    bool is_read =
        eat(scan, "{\"metric\":") && (scan->result->sets ? scan_set(scan, ret) : scan_labels(scan, ret)) && eat_char(scan, ',');
    if (!is_read || !scan_points(scan))
        return false;
    ret->points = keep(scan->arena, scan->points, scan->n_points * sizeof(*scan->points));
    ret->n_points = scan->n_points;
    return true;
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
    if (eat_char(scan, ']'))
        return true;
    do {
        GROW(ret->series, ret->n, cap);
        scan->before = ret->n ? &ret->series[ret->n - 1] : NULL;
        if (!scan_series(scan, &ret->series[ret->n]))
            return false;
        ret->n++;
    } while (eat_char(scan, ','));
    return eat_char(scan, ']');
}

bool prom_scan(const char *body, size_t len, struct label_sets *sets, struct prom_result *ret)
{
    struct scan scan = {.p = body, .end = body + len, .result = ret, .arena = &ret->arena};
    *ret = PROM_RESULT_INIT;
    ret->sets = label_sets_ref(sets);
    bool is_whole =
        scan_all(&scan, ret) && eat(&scan, "}}") && (scan.p == scan.end || eat_char(&scan, '\n')) && scan.p == scan.end;
    free(scan.labels);
    free(scan.points);
    if (!is_whole)
        prom_result_release(ret);
    return is_whole;
}
