/* Answers become rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "top/rows.h"
#include "top/sample.h"

/* A node's name for its address: exporters of a node are known by HOST:PORT, the rest of the world names the node. */
static void add_node_name(const struct map *names, const char *address, struct str *s)
{
    const char *name = map_get(names, address);
    size_t host_len = strcspn(address, ":");
    AUTOFREE char *host = xstrndup(address, host_len);
    if (!name)
        name = map_get(names, host);
    bool has_many = strchr(address + host_len, ':') != strrchr(address, ':'); /* an IPv6 address */
    str_add(s, name ? name : has_many ? address : host);
}

/* "hostname|Hostname gpu": the values joined by "/", each by the first of its labels that is there. */
static void join_labels(const struct map *nodes, const struct prom_series *series, const char *names, struct str *s)
{
    const char *value = NULL;
    bool is_address = false;
    for (const char *name = names; *name;) {
        is_address = *name == '@';
        name += is_address;
        size_t len = strcspn(name, "| ");
        const char *found = value ? NULL : prom_label_named(series, name, len);
        value = found && *found ? found : value;
        name += len;
        bool is_last = *name != '|';
        name += *name != '\0';
        if (!is_last)
            continue;
        if (value && s->len)
            str_addc(s, '/');
        if (value && is_address)
            add_node_name(nodes, value, s);
        else if (value)
            str_add(s, value);
        value = NULL;
    }
}

/* OpenFaaS names a function "ocr.NAMESPACE" in some metrics and "ocr" in others: the namespace that is the default is left
 * out. */
static bool row_key(const struct map *nodes, const struct measure *measure, const struct prom_series *series, struct str *key)
{
    static const char namespace[] = ".openfaas-fn";
    str_reset(key);
    if (measure->names)
        join_labels(nodes, series, measure->names, key);
    if (key->len > sizeof(namespace) - 1 && str_ends(key->buf, namespace))
        str_cut(key, key->len - (sizeof(namespace) - 1));
    return key->len > 0;
}

/* One table while it takes the answers of a round. */
struct taking {
    const struct state *state;
    struct table *table;
    const struct batch *batch;
    struct row_index index;
    struct str key;
};

/* A curve that grows: what it has moves to the left by the time that passed. */
static void shift_trend(struct reading *reading, const struct batch *batch)
{
    int64_t step_ms = span_step_ms(&batch->span);
    int64_t steps = (batch->curve_end_ms - reading->trend_end_ms) / step_ms;
    bool is_other = !reading->n_trend || reading->trend_step_ms != step_ms || batch->curve_ms == batch->span.range_ms;
    if (!reading->trend)
        reading->trend = xcalloc(TREND_STEPS, sizeof(*reading->trend));
    if (is_other || steps < 0 || steps > TREND_STEPS)
        steps = TREND_STEPS;
    size_t gone = (size_t)steps;
    memmove(reading->trend, reading->trend + gone, (TREND_STEPS - gone) * sizeof(*reading->trend));
    for (size_t i = TREND_STEPS - gone; i < TREND_STEPS; i++)
        reading->trend[i] = NAN;
    reading->n_trend = TREND_STEPS;
    reading->trend_end_ms = batch->curve_end_ms;
    reading->trend_step_ms = step_ms;
}

/* A duration that has not begun yet is by a clock that is ahead of the server's. */
static double value_of(const struct metric *metric, double sample)
{
    double value = metric->scale != 0 ? sample * metric->scale : sample;
    return metric->unit == UNIT_SECONDS && value < 0 ? 0 : value;
}

/* Values of a series at the steps of the curve; where it has no sample the value is unknown. */
static void set_trend(struct reading *reading, const struct prom_series *series, const struct batch *batch,
                      const struct metric *metric)
{
    int64_t step_ms = span_step_ms(&batch->span), begin_ms = batch->curve_end_ms - batch->span.range_ms;
    shift_trend(reading, batch);
    for (size_t i = 0; i < series->n_points; i++) {
        int64_t at = (series->points[i].at_ms - begin_ms + step_ms / 2) / step_ms;
        if (at >= 0 && at < TREND_STEPS)
            reading->trend[at] = value_of(metric, series->points[i].value);
    }
}

/* Only the curve stays, which grows. */
static void reading_forget(struct reading *reading)
{
    free(TAKE(reading->text));
    reading->sample = (struct sample){0};
    reading->error = 0;
    reading->is_estimate = reading->has_others = false;
}

/* A better source of the same row has spoken. */
static bool is_taken(const struct reading *reading, const struct measure *measure)
{
    return reading->sample.state == SAMPLE_KNOWN && reading->measure && reading->measure->rank < measure->rank;
}

