/* The terminal as a screen: the only user of curses, which is loaded when the first one is opened.
 *
 * While it is open the terminal is in curses' hands; term_close gives it back. It is also given back
 * when the process stops (SIGTSTP), crashes, or is ended by a second Ctrl-C. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "base/err.h"
#include "tui/theme.h"

struct term;

/* On standard input and output; one at a time. USAGE when TERM names no terminal that can be drawn on. */
struct term *term_open(bool color, struct err *err);
void term_close(struct term *term);
DEFINE_CLEANUP_PTR(struct term, term_close)

/* Its colours, if it was opened with some, and whether clicks come as keys (the terminal's own selection of text then needs Shift). */
void term_theme(struct term *term, const struct theme *theme);
void term_mouse(struct term *term, bool is_on);
/* Where the last click was. */
void term_pointer(const struct term *term, int *ret_row, int *ret_col);

void term_size(const struct term *term, int *ret_rows, int *ret_cols);
void term_show(struct term *term, const struct surface *surface);

enum term_event {
    TERM_NOTHING = 0,
    TERM_KEYS = 1 << 0,  /* term_key has some, or the size changed */
    TERM_OTHER = 1 << 1, /* one of them is readable */
    TERM_ENDED = 1 << 2, /* the terminal went away, or an interrupt arrived (base/sig.h) */
};
/* Waits for a key, for one of n descriptors (at most TERM_WAITS; -1: none), for an interrupt, at most timeout_ms. */
enum { TERM_WAITS = 16 };
unsigned term_wait(struct term *term, const int *fds, size_t n, int timeout_ms);

/* Keys: a byte as typed (UTF-8 arrives byte by byte), or one of these. */
enum term_key {
    TERM_NO_KEY = -1,
    TERM_UP = 0x1000,
    TERM_DOWN,
    TERM_LEFT,
    TERM_RIGHT,
    TERM_HOME,
    TERM_END,
    TERM_PAGE_UP,
    TERM_PAGE_DOWN,
    TERM_BACKSPACE,
    TERM_ENTER,
    TERM_ESCAPE,
    TERM_TAB,
    TERM_BACK_TAB,
    TERM_RESIZED,
    TERM_CLICK,
    TERM_WHEEL_UP,
    TERM_WHEEL_DOWN,
    TERM_F0 = 0x1100, /* TERM_F0 + n is Fn */
};
/* The next key that was typed; TERM_NO_KEY when there is none. Never waits. */
int term_key(struct term *term);

#endif
