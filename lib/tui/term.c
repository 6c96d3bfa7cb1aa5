#include "tui/term.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/sig.h"
#include "base/text_locale.h"

struct curses_lib {
    int (*setupterm)(const char *, int, int *);
    void *(*set_curterm)(void *); /* TERMINAL *: its header's macros are not for others */
    int (*del_curterm)(void *);
    SCREEN *(*newterm)(const char *, FILE *, FILE *);
    void (*delscreen)(SCREEN *);
    WINDOW **screen;
    int (*endwin)(void);
    int (*cbreak)(void);
    int (*noecho)(void);
    int (*nonl)(void);
    int (*keypad)(WINDOW *, bool);
    int (*nodelay)(WINDOW *, bool);
    int (*set_escdelay)(int);
    int (*curs_set)(int);
    int (*get_key)(WINDOW *);
    int (*erase)(WINDOW *);
    int (*move)(WINDOW *, int, int);
    int (*add)(WINDOW *, const char *, int);
    int (*attr_set)(WINDOW *, attr_t, short, void *);
    int (*refresh)(WINDOW *);
    int (*rows)(const WINDOW *);
    int (*cols)(const WINDOW *);
    bool (*has_colors)(void);
    int (*start_color)(void);
    int (*use_default_colors)(void);
    int (*init_pair)(int, int, int);
    char *(*capability)(const char *);
    int (*flag)(const char *);
    int *colors;
    mmask_t (*mouse_mask)(mmask_t, mmask_t *);
    int (*mouse_interval)(int);
    int (*get_mouse)(MEVENT *);
};

static struct curses_lib curses;
static const char *const sonames[] = {"libncursesw.so.6", NULL};
/* Those of libtinfo, which libncursesw needs, are found through it. */
static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct curses_lib, setupterm, "setupterm"),
    DL_SYMBOL(struct curses_lib, set_curterm, "set_curterm"),
    DL_SYMBOL(struct curses_lib, del_curterm, "del_curterm"),
    DL_SYMBOL(struct curses_lib, newterm, "newterm"),
    DL_SYMBOL(struct curses_lib, delscreen, "delscreen"),
    DL_SYMBOL(struct curses_lib, screen, "stdscr"),
    DL_SYMBOL(struct curses_lib, endwin, "endwin"),
    DL_SYMBOL(struct curses_lib, cbreak, "cbreak"),
    DL_SYMBOL(struct curses_lib, noecho, "noecho"),
    DL_SYMBOL(struct curses_lib, nonl, "nonl"),
    DL_SYMBOL(struct curses_lib, keypad, "keypad"),
    DL_SYMBOL(struct curses_lib, nodelay, "nodelay"),
    DL_SYMBOL(struct curses_lib, set_escdelay, "set_escdelay"),
    DL_SYMBOL(struct curses_lib, curs_set, "curs_set"),
    DL_SYMBOL(struct curses_lib, get_key, "wgetch"),
    DL_SYMBOL(struct curses_lib, erase, "werase"),
    DL_SYMBOL(struct curses_lib, move, "wmove"),
    DL_SYMBOL(struct curses_lib, add, "waddnstr"),
    DL_SYMBOL(struct curses_lib, attr_set, "wattr_set"),
    DL_SYMBOL(struct curses_lib, refresh, "wrefresh"),
    DL_SYMBOL(struct curses_lib, rows, "getmaxy"),
    DL_SYMBOL(struct curses_lib, cols, "getmaxx"),
    DL_SYMBOL(struct curses_lib, has_colors, "has_colors"),
    DL_SYMBOL(struct curses_lib, start_color, "start_color"),
    DL_SYMBOL(struct curses_lib, use_default_colors, "use_default_colors"),
    DL_SYMBOL(struct curses_lib, init_pair, "init_extended_pair"),
    DL_SYMBOL(struct curses_lib, capability, "tigetstr"),
    DL_SYMBOL(struct curses_lib, flag, "tigetflag"),
    DL_SYMBOL(struct curses_lib, colors, "COLORS"),
    DL_SYMBOL(struct curses_lib, mouse_mask, "mousemask"),
    DL_SYMBOL(struct curses_lib, mouse_interval, "mouseinterval"),
    DL_SYMBOL(struct curses_lib, get_mouse, "getmouse"),
    {0},
};
static struct dl_library library = {.sonames = sonames, .package = "libncursesw6", .symbols = symbols, .table = &curses};

struct term {
    SCREEN *screen;
    WINDOW *window;
    bool color;
    bool is_plain; /* nothing is dim */
    int default_color;
    int row, col;         /* of the last click */
    struct surface shown; /* what the window has; of another size: all is to be drawn anew */
};

/* What a signal handler needs to give the terminal back: nothing of curses is safe there. */
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT};
static struct {
    volatile sig_atomic_t taken;
    struct termios mode;
    char sequence[128]; /* leaves the alternate screen, shows the cursor, resets colours */
    size_t len;
    volatile sig_atomic_t has_mouse;
    struct sigaction previous[ARRAY_LEN(fatal_signals)];
} saved;

