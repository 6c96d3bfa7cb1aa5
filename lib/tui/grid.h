/* A table on a surface: which columns fit, and where they stand. */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "tui/surface.h"

struct grid_column {
    const char *title;
    int width;      /* at least */
    int max_width;  /* it may grow to this when there is room; 0: it does not grow */
    int importance; /* the least important is left out first; the first column stays */
    enum align align;
};

enum { GRID_COLUMNS = 24, GRID_GAP = 1, GRID_MARGIN = 1 };

struct grid {
    const struct grid_column *columns;
    size_t n;                 /* at most GRID_COLUMNS */
    int widths[GRID_COLUMNS]; /* 0: left out */
    int starts[GRID_COLUMNS]; /* its first column on the surface */
};

/* Fits the columns into `cols` columns of the surface. */
void grid_fit(struct grid *grid, const struct grid_column *columns, size_t n, int cols);
void grid_header(const struct grid *grid, struct surface *s, int row, struct style style);
/* Draws one field; nothing when the column is left out. */
void grid_put(const struct grid *grid, struct surface *s, int row, size_t column, struct style style, const char *text);

#endif
