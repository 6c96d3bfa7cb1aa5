/* What keys do: the dispatcher, the help screen and the bar read this list.
 * X(action, key, key, key, keys as shown, help, in the bar) */
#ifndef TOP_KEYS_H
#define TOP_KEYS_H

#include "tui/keymap.h"

#define TOP_KEYS(X)                                                                                                             \
    X(HELP, TERM_F0 + 1, 'h', '?', "F1 h ?", "this help, and back", "F1 Help")                                                  \
    X(SORT, TERM_F0 + 2, 's', 0, "F2 s", "sort the panel in focus by its next column", "F2 Sort")                               \
    X(FILTER, TERM_F0 + 3, '/', 0, "F3 /", "show only names that contain a text", "F3 Filter")                                  \
    X(COMMAND, ':', 0, 0, ":", "a command: Tab completes it", NULL)                                                             \
    X(ENTER, TERM_ENTER, 0, 0, "Enter", "what the row is, and on to its pod, its job or function; opens a group", NULL)         \
    X(WHY, 'w', 0, 0, "w", "why it is so (aiwf why)", "w Why")                                                                  \
    X(LOGS, 'l', 0, 0, "l", "its log", "l Logs")                                                                                \
    X(GROUP, TERM_F0 + 6, 'o', 0, "F6 o", "rows under their node, their namespace, their context", "F6 Group")                  \
    X(ACTION, TERM_F0 + 9, 'a', 0, "F9 a", "scale, warm, cancel (with --actions)", "F9 Actions")                                \
    X(RANGE, TERM_F0 + 5, 'r', 0, "F5 r", "curves of the next range: 5m to 24h", "F5 Range")                                    \
    X(BACK, '[', 0, 0, "[", "back in time, by a third of the range", NULL)                                                      \
    X(FORWARD, ']', 0, 0, "]", "forward in time", NULL)                                                                         \
    X(NOW, 'n', 0, 0, "n", "as it is now", NULL)                                                                                \
    X(PAUSE, 'p', ' ', 0, "p space", "stop fetching, and go on", NULL)                                                          \
    X(PANEL, '1', KEYMAP_TO, '9', "1 to 9", "the panel of that number fills the screen", NULL)                                  \
    X(ALL, '0', 0, 0, "0", "every panel again", NULL)                                                                           \
    X(NEXT_ONLY, TERM_TAB, 0, 0, "Tab", "the panel in focus fills the screen, then the next one", NULL)                         \
    X(PREVIOUS_ONLY, TERM_BACK_TAB, 0, 0, "Shift-Tab", "the same backwards", NULL)                                              \
    X(NEXT, TERM_RIGHT, 0, 0, "right", "focus the next panel", NULL)                                                            \
    X(PREVIOUS, TERM_LEFT, 0, 0, "left", "focus the panel before", NULL)                                                        \
    X(DOWN, TERM_DOWN, 'j', 0, "down j", "select the next row", NULL)                                                           \
    X(UP, TERM_UP, 'k', 0, "up k", "select the row before", NULL)                                                               \
    X(PAGE_DOWN, TERM_PAGE_DOWN, 0, 0, "PgDn", "ten rows down", NULL)                                                           \
    X(PAGE_UP, TERM_PAGE_UP, 0, 0, "PgUp", "ten rows up", NULL)                                                                 \
    X(FIRST, TERM_HOME, 'g', 0, "Home g", "select the first row", NULL)                                                         \
    X(LAST, TERM_END, 'G', 0, "End G", "select the last row", NULL)                                                             \
    X(FASTER, '+', '=', 0, "+", "fetch twice as often", NULL)                                                                   \
    X(SLOWER, '-', 0, 0, "-", "fetch half as often", NULL)                                                                      \
    X(WHEEL_UP, TERM_WHEEL_UP, 0, 0, "wheel, click", "the mouse: rows; a row (again: opens it); a panel's name", NULL)          \
    X(WHEEL_DOWN, TERM_WHEEL_DOWN, 0, 0, NULL, NULL, NULL)                                                                      \
    X(SAVE, TERM_F0 + 12, 0, 0, "F12", "keep panel, order, filter, group, interval, range, theme and curves for the next time", \
      NULL)                                                                                                                     \
    X(CANCEL, TERM_ESCAPE, 0, 0, "Esc", "back: from help, a page, the filter, one panel", NULL)                                 \
    X(QUIT, TERM_F0 + 10, 'q', 0, "F10 q", "quit", "F10 Quit")

enum top_action {
#define X(ident, key1, key2, key3, words, help, bar) TOP_##ident,
    TOP_KEYS(X)
#undef X
        TOP_ACTIONS
};

extern const struct key_binding top_keys[TOP_ACTIONS];

#endif
