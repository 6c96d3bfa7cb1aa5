/* The pieces of the printer, for lib/doc/print*.c only. */
#ifndef DOC_PRINT_PARTS_H
#define DOC_PRINT_PARTS_H

#include "doc/print.h"

/* ---- print_cell.c ---- */

/* A value for machines: strings as they are, lists of scalars joined by commas, the rest as JSON;
 * nothing for what is missing or null. */
void cell_raw(const node_t *value, struct str *s);

/* ---- print_columns.c ---- */

/* Columns to print: the table's own, some of them, or those of custom-columns=. */
struct column_set {
    struct column *v;
    size_t n;
    struct strv owned; /* titles and paths of custom ones */
};
#define COLUMN_SET_INIT ((struct column_set){0})
int column_set_select(struct column_set *ret, const struct print_options *opts, const struct column *columns, struct err *err);
void column_set_release(struct column_set *set);
DEFINE_CLEANUP(struct column_set, column_set_release)

/* A list's items, in the order of --sort-by; they stay the list's. */
struct rows {
    const node_t **v;
    size_t n;
};
#define ROWS_INIT ((struct rows){0})
int rows_sorted(struct rows *ret, const node_t *items, const char *sort_by, const struct column *columns, struct err *err);
void rows_release(struct rows *rows);
DEFINE_CLEANUP(struct rows, rows_release)

/* ---- print_table.c ---- */

int table_print(const struct print_options *opts, const struct column_set *columns, const struct rows *rows, struct err *err);
/* "title  value" lines. */
int table_print_one(const struct print_options *opts, const struct column_set *columns, const node_t *item, struct err *err);

#endif
