/* The tables of the panels, and what is in them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "top/rows.h"
#include "top/sample.h"

static size_t count_metrics(const struct panel *panel)
{
    size_t n = 0;
    while (panel->metrics[n].id)
        n++;
    return n;
}

static void table_init(struct table *table, const struct panel *panel)
{
    *table = (struct table){.panel = panel, .n_metrics = count_metrics(panel), .sort = panel->sort};
    table->whole.readings = xcalloc(table->n_metrics + 1, sizeof(struct reading));
}

void reading_clear(struct reading *reading)
{
    free(reading->text);
    free(reading->trend);
    *reading = (struct reading){0};
}

void row_release(struct row *row, size_t n_metrics)
{
    for (size_t i = 0; row->readings && i < n_metrics; i++)
        reading_clear(&row->readings[i]);
    row_labels_release(row);
    free(row->readings);
    free(row->key);
    *row = (struct row){0};
}

static void table_release(struct table *table)
{
    for (size_t i = 0; i < table->n; i++)
        row_release(&table->rows[i], table->n_metrics);
    row_release(&table->whole, table->n_metrics);
    index_forget(table);
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
    state->prices = (struct prices){.gpu_hour = NAN, .kwh = NAN};
    table_init(&state->targets, &top_targets);
    table_init(&state->nodes, &top_nodes);
    table_init(&state->works, &top_works);
    state->node_names = MAP_INIT(free);
    state->pod_works = MAP_INIT(free);
}

void state_release(struct state *state)
{
    for (size_t i = 0; i < state->n; i++)
        table_release(&state->tables[i]);
    table_release(&state->targets);
    table_release(&state->nodes);
    table_release(&state->works);
    map_release(&state->node_names);
    map_release(&state->pod_works);
    free(state->tables);
    free(state->has);
    free(state->source.why);
    view_release(&state->view);
    *state = (struct state){0};
}

const struct table *state_table(const struct state *state, const char *panel)
{
    for (size_t i = 0; i < state->n; i++)
        if (strcmp(state->tables[i].panel->name, panel) == 0)
            return &state->tables[i];
    return &state->targets;
}

size_t metric_index(const struct panel *panel, const char *id, bool is_whole)
{
    size_t i = 0;
    while (panel->metrics[i].id && (metric_is_whole(&panel->metrics[i]) != is_whole || strcmp(panel->metrics[i].id, id) != 0))
        i++;
    return i;
}

struct reading *reading_of(const struct table *table, const struct row *row, const char *id)
{
    size_t i = metric_index(table->panel, id, row == &table->whole);
    return i < table->n_metrics ? &row->readings[i] : NULL;
}

const struct reading *row_reading(const struct table *table, const struct row *row, const char *id)
{
    static const struct reading unknown = {0};
    const struct reading *reading = reading_of(table, row, id);
    return reading ? reading : &unknown;
}

struct row *table_add(struct table *table, const char *key)
{
    GROW(table->rows, table->n, table->cap);
    table->rows[table->n] = (struct row){
        .key = xstrdup(key), .id = ++table->last_id, .readings = xcalloc(table->n_metrics + 1, sizeof(struct reading))};
    return &table->rows[table->n++];
}

struct row *table_row(struct table *table, const char *key)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->rows[i].key, key) == 0)
            return &table->rows[i];
    return table_add(table, key);
}

void reading_add(struct reading *total, const struct reading *one)
{
    if (!reading_has(one) || !isfinite(one->sample.value))
        return;
    total->sample.value += one->sample.value;
    total->error += one->error;
    total->is_estimate |= one->is_estimate;
    if (one->sample.at_ms > total->sample.at_ms)
        total->sample.at_ms = one->sample.at_ms;
    if (one->sample.state > total->sample.state)
        total->sample.state = one->sample.state;
}

bool reading_has(const struct reading *reading) { return reading->sample.state != SAMPLE_UNKNOWN; }

double reading_value(const struct reading *reading) { return reading_has(reading) ? reading->sample.value : NAN; }

const struct row *table_selected(const struct table *table)
{
    size_t position = 0;
    for (size_t i = 0; i < table->n; i++)
        if (!table->rows[i].is_hidden && position++ == table->selected)
            return &table->rows[i];
    return NULL;
}

size_t table_shown(const struct table *table)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n; i++)
        n += !table->rows[i].is_hidden;
    return n;
}
