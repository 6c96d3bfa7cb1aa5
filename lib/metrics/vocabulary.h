/* What there is to be measured, and how each source of it is asked: lib/metrics/data, a file a source. */
#ifndef METRICS_VOCABULARY_H
#define METRICS_VOCABULARY_H

#include "metrics/prom.h"

/* {"figures":{NAME:{"unit","help","of"}},"sources":[{"name","title","jobs","names":{KIND:labels},"figures":[{"figure","needs","expr",
 * "names","text","adds","estimated","error"}]}],"alerts":[rules],"dashboards":[{"uid","title","panels":[{"figure","title","price","scale"}]}]}.
 * A figure is of a kind of thing ("of", or its first word); names says by which labels a source names one: parts separated by
 * blanks, each "label|older label", with @ before one that is the address of a node. text: the figure is not the sample but
 * these labels. error: how far off a meter may be, as a share. jobs: words in the names of scrape jobs, separated by |. The caller frees it. */
node_t *vocabulary_load(struct err *err);

/* An expression with its window ("5m") in the place of $W. The caller frees it. */
char *vocabulary_expr(const char *expr, const char *window) __attribute__((returns_nonnull));

/* The labels that a figure's "text" names ("state", "exported_pod|pod"), joined by "/". */
void vocabulary_text(const struct prom_series *series, const char *text, struct str *s);

/* What a server has of it, an item for each figure and source of it, the best source first:
 * {"name","unit","help","source","title","expr","needs","names","text","jobs","adds","estimated","error"}; from source on it is null
 * where it has nothing of a figure. */
node_t *vocabulary_find(const node_t *vocabulary, const struct prom *prom, struct strv *warnings, struct err *err);
/* The same, by the names of metrics that there are (NULL: all). */
node_t *vocabulary_match(const node_t *vocabulary, const node_t *names);
/* The names of metrics that the vocabulary needs and the server has. */
node_t *vocabulary_names(const node_t *vocabulary, const struct prom *prom, struct strv *warnings, struct err *err);

#endif
