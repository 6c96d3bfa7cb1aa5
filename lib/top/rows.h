/* Rows of a table: what state.c, arrange.c and the grouping share. */
#ifndef TOP_ROWS_H
#define TOP_ROWS_H

#include "top/top.h"

/* index.c: the rows of a table while it takes the answers of a round. */
struct row_index {
    struct table *table;
    size_t *at; /* position + 1 by a row's id */
    size_t n_at;
    struct named *named; /* by what names the series that are taken now; NULL: by what changes */
    struct map by_key;   /* of the rows so far: position + 1; made when it is asked for */
};
void index_begin(struct row_index *index, struct table *table, struct label_sets *sets);
void index_release(struct row_index *index);
/* What names the rows of the series that come next. */
void index_name(struct row_index *index, const char *names);
/* Where the id of the row is kept that this set names; NULL: it has to be named each time. */
unsigned *index_id(const struct row_index *index, const struct label_set *set);
struct row *index_row(const struct row_index *index, unsigned id);     /* NULL: there is none now */
struct row *index_row_named(struct row_index *index, const char *key); /* made when it is not there */
void index_forget(struct table *table);                                /* what was learned of label sets */

/* labels.c: of each measure anew: age, take of its series, and at the end drop what was not said again. */
void row_labels_age(struct row *row, const struct measure *measure);
void row_labels_take(struct row *row, struct reading *by, const struct prom_series *series, const struct measure *measure);
void row_labels_drop(struct row *row);
void row_labels_release(struct row *row);

/* filter.c: "ocr" (a part of the name), "!ocr" (not so), "namespace=ml" (a label); all of the words. */
bool row_matches(const struct row *row, const struct strv *words);

/* The figure of several things together is the sum of theirs. */
bool metric_is_summed(const struct metric *metric);

/* group.c: first the names, then, of rows in the order of their groups, a row with the sums before each group; its members
 * are hidden unless its name is in `open`. */
void groups_name(struct table *table, enum group by);
int compare_row_groups(const struct row *a, const struct row *b); /* those that the filter hides come last */
void groups_make(struct table *table, const struct strv *open);
void groups_drop(struct table *table);

#endif
