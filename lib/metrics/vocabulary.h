/* What there is to be measured, and how each source of it is asked: lib/metrics/data, a file a source. */
#ifndef METRICS_VOCABULARY_H
#define METRICS_VOCABULARY_H

#include "metrics/prom.h"

/* {"figures":{NAME:{"unit","help"}},"sources":[{"name","title","figures":[{"figure","needs","expr"}]}],"alerts":[rules],
 * "dashboards":[{"uid","title","panels":[{"figure","title","price","scale"}]}]}. The caller frees it. */
node_t *vocabulary_load(struct err *err);

/* An expression with its window ("5m") in the place of $W. The caller frees it. */
char *vocabulary_expr(const char *expr, const char *window) __attribute__((returns_nonnull));

/* What a server has of it, an item for each figure and source of it, the best source first:
 * {"name","unit","help","source","title","expr"}; the last three are null where it has nothing of a figure. */
node_t *vocabulary_find(const node_t *vocabulary, const struct prom *prom, struct strv *warnings, struct err *err);
/* The same, by the names of metrics that there are (NULL: all). */
node_t *vocabulary_match(const node_t *vocabulary, const node_t *names);

#endif
