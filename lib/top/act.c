#include "top/act.h"

#include <string.h>

#include "base/clock.h"
#include "top/deed.h"
#include "top/drill.h"
#include "top/keys.h"
#include "top/settings.h"

enum { WHEEL = 3 };

void view_init(struct view *view)
{
    *view = (struct view){
        .span.range_ms = RANGE_USUAL_MS,
        .theme = &tui_themes[0],
        .has_mouse = true,
        .filter = STR_INIT_MAX(64),
        .command = STR_INIT_MAX(256),
        .note = STR_INIT_MAX(1024),
        .deed.does = STR_INIT,
    };
}

void view_release(struct view *view)
{
    str_release(&view->filter);
    str_release(&view->command);
    str_release(&view->note);
    strv_release(&view->open_groups);
    strv_release(&view->self);
    deed_release(&view->deed);
    while (view->n_pages)
        view_pop(view);
}

struct page *view_page(const struct view *view) { return view->n_pages ? view->pages[view->n_pages - 1] : NULL; }

enum spark_style view_curves(const struct view *view, bool utf8)
{
    struct spark_place place = view->place;
    place.utf8 = utf8;
    return spark_choose(view->curves, &place);
}

bool view_is_full(const struct view *view) { return view->n_pages == VIEW_PAGES; }

void view_push(struct view *view, struct page *page) { view->pages[view->n_pages++] = page; }

void view_pop(struct view *view) { page_free(view->pages[--view->n_pages]); }

void state_only(struct state *state, size_t index)
{
    if (index >= state->n)
        return;
    state->view.focus = index;
    state->view.only = state->tables[index].panel;
}

void state_all(struct state *state) { state->view.only = NULL; }

void state_at(struct state *state, int64_t at_ms) { state->view.span.at_ms = at_ms < clock_wall_ms() ? at_ms : 0; }

/* The panel after the one in focus that has a tab; with only, it fills the screen as the one before it did. */
static void move_focus(struct state *state, int step)
{
    size_t focus = state->view.focus;
    for (size_t i = 0; i < state->n; i++) {
        focus = (focus + state->n + (size_t)step) % state->n;
        if (!table_has_tab(state, &state->tables[focus]))
            continue;
        if (state->view.only)
            state_only(state, focus);
        state->view.focus = focus;
        return;
    }
}

/* Tab and 1..9: the panel fills the screen. */
static void next_only(struct state *state, int step)
{
    if (state->view.only)
        move_focus(state, step);
    else
        state_only(state, state->view.focus);
}

static void move_selected(struct state *state, long step)
{
    struct table *table = &state->tables[state->view.focus];
    long last = (long)table_shown(table) - 1;
    long selected = (long)table->selected + step;
    selected = selected > last ? last : selected;
    table->selected = selected > 0 ? (size_t)selected : 0;
}

static void set_interval(struct view *view, int64_t interval_ms)
{
    if (interval_ms >= TOP_INTERVAL_MIN_MS && interval_ms <= TOP_INTERVAL_MAX_MS)
        view->interval_ms = interval_ms;
}

static void next_range(struct view *view)
{
    enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
    static const int64_t ranges[] = {5 * MINUTE_MS, RANGE_USUAL_MS, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS};
    size_t i = 0;
    while (i < ARRAY_LEN(ranges) && ranges[i] <= view->span.range_ms)
        i++;
    view->span.range_ms = ranges[i % ARRAY_LEN(ranges)];
}

/* A third of the range, so that what was at the edge of a curve is still on it. The last step arrives at now. */
static void rewind_by(struct state *state, int steps)
{
    const struct span *span = &state->view.span;
    if (state->is_scraped) {
        str_add(&state->view.note, "exporters tell no past: it takes a Prometheus");
        return;
    }
    int64_t now_ms = clock_wall_ms(), step_ms = span->range_ms / 3;
    int64_t to_ms = (span->at_ms ? span->at_ms : now_ms / 1000 * 1000) + steps * step_ms;
    state_at(state, to_ms < now_ms - step_ms / 2 ? to_ms : 0);
}

/* What was opened last goes first. */
static void cancel(struct state *state)
{
    struct view *view = &state->view;
    if (view->shows_help)
        view->shows_help = false;
    else if (view->n_pages)
        view_pop(view);
    else if (view->filter.len)
        str_reset(&view->filter);
    else
        state_all(state);
    state_arrange(state);
}

