/* Keys as a table: what to do, the help screen and the bar at the bottom come from the same rows. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include "tui/surface.h"
#include "tui/term.h"

enum { KEYMAP_KEYS = 3, KEYMAP_TO = -2 };

struct key_binding {
    int action;
    int keys[KEYMAP_KEYS]; /* 0: none; {a, KEYMAP_TO, b}: all from a to b */
    const char *words;     /* "q F10", as help shows them; NULL: not there */
    const char *help;      /* one line */
    const char *bar;       /* "F10 Quit" in the bar; NULL: not there */
};

/* The action of a key, or -1. */
int keymap_find(const struct key_binding *bindings, size_t n, int key);
/* One line: "F1 Help  F2 Sort". */
void keymap_bar(const struct key_binding *bindings, size_t n, struct surface *s, int row);
/* Draws a line for each binding from `row` on; returns the row after them. */
int keymap_help(const struct key_binding *bindings, size_t n, struct surface *s, int row);

#endif