static void set_reading(const struct taking *taking, struct reading *reading, const struct place *place,
                        const struct prom_series *series)
{
    const struct metric *metric = &place->panel->metrics[place->metric];
    const struct batch *batch = taking->batch;
    if (!series->n_points || is_taken(reading, place->measure))
        return;
    reading_forget(reading);
    const struct prom_point *last = &series->points[series->n_points - 1];
    /* The last step of a curve is now, unless the series ended before. */
    bool is_over = metric->trend && last->at_ms < batch->curve_end_ms - span_step_ms(&batch->span);
    reading->sample = (struct sample){
        .value = value_of(metric, last->value), .at_ms = last->at_ms, .state = is_over ? SAMPLE_UNKNOWN : SAMPLE_KNOWN};
    reading->measure = place->measure;
    reading->is_estimate = place->measure->is_estimate || str_eq(prom_label(series, "estimated"), "true") ||
                           str_eq(prom_label(series, "source"), "model");
    reading->error = isfinite(place->measure->error) ? fabs(place->measure->error * reading->sample.value) : 0;
    if (place->measure->text) {
        CLEANUP(str_release) struct str text = STR_INIT_MAX(256);
        join_labels(&taking->state->node_names, series, place->measure->text, &text);
        reading->text = text.len ? str_detach(&text) : NULL;
    } else {
        reading->text = xstrdup_or_null(prom_label(series, "source"));
    }
    if (metric->trend)
        set_trend(reading, series, batch, metric);
}

/* A second series of what is summed: what is estimated, and what is not. */
static void add_series(const struct taking *taking, struct reading *reading, const struct place *place,
                       const struct prom_series *series)
{
    struct reading one = {0};
    set_reading(taking, &one, place, series);
    reading_add(reading, &one);
    for (size_t i = 0; i < one.n_trend && i < reading->n_trend; i++)
        if (isfinite(one.trend[i]))
            reading->trend[i] = isfinite(reading->trend[i]) ? reading->trend[i] + one.trend[i] : one.trend[i];
    reading_clear(&one);
}

/* Where a source adds to what a better one says. */
static bool is_addition(const struct reading *reading, const struct measure *measure)
{
    return reading->sample.state != SAMPLE_UNKNOWN && reading->measure && reading->measure->rank < measure->rank;
}

/* Once; and a sum of what is known and what was is none. */
static void add_others(const struct taking *taking, struct reading *reading, const struct place *place,
                       const struct prom_series *series)
{
    if (reading->has_others || reading->sample.state != SAMPLE_KNOWN)
        return;
    add_series(taking, reading, place, series);
    reading->has_others = true;
}

/* Whether a place says something in this round, or no longer does. */
static bool is_due(const struct taking *taking, const struct place *place)
{
    enum answer has = taking->batch->has[place->index];
    bool was_absent = taking->state->has[place->index] == ANSWER_ABSENT;
    return place->panel == taking->table->panel && has != ANSWER_LATER && !(was_absent && has == ANSWER_ABSENT);
}

static bool is_failed(const struct taking *taking, const struct place *place)
{
    return taking->batch->errs[place->index].code != 0;
}

/* The server did not answer, or cannot scrape who measures it: what it said before is the last one seen. */
static bool is_kept(const struct taking *taking, const struct place *place)
{
    const char *jobs = place->measure->jobs; /* what is no figure is of no job */
    return is_failed(taking, place) || (jobs && targets_down(taking->state, jobs, NULL) > 0);
}

static void age_row(struct row *row, const struct place *const *due, size_t n, const bool *kept)
{
    for (size_t i = 0; i < n; i++) {
        struct reading *reading = &row->readings[due[i]->metric];
        if (reading->measure != due[i]->measure)
            continue;
        if (!kept[i])
            reading_forget(reading);
        else if (reading->sample.state == SAMPLE_KNOWN)
            reading->sample.state = SAMPLE_STALE;
    }
}

/* What the places said before: row by row, as the readings lie in memory. */
static void age_readings(const struct taking *taking, const struct place *const *due, size_t n, const bool *kept)
{
    for (size_t i = 0; i < taking->table->n; i++)
        age_row(&taking->table->rows[i], due, n, kept);
    age_row(&taking->table->whole, due, n, kept);
}

/* NULL: nothing names it. */
static struct row *row_of(struct taking *taking, const struct measure *measure, const struct prom_series *series)
{
    unsigned *id = index_id(&taking->index, series->set);
    struct row *row = id ? index_row(&taking->index, *id) : NULL;
    if (row)
        return row;
    if (!row_key(&taking->state->node_names, measure, series, &taking->key))
        return NULL;
    row = index_row_named(&taking->index, taking->key.buf);
    if (id)
        *id = row->id;
    return row;
}

