/* A panel as a list: a row for each thing, by the panel's table of columns. */
#include <string.h>

#include "base/clock.h"
#include "top/top.h"
#include "tui/grid.h"
#include "tui/spark.h"

static bool is_known(const struct table *table, const char *id)
{
    for (size_t i = 0; i < table->n; i++)
        if (reading_has(row_reading(table, &table->rows[i], id)))
            return true;
    return false;
}

static size_t make_columns(const struct state *state, const struct table *table, struct grid_column *columns)
{
    size_t n = 0;
    for (const struct top_column *column = table->panel->columns; column->id && n < GRID_COLUMNS; column++, n++) {
        columns[n] = (struct grid_column){
            .title = column->title,
            .width = column->width,
            .max_width = column->max_width,
            .importance = column->importance,
            .align = column->max_width ? ALIGN_LEFT : ALIGN_RIGHT,
        };
        bool is_gone =
            column->only_if_any && !is_known(table, column->id) && !(column->otherwise && is_known(table, column->otherwise));
        if (is_gone)
            columns[n].width = columns[n].max_width = 0;
    }
    if (state->n_parts && n < GRID_COLUMNS)
        columns[n++] = (struct grid_column){.title = "context", .width = 8, .max_width = 16, .importance = 85};
    return n;
}

static const struct metric *find_metric(const struct panel *panel, const char *id)
{
    const struct metric *metric = &panel->metrics[metric_index(panel, id, false)];
    return metric->id ? metric : NULL;
}

/* A curve's title says over which time it is. */
static const char *column_title(const struct state *state, const struct table *table, size_t column, struct str *range)
{
    const char *id = table->panel->columns[column].id;
    const struct metric *metric = id ? find_metric(table->panel, id) : NULL;
    if (!id)
        return "context";
    if (!metric || !metric->trend)
        return table->panel->columns[column].title;
    str_add(range, "last ");
    duration_print(range, state->taken.range_ms ? state->taken.range_ms : state->view.span.range_ms);
    return range->buf;
}

static void draw_header(const struct state *state, const struct table *table, const struct grid *grid, struct surface *s)
{
    for (size_t i = 0; i < grid->n; i++) {
        CLEANUP(str_release) struct str range = STR_INIT;
        grid_put(grid, s, 0, i, STYLE(TINT_CYAN, STYLE_BOLD), column_title(state, table, i, &range));
    }
}

static void add_curve(struct str *s, const struct metric *metric, const struct reading *reading, int width,
                      enum spark_style style)
{
    struct spark spark = {.width = width, .style = style};
    if (metric->unit == UNIT_RATIO)
        spark.high = 1;
    spark_add(s, &spark, reading->trend, reading->n_trend);
}

/* "2/3", and "-/3" where only the latter is known. */
static void add_value(struct str *s, const struct table *table, const struct row *row, const struct top_column *column,
                      const struct metric *metric)
{
    const struct reading *behind = column->of ? row_reading(table, row, column->of) : NULL;
    if (column->has_error)
        reading_print_error(s, metric, row_reading(table, row, column->id));
    else
        reading_print(s, metric, row_reading(table, row, column->id));
    if (!behind || !reading_has(behind))
        return;
    str_addc(s, '/');
    reading_print(s, find_metric(table->panel, column->of), behind);
}

/* As a row fills it. */
static struct top_column column_of(const struct table *table, const struct row *row, size_t column)
{
    struct top_column shown = table->panel->columns[column];
    if (shown.otherwise && !reading_has(row_reading(table, row, shown.id)))
        shown.id = shown.otherwise;
    return shown;
}

