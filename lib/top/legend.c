/* The help's second half: what the signs mean, and who measures what. */
#include <string.h>

#include "top/sample.h"
#include "top/top.h"

static const char *const legend[] = {
    "",
    "  -        unknown: no data, never zero",
    "  ~        an estimate: a model of the machine, or a share by the use of processors, not a meter",
    "  ±        how far off the meter may be",
    "  dim      the last value of a source that does not answer now",
    "  !        a source of this panel that fails",
    "  curves   over the range; shares from 0 to 100 %, others from their smallest to their largest value",
    "           of dots (braille), blocks or ASCII by what the terminal can show: --curves, :curves",
    "  place    in its Kueue queue, as the context's cluster tells it: unknown without kube-context, and in the past",
    "  map      a cell a GPU, grouped by node: higher is busier; X reports an error (XID), ? is unknown",
    "",
};

/* Whoever measures the figure, or whoever would. */
static void add_titles(const struct state *state, const char *figure, bool is_there, struct strv *titles)
{
    size_t n;
    const struct place *places = plan_places(state->plan, &n);
    for (size_t i = 0; i < n; i++) {
        bool has = state->has[places[i].index] != ANSWER_ABSENT;
        if (has == is_there && str_eq(places[i].measure->figure, figure) && !strv_has(titles, places[i].measure->title))
            strv_add(titles, places[i].measure->title);
    }
}

static void add_list(struct str *s, const struct strv *titles, const char *last)
{
    for (size_t i = 0; i < titles->n; i++)
        str_addf(s, "%s%s", i == 0 ? "" : i + 1 < titles->n ? ", " : last, titles->v[i]);
}

static void draw_figure(const struct state *state, const char *figure, struct surface *s, int row, int col)
{
    enum { NAME_COLS = 22 };
    CLEANUP(strv_release) struct strv titles = STRV_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    add_titles(state, figure, true, &titles);
    bool is_there = titles.n > 0;
    if (is_there) {
        add_list(&text, &titles, ", ");
    } else {
        str_add(&text, "nobody; ");
        add_titles(state, figure, false, &titles);
        add_list(&text, &titles, " or ");
        str_add(&text, " would");
    }
    surface_text(s, row, col, STYLE(TINT_CYAN, 0), figure);
    surface_text(s, row, col + NAME_COLS, STYLE(TINT_NONE, is_there ? 0 : STYLE_DIM), text.buf);
}

static void figures_of(const struct state *state, struct strv *names)
{
    size_t n;
    const struct place *places = plan_places(state->plan, &n);
    for (size_t i = 0; i < n; i++)
        if (places[i].measure->figure && !strv_has(names, places[i].measure->figure))
            strv_add(names, places[i].measure->figure);
}

int legend_lines(const struct state *state)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    if (state->plan)
        figures_of(state, &names);
    return (int)(ARRAY_LEN(legend) + names.n);
}

/* In as many columns as fit: a line a figure is more than most screens have. */
void legend_draw(const struct state *state, struct surface *s, int row)
{
    enum { WIDTH = 62 };
    for (size_t i = 0; i < ARRAY_LEN(legend); i++)
        surface_text(s, row++, 0, STYLE_PLAIN, legend[i]);
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    if (!state->plan)
        return;
    figures_of(state, &names);
    int across = s->cols / WIDTH > 0 ? s->cols / WIDTH : 1;
    int rows = ((int)names.n + across - 1) / across;
    for (int i = 0; i < (int)names.n; i++) {
        struct surface column =
            surface_window(s, (struct rect){.col = i / rows * WIDTH, .rows = s->rows, .cols = across > 1 ? WIDTH - 1 : s->cols});
        draw_figure(state, names.v[i], &column, row + i % rows, 2);
    }
}
