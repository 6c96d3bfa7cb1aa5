/* The whole screen: title, state of the sources, panels, bar of keys. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "top/deed.h"
#include "top/keys.h"
#include "top/parts.h"
#include "top/top.h"

const struct key_binding top_keys[TOP_ACTIONS] = {
#define X(ident, key1, key2, key3, words_, help_, bar_) \
    {.action = TOP_##ident, .keys = {key1, key2, key3}, .words = (words_), .help = (help_), .bar = (bar_)},
    TOP_KEYS(X)
#undef X
};

/* Below these heights the line of panels and the bar of keys are left out. */
enum { ROWS_FOR_STATUS = 8, ROWS_FOR_BAR = 4 };

static struct style add_status(const struct state *state, struct str *s)
{
    const struct source *source = &state->source;
    const struct row *target;
    size_t down = targets_down(state, NULL, &target);
    if (state->n_parts)
        return parts_print(state, s);
    if (source->state == SOURCE_UNASKED) {
        str_add(s, "asking Prometheus");
        return STYLE(TINT_YELLOW, 0);
    }
    if (source->state == SOURCE_DOWN) {
        str_add(s, "Prometheus down since ");
        clock_print(s, source->since_ms);
        return STYLE(TINT_RED, STYLE_BOLD);
    }
    if (source->failed) {
        str_addf(s, "%zu of %zu queries failed", source->failed, source->asked);
        return STYLE(TINT_RED, STYLE_BOLD);
    }
    if (down) {
        if (down == 1)
            str_addf(s, "%s down", target->key);
        else
            str_addf(s, "%zu targets down", down);
        return STYLE(TINT_RED, STYLE_BOLD);
    }
    str_add(s, state->is_scraped ? "exporters ok" : "Prometheus ok");
    return STYLE(TINT_GREEN, 0);
}

