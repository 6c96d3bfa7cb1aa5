/* The parts of aiwf top. */
#ifndef CMD_TOP_H
#define CMD_TOP_H

#include "cmd.h"
#include "metrics/prom.h"

/* top_assert.c: judges each, prints the verdicts; THRESHOLD when one does not hold. at_ms 0: now. */
int top_assert(struct cli *cli, const struct prom *prom, const struct strv *asserts, int64_t at_ms, struct err *err);

#endif
