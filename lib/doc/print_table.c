/* Tables through libsmartcols, which knows widths of characters and what to cut in a narrow terminal. Where neither is
 * asked for (plain text into a file or a pipe) the cells are written as they are: the library would look at each character
 * several times, and is half of what a long list costs. */
#include <ctype.h>
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>

#include "base/dl.h"
#include "base/text_locale.h"
#include "doc/doc_parts.h"
#include "doc/print_parts.h"

#define SEPARATOR "  "
enum { SEPARATOR_LEN = sizeof(SEPARATOR) - 1 };

static struct scols_lib {
    struct libscols_table *(*new_table)(void);
    void (*unref_table)(struct libscols_table *);
    struct libscols_column *(*new_column)(struct libscols_table *, const char *, double, int);
    struct libscols_line *(*new_line)(struct libscols_table *, struct libscols_line *);
    int (*refer_data)(struct libscols_line *, size_t, char *);
    struct libscols_cell *(*get_cell)(struct libscols_line *, size_t);
    int (*set_color)(struct libscols_cell *, const char *);
    int (*enable_colors)(struct libscols_table *, int);
    int (*enable_noheadings)(struct libscols_table *, int);
    int (*enable_noencoding)(struct libscols_table *, int);
    int (*set_separator)(struct libscols_table *, const char *);
    int (*set_termforce)(struct libscols_table *, int);
    int (*set_termwidth)(struct libscols_table *, size_t);
    int (*to_string)(struct libscols_table *, char **);
} scols;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct scols_lib, new_table, "scols_new_table"),
    DL_SYMBOL(struct scols_lib, unref_table, "scols_unref_table"),
    DL_SYMBOL(struct scols_lib, new_column, "scols_table_new_column"),
    DL_SYMBOL(struct scols_lib, new_line, "scols_table_new_line"),
    DL_SYMBOL(struct scols_lib, refer_data, "scols_line_refer_data"),
    DL_SYMBOL(struct scols_lib, get_cell, "scols_line_get_cell"),
    DL_SYMBOL(struct scols_lib, set_color, "scols_cell_set_color"),
    DL_SYMBOL(struct scols_lib, enable_colors, "scols_table_enable_colors"),
    DL_SYMBOL(struct scols_lib, enable_noheadings, "scols_table_enable_noheadings"),
    DL_SYMBOL(struct scols_lib, enable_noencoding, "scols_table_enable_noencoding"),
    DL_SYMBOL(struct scols_lib, set_separator, "scols_table_set_column_separator"),
    DL_SYMBOL(struct scols_lib, set_termforce, "scols_table_set_termforce"),
    DL_SYMBOL(struct scols_lib, set_termwidth, "scols_table_set_termwidth"),
    DL_SYMBOL(struct scols_lib, to_string, "scols_print_table_to_string"),
    {0},
};
static const char *const sonames[] = {"libsmartcols.so.1", NULL};
static struct dl_library library = {.sonames = sonames, .package = "libsmartcols1", .symbols = symbols, .table = &scols};

static struct libscols_table *new_table(const struct print_options *opts, struct err *err)
{
    text_locale_use();
    if (dl_bind(&library, err) != 0)
        return NULL;
    struct libscols_table *table = scols.new_table();
    if (!table) {
        err_set(err, ERR_FAILED, "cannot make a table");
        return NULL;
    }
    scols.set_separator(table, SEPARATOR);
    scols.enable_noencoding(table, 1); /* our cells are escaped already */
    scols.enable_colors(table, opts->color);
    scols.set_termforce(table, opts->width > 0 ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
    if (opts->width > 0)
        scols.set_termwidth(table, (size_t)opts->width);
    return table;
}

static bool is_right_aligned(enum cell_kind kind)
{
    switch (kind) {
    case CELL_NUMBER:
    case CELL_BYTES:
    case CELL_MS:
    case CELL_DURATION:
    case CELL_WATTS:
    case CELL_JOULES:
    case CELL_MONEY:
    case CELL_PERCENT:
        return true;
    case CELL_TEXT:
    case CELL_STATE:
    case CELL_AGE:
    case CELL_LIST:
        break;
    }
    return false;
}

/* ---- cells ---- */

/* The texts of a table, a row after the other, the titles first; each has a NUL behind it. */
struct cells {
    const struct column_set *columns;
    struct str text;
    size_t *at; /* where each begins, and where one more would */
    size_t n;
};

static void cells_release(struct cells *cells)
{
    str_release(&cells->text);
    free(cells->at);
}
DEFINE_CLEANUP(struct cells, cells_release)

static void end_cell(struct cells *cells)
{
    str_addc(&cells->text, '\0');
    cells->at[++cells->n] = cells->text.len;
}

static const char *cell_text(const struct cells *cells, size_t i) { return cells->text.buf + cells->at[i]; }

static size_t cell_len(const struct cells *cells, size_t i) { return cells->at[i + 1] - cells->at[i] - 1; }

/* A title that is not shown would count for the width. */
static void fill_cells(struct cells *cells, const struct rows *rows, bool no_headers)
{
    const struct column_set *columns = cells->columns;
    cells->at = xcalloc((rows->n + 1) * columns->n + 1, sizeof(*cells->at));
    for (size_t k = 0; k < columns->n; k++) {
        str_add(&cells->text, no_headers ? "" : columns->v[k].title);
        end_cell(cells);
    }
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < columns->n; k++) {
            print_cell(&columns->v[k], rows->v[i], &cells->text);
            end_cell(cells);
        }
}