static void add_date(struct str *s, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local))
        str_addf(s, "%04d-%02d-%02d ", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

/* That it is the past is said on the smallest screen. */
static void add_past(int64_t at_ms, int room, struct str *s)
{
    enum { CLOCK = 8, DATE = 11, WORD = 5 };
    str_add(s, "PAST ");
    if (room >= WORD + DATE + CLOCK)
        add_date(s, at_ms);
    if (room >= WORD + CLOCK)
        clock_print(s, at_ms);
    else
        str_cut(s, WORD - 1);
}

static void add_time(const struct state *state, int room, struct str *s)
{
    if (state->taken.at_ms) {
        add_past(state->now_ms, room, s);
        return;
    }
    if (state->view.is_interactive) {
        duration_print(s, state->view.interval_ms);
        str_add(s, "  ");
    }
    clock_print(s, state->now_ms);
}

/* As many of the panels' figures as fit in `room` columns. */
static void add_figures(const struct state *state, const struct surface *s, int room, struct str *figures)
{
    for (size_t i = 0; i < state->n; i++) {
        const struct table *table = &state->tables[i];
        CLEANUP(str_release) struct str figure = STR_INIT;
        if (!table->panel->summary || (state->view.only && state->view.only != table->panel))
            continue;
        table->panel->summary(state, table, &figure);
        if (!figure.len || surface_width(s, figures->buf) + surface_width(s, figure.buf) + 3 > room)
            continue;
        str_addf(figures, "%s   ", figure.buf);
    }
}

static void draw_title(const struct state *state, struct surface *s)
{
    struct style bar = STYLE(TINT_NONE, STYLE_REVERSE);
    surface_bar(s, 0, bar);
    int col = surface_text(s, 0, 1, STYLE(TINT_NONE, STYLE_REVERSE | STYLE_BOLD), "aiwf top");
    col = surface_textf(s, 0, col + 2, bar, "%s", state->context ? state->context : "");

    CLEANUP(str_release) struct str right = STR_INIT;
    CLEANUP(str_release) struct str time = STR_INIT;
    bool is_past = state->taken.at_ms;
    add_time(state, s->cols - col - 3, &time);
    int room = s->cols - col - 3 - surface_width(s, time.buf);
    if (room < 0 && !is_past)
        return;
    if (s->rows < ROWS_FOR_STATUS && state->source.state == SOURCE_DOWN)
        add_status(state, &right);
    else
        add_figures(state, s, room, &right);
    if (right.len && !str_ends(right.buf, " "))
        str_add(&right, "   ");
    str_add(&right, time.buf);
    surface_text(s, 0, s->cols - 1 - surface_width(s, right.buf), bar, right.buf);
    if (is_past)
        surface_text(s, 0, s->cols - 1 - surface_width(s, time.buf), STYLE(TINT_YELLOW, STYLE_REVERSE | STYLE_BOLD), time.buf);
}

bool table_is_drawn(const struct state *state, const struct table *table)
{
    if (state->view.only)
        return state->view.only == table->panel;
    return !table->panel->needs_all && table_has_tab(state, table);
}

bool table_has_tab(const struct state *state, const struct table *table)
{
    return table->n || !table->panel->only_if_any || state->view.only == table->panel;
}

static int draw_tabs(const struct state *state, struct surface *s, int row)
{
    int col = 1;
    for (size_t i = 0; i < state->n; i++) {
        const struct table *table = &state->tables[i];
        if (!table_has_tab(state, table))
            continue;
        bool has_focus = i == state->view.focus;
        const char *left = !has_focus ? " " : s->utf8 ? "\u258f" : "[", *right = !has_focus ? " " : s->utf8 ? "\u2595" : "]";
        int begin = col;
        col = surface_textf(s, row, col, STYLE(TINT_NONE, has_focus ? STYLE_BOLD : STYLE_DIM), "%s%zu %s%s", left, i + 1,
                            table->panel->title, right);
        if (i < MARK_TABS)
            surface_mark(s, (struct rect){.row = row, .col = begin, .rows = 1, .cols = col - begin}, MARK_TAB + (unsigned)i);
    }
    return col;
}

/* A moment whose figures have not come yet: those on the screen are another's. */
static int draw_awaited(const struct span *span, struct surface *s, int row, int col)
{
    CLEANUP(str_release) struct str when = STR_INIT;
    if (span->at_ms) {
        add_date(&when, span->at_ms);
        clock_print(&when, span->at_ms);
    }
    return surface_textf(s, row, col + 1, STYLE(TINT_YELLOW, STYLE_BOLD), "asking for %s", span->at_ms ? when.buf : "now");
}

static int draw_view(const struct state *state, struct surface *s, int row, int col)
{
    const struct table *table = &state->tables[state->view.focus];
    struct style style = STYLE(TINT_YELLOW, 0);
    if (table->panel->columns && table->sort)
        col = surface_textf(s, row, col + 1, style, "by %s", table->panel->columns[table->sort].title);
    if (state->view.filter.len)
        col = surface_textf(s, row, col + 1, style, "filter \"%s\"", state->view.filter.buf);
    if (state->view.group)
        col = surface_textf(s, row, col + 1, style, "under %s", group_names[state->view.group]);
    if (state->view.span.at_ms != state->taken.at_ms)
        col = draw_awaited(&state->view.span, s, row, col);
    if (state->view.is_paused)
        col = surface_text(s, row, col + 1, STYLE(TINT_YELLOW, STYLE_BOLD), "paused");
    return col;
}

/* The second line: the panels (with keys), and how the sources are. A frame without keys has it only
 * when something is wrong. */
static bool draw_status(const struct state *state, struct surface *s)
{
    CLEANUP(str_release) struct str status = STR_INIT;
    struct style style = add_status(state, &status);
    if (s->rows < ROWS_FOR_STATUS || (!state->view.is_interactive && style.tint == TINT_GREEN))
        return false;
    int col = 1;
    if (state->view.is_interactive)
        col = draw_view(state, s, 1, draw_tabs(state, s, 1));
    int at = s->cols - 1 - surface_width(s, status.buf);
    surface_text(s, 1, at > col ? at : col + 1, style, status.buf);
    return true;
}

static void draw_question(const struct state *state, struct surface *s, int row)
{
    CLEANUP(str_release) struct str question = STR_INIT;
    deed_question(state, &question);
    int col = surface_text(s, row, 1, STYLE(TINT_YELLOW, STYLE_BOLD), question.buf);
    col = surface_text(s, row, col, STYLE_PLAIN, state->view.command.buf);
    surface_text(s, row, col, STYLE(TINT_NONE, STYLE_REVERSE), " ");
}

static void draw_prompt(const struct view *view, struct surface *s, int row)
{
    bool is_filter = view->prompt == PROMPT_FILTER;
    int col = surface_text(s, row, 1, STYLE(TINT_NONE, STYLE_BOLD), is_filter ? "filter: " : ":");
    col = surface_text(s, row, col, STYLE_PLAIN, is_filter ? view->filter.buf : view->command.buf);
    col = surface_text(s, row, col, STYLE(TINT_NONE, STYLE_REVERSE), " ");
    const char *keys = is_filter ? "Enter keep   Esc drop" : "Enter do   Tab complete   Esc drop";
    surface_text(s, row, col + 2, STYLE(TINT_NONE, STYLE_DIM), view->note.len ? view->note.buf : keys);
}

static void draw_bar(const struct state *state, struct surface *s)
{
    const struct view *view = &state->view;
    if (view->prompt == PROMPT_CONFIRM)
        draw_question(state, s, s->rows - 1);
    else if (view->prompt)
        draw_prompt(view, s, s->rows - 1);
    else if (view->note.len)
        surface_text(s, s->rows - 1, 1, STYLE(TINT_YELLOW, STYLE_BOLD), view->note.buf);
    else
        keymap_bar(top_keys, TOP_ACTIONS, s, s->rows - 1);
}

static int wanted_rows(const struct state *state, const struct table *table)
{
    CLEANUP(str_release) struct str trouble = STR_INIT;
    if (!table_is_drawn(state, table))
        return 0;
    int rows = table->panel->want_rows ? table->panel->want_rows(state, table) : list_want_rows(table);
    return rows + (table->n && panel_trouble(state, table, &trouble));
}

/* What is wrong stands in the panel's last line, when it has something to show besides. */
static void draw_panel(const struct state *state, const struct table *table, struct surface *s)
{
    enum { LEAST = 5 };
    CLEANUP(str_release) struct str trouble = STR_INIT;
    struct surface inner = *s;
    bool has_room = s->rows >= LEAST || s->rows >= wanted_rows(state, table);
    if (has_room && table->n && panel_trouble(state, table, &trouble)) {
        inner = surface_window(s, (struct rect){.rows = s->rows - 1, .cols = s->cols});
        surface_textf(s, s->rows - 1, 1, STYLE(TINT_RED, 0), "! %s", trouble.buf);
    }
    if (table->panel->draw)
        table->panel->draw(state, table, &inner);
    else
        list_draw(state, table, &inner);
}

static void draw_panels(const struct state *state, struct surface *s)
{
    struct layout_item items[LAYOUT_MAX] = {0};
    struct rect places[LAYOUT_MAX];
    size_t n = state->n < LAYOUT_MAX ? state->n : LAYOUT_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct panel *panel = state->tables[i].panel;
        int want = wanted_rows(state, &state->tables[i]);
        items[i] = (struct layout_item){.want_rows = want,
                                        .min_rows = want < 3 ? want : 3,
                                        .min_cols = panel->min_cols,
                                        .importance = panel->importance,
                                        .beside = panel->beside};
    }
    layout_pack((struct rect){.rows = s->rows, .cols = s->cols}, items, n, places);
    for (size_t i = 0; i < n; i++) {
        if (!places[i].rows || !places[i].cols)
            continue;
        struct surface window = surface_window(s, places[i]);
        draw_panel(state, &state->tables[i], &window);
    }
}