static void draw_field(const struct state *state, const struct table *table, const struct grid *grid, struct surface *s, int at,
                       const struct row *row, size_t column)
{
    const char *id = table->panel->columns[column].id;
    if (!id) { /* after the panel's own: whose it is */
        grid_put(grid, s, at, column, STYLE_PLAIN, row->context ? row->context : "");
        return;
    }
    if (strcmp(id, "name") == 0) {
        bool is_stale = state->source.state == SOURCE_DOWN;
        CLEANUP(str_release) struct str name = STR_INIT;
        if (row->is_group)
            str_addf(&name, "%s (%zu)", row->key, row->members);
        else
            str_addf(&name, "%s%s", *row->group ? "  " : "", row->key);
        grid_put(grid, s, at, column, STYLE(TINT_NONE, is_stale ? STYLE_DIM : row->is_group ? STYLE_BOLD : 0), name.buf);
        return;
    }
    const struct top_column shown = column_of(table, row, column);
    const struct metric *metric = find_metric(table->panel, shown.id);
    const struct reading *reading = row_reading(table, row, shown.id);
    CLEANUP(str_release) struct str text = STR_INIT;
    if (metric && metric->trend && reading->trend)
        add_curve(&text, metric, reading, grid->widths[column], view_curves(&state->view, s->utf8));
    else if (metric)
        add_value(&text, table, row, &shown, metric);
    grid_put(grid, s, at, column, reading_style(state, reading), text.buf);
}

static void mark_selected(struct surface *s, int row)
{
    for (int col = 0; row >= 0 && row < s->rows && col < s->cols; col++)
        s->cells[(ptrdiff_t)row * s->stride + col].style.attrs |= STYLE_REVERSE;
}

int list_want_rows(const struct table *table)
{
    size_t shown = table_shown(table);
    return 1 + (shown ? (int)(shown < 1000 ? shown : 1000) : 1);
}

/* Which rows are on the screen: the selected one always is. */
static size_t first_visible(const struct table *table, size_t room)
{
    return room && table->selected >= room ? table->selected - room + 1 : 0;
}

static void draw_rows(const struct state *state, const struct table *table, const struct grid *grid, struct surface *s,
                      size_t room)
{
    bool has_focus = state->view.is_interactive && table == &state->tables[state->view.focus];
    size_t first = first_visible(table, room), position = 0;
    for (size_t i = 0; i < table->n; i++) {
        const struct row *row = &table->rows[i];
        if (row->is_hidden)
            continue;
        size_t here = position++;
        if (here < first || here >= first + room)
            continue;
        int at = 1 + (int)(here - first);
        for (size_t column = 0; column < grid->n; column++)
            draw_field(state, table, grid, s, at, row, column);
        surface_mark(s, (struct rect){.row = at, .rows = 1, .cols = s->cols}, mark_row((size_t)(table - state->tables), here));
        if (has_focus && here == table->selected)
            mark_selected(s, at);
    }
}

static void draw_empty(const struct state *state, const struct table *table, struct surface *s)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str nothing = STR_INIT;
    str_addf(&nothing, "no %s%s", table->panel->name, state->view.filter.len ? " match the filter" : "");
    if (table->n)
        str_add(&text, nothing.buf);
    else
        empty_reason(state, table, nothing.buf, &text);
    surface_text(s, 1, GRID_MARGIN, STYLE(TINT_NONE, STYLE_DIM), text.buf);
}

void list_draw(const struct state *state, const struct table *table, struct surface *s)
{
    struct grid_column columns[GRID_COLUMNS];
    struct grid grid;
    grid_fit(&grid, columns, make_columns(state, table, columns), s->cols);
    draw_header(state, table, &grid, s);

    size_t shown = table_shown(table), room = s->rows > 1 ? (size_t)s->rows - 1 : 0;
    if (!shown) {
        draw_empty(state, table, s);
        return;
    }
    bool has_rest = shown > room && room > 1;
    draw_rows(state, table, &grid, s, has_rest ? room - 1 : room);
    if (has_rest)
        surface_textf(s, s->rows - 1, GRID_MARGIN, STYLE(TINT_NONE, STYLE_DIM), "%zu of %zu shown", room - 1, shown);
}
