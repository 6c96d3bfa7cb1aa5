/* Rows of a table: what state.c, arrange.c and the grouping share. */
#ifndef TOP_ROWS_H
#define TOP_ROWS_H

#include "top/top.h"

/* labels.c: of each measure anew: age, take of its series, and at the end drop what was not said again. */
void row_labels_age(struct row *row, const struct measure *measure);
void row_labels_take(struct row *row, const struct prom_series *series, const struct measure *measure);
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
