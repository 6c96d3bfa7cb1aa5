/* Results as documents, for printing. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "metrics/prom.h"

static void set_time(node_t *object, int64_t at_ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    rfc3339_print(&text, at_ms);
    node_set_str(object, "time", text.buf);
}

/* node_set_num makes null of what is not finite; the exact spelling keeps NaN and the infinities apart. */
static void set_point(node_t *object, const struct prom_point *point)
{
    set_time(object, point->at_ms);
    node_set_num(object, "value", point->value);
    node_set_str(object, "exact", point->text);
}

static node_t *metric_of(const struct prom_series *series)
{
    node_t *metric = node_new_object();
    for (size_t i = 0; i < series->n_labels; i++)
        node_set_str(metric, series->labels[i].name, series->labels[i].value);
    return metric;
}

void prom_labels_print(const node_t *labels, struct str *s)
{
    const char *name = node_text(node_get(labels, "__name__")), *before = "{";
    str_add(s, name ? name : "");
    for (const node_t *label = node_first(labels); label; label = node_next(label)) {
        if (str_eq(node_key(label), "__name__") || !node_text(label))
            continue;
        str_addf(s, "%s%s=", before, node_key(label));
        json_print_string(node_text(label), s);
        before = ", ";
    }
    str_add(s, *before == ',' ? "}" : name ? "" : "{}");
}

void prom_series_name(const struct prom_series *series, struct str *s)
{
    CLEANUP(node_free) node_t *labels = metric_of(series);
    prom_labels_print(labels, s);
}

const node_t *prom_metadata_of(const node_t *metadata, const char *name)
{
    static const char *const parts[] = {"", "_bucket", "_sum", "_count"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t len = strlen(name), part = strlen(parts[i]);
        if (part >= len || !str_ends(name, parts[i]))
            continue;
        AUTOFREE char *family = xstrndup(name, len - part);
        const node_t *known = node_get(metadata, family);
        if (known)
            return node_first(known);
    }
    return NULL;
}

static void set_summary(node_t *object, const struct prom_series *series)
{
    double low = INFINITY, high = -INFINITY, sum = 0, last = NAN;
    size_t known = 0;
    for (size_t i = 0; i < series->n_points; i++) {
        double value = series->points[i].value;
        if (!isfinite(value))
            continue;
        low = num_min(low, value);
        high = num_max(high, value);
        sum += value;
        last = value;
        known++;
    }
    node_set_num(object, "min", low);
    node_set_num(object, "avg", known ? sum / (double)known : NAN);
    node_set_num(object, "max", high);
    node_set_num(object, "last", last);
}

static node_t *series_document(const struct prom_series *series, bool is_range)
{
    node_t *object = node_new_object();
    node_set(object, "metric", metric_of(series));
    if (!is_range) {
        set_point(object, &series->points[0]);
        return object;
    }
    set_summary(object, series);
    node_t *samples = node_set(object, "samples", node_new_array());
    for (size_t i = 0; i < series->n_points; i++)
        set_point(node_push(samples, node_new_object()), &series->points[i]);
    return object;
}

node_t *prom_document(const struct prom_result *result)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < result->n; i++)
        node_push(list, series_document(&result->series[i], result->type == PROM_MATRIX));
    return list;
}
