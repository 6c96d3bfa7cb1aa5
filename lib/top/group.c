/* Rows folded under the group that they belong to, with sums. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "top/rows.h"

static const char *const node_labels[] = {"Hostname", "hostname", "exported_node", "node", "instance", NULL};
static const char *const namespace_labels[] = {"exported_namespace", "namespace", NULL};
static const char *const *const labels_of[] = {[GROUP_NODE] = node_labels, [GROUP_NAMESPACE] = namespace_labels};

const char *const group_names[] = {"none", "node", "namespace", "context", NULL};

static const char *group_of(const struct row *row, enum group by)
{
    if (by == GROUP_CONTEXT)
        return row->context ? row->context : "";
    for (const char *const *name = labels_of[by]; *name; name++) {
        const char *value = row_label(row, *name);
        if (value && *value)
            return value;
    }
    return "";
}

/* How the figures of several make one. What cannot be told from parts (a percentile) stays unknown. */
bool metric_is_summed(const struct metric *metric)
{
    static const bool summed[] = {
        [UNIT_COUNT] = true, [UNIT_RATE] = true, [UNIT_W] = true, [UNIT_J] = true, [UNIT_BYTES] = true, [UNIT_TEXT] = false};
    return !metric->is_mean && (size_t)metric->unit < ARRAY_LEN(summed) && summed[metric->unit];
}

static double combine(const struct metric *metric, double so_far, double value)
{
    if (isnan(so_far))
        return value;
    if (metric->unit == UNIT_C)
        return num_max(so_far, value);
    return so_far + value;
}

static bool is_combined(const struct metric *metric)
{
    return metric->is_mean || metric->unit == UNIT_C || metric_is_summed(metric);
}

static void add_trend(const struct metric *metric, struct reading *sum, const struct reading *reading)
{
    if (!reading->n_trend)
        return;
    if (!sum->n_trend) {
        sum->trend = xcalloc(reading->n_trend, sizeof(*sum->trend));
        for (; sum->n_trend < reading->n_trend; sum->n_trend++)
            sum->trend[sum->n_trend] = NAN;
    }
    for (size_t i = 0; i < sum->n_trend && i < reading->n_trend; i++)
        if (isfinite(reading->trend[i]))
            sum->trend[i] = combine(metric, sum->trend[i], reading->trend[i]);
}

static void add_text(struct reading *sum, const struct reading *reading, bool is_first)
{
    if (is_first)
        sum->text = xstrdup_or_null(reading->text);
    else if (!str_eq(sum->text, reading->text))
        free(TAKE(sum->text));
}

/* Of the members of one group, from index `first` to `end`. */
static void sum_metric(const struct table *table, size_t metric, size_t first, size_t end, struct reading *sum)
{
    const struct metric *of = &table->panel->metrics[metric];
    size_t known = 0;
    sum->sample = (struct sample){.value = NAN};
    for (size_t i = first; i < end; i++) {
        const struct reading *reading = &table->rows[i].readings[metric];
        add_text(sum, reading, i == first);
        if (!reading_has(reading) || !(metric_is_text(of) || is_combined(of)))
            continue;
        known += metric_is_text(of) || isfinite(reading->sample.value);
        sum->is_estimate |= reading->is_estimate;
        sum->measure = reading->measure;
        sum->error += reading->error;
        if (sum->sample.state != SAMPLE_STALE)
            sum->sample.state = reading->sample.state;
        sum->sample.at_ms = reading->sample.at_ms;
        if (isfinite(reading->sample.value))
            sum->sample.value = combine(of, sum->sample.value, reading->sample.value);
        add_trend(of, sum, reading);
    }
    sum->is_estimate |= known && known < end - first; /* some of it is not known */
    if (!of->is_mean || !known)
        return;
    sum->sample.value /= (double)known;
    sum->error /= (double)known;
    for (size_t i = 0; i < sum->n_trend; i++)
        sum->trend[i] /= (double)known;
}

static struct row make_group(const struct table *table, size_t first, size_t end)
{
    const char *name = table->rows[first].group;
    struct row row = {
        .is_group = true, .members = end - first, .readings = xcalloc(table->n_metrics + 1, sizeof(struct reading))};
    row.key = xstrdup(*name ? name : "(none)");
    row.group = row.key;
    for (size_t m = 0; m < table->n_metrics; m++)
        if (!metric_is_whole(&table->panel->metrics[m]))
            sum_metric(table, m, first, end, &row.readings[m]);
    return row;
}

static int compare_groups(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    bool a_none = !*a->group, b_none = !*b->group;
    return a_none != b_none ? a_none - b_none : strcmp(a->group, b->group);
}

static size_t group_end(const struct table *table, size_t first)
{
    size_t end = first + 1;
    while (end < table->n && !table->rows[end].is_hidden && compare_groups(&table->rows[first], &table->rows[end]) == 0)
        end++;
    return end;
}

void groups_name(struct table *table, enum group by)
{
    for (size_t i = 0; i < table->n; i++)
        table->rows[i].group = by ? group_of(&table->rows[i], by) : "";
}

void groups_drop(struct table *table)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->n; i++) {
        if (table->rows[i].is_group)
            row_release(&table->rows[i], table->n_metrics);
        else
            table->rows[kept++] = table->rows[i];
    }
    table->n = kept;
}

void groups_make(struct table *table, const struct strv *open)
{
    struct row *rows = xcalloc(2 * table->n + 1, sizeof(*rows));
    size_t n = 0, i = 0;
    while (i < table->n && !table->rows[i].is_hidden) {
        size_t end = group_end(table, i);
        rows[n] = make_group(table, i, end);
        bool is_open = strv_has(open, rows[n++].key);
        for (; i < end; i++) {
            rows[n] = table->rows[i];
            rows[n++].is_hidden = !is_open;
        }
    }
    for (; i < table->n; i++)
        rows[n++] = table->rows[i];
    free(table->rows);
    table->rows = rows;
    table->cap = 2 * table->n + 1;
    table->n = n;
}

int compare_row_groups(const struct row *a, const struct row *b)
{
    if (a->is_hidden != b->is_hidden)
        return a->is_hidden - b->is_hidden;
    return compare_groups(a, b);
}
