/* The parts of aiwf query. */
#ifndef CMD_QUERY_H
#define CMD_QUERY_H

#include "cmd.h"
#include "metrics/prom.h"

struct query_options {
    const char *prometheus, *at, *plot, *list, *figure, *source;
    int64_t range_ms, step_ms;
    struct strv scrape;
    struct prom
        *kept; /* no option: whom all rounds of --watch ask; exporters have their history there. NULL: each opens its own */
};

#define QUERY_WINDOW "5m" /* of a figure's rates */

/* query_list.c: what there is to be asked for. */
extern const char *const query_lists[]; /* values of --list */
int query_list(struct cli *cli, const struct prom *prom, struct err *err);
/* --figure: the expression of the source that the server has; the caller frees it. NOT_FOUND: it has none, or it is no figure. */
char *query_figure(struct cli *cli, const struct prom *prom, struct err *err);

#endif
