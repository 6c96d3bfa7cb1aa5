/* Answers become rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "top/sample.h"
#include "top/top.h"

static size_t count_metrics(const struct panel *panel)
{
    size_t n = 0;
    while (panel->metrics[n].id)
        n++;
    return n;
}

static void table_init(struct table *table, const struct panel *panel)
{
    *table = (struct table){.panel = panel, .n_metrics = count_metrics(panel)};
    table->whole.readings = xcalloc(table->n_metrics + 1, sizeof(struct reading));
}

static void reading_clear(struct reading *reading)
{
    free(TAKE(reading->text));
    free(TAKE(reading->trend));
    reading->n_trend = 0;
    reading->is_estimate = false;
    reading->sample = (struct sample){0};
}

static void row_release(struct row *row, size_t n_metrics)
{
    for (size_t i = 0; row->readings && i < n_metrics; i++)
        reading_clear(&row->readings[i]);
    free(row->readings);
    free(row->key);
    *row = (struct row){0};
}

static void table_release(struct table *table)
{
    for (size_t i = 0; i < table->n; i++)
        row_release(&table->rows[i], table->n_metrics);
    row_release(&table->whole, table->n_metrics);
    free(table->rows);
}

static int compare_order(const void *a, const void *b)
{
    return ((const struct table *)a)->panel->order - ((const struct table *)b)->panel->order;
}

void state_init(struct state *state)
{
    *state = (struct state){.n = top_panel_count};
    view_init(&state->view);
    state->tables = xcalloc(state->n + 1, sizeof(*state->tables));
    for (size_t i = 0; i < state->n; i++)
        table_init(&state->tables[i], top_panels[i]);
    if (state->n)
        qsort(state->tables, state->n, sizeof(*state->tables), compare_order);
    table_init(&state->targets, &top_targets);
}

void state_release(struct state *state)
{
    for (size_t i = 0; i < state->n; i++)
        table_release(&state->tables[i]);
    table_release(&state->targets);
    free(state->tables);
    free(state->source.why);
    view_release(&state->view);
    *state = (struct state){0};
}

/* The row's name: its labels' values, joined by "/". OpenFaaS names a function "ocr.NAMESPACE" in some
 * metrics and "ocr" in others: the namespace that is the default is left out. */
static bool row_key(const struct metric *metric, const struct prom_series *series, struct str *key)
{
    static const char namespace[] = ".openfaas-fn";
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    strv_split(&names, metric->key, " ");
    for (size_t i = 0; i < names.n; i++) {
        const char *value = prom_label(series, names.v[i]);
        if (value && *value)
            str_addf(key, "%s%s", key->len ? "/" : "", value);
    }
    if (key->len > sizeof(namespace) - 1 && str_ends(key->buf, namespace))
        str_cut(key, key->len - (sizeof(namespace) - 1));
    return key->len > 0;
}

static struct row *find_row(struct table *table, const char *key)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->rows[i].key, key) == 0)
            return &table->rows[i];
    return NULL;
}

static struct row *add_row(struct table *table, const char *key)
{
    GROW(table->rows, table->n, table->cap);
    table->rows[table->n] = (struct row){.key = xstrdup(key), .readings = xcalloc(table->n_metrics + 1, sizeof(struct reading))};
    return &table->rows[table->n++];
}

/* Values of a series at the steps of the curve; where it has no sample the value is unknown. */
static void set_trend(struct reading *reading, const struct prom_series *series, const struct batch *batch)
{
    int64_t step_ms = span_step_ms(&batch->span), begin_ms = batch->at_ms - batch->span.range_ms;
    reading->n_trend = RANGE_STEPS + 1;
    reading->trend = xcalloc(reading->n_trend, sizeof(*reading->trend));
    for (size_t i = 0; i < reading->n_trend; i++)
        reading->trend[i] = NAN;
    for (size_t i = 0; i < series->n_points; i++) {
        int64_t at = (series->points[i].at_ms - begin_ms + step_ms / 2) / step_ms;
        if (at >= 0 && at <= RANGE_STEPS)
            reading->trend[at] = series->points[i].value;
    }
}

static void set_reading(struct reading *reading, const struct metric *metric, const struct prom_series *series,
                        const struct batch *batch)
{
    reading_clear(reading);
    if (!series->n_points)
        return;
    const struct prom_point *last = &series->points[series->n_points - 1];
    const char *estimated = prom_label(series, "estimated"), *source = prom_label(series, "source");
    reading->is_estimate = str_eq(estimated, "true") || str_eq(source, "model");
    /* The last step of a curve is now, unless the series ended before. */
    bool is_over = metric->trend && last->at_ms < batch->at_ms - span_step_ms(&batch->span);
    reading->sample =
        (struct sample){.value = last->value, .at_ms = last->at_ms, .state = is_over ? SAMPLE_UNKNOWN : SAMPLE_KNOWN};
    const char *text = metric->label ? prom_label(series, metric->label) : NULL;
    reading->text = xstrdup_or_null(text);
    if (metric->trend)
        set_trend(reading, series, batch);
}

