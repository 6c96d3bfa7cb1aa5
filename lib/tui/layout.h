/* Where things go on a screen: pure functions from sizes to rectangles. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

struct rect {
    int row, col, rows, cols; /* rows or cols 0: not shown */
};

struct layout_item {
    int min_rows;   /* below this it is not worth showing */
    int want_rows;  /* more than this is of no use; 0: it has nothing to show */
    int min_cols;   /* what it needs to stand beside another */
    int importance; /* the least important goes first when there is no room */
    bool beside;    /* may stand to the right of the item before it */
};

enum { LAYOUT_MAX = 32 };

/* Places n items (at most LAYOUT_MAX) in bands from top to bottom, inside area. Rectangles never
 * overlap and never leave the area; the most important item that wants to be seen always is, clipped
 * if it must be. */
void layout_pack(struct rect area, const struct layout_item *items, size_t n, struct rect *ret);

#endif