static void draw_help(const struct state *state, struct surface *s)
{
    legend_draw(state, s, keymap_help(top_keys, TOP_ACTIONS, s, -state->view.help_top));
}

int frame_help_lines(const struct state *state)
{
    int lines = legend_lines(state);
    for (size_t i = 0; i < TOP_ACTIONS; i++)
        lines += top_keys[i].words != NULL;
    return lines;
}

int frame_page_rows(int rows)
{
    enum { TITLES = 2 }; /* of the screen and of the page */
    int text = rows - TITLES - (rows >= ROWS_FOR_STATUS) - (rows >= ROWS_FOR_BAR);
    return text > 1 ? text : 1;
}

void frame_tick(const struct state *state, struct surface *s) { draw_title(state, s); }

void frame_draw(const struct state *state, struct surface *s)
{
    surface_clear(s);
    if (!s->rows || !s->cols)
        return;
    draw_title(state, s);
    bool has_bar = state->view.is_interactive && (s->rows >= ROWS_FOR_BAR || state->view.prompt);
    int first = draw_status(state, s) ? 2 : 1;
    if (has_bar)
        draw_bar(state, s);
    struct surface body = surface_window(s, (struct rect){.row = first, .rows = s->rows - first - has_bar, .cols = s->cols});
    struct page *page = view_page(&state->view);
    if (state->view.shows_help)
        draw_help(state, &body);
    else if (page)
        page_draw(page, &body);
    else
        draw_panels(state, &body);
}