static void give_back(void)
{
    if (!saved.taken)
        return;
    saved.taken = 0;
    /* xterm's modes of the mouse, which no capability of terminfo's names. */
    static const char no_mouse[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l";
    ssize_t mouse = saved.has_mouse ? write(STDOUT_FILENO, no_mouse, sizeof(no_mouse) - 1) : 0;
    ssize_t screen = write(STDOUT_FILENO, saved.sequence, saved.len);
    (void)mouse, (void)screen;
    tcsetattr(STDIN_FILENO, TCSANOW, &saved.mode);
}

static void on_fatal(int number)
{
    int kept = errno;
    give_back();
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        if (fatal_signals[i] == number)
            sigaction(number, &saved.previous[i], NULL);
    raise(number);
    errno = kept;
}

/* terminfo(5): $<5> is padding, which no terminal of today wants. */
static void save_capability(const char *name)
{
    const char *text = curses.capability(name);
    if (!text || (intptr_t)text == -1)
        return;
    while (*text && saved.len < sizeof(saved.sequence)) {
        const char *end = str_starts(text, "$<") ? strchr(text, '>') : NULL;
        if (end)
            text = end + 1;
        else
            saved.sequence[saved.len++] = *text++;
    }
}

static void arm(void)
{
    static const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
    saved.len = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        save_capability(names[i]);
    struct sigaction action = {.sa_handler = on_fatal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, &saved.previous[i]);
    saved.taken = 1;
    sig_before_exit(give_back);
}

static void disarm(void)
{
    saved.taken = 0;
    sig_before_exit(NULL);
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        sigaction(fatal_signals[i], &saved.previous[i], NULL);
}

static bool start_colors(struct term *term)
{
    if (!curses.has_colors() || curses.start_color() == ERR)
        return false;
    term->default_color = curses.use_default_colors() == ERR ? COLOR_BLACK : -1;
    return true;
}

void term_theme(struct term *term, const struct theme *theme)
{
    bool is_direct = curses.flag("RGB") > 0;
    term->is_plain = theme->is_plain;
    surface_release(&term->shown);
    for (int tint = 1; term->color && tint < TINT_COUNT; tint++)
        curses.init_pair(tint, theme_color(theme, (enum tint)tint, *curses.colors, is_direct), term->default_color);
}

void term_mouse(struct term *term, bool is_on)
{
    (void)term;
    saved.has_mouse |= is_on;
    curses.mouse_interval(0);
    curses.mouse_mask(is_on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void term_pointer(const struct term *term, int *ret_row, int *ret_col)
{
    *ret_row = term->row;
    *ret_col = term->col;
}

static void configure(struct term *term)
{
    enum { ESCAPE_MS = 25 }; /* a terminal sends the rest of a key's sequence within that */
    curses.cbreak();
    curses.noecho();
    curses.nonl();
    curses.set_escdelay(ESCAPE_MS);
    curses.keypad(term->window, true);
    curses.nodelay(term->window, true);
    curses.curs_set(0);
    term->color = term->color && start_colors(term);
    term_theme(term, &tui_themes[0]);
}

/* newterm leaks a screen for a name that it does not find. */
static bool is_in_terminfo(const char *name)
{
    int found = 0; /* without it setupterm would end the process */
    if (curses.setupterm(name, STDOUT_FILENO, &found) != OK)
        return false;
    curses.del_curterm(curses.set_curterm(NULL));
    return true;
}

/* TERM itself, or the entry for direct colours beside it (xterm-direct) where COLORTERM says that the terminal has them. */
static void add_entry(const char *name, struct str *entry)
{
    static const char wide[] = "-256color";
    const char *colors = getenv("COLORTERM");
    bool is_direct = str_eq(colors, "truecolor") || str_eq(colors, "24bit");
    str_add(entry, name);
    if (!is_direct)
        return;
    if (str_ends(name, wide))
        str_cut(entry, entry->len - (sizeof(wide) - 1));
    str_add(entry, "-direct");
    if (is_in_terminfo(entry->buf))
        return;
    str_reset(entry);
    str_add(entry, name);
}

struct term *term_open(bool color, struct err *err)
{
    const char *name = getenv("TERM");
    text_locale_use();
    if (dl_bind(&library, err) != 0)
        return NULL;
    if (tcgetattr(STDIN_FILENO, &saved.mode) != 0) {
        err_sys(err, ERR_USAGE, "standard input is not a terminal");
        return NULL;
    }
    bool is_dumb = !name || !*name || strcmp(name, "dumb") == 0;
    CLEANUP(str_release) struct str entry = STR_INIT;
    if (!is_dumb)
        add_entry(name, &entry);
    SCREEN *screen = !is_dumb && is_in_terminfo(entry.buf) ? curses.newterm(entry.buf, stdout, stdin) : NULL;
    if (!screen) {
        err_set(err, ERR_USAGE, "cannot draw on this terminal: TERM is \"%s\"", name ? name : "");
        err_why(err, is_dumb ? "it has no way to place text" : "terminfo does not know it");
        err_hint(err, "TERM=xterm-256color, or what your terminal really is");
        return NULL;
    }
    struct term *term = xcalloc(1, sizeof(*term));
    *term = (struct term){.screen = screen, .window = *curses.screen, .color = color};
    configure(term);
    arm();
    return term;
}

void term_close(struct term *term)
{
    if (!term)
        return;
    curses.endwin();
    disarm();
    curses.delscreen(term->screen);
    surface_release(&term->shown);
    free(term);
}

void term_size(const struct term *term, int *ret_rows, int *ret_cols)
{
    *ret_rows = curses.rows(term->window);
    *ret_cols = curses.cols(term->window);
}

static void set_style(const struct term *term, struct style style)
{
    attr_t attrs = A_NORMAL;
    attrs |= style.attrs & STYLE_BOLD ? A_BOLD : 0;
    attrs |= style.attrs & STYLE_DIM && !term->is_plain ? A_DIM : 0;
    attrs |= style.attrs & STYLE_REVERSE ? A_REVERSE : 0;
    curses.attr_set(term->window, attrs, term->color ? style.tint : 0, NULL);
}

/* Each cell at its own place: where curses and we disagree on a character's width, only that one suffers. */
static void show_row(const struct term *term, const struct surface *surface, int row)
{
    for (int col = 0; col < surface->cols; col++) {
        const struct cell *cell = &surface->cells[(ptrdiff_t)row * surface->stride + col];
        if (!cell->width)
            continue;
        set_style(term, cell->style);
        curses.move(term->window, row, col);
        curses.add(term->window, cell->text, -1);
    }
}

void term_show(struct term *term, const struct surface *surface)
{
    if (surface_fit(&term->shown, surface->rows, surface->cols, surface->utf8))
        curses.erase(term->window);
    for (int row = 0; row < surface->rows; row++)
        if (surface_copy_row(&term->shown, surface, row))
            show_row(term, surface, row);
    curses.refresh(term->window);
}

unsigned term_wait(struct term *term, const int *others, size_t n_others, int timeout_ms)
{
    (void)term;
    struct pollfd fds[2 + TERM_WAITS] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = sig_fd(), .events = POLLIN},
    };
    size_t n_fds = 2;
    for (size_t i = 0; i < n_others && n_fds < ARRAY_LEN(fds); i++)
        fds[n_fds++] = (struct pollfd){.fd = others[i], .events = POLLIN};
    unsigned events = TERM_NOTHING;
    int n = poll(fds, n_fds, timeout_ms);
    if (n < 0) /* a signal: SIGWINCH, which curses turns into a key, or an interrupt */
        events |= TERM_KEYS;
    if (sig_interrupted())
        return events | TERM_ENDED;
    if (n <= 0)
        return events;
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        events |= TERM_ENDED;
    if (fds[0].revents & POLLIN)
        events |= TERM_KEYS;
    for (size_t i = 2; i < n_fds; i++)
        if (fds[i].revents)
            events |= TERM_OTHER;
    return events;
}

static const struct {
    int curses, ours;
} keys[] = {
    {KEY_UP, TERM_UP},         {KEY_DOWN, TERM_DOWN},       {KEY_LEFT, TERM_LEFT},
    {KEY_RIGHT, TERM_RIGHT},   {KEY_HOME, TERM_HOME},       {KEY_END, TERM_END},
    {KEY_PPAGE, TERM_PAGE_UP}, {KEY_NPAGE, TERM_PAGE_DOWN}, {KEY_BACKSPACE, TERM_BACKSPACE},
    {0x7f, TERM_BACKSPACE},    {'\b', TERM_BACKSPACE},      {KEY_ENTER, TERM_ENTER},
    {'\r', TERM_ENTER},        {'\n', TERM_ENTER},          {'\033', TERM_ESCAPE},
    {'\t', TERM_TAB},          {KEY_BTAB, TERM_BACK_TAB},   {KEY_RESIZE, TERM_RESIZED},
};

static int mouse_key(struct term *term)
{
    MEVENT event;
    if (curses.get_mouse(&event) != OK)
        return TERM_RESIZED; /* nothing to do */
    term->row = event.y;
    term->col = event.x;
    if (event.bstate & BUTTON4_PRESSED)
        return TERM_WHEEL_UP;
    return event.bstate & BUTTON5_PRESSED ? TERM_WHEEL_DOWN : TERM_CLICK;
}

int term_key(struct term *term)
{
    int key = curses.get_key(term->window);
    if (key == ERR)
        return TERM_NO_KEY;
    if (key == KEY_MOUSE)
        return mouse_key(term);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].curses == key)
            return keys[i].ours;
    if (key >= KEY_F(1) && key <= KEY_F(12))
        return TERM_F0 + key - KEY_F0;
    return key;
}
