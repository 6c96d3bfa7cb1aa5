/* The model as a document. What is unknown or stale is null. */
#include <math.h>

#include "base/clock.h"
#include "top/parts.h"
#include "top/sample.h"

static void set_time(node_t *object, const char *key, int64_t wall_ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    rfc3339_print(&text, wall_ms);
    node_set_str(object, key, text.buf);
}

/* Prometheus' labels are all text. */
static node_t *text_node(const char *text)
{
    bool is_true = str_eq(text, "true");
    return is_true || str_eq(text, "false") ? node_new_bool(is_true) : node_new_str(text);
}

static void set_readings(node_t *object, const struct table *table, const struct row *row, bool keyed)
{
    for (size_t i = 0; i < table->n_metrics; i++) {
        const struct metric *metric = &table->panel->metrics[i];
        const struct reading *reading = &row->readings[i];
        bool is_known = reading->sample.state == SAMPLE_KNOWN;
        if (metric_is_whole(metric) == keyed)
            continue;
        if (metric_is_text(metric))
            node_set(object, metric->id, text_node(is_known ? reading->text : NULL));
        else
            node_set_num(object, metric->id, is_known ? reading->sample.value : NAN);
    }
}

static bool has_metrics(const struct table *table, bool keyed)
{
    for (size_t i = 0; i < table->n_metrics; i++)
        if (metric_is_whole(&table->panel->metrics[i]) != keyed)
            return true;
    return false;
}

static node_t *rows_json(const struct table *table)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < table->n; i++) {
        if (table->rows[i].is_hidden || table->rows[i].is_group)
            continue;
        node_t *object = node_push(list, node_new_object());
        node_set_str(object, "name", table->rows[i].key);
        if (table->rows[i].context)
            node_set_str(object, "context", table->rows[i].context);
        set_readings(object, table, &table->rows[i], true);
    }
    return list;
}

/* Rows under the panel's name and its own values beside them as NAME_total; or rows and values under names of their own. */
static void set_table(node_t *model, const struct table *table)
{
    const struct panel *panel = table->panel;
    bool is_list = has_metrics(table, true);
    if (is_list)
        node_set(model, panel->rows_name ? panel->rows_name : panel->name, rows_json(table));
    if (!has_metrics(table, false))
        return;
    AUTOFREE char *key = xasprintf("%s%s", panel->name, is_list && !panel->rows_name ? "_total" : "");
    set_readings(node_set(model, key, node_new_object()), table, &table->whole, false);
}

/* Which figure is by whom: a figure that nobody measures is not there. */
static node_t *figures_json(const struct state *state)
{
    node_t *list = node_new_array();
    size_t n = 0;
    const struct place *places = state->plan ? plan_places(state->plan, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const struct measure *measure = places[i].measure;
        if (!measure->figure || state->has[places[i].index] == ANSWER_ABSENT)
            continue;
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "panel", places[i].panel->name);
        node_set_str(item, "key", places[i].panel->metrics[places[i].metric].id);
        node_set_str(item, "figure", measure->figure);
        node_set_str(item, "source", measure->source);
        node_set_str(item, "title", measure->title);
    }
    return list;
}

static node_t *source_json(const struct state *state)
{
    static const char *const states[] = {[SOURCE_UNASKED] = "unknown", [SOURCE_UP] = "up", [SOURCE_DOWN] = "down"};
    const struct source *source = &state->source;
    node_t *object = node_new_object();
    node_set_str(object, "prometheus", state->url);
    node_set_str(object, "state", states[source->state]);
    if (source->state != SOURCE_UNASKED)
        set_time(object, "since", source->since_ms);
    node_set_num(object, "queries", (double)source->asked);
    node_set_num(object, "failed", (double)source->failed);
    node_set_str(object, "reason", source->why);
    return object;
}

static void set_sources(node_t *model, const struct state *state)
{
    node_set(model, "source", source_json(state));
    if (!state->n_parts)
        return;
    node_t *list = node_set(model, "sources", node_new_array());
    for (size_t i = 0; i < state->n_parts; i++) {
        node_t *source = node_push(list, source_json(state->parts[i].state));
        node_set_str(source, "context", state->parts[i].state->context);
    }
}

node_t *state_json(const struct state *state)
{
    node_t *model = node_new_object();
    node_set_str(model, "context", state->context);
    set_time(model, "time", state->now_ms);
    node_set_num(model, "window_s", (double)state->window_ms / 1000);
    set_sources(model, state);
    node_set_str(model, "currency", state->prices.currency);
    node_set(model, "figures", figures_json(state));
    set_table(model, &state->targets);
    for (size_t i = 0; i < state->n; i++)
        if (!state->view.only || state->view.only == state->tables[i].panel)
            set_table(model, &state->tables[i]);
    return model;
}
