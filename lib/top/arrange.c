/* Order and filter of the rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "top/top.h"

struct order {
    const struct table *table;
    const char *id; /* of the column; "name" is the row's key */
};

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
    int result = 0;
    if (strcmp(order->id, "name") != 0)
        result = compare_readings(row_reading(order->table, a, order->id), row_reading(order->table, b, order->id));
    return result ? result : strcmp(a->key, b->key);
}

static void arrange(struct table *table, const char *filter)
{
    struct order order = {.table = table, .id = table->panel->columns ? table->panel->columns[table->sort].id : "name"};
    if (table->n)
        qsort_r(table->rows, table->n, sizeof(*table->rows), compare_rows, &order);
    for (size_t i = 0; i < table->n; i++)
        table->rows[i].is_hidden = *filter && !strcasestr(table->rows[i].key, filter);
    size_t shown = table_shown(table);
    if (table->selected >= shown)
        table->selected = shown ? shown - 1 : 0;
}

void state_arrange(struct state *state)
{
    for (size_t i = 0; i < state->n; i++)
        arrange(&state->tables[i], state->view.filter.buf);
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
