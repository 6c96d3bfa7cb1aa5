/* Tables through libsmartcols, which knows widths of characters and what to cut in a narrow terminal. */
#include <ctype.h>
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>

#include "base/dl.h"
#include "base/text_locale.h"
#include "doc/print_parts.h"

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
    scols.set_separator(table, "  ");
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

static void fill_cell(struct libscols_line *line, size_t place, const struct column *column, const node_t *item)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    print_cell(column, item, &text);
    const char *color = column->kind == CELL_STATE ? print_state_color(text.buf) : "";
    scols.refer_data(line, place, str_detach(&text)); /* the table frees it */
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

int table_print(const struct print_options *opts, const struct column_set *columns, const struct rows *rows, struct err *err)
{
    if (!rows->n)
        return 0;
    struct libscols_table *table = new_table(opts, err);
    if (!table)
        return -1;
    scols.enable_noheadings(table, opts->no_headers);
    for (size_t i = 0; i < columns->n; i++) {
        bool last = i + 1 == columns->n;
        int flags = is_right_aligned(columns->v[i].kind) ? SCOLS_FL_RIGHT : last && i ? SCOLS_FL_TRUNC : 0;
        /* a title counts for the width even when it is not shown */
        scols.new_column(table, opts->no_headers ? "" : columns->v[i].title, 0, flags);
    }
    for (size_t i = 0; i < rows->n; i++) {
        struct libscols_line *line = scols.new_line(table, NULL);
        for (size_t k = 0; k < columns->n; k++)
            fill_cell(line, k, &columns->v[k], rows->v[i]);
    }
    return print_and_free(table, opts->out, err);
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
        char *title = xstrdup(columns->v[i].title);
        for (char *p = title; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        scols.refer_data(line, 0, title);
        fill_cell(line, 1, &columns->v[i], item);
    }
    return print_and_free(table, opts->out, err);
}
