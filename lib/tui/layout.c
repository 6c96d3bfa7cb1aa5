#include "tui/layout.h"

#include <string.h>

/* One or two items side by side. */
struct band {
    size_t first;
    size_t n;
    int min_rows, want_rows, rows;
    int importance;
};

static int larger(int a, int b) { return a > b ? a : b; }

static bool fits_beside(struct rect area, const struct layout_item *left, const struct layout_item *right)
{
    return right->beside && left->min_cols + 1 + right->min_cols <= area.cols;
}

static size_t make_bands(struct rect area, const struct layout_item *items, const size_t *shown, size_t n, struct band *bands)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct layout_item *item = &items[shown[i]];
        int min = larger(1, item->min_rows);
        struct band *last = count ? &bands[count - 1] : NULL;
        if (last && last->n == 1 && fits_beside(area, &items[shown[i - 1]], item)) {
            last->n = 2;
            last->min_rows = larger(last->min_rows, min);
            last->want_rows = larger(last->want_rows, item->want_rows);
            last->importance = larger(last->importance, item->importance);
            continue;
        }
        bands[count++] = (struct band){
            .first = i, .n = 1, .min_rows = min, .want_rows = larger(min, item->want_rows), .importance = item->importance};
    }
    return count;
}

static int rows_needed(const struct band *bands, size_t n)
{
    int rows = 0;
    for (size_t i = 0; i < n; i++)
        rows += bands[i].min_rows;
    return rows;
}

static size_t least_important(const struct band *bands, size_t n)
{
    size_t least = 0;
    for (size_t i = 1; i < n; i++)
        if (bands[i].importance <= bands[least].importance)
            least = i;
    return least;
}

/* A line at a time, so that a long list does not starve the others. */
static void share_rest(struct band *bands, size_t n, int rest)
{
    bool grew = true;
    while (rest > 0 && grew) {
        grew = false;
        for (size_t i = 0; i < n && rest > 0; i++) {
            if (bands[i].rows >= bands[i].want_rows)
                continue;
            bands[i].rows++;
            rest--;
            grew = true;
        }
    }
}

static void place(struct rect area, const struct layout_item *items, const size_t *shown, const struct band *band, int row,
                  struct rect *ret)
{
    struct rect whole = {.row = area.row + row, .col = area.col, .rows = band->rows, .cols = area.cols};
    if (band->n == 1) {
        ret[shown[band->first]] = whole;
        return;
    }
    size_t left = shown[band->first], right = shown[band->first + 1];
    int spare = area.cols - 1 - items[left].min_cols - items[right].min_cols;
    struct rect first = whole, second = whole;
    first.cols = items[left].min_cols + spare / 2;
    second.col = area.col + first.cols + 1;
    second.cols = area.cols - first.cols - 1;
    ret[left] = first;
    ret[right] = second;
}

void layout_pack(struct rect area, const struct layout_item *items, size_t n, struct rect *ret)
{
    size_t shown[LAYOUT_MAX];
    size_t n_shown = 0;
    memset(ret, 0, n * sizeof(*ret));
    if (area.rows <= 0 || area.cols <= 0)
        return;
    for (size_t i = 0; i < n && n_shown < LAYOUT_MAX; i++)
        if (items[i].want_rows > 0)
            shown[n_shown++] = i;

    struct band bands[LAYOUT_MAX];
    size_t count = make_bands(area, items, shown, n_shown, bands);
    while (count > 1 && rows_needed(bands, count) > area.rows) {
        size_t gone = least_important(bands, count);
        memmove(&bands[gone], &bands[gone + 1], (count - gone - 1) * sizeof(*bands));
        count--;
    }
    for (size_t i = 0; i < count; i++)
        bands[i].rows = bands[i].min_rows < area.rows ? bands[i].min_rows : area.rows;
    share_rest(bands, count, area.rows - rows_needed(bands, count));

    int row = 0;
    for (size_t i = 0; i < count; i++) {
        place(area, items, shown, &bands[i], row, ret);
        row += bands[i].rows;
    }
}
