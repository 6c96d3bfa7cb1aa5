/* Order and filter of the rows. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "top/rows.h"

struct order {
    size_t metric; /* of the column; as many as there are: the row's key */
    bool is_grouped;
    const char *const *first; /* see struct panel; NULL: none */
    size_t state;             /* the metric that they are of */
};

/* How early a row stands by its state. */
static int place_of(const struct order *order, const struct row *row)
{
    const char *state = row->readings[order->state].text;
    int at = state ? str_index(order->first, state) : -1;
    return at < 0 ? INT_MAX : at;
}

/* Large numbers first, unknown ones last, texts by the alphabet. */
static int compare_readings(const struct reading *a, const struct reading *b)
{
    if (a->text || b->text)
        return strcmp(a->text ? a->text : "\x7f", b->text ? b->text : "\x7f");
    double x = reading_value(a), y = reading_value(b);
    if (isnan(x) || isnan(y))
        return (isnan(x) ? 1 : 0) - (isnan(y) ? 1 : 0);
    return (x < y) - (x > y);
}

static int compare_rows(const void *left, const void *right, void *arg)
{
    const struct order *order = arg;
    const struct row *a = left, *b = right;
    int result = order->is_grouped ? compare_row_groups(a, b) : 0;
    if (!result)
        result = (a->is_rest ? 1 : 0) - (b->is_rest ? 1 : 0);
    if (!result && order->first)
        result = (place_of(order, a) > place_of(order, b)) - (place_of(order, a) < place_of(order, b));
    if (!result)
        result = compare_readings(&a->readings[order->metric], &b->readings[order->metric]);
    if (!result)
        result = strcmp(a->key, b->key);
    return result || !a->context || !b->context ? result : strcmp(a->context, b->context);
}

/* "name" is no metric; behind the readings of a row is one that nobody takes. */
static size_t metric_of_column(const struct table *table)
{
    const char *id = table->panel->columns ? table->panel->columns[table->sort].id : "name";
    return metric_index(table->panel, id, false);
}

static void arrange(struct table *table, const struct view *view, const struct strv *filter)
{
    bool is_grouped = view->group && table->panel->columns;
    struct order order = {.metric = metric_of_column(table), .is_grouped = is_grouped};
    order.first = table->sort == table->panel->sort ? table->panel->first : NULL;
    order.state = metric_index(table->panel, "state", false);
    groups_drop(table);
    groups_name(table, view->group);
    for (size_t i = 0; i < table->n; i++)
        table->rows[i].is_hidden = !row_matches(&table->rows[i], filter);
    if (table->n)
        qsort_r(table->rows, table->n, sizeof(*table->rows), compare_rows, &order);
    if (is_grouped)
        groups_make(table, &view->open_groups);
    size_t shown = table_shown(table);
    if (table->selected >= shown)
        table->selected = shown ? shown - 1 : 0;
}

void state_arrange(struct state *state)
{
    CLEANUP(strv_release) struct strv filter = STRV_INIT;
    strv_split(&filter, state->view.filter.buf, " ");
    for (size_t i = 0; i < state->n; i++)
        arrange(&state->tables[i], &state->view, &filter);
}

static bool column_is(const struct top_column *column, const char *name)
{
    return strcmp(column->id, name) == 0 || strcasecmp(column->title, name) == 0;
}

static int no_column(const struct state *state, const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv titles = STRV_INIT;
    for (size_t i = 0; i < state->n; i++)
        for (const struct top_column *column = state->tables[i].panel->columns; column && column->id; column++)
            strv_add(&titles, column->title);
    const char *nearest = str_nearest(name, (const char *const *)titles.v, titles.n);
    err_set(err, ERR_USAGE, "no panel has a column \"%s\"", name);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : -1;
}

int state_sort_by(struct state *state, const char *name, struct err *err)
{
    bool is_known = false;
    for (size_t i = 0; i < state->n; i++) {
        struct table *table = &state->tables[i];
        for (size_t c = 0; table->panel->columns && table->panel->columns[c].id; c++) {
            if (!column_is(&table->panel->columns[c], name))
                continue;
            table->sort = c;
            is_known = true;
        }
    }
    if (!is_known)
        return no_column(state, name, err);
    state_arrange(state);
    return 0;
}

void state_sort_next(struct state *state)
{
    if (!state->n || !state->tables[state->view.focus].panel->columns)
        return;
    struct table *table = &state->tables[state->view.focus];
    table->sort++;
    if (!table->panel->columns[table->sort].id)
        table->sort = 0;
    state_arrange(state);
}
