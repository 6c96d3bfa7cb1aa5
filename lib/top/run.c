#include "top/run.h"

#include "base/clock.h"
#include "top/keys.h"
#include "top/watch.h"
#include "tui/term.h"

struct screen {
    struct state *state;
    const struct plan *plan;
    struct term *term;
    struct watcher *watcher;
    bool is_left;
};

static void move_focus(struct state *state, int step)
{
    for (size_t i = 0; i < state->n; i++) {
        state->view.focus = (state->view.focus + state->n + (size_t)step) % state->n;
        if (table_is_drawn(state, &state->tables[state->view.focus]))
            return;
    }
}

static void move_selected(struct state *state, long step)
{
    struct table *table = &state->tables[state->view.focus];
    long last = (long)table_shown(table) - 1;
    long selected = (long)table->selected + step;
    selected = selected > last ? last : selected;
    table->selected = selected > 0 ? (size_t)selected : 0;
}

static void set_pace(struct screen *screen, int64_t interval_ms)
{
    struct view *view = &screen->state->view;
    if (interval_ms >= TOP_INTERVAL_MIN_MS && interval_ms <= TOP_INTERVAL_MAX_MS)
        view->interval_ms = interval_ms;
    watcher_set(screen->watcher, view->interval_ms, view->is_paused);
}

static void cancel(struct state *state)
{
    if (state->view.shows_help)
        state->view.shows_help = false;
    else
        str_reset(&state->view.filter);
    state_arrange(state);
}

static void act(struct screen *screen, int action)
{
    enum { PAGE = 10, FAR = 1000000 };
    struct state *state = screen->state;
    struct view *view = &state->view;
    switch (action) {
    case TOP_QUIT:
        screen->is_left = !view->shows_help;
        view->shows_help = false;
        break;
    case TOP_HELP:
        view->shows_help = !view->shows_help;
        break;
    case TOP_SORT:
        state_sort_next(state);
        break;
    case TOP_FILTER:
        view->is_typing = true;
        break;
    case TOP_PAUSE:
        view->is_paused = !view->is_paused;
        set_pace(screen, view->interval_ms);
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
        set_pace(screen, view->interval_ms / 2);
        break;
    case TOP_SLOWER:
        set_pace(screen, view->interval_ms * 2);
        break;
    case TOP_CANCEL:
        cancel(state);
        break;
    default:
        break;
    }
}

/* Drops a whole UTF-8 character. */
static void rub_out(struct str *text)
{
    size_t len = text->len;
    while (len && ((unsigned char)text->buf[--len] & 0xc0) == 0x80)
        ;
    str_cut(text, len);
}

static void type_filter(struct state *state, int key)
{
    struct str *filter = &state->view.filter;
    if (key == TERM_ENTER || key == TERM_ESCAPE)
        state->view.is_typing = false;
    if (key == TERM_ESCAPE)
        str_reset(filter);
    else if (key == TERM_BACKSPACE)
        rub_out(filter);
    else if (key >= ' ' && key <= 0xff)
        str_addc(filter, (char)key);
    state_arrange(state);
}

static void take_keys(struct screen *screen)
{
    int key;
    while (!screen->is_left && (key = term_key(screen->term)) != TERM_NO_KEY) {
        if (key == TERM_RESIZED)
            continue;
        if (screen->state->view.is_typing)
            type_filter(screen->state, key);
        else
            act(screen, keymap_find(top_keys, TOP_ACTIONS, key));
    }
}

static void take_round(struct screen *screen)
{
    CLEANUP(batch_free) struct batch *batch = watcher_take(screen->watcher);
    if (batch && !screen->state->view.is_paused)
        state_take(screen->state, screen->plan, batch);
}

static void show(struct screen *screen)
{
    int rows, cols;
    term_size(screen->term, &rows, &cols);
    CLEANUP(surface_release) struct surface surface;
    surface_init(&surface, rows, cols, tui_utf8());
    screen->state->now_ms = clock_wall_ms();
    frame_draw(screen->state, &surface);
    term_show(screen->term, &surface);
}

/* Wakes for the clock's next second, too. */
static int watch(struct screen *screen)
{
    while (!screen->is_left) {
        show(screen);
        int to_next_second = 1000 - (int)(clock_wall_ms() % 1000);
        unsigned events = term_wait(screen->term, watcher_fd(screen->watcher), to_next_second);
        if (events & TERM_ENDED)
            return -1;
        if (events & TERM_KEYS)
            take_keys(screen);
        if (events & TERM_OTHER)
            take_round(screen);
    }
    return 0;
}

int top_run(struct state *state, const struct plan *plan, const struct prom *prom, bool color, struct err *err)
{
    struct screen screen = {.state = state, .plan = plan};
    screen.term = term_open(color, err);
    if (!screen.term)
        return -1;
    screen.watcher = watcher_new(plan, prom, state->view.interval_ms, err);
    int rc = screen.watcher ? watch(&screen) : -1;
    bool was_watching = screen.watcher;
    term_close(screen.term);
    watcher_free(screen.watcher);
    if (rc != 0 && was_watching)
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    return rc;
}