static void forget_metric(struct table *table, size_t metric)
{
    for (size_t i = 0; i < table->n; i++)
        reading_clear(&table->rows[i].readings[metric]);
    reading_clear(&table->whole.readings[metric]);
}

static void age_reading(struct reading *reading)
{
    if (reading->sample.state == SAMPLE_KNOWN)
        reading->sample.state = SAMPLE_STALE;
}

static void age_metric(struct table *table, size_t metric)
{
    for (size_t i = 0; i < table->n; i++)
        age_reading(&table->rows[i].readings[metric]);
    age_reading(&table->whole.readings[metric]);
}

static void take_series(struct table *table, size_t index, const struct prom_series *series, const struct batch *batch)
{
    const struct metric *metric = &table->panel->metrics[index];
    if (!metric->key) {
        set_reading(&table->whole.readings[index], metric, series, batch);
        return;
    }
    CLEANUP(str_release) struct str key = STR_INIT_MAX(256);
    if (!row_key(metric, series, &key))
        return;
    struct row *row = find_row(table, key.buf);
    set_reading(&(row ? row : add_row(table, key.buf))->readings[index], metric, series, batch);
}

static bool row_is_empty(const struct table *table, const struct row *row)
{
    for (size_t i = 0; i < table->n_metrics; i++)
        if (row->readings[i].sample.state != SAMPLE_UNKNOWN)
            return false;
    return true;
}

/* A function that was removed, a GPU that was taken out: Prometheus answers, and knows it no more. */
static void drop_empty_rows(struct table *table)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->n; i++) {
        if (row_is_empty(table, &table->rows[i]))
            row_release(&table->rows[i], table->n_metrics);
        else
            table->rows[kept++] = table->rows[i];
    }
    table->n = kept;
}

static void take_table(struct table *table, const struct plan *plan, const struct batch *batch)
{
    for (size_t m = 0; m < table->n_metrics; m++) {
        size_t index = plan_index(plan, table->panel, m);
        if (index == SIZE_MAX)
            continue;
        if (batch->errs[index].code) {
            age_metric(table, m);
            continue;
        }
        forget_metric(table, m);
        for (size_t i = 0; i < batch->results[index].n; i++)
            take_series(table, m, &batch->results[index].series[i], batch);
    }
    drop_empty_rows(table);
}

static void take_source(struct source *source, const struct batch *batch)
{
    bool is_down = batch->n && batch->failed == batch->n;
    int state = is_down ? SOURCE_DOWN : SOURCE_UP;
    if ((int)source->state != state)
        source->since_ms = batch->at_ms;
    source->state = is_down ? SOURCE_DOWN : SOURCE_UP;
    source->asked = batch->n;
    source->failed = batch->failed;
    free(source->why);
    source->why = NULL;
    for (size_t i = 0; i < batch->n && !source->why; i++)
        if (batch->errs[i].code)
            source->why = xstrdup(batch->errs[i].why ? batch->errs[i].why : batch->errs[i].what);
}

void state_take(struct state *state, const struct plan *plan, const struct batch *batch)
{
    take_source(&state->source, batch);
    take_table(&state->targets, plan, batch);
    for (size_t i = 0; i < state->n; i++)
        take_table(&state->tables[i], plan, batch);
    state_arrange(state);
}

const struct table *state_table(const struct state *state, const char *panel)
{
    for (size_t i = 0; i < state->n; i++)
        if (strcmp(state->tables[i].panel->name, panel) == 0)
            return &state->tables[i];
    return &state->targets;
}

const struct reading *row_reading(const struct table *table, const struct row *row, const char *id)
{
    static const struct reading unknown = {0};
    bool is_whole = row == &table->whole;
    for (size_t i = 0; i < table->n_metrics; i++) {
        const struct metric *metric = &table->panel->metrics[i];
        if (!metric->key == is_whole && strcmp(metric->id, id) == 0)
            return &row->readings[i];
    }
    return &unknown;
}

bool reading_has(const struct reading *reading) { return reading->sample.state != SAMPLE_UNKNOWN; }

double reading_value(const struct reading *reading) { return reading_has(reading) ? reading->sample.value : NAN; }

size_t table_shown(const struct table *table)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n; i++)
        n += !table->rows[i].is_hidden;
    return n;
}