static void take_row(struct taking *taking, const struct place *place, const struct prom_series *series)
{
    struct row *row = row_of(taking, place->measure, series);
    if (!row)
        return;
    struct reading *reading = &row->readings[place->metric];
    row_labels_take(row, reading, series, place->measure);
    if (place->measure->adds == ADDS_TO_ROWS && is_addition(reading, place->measure))
        add_others(taking, reading, place, series);
    else
        set_reading(taking, reading, place, series);
}

static void take_series(struct taking *taking, const struct place *place, const struct prom_series *series)
{
    const struct metric *metric = &place->panel->metrics[place->metric];
    struct reading *whole = &taking->table->whole.readings[place->metric];
    bool is_known = whole->sample.state == SAMPLE_KNOWN && whole->measure == place->measure;
    if (metric->over == OVER_SUM && is_known)
        add_series(taking, whole, place, series);
    else if (metric->over == OVER_SUM && place->measure->adds == ADDS_TO_TOTALS && is_addition(whole, place->measure))
        add_others(taking, whole, place, series);
    else if (metric_is_whole(metric))
        set_reading(taking, whole, place, series);
    else
        take_row(taking, place, series);
}

/* What was seen of an hour that began before is not that hour's. */
static bool is_part(const struct place *place, const struct prom_result *result)
{
    return result->is_short && place->panel->metrics[place->metric].window != WINDOW_RATE;
}

static void take_place(struct taking *taking, const struct place *place, bool is_old_kept)
{
    const struct batch *batch = taking->batch;
    const struct prom_result *result = &batch->results[place->index];
    for (size_t i = 0; !is_old_kept && i < taking->table->n; i++)
        row_labels_age(&taking->table->rows[i], place->measure);
    if (batch->has[place->index] != ANSWER_ASKED || is_failed(taking, place) || is_part(place, result))
        return;
    index_name(&taking->index, place->measure->names);
    for (size_t i = 0; i < result->n; i++)
        take_series(taking, place, &result->series[i]);
}

static void take_places(struct taking *taking, const struct plan *plan)
{
    size_t n, n_due = 0;
    const struct place *places = plan_places(plan, &n);
    AUTOFREE const struct place **due = xcalloc(n + 1, sizeof(struct place *));
    AUTOFREE bool *kept = xcalloc(n + 1, sizeof(*kept));
    for (size_t i = 0; i < n; i++) {
        if (!is_due(taking, &places[i]))
            continue;
        kept[n_due] = is_kept(taking, &places[i]);
        due[n_due++] = &places[i];
    }
    age_readings(taking, due, n_due, kept);
    for (size_t i = 0; i < n_due; i++)
        take_place(taking, due[i], kept[i]);
}

/* Its curve ends because what measures it is down. */
static bool is_cut(const struct state *state, const struct reading *reading)
{
    for (size_t i = 0; i < reading->n_trend; i++)
        if (isfinite(reading->trend[i]))
            return reading->measure && targets_down(state, reading->measure->jobs, NULL) > 0;
    return false;
}

/* What we make of the others does not count, nor does a curve, which is not asked for in every round. */
static bool row_is_empty(const struct state *state, const struct table *table, const struct row *row)
{
    for (size_t i = 0; i < table->n_metrics; i++) {
        const struct metric *metric = &table->panel->metrics[i];
        bool is_now = !metric->made && !metric->trend && reading_has(&row->readings[i]);
        if (is_now || is_cut(state, &row->readings[i]))
            return false;
    }
    return true;
}

/* A function that was removed, a GPU that was taken out: Prometheus answers, and knows it no more. */
static void drop_empty_rows(const struct state *state, struct table *table)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->n; i++) {
        if (row_is_empty(state, table, &table->rows[i]))
            row_release(&table->rows[i], table->n_metrics);
        else
            table->rows[kept++] = table->rows[i];
    }
    table->n = kept;
    for (size_t i = 0; i < kept; i++)
        row_labels_drop(&table->rows[i]);
}

static void take_table(const struct state *state, struct table *table, const struct plan *plan, const struct batch *batch)
{
    struct taking taking = {.state = state, .table = table, .batch = batch, .key = STR_INIT_MAX(256)};
    groups_drop(table);
    index_begin(&taking.index, table, batch->sets);
    take_places(&taking, plan);
    drop_empty_rows(state, table);
    index_release(&taking.index);
    str_release(&taking.key);
}

