#include "top/run.h"

#include "base/clock.h"
#include "top/act.h"
#include "top/drill.h"
#include "top/watch.h"
#include "tui/term.h"

struct screen {
    struct state *state;
    const struct part *parts;
    size_t n;
    struct term *term;
    struct watcher *watchers[PARTS_MAX];
    struct surface surface; /* as it was drawn last */
    const struct theme *theme;
    bool has_mouse;
};

static struct pace pace_of(const struct view *view)
{
    return (struct pace){.interval_ms = view->interval_ms, .span = view->span, .is_paused = view->is_paused};
}

static void take_key(struct screen *screen, int key)
{
    int row, col;
    term_pointer(screen->term, &row, &col);
    if (key == TERM_CLICK)
        state_click(screen->state, surface_mark_at(&screen->surface, row, col));
    else if (key != TERM_RESIZED)
        state_key(screen->state, key);
}

/* What the terminal itself must know of the view. */
static void set_up(struct screen *screen)
{
    const struct view *view = &screen->state->view;
    if (screen->theme != view->theme)
        term_theme(screen->term, view->theme);
    if (screen->has_mouse != view->has_mouse)
        term_mouse(screen->term, view->has_mouse);
    screen->theme = view->theme;
    screen->has_mouse = view->has_mouse;
}

static void take_keys(struct screen *screen)
{
    int key;
    while (!screen->state->view.is_left && (key = term_key(screen->term)) != TERM_NO_KEY)
        take_key(screen, key);
    struct pace pace = pace_of(&screen->state->view);
    for (size_t i = 0; i < screen->n; i++)
        watcher_set(screen->watchers[i], &pace);
}

/* A round of another time than is shown now came too late. */
static bool take_round(struct screen *screen, size_t index)
{
    const struct view *view = &screen->state->view;
    CLEANUP(batch_free) struct batch *batch = watcher_take(screen->watchers[index]);
    if (!batch || view->is_paused || batch->span.at_ms != view->span.at_ms || batch->span.range_ms != view->span.range_ms)
        return false;
    state_part(screen->state);
    state_take(screen->parts[index].state, screen->parts[index].plan, batch);
    return true;
}

static void take_rounds(struct screen *screen)
{
    bool is_new = false;
    for (size_t i = 0; i < screen->n; i++)
        is_new |= take_round(screen, i);
    if (is_new)
        state_merge(screen->state);
}

/* What commands of ours have said. */
static void take_pages(struct view *view)
{
    for (size_t i = 0; i < view->n_pages; i++) {
        struct page *page = view->pages[i];
        page_read(page);
        if (page->is_over && page->is_document)
            drill_read(page);
    }
}

/* What to wait for besides keys: rounds, and what the command of the page in front says. */
static size_t fds_of(const struct screen *screen, int fds[TERM_WAITS])
{
    const struct page *page = view_page(&screen->state->view);
    size_t n = 0;
    for (; n < screen->n; n++)
        fds[n] = watcher_fd(screen->watchers[n]);
    fds[n++] = page ? page->child.fd : -1;
    return n;
}

static void show(struct screen *screen, bool is_tick)
{
    struct state *state = screen->state;
    int rows, cols;
    term_size(screen->term, &rows, &cols);
    state->view.page_rows = frame_page_rows(rows);
    set_up(screen);
    surface_fit(&screen->surface, rows, cols, tui_utf8());
    state->now_ms = state->taken.at_ms ? state->taken.at_ms : clock_wall_ms();
    if (is_tick)
        frame_tick(state, &screen->surface);
    else
        frame_draw(state, &screen->surface);
    term_show(screen->term, &screen->surface);
}

/* A command whose output has ended is over within moments. */
static int wait_ms(const struct screen *screen, int most_ms)
{
    enum { MOMENT_MS = 10 };
    const struct page *page = view_page(&screen->state->view);
    return page && page->child.pid && page->child.fd < 0 ? MOMENT_MS : most_ms;
}

/* Wakes for the clock's next second, too. */
static int watch(struct screen *screen)
{
    struct view *view = &screen->state->view;
    bool is_tick = false;
    while (!view->is_left) {
        show(screen, is_tick);
        bool is_still = !view_page(view) && !view->prompt; /* but for the time */
        int fds[TERM_WAITS];
        size_t n = fds_of(screen, fds);
        int to_next_second = 1000 - (int)(clock_wall_ms() % 1000);
        unsigned events = term_wait(screen->term, fds, n, wait_ms(screen, to_next_second));
        if (events & TERM_ENDED)
            return -1;
        if (events & TERM_KEYS)
            take_keys(screen);
        if (events & TERM_OTHER)
            take_rounds(screen);
        take_pages(view);
        is_tick = is_still && events == TERM_NOTHING;
    }
    return 0;
}

static int start_watchers(struct screen *screen, struct err *err)
{
    struct pace pace = pace_of(&screen->state->view);
    for (size_t i = 0; i < screen->n; i++) {
        screen->watchers[i] = watcher_new(screen->parts[i].plan, screen->parts[i].prom, &pace, err);
        if (!screen->watchers[i])
            return -1;
    }
    return 0;
}

int top_run(struct state *state, const struct part *parts, size_t n, bool color, struct err *err)
{
    struct screen screen = {.state = state, .parts = parts, .n = n < PARTS_MAX ? n : PARTS_MAX};
    screen.term = term_open(color, err);
    if (!screen.term)
        return -1;
    bool is_watching = start_watchers(&screen, err) == 0;
    int rc = is_watching ? watch(&screen) : -1;
    term_close(screen.term);
    surface_release(&screen.surface);
    for (size_t i = 0; i < screen.n; i++)
        watcher_free(screen.watchers[i]);
    if (rc != 0 && is_watching)
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    return rc;
}