/* ---- without the library ---- */

/* One column wide, and nothing that the library takes for an escape. */
static bool is_plain_char(char c) { return c >= ' ' && c < 0x7f && c != '\\'; }

static bool is_plain(const struct cells *cells)
{
    for (size_t i = 0; i < cells->text.len; i++)
        if (cells->text.buf[i] && !is_plain_char(cells->text.buf[i]))
            return false;
    return true;
}

static size_t width_of(const struct cells *cells, size_t column)
{
    size_t width = 0;
    for (size_t i = column; i < cells->n; i += cells->columns->n)
        if (cell_len(cells, i) > width)
            width = cell_len(cells, i);
    return width;
}

static void add_row(const struct cells *cells, size_t first, const size_t *widths, struct str *s)
{
    const struct column_set *columns = cells->columns;
    for (size_t k = 0; k < columns->n; k++) {
        bool is_last = k + 1 == columns->n, is_right = is_right_aligned(columns->v[k].kind);
        size_t len = cell_len(cells, first + k), gap = widths[k] - len;
        if (is_right)
            add_spaces(s, gap);
        str_addn(s, cell_text(cells, first + k), len);
        if (!is_last)
            add_spaces(s, (is_right ? 0 : gap) + SEPARATOR_LEN);
    }
    str_addc(s, '\n');
}

static void print_plain(const struct cells *cells, const struct print_options *opts)
{
    size_t n = cells->columns->n;
    CLEANUP(str_release) struct str s = STR_INIT;
    AUTOFREE size_t *widths = xcalloc(n + 1, sizeof(*widths));
    for (size_t k = 0; k < n; k++)
        widths[k] = width_of(cells, k);
    for (size_t i = opts->no_headers ? n : 0; i < cells->n; i += n)
        add_row(cells, i, widths, &s);
    fwrite(s.buf, 1, s.len, opts->out);
}

/* ---- through the library ---- */

static void set_cell(struct libscols_line *line, size_t place, enum cell_kind kind, const char *text)
{
    const char *color = kind == CELL_STATE ? print_state_color(text) : "";
    scols.refer_data(line, place, xstrdup(text)); /* the table frees it */
    if (*color)
        scols.set_color(scols.get_cell(line, place), color);
}

/* Widths depend on the encoding; ours is UTF-8 whatever the environment says. */
static int to_string(struct libscols_table *table, char **ret)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    int rc = scols.to_string(table, ret);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    return rc;
}

static int print_and_free(struct libscols_table *table, FILE *out, struct err *err)
{
    AUTOFREE char *text = NULL;
    int rc = to_string(table, &text);
    scols.unref_table(table);
    if (rc != 0)
        return err_set(err, ERR_FAILED, "cannot print a table");
    if (text && *text) {
        fputs(text, out);
        if (!str_ends(text, "\n"))
            fputc('\n', out);
    }
    return 0;
}

static int print_with_library(const struct cells *cells, const struct print_options *opts, struct err *err)
{
    const struct column_set *columns = cells->columns;
    struct libscols_table *table = new_table(opts, err);
    if (!table)
        return -1;
    scols.enable_noheadings(table, opts->no_headers);
    for (size_t k = 0; k < columns->n; k++) {
        bool last = k + 1 == columns->n;
        int flags = is_right_aligned(columns->v[k].kind) ? SCOLS_FL_RIGHT : last && k ? SCOLS_FL_TRUNC : 0;
        scols.new_column(table, cell_text(cells, k), 0, flags);
    }
    for (size_t i = columns->n; i < cells->n; i += columns->n) {
        struct libscols_line *line = scols.new_line(table, NULL);
        for (size_t k = 0; k < columns->n; k++)
            set_cell(line, k, columns->v[k].kind, cell_text(cells, i + k));
    }
    return print_and_free(table, opts->out, err);
}

int table_print(const struct print_options *opts, const struct column_set *columns, const struct rows *rows, struct err *err)
{
    if (!rows->n)
        return 0;
    CLEANUP(cells_release) struct cells cells = {.columns = columns, .text = STR_INIT};
    fill_cells(&cells, rows, opts->no_headers);
    if (opts->width || opts->color || !is_plain(&cells))
        return print_with_library(&cells, opts, err);
    print_plain(&cells, opts);
    return 0;
}

int table_print_one(const struct print_options *opts, const struct column_set *columns, const node_t *item, struct err *err)
{
    struct print_options unlimited = *opts;
    unlimited.width = 0; /* one object is shown whole */
    struct libscols_table *table = new_table(&unlimited, err);
    if (!table)
        return -1;
    scols.enable_noheadings(table, 1);
    scols.new_column(table, "", 0, 0);
    scols.new_column(table, "", 0, 0);
    for (size_t i = 0; i < columns->n; i++) {
        struct libscols_line *line = scols.new_line(table, NULL);
        CLEANUP(str_release) struct str text = STR_INIT;
        char *title = xstrdup(columns->v[i].title);
        for (char *p = title; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        scols.refer_data(line, 0, title);
        print_cell(&columns->v[i], item, &text);
        set_cell(line, 1, columns->v[i].kind, text.buf);
    }
    return print_and_free(table, opts->out, err);
}
