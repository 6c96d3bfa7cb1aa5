#include "top/heat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { LEVELS = 8, GAP = 1, LABEL_MAX = 14, MARGIN = 1 };

static const char *const blocks[LEVELS] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};

/* Rows that are shown, in the order of their nodes: the GPUs of a node are neighbours. */
struct fleet {
    const struct row **rows;
    size_t n, nodes;
    int widest;       /* GPUs of a node */
    size_t label_len; /* of the longest name of a node */
};

/* A GPU's key is NODE/INDEX. */
static size_t host_len(const char *key)
{
    const char *stroke = strrchr(key, '/');
    return stroke ? (size_t)(stroke - key) : strlen(key);
}

static bool is_same_node(const struct row *a, const struct row *b)
{
    size_t len = host_len(a->key);
    return host_len(b->key) == len && strncmp(a->key, b->key, len) == 0;
}

static int compare_keys(const void *a, const void *b)
{
    return strverscmp((*(const struct row *const *)a)->key, (*(const struct row *const *)b)->key);
}

static void measure_nodes(struct fleet *fleet)
{
    int here = 0;
    for (size_t i = 0; i < fleet->n; i++) {
        bool is_new = i == 0 || !is_same_node(fleet->rows[i - 1], fleet->rows[i]);
        fleet->nodes += is_new;
        here = is_new ? 1 : here + 1;
        fleet->widest = here > fleet->widest ? here : fleet->widest;
        size_t len = host_len(fleet->rows[i]->key);
        fleet->label_len = len > fleet->label_len ? len : fleet->label_len;
    }
}

static struct fleet fleet_of(const struct table *table)
{
    struct fleet fleet = {.rows = xcalloc(table->n + 1, sizeof(const struct row *))};
    for (size_t i = 0; i < table->n; i++)
        if (!table->rows[i].is_hidden && !table->rows[i].is_group)
            fleet.rows[fleet.n++] = &table->rows[i];
    if (fleet.n)
        qsort(fleet.rows, fleet.n, sizeof(const struct row *), compare_keys);
    measure_nodes(&fleet);
    return fleet;
}

/* Groups beside each other, with as much of their names as there is room for when all shall fit into `rows`. */
struct heat_grid {
    int across, label, step;
};

static struct heat_grid grid_of(const struct fleet *fleet, int cols, int rows)
{
    int most = fleet->label_len < LABEL_MAX ? (int)fleet->label_len : LABEL_MAX;
    struct heat_grid grid = {0};
    for (int label = most; label >= 0; label--) {
        int step = label + (label > 0) + fleet->widest + GAP;
        int across = (cols - MARGIN + GAP) / step;
        grid = (struct heat_grid){.across = across > 0 ? across : 1, .label = label, .step = step};
        if (((int)fleet->nodes + grid.across - 1) / grid.across <= rows)
            break;
    }
    return grid;
}

static int rows_of(const struct fleet *fleet, const struct heat_grid *grid)
{
    return ((int)fleet->nodes + grid->across - 1) / grid->across;
}

int heat_rows(const struct table *table, int cols)
{
    enum { MANY = 4096 };
    struct fleet fleet = fleet_of(table);
    struct heat_grid grid = grid_of(&fleet, cols, MANY);
    int rows = fleet.n ? rows_of(&fleet, &grid) + 1 : 0;
    free(fleet.rows);
    return rows;
}

static enum tint tint_of(double busy) { return busy < 0.05 ? TINT_BLUE : busy < 0.8 ? TINT_GREEN : TINT_YELLOW; }

/* A fault is told by its sign, before how busy it is. */
static void draw_cell(const struct state *state, const struct table *table, const struct row *row, struct surface *s, int at,
                      int col)
{
    const struct reading *busy = row_reading(table, row, "busy_ratio"), *xid = row_reading(table, row, "xid");
    double value = reading_value(busy);
    bool is_dim = busy->sample.state != SAMPLE_KNOWN || state->source.state == SOURCE_DOWN;
    if (reading_value(xid) > 0) {
        surface_text(s, at, col, STYLE(TINT_RED, STYLE_BOLD), "X");
        return;
    }
    if (!isfinite(value)) {
        surface_text(s, at, col, STYLE(TINT_NONE, STYLE_DIM), "?");
        return;
    }
    double share = num_min(num_max(value, 0), 1);
    char digit[2] = {(char)('0' + (int)(share * 9 + 0.5)), 0};
    const char *text = view_curves(&state->view, s->utf8) != SPARK_ASCII ? blocks[(int)(share * (LEVELS - 1) + 0.5)] : digit;
    surface_text(s, at, col, STYLE(is_dim ? TINT_NONE : tint_of(share), is_dim ? STYLE_DIM : 0), text);
}

static void draw_label(const struct row *row, const struct heat_grid *grid, struct surface *s, int at, int col)
{
    size_t len = host_len(row->key);
    /* Of a name that does not fit the end tells it apart. */
    size_t skip = len > (size_t)grid->label ? len - (size_t)grid->label : 0;
    AUTOFREE char *label = xstrndup(row->key + skip, len - skip);
    surface_field(s, at, col, grid->label, ALIGN_LEFT, STYLE(TINT_NONE, STYLE_DIM), label);
}

static void draw_legend(const struct fleet *fleet, size_t shown, bool is_ascii, struct surface *s, int row)
{
    struct style dim = STYLE(TINT_NONE, STYLE_DIM);
    int col =
        surface_text(s, row, MARGIN, dim, is_ascii ? "0 idle  5 half  9 busy  " : "\u2581 idle  \u2585 half  \u2588 busy  ");
    col = surface_text(s, row, col, STYLE(TINT_RED, STYLE_BOLD), "X");
    col = surface_text(s, row, col, dim, " XID error  ? unknown  ");
    if (shown < fleet->nodes)
        surface_textf(s, row, col, dim, "%zu of %zu nodes, %zu GPUs", shown, fleet->nodes, fleet->n);
    else
        surface_textf(s, row, col, dim, "%zu nodes, %zu GPUs", fleet->nodes, fleet->n);
}

void heat_draw(const struct state *state, const struct table *table, struct surface *s)
{
    struct fleet fleet = fleet_of(table);
    struct heat_grid grid = grid_of(&fleet, s->cols, s->rows - 1);
    size_t node = 0;
    int col = MARGIN;
    for (size_t i = 0; i < fleet.n; i++) {
        bool is_new = i == 0 || !is_same_node(fleet.rows[i - 1], fleet.rows[i]);
        node += is_new;
        int at = (int)((node - 1) / (size_t)grid.across);
        if (at >= s->rows - 1)
            break;
        if (is_new) {
            col = MARGIN + (int)((node - 1) % (size_t)grid.across) * grid.step;
            if (grid.label)
                draw_label(fleet.rows[i], &grid, s, at, col);
            col += grid.label + (grid.label > 0);
        }
        draw_cell(state, table, fleet.rows[i], s, at, col++);
    }
    size_t room = (size_t)(s->rows > 1 ? s->rows - 1 : 0) * (size_t)grid.across;
    draw_legend(&fleet, room < fleet.nodes ? room : fleet.nodes, view_curves(&state->view, s->utf8) == SPARK_ASCII, s,
                s->rows - 1);
    free(fleet.rows);
}
