/* A fleet on one screen: a cell a GPU, grouped by node. */
#ifndef TOP_HEAT_H
#define TOP_HEAT_H

#include "top/top.h"

/* How many rows it takes in `cols` columns, its legend included; 0: there is nothing to show. */
int heat_rows(const struct table *table, int cols);
void heat_draw(const struct state *state, const struct table *table, struct surface *s);

#endif