static void derive_over(struct table *table, size_t index)
{
    const struct metric *metric = &table->panel->metrics[index];
    size_t from = metric_index(table->panel, metric->of, false), n = 0;
    struct reading total = {0};
    for (size_t i = 0; i < table->n; i++) {
        const struct reading *one = &table->rows[i].readings[from];
        n += reading_has(one) && isfinite(one->sample.value);
        reading_add(&total, one);
    }
    if (metric->over == OVER_COUNT)
        total.sample = (struct sample){.value = (double)table->n, .state = table->n ? SAMPLE_KNOWN : SAMPLE_UNKNOWN};
    else if (metric->over == OVER_AVG && n)
        total.sample.value /= (double)n;
    reading_clear(&table->whole.readings[index]);
    table->whole.readings[index] = total;
}

static void derive_table(const struct state *state, struct table *table)
{
    for (size_t m = 0; m < table->n_metrics; m++)
        if (table->panel->metrics[m].of)
            derive_over(table, m);
    if (table->panel->derive)
        table->panel->derive(state, table);
}

/* What the only metric of a table says of each row. */
static void learn(const struct table *table, struct map *texts)
{
    map_release(texts);
    *texts = MAP_INIT(free);
    for (size_t i = 0; i < table->n; i++)
        if (table->rows[i].readings[0].text)
            map_set(texts, table->rows[i].key, xstrdup(table->rows[i].readings[0].text));
}

static void take_source(struct source *source, const struct batch *batch)
{
    bool is_down = batch->asked && batch->failed == batch->asked;
    int state = is_down ? SOURCE_DOWN : SOURCE_UP;
    if ((int)source->state != state)
        source->since_ms = batch->at_ms;
    source->state = is_down ? SOURCE_DOWN : SOURCE_UP;
    source->asked = batch->asked;
    source->failed = batch->failed;
    free(source->why);
    source->why = NULL;
    for (size_t i = 0; i < batch->n && !source->why; i++)
        if (batch->errs[i].code)
            source->why = xstrdup(batch->errs[i].why ? batch->errs[i].why : batch->errs[i].what);
}

/* Since when a target is down, as far as it was seen; -1: it was before. */
static void note_targets(struct state *state, bool is_first, int64_t at_ms)
{
    for (size_t i = 0; i < state->targets.n; i++) {
        struct row *row = &state->targets.rows[i];
        if (!target_is_down(row))
            row->since_ms = 0;
        else if (!row->since_ms)
            row->since_ms = is_first ? -1 : at_ms;
    }
}

/* Of another plan nothing was known. */
static void know_plan(struct state *state, const struct plan *plan)
{
    if (state->plan == plan && state->has)
        return;
    free(state->has);
    state->has = xcalloc(plan_count(plan) + 1, sizeof(*state->has)); /* ANSWER_ABSENT */
    state->plan = plan;
}

static void keep_answers(struct state *state, const struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->has[i] != ANSWER_LATER)
            state->has[i] = (unsigned char)(batch->errs[i].code ? ANSWER_FAILED : batch->has[i]);
}

static void forget_table(struct table *table)
{
    groups_drop(table);
    while (table->n)
        row_release(&table->rows[--table->n], table->n_metrics);
    for (size_t m = 0; m < table->n_metrics; m++)
        reading_clear(&table->whole.readings[m]);
}

/* Figures of one moment are none of another, not even stale ones. */
static void change_moment(struct state *state, const struct span *span)
{
    bool is_other = span->at_ms != state->taken.at_ms;
    state->taken = *span;
    if (!is_other)
        return;
    forget_table(&state->targets);
    forget_table(&state->nodes);
    forget_table(&state->works);
    for (size_t i = 0; i < state->n; i++)
        forget_table(&state->tables[i]);
}

void state_take(struct state *state, const struct plan *plan, const struct batch *batch)
{
    change_moment(state, &batch->span);
    bool is_first = state->source.state == SOURCE_UNASKED;
    take_source(&state->source, batch);
    know_plan(state, plan);
    take_table(state, &state->targets, plan, batch);
    note_targets(state, is_first, batch->at_ms);
    take_table(state, &state->nodes, plan, batch);
    learn(&state->nodes, &state->node_names);
    take_table(state, &state->works, plan, batch);
    learn(&state->works, &state->pod_works);
    for (size_t i = 0; i < state->n; i++)
        take_table(state, &state->tables[i], plan, batch);
    keep_answers(state, batch);
    for (size_t i = 0; i < state->n; i++)
        derive_table(state, &state->tables[i]);
    state_arrange(state);
}
