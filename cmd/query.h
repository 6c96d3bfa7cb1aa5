/* The parts of aiwf query. */
#ifndef CMD_QUERY_H
#define CMD_QUERY_H

#include "cmd.h"
#include "metrics/prom.h"

struct query_options {
    const char *prometheus, *at, *plot, *list;
    int64_t range_ms, step_ms;
};

/* query_list.c: what there is to be asked for. */
extern const char *const query_lists[]; /* values of --list */
int query_list(struct cli *cli, const struct prom *prom, struct err *err);

#endif