static void quit(struct view *view)
{
    view->is_left = !view->shows_help && !view->n_pages;
    if (!view->shows_help && view->n_pages)
        view_pop(view);
    view->shows_help = false;
}

static void next_group(struct state *state)
{
    struct view *view = &state->view;
    view->group = group_names[view->group + 1] ? view->group + 1 : GROUP_NONE;
    state_arrange(state);
}

static void toggle(struct strv *names, const char *name)
{
    CLEANUP(strv_release) struct strv others = STRV_INIT;
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], name) != 0)
            strv_add(&others, names->v[i]);
    if (others.n == names->n)
        strv_add(&others, name);
    struct strv before = *names;
    *names = others;
    others = before;
}

/* A group opens or closes; else the way goes on to what the row is. */
static void enter(struct state *state)
{
    struct view *view = &state->view;
    const struct row *row = table_selected(&state->tables[view->focus]);
    if (view->n_pages || !row || !row->is_group) {
        drill_enter(state);
        return;
    }
    toggle(&view->open_groups, row->key);
    state_arrange(state);
}

/* How far a key scrolls a text; 0: it does not. */
static long scroll_by(const struct view *view, int action)
{
    switch (action) {
    case TOP_DOWN:
        return 1;
    case TOP_UP:
        return -1;
    case TOP_PAGE_DOWN:
        return view->page_rows;
    case TOP_PAGE_UP:
        return -view->page_rows;
    case TOP_FIRST:
        return -PAGE_LINES;
    case TOP_LAST:
        return PAGE_LINES;
    case TOP_WHEEL_DOWN:
        return WHEEL;
    case TOP_WHEEL_UP:
        return -WHEEL;
    default:
        return 0;
    }
}

static void scroll_help(struct state *state, long by)
{
    struct view *view = &state->view;
    long last = frame_help_lines(state) - view->page_rows - 1, top = view->help_top + by;
    top = top > last ? last : top;
    view->help_top = top > 0 ? (int)top : 0;
}

/* Keys of a text that is in front; the others are the panels'. */
static bool act_on_text(struct state *state, int action)
{
    struct view *view = &state->view;
    struct page *page = view_page(view);
    long by = scroll_by(view, action);
    if (!by || !(page || view->shows_help))
        return false;
    if (view->shows_help)
        scroll_help(state, by);
    else
        page_scroll(page, by, view->page_rows);
    return true;
}

static void prompt(struct view *view, enum prompt prompt)
{
    view->prompt = prompt;
    str_reset(&view->command);
}

static void say_actions(struct view *view)
{
    if (!view->with_actions) {
        str_add(&view->note, "this screen only reads: aiwf top --actions");
        return;
    }
    prompt(view, PROMPT_COMMAND);
    str_add(&view->note, "scale N   warm N   (a function)     cancel   (a job)");
}

static void save(struct state *state)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = settings_path();
    if (settings_save(state, &err) == 0)
        str_addf(&state->view.note, "kept in %s", path);
    else
        str_addf(&state->view.note, "%s%s%s", err.what, err.why ? ": " : "", err.why ? err.why : "");
}

