/* A line for each panel: its figures, or why it has none, and what is wrong with its sources. */
#include <string.h>

#include "top/top.h"

static const struct metric metrics[] = {{0}};

enum { TITLE_COLS = 11, MARGIN = 1 };

static void draw_line(const struct state *state, const struct table *table, struct surface *s, int row)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str trouble = STR_INIT;
    struct style style = STYLE_PLAIN;
    surface_text(s, row, MARGIN, STYLE(TINT_CYAN, STYLE_BOLD), table->panel->title);
    if (table->panel->summary)
        table->panel->summary(state, table, &text);
    if (!text.len) {
        AUTOFREE char *nothing = xasprintf("no %s", table->panel->name);
        empty_reason(state, table, nothing, &text);
        style = STYLE(TINT_NONE, STYLE_DIM);
    } else if (state->source.state == SOURCE_DOWN) {
        style = STYLE(TINT_NONE, STYLE_DIM);
    }
    int col = surface_text(s, row, MARGIN + TITLE_COLS, style, text.buf);
    if (style.attrs != STYLE_DIM && panel_trouble(state, table, &trouble))
        surface_textf(s, row, col + 2, STYLE(TINT_RED, 0), "! %s", trouble.buf);
}

static void draw(const struct state *state, const struct table *table, struct surface *s)
{
    int row = 0;
    for (size_t i = 0; i < state->n; i++)
        if (&state->tables[i] != table)
            draw_line(state, &state->tables[i], s, row++);
}

static int want_rows(const struct state *state, const struct table *table)
{
    (void)table;
    return (int)state->n - 1;
}

const struct panel panel_overview = {
    .name = "overview",
    .title = "Overview",
    .order = 0,
    .importance = 1,
    .needs_all = true,
    .metrics = metrics,
    .want_rows = want_rows,
    .draw = draw,
};
