#include "tui/grid.h"

static int total(const struct grid *grid)
{
    int cols = GRID_MARGIN - GRID_GAP;
    for (size_t i = 0; i < grid->n; i++)
        cols += grid->widths[i] ? grid->widths[i] + GRID_GAP : 0;
    return cols;
}

/* The column to leave out next; 0 (which always stays) when there is none. */
static size_t least_important(const struct grid *grid)
{
    size_t least = 0;
    for (size_t i = 1; i < grid->n; i++)
        if (grid->widths[i] && (!least || grid->columns[i].importance <= grid->columns[least].importance))
            least = i;
    return least;
}

static void grow(struct grid *grid, int spare)
{
    for (size_t i = 0; i < grid->n && spare > 0; i++) {
        int room = grid->widths[i] ? grid->columns[i].max_width - grid->widths[i] : 0;
        if (room <= 0)
            continue;
        int more = room < spare ? room : spare;
        grid->widths[i] += more;
        spare -= more;
    }
}

void grid_fit(struct grid *grid, const struct grid_column *columns, size_t n, int cols)
{
    *grid = (struct grid){.columns = columns, .n = n < GRID_COLUMNS ? n : GRID_COLUMNS};
    for (size_t i = 0; i < grid->n; i++)
        grid->widths[i] = columns[i].width;
    while (total(grid) > cols) {
        size_t least = least_important(grid);
        if (!least)
            break;
        grid->widths[least] = 0;
    }
    if (grid->n && total(grid) > cols)
        grid->widths[0] = cols > GRID_MARGIN ? cols - GRID_MARGIN : 0;
    grow(grid, cols - total(grid));

    int at = GRID_MARGIN;
    for (size_t i = 0; i < grid->n; i++) {
        grid->starts[i] = at;
        at += grid->widths[i] ? grid->widths[i] + GRID_GAP : 0;
    }
}

void grid_header(const struct grid *grid, struct surface *s, int row, struct style style)
{
    for (size_t i = 0; i < grid->n; i++)
        grid_put(grid, s, row, i, style, grid->columns[i].title);
}

void grid_put(const struct grid *grid, struct surface *s, int row, size_t column, struct style style, const char *text)
{
    if (column < grid->n)
        surface_field(s, row, grid->starts[column], grid->widths[column], grid->columns[column].align, style, text);
}