static void act(struct state *state, int action, int key)
{
    enum { PAGE = 10, FAR = 1000000 };
    struct view *view = &state->view;
    if (act_on_text(state, action))
        return;
    switch (action) {
    case TOP_QUIT:
        quit(view);
        break;
    case TOP_HELP:
        view->shows_help = !view->shows_help;
        view->help_top = 0;
        break;
    case TOP_SORT:
        state_sort_next(state);
        break;
    case TOP_FILTER:
        prompt(view, PROMPT_FILTER);
        break;
    case TOP_COMMAND:
        prompt(view, PROMPT_COMMAND);
        break;
    case TOP_PAUSE:
        view->is_paused = !view->is_paused;
        break;
    case TOP_RANGE:
        next_range(view);
        break;
    case TOP_BACK:
        rewind_by(state, -1);
        break;
    case TOP_FORWARD:
        rewind_by(state, 1);
        break;
    case TOP_NOW:
        state_at(state, 0);
        break;
    case TOP_PANEL:
        state_only(state, (size_t)(key - '1'));
        break;
    case TOP_ALL:
        state_all(state);
        break;
    case TOP_NEXT_ONLY:
        next_only(state, 1);
        break;
    case TOP_PREVIOUS_ONLY:
        next_only(state, -1);
        break;
    case TOP_NEXT:
        move_focus(state, 1);
        break;
    case TOP_PREVIOUS:
        move_focus(state, -1);
        break;
    case TOP_DOWN:
        move_selected(state, 1);
        break;
    case TOP_UP:
        move_selected(state, -1);
        break;
    case TOP_PAGE_DOWN:
        move_selected(state, PAGE);
        break;
    case TOP_PAGE_UP:
        move_selected(state, -PAGE);
        break;
    case TOP_FIRST:
        move_selected(state, -FAR);
        break;
    case TOP_LAST:
        move_selected(state, FAR);
        break;
    case TOP_FASTER:
        set_interval(view, view->interval_ms / 2);
        break;
    case TOP_SLOWER:
        set_interval(view, view->interval_ms * 2);
        break;
    case TOP_ENTER:
        enter(state);
        break;
    case TOP_WHY:
        drill_open(state, ASK_WHY);
        break;
    case TOP_LOGS:
        drill_open(state, ASK_LOGS);
        break;
    case TOP_ACTION:
        say_actions(view);
        break;
    case TOP_SAVE:
        save(state);
        break;
    case TOP_WHEEL_UP:
        move_selected(state, -WHEEL);
        break;
    case TOP_WHEEL_DOWN:
        move_selected(state, WHEEL);
        break;
    case TOP_GROUP:
        next_group(state);
        break;
    case TOP_CANCEL:
        cancel(state);
        break;
    default:
        break;
    }
}

/* A row is selected first, and opened by another click. */
void state_click(struct state *state, unsigned mark)
{
    size_t table = mark >> MARK_ROW_BITS, row = mark & ((1u << MARK_ROW_BITS) - 1);
    struct view *view = &state->view;
    if (view->prompt || view->n_pages || view->shows_help || !mark)
        return;
    str_reset(&view->note);
    if (!table) {
        state_only(state, mark - MARK_TAB);
        return;
    }
    bool was_selected = view->focus == table - 1 && state->tables[table - 1].selected == row;
    if (table > state->n)
        return;
    view->focus = table - 1;
    state->tables[view->focus].selected = row;
    if (was_selected)
        enter(state);
}

/* Drops a whole UTF-8 character. */
static void rub_out(struct str *text)
{
    size_t len = text->len;
    while (len && ((unsigned char)text->buf[--len] & 0xc0) == 0x80)
        ;
    str_cut(text, len);
}

static void type(struct str *text, int key)
{
    if (key == TERM_BACKSPACE)
        rub_out(text);
    else if (key >= ' ' && key <= 0xff)
        str_addc(text, (char)key);
}

static void type_filter(struct state *state, int key)
{
    struct view *view = &state->view;
    if (key == TERM_ENTER || key == TERM_ESCAPE)
        view->prompt = PROMPT_NONE;
    if (key == TERM_ESCAPE)
        str_reset(&view->filter);
    type(&view->filter, key);
    state_arrange(state);
}

static void type_command(struct state *state, int key)
{
    struct view *view = &state->view;
    bool has_no_text = !view->command.len;
    if (key == TERM_TAB) {
        command_complete(state);
        return;
    }
    type(&view->command, key);
    if (key == TERM_ESCAPE || (key == TERM_BACKSPACE && has_no_text))
        view->prompt = PROMPT_NONE;
    if (key != TERM_ENTER)
        return;
    view->prompt = PROMPT_NONE;
    command_run(state, view->command.buf);
}

static void type_answer(struct state *state, int key)
{
    struct view *view = &state->view;
    type(&view->command, key);
    if (key == TERM_ESCAPE)
        str_reset(&view->command);
    if (key == TERM_ENTER || key == TERM_ESCAPE)
        deed_answer(state);
}

void state_key(struct state *state, int key)
{
    str_reset(&state->view.note);
    switch (state->view.prompt) {
    case PROMPT_FILTER:
        type_filter(state, key);
        break;
    case PROMPT_COMMAND:
        type_command(state, key);
        break;
    case PROMPT_CONFIRM:
        type_answer(state, key);
        break;
    case PROMPT_NONE:
        act(state, keymap_find(top_keys, TOP_ACTIONS, key), key);
        break;
    }
}
