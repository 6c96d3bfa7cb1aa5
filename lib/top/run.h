/* The dashboard on a terminal: keys, rounds, frames, until it is left. */
#ifndef TOP_RUN_H
#define TOP_RUN_H

#include "top/sample.h"

enum { TOP_INTERVAL_MIN_MS = 100, TOP_INTERVAL_MAX_MS = 60 * 60 * 1000 };

/* state has its context, URL, window and view.interval_ms set. 0: left by a key; INTERRUPTED: by a signal
 * or because the terminal went away; the terminal is given back in any case. */
int top_run(struct state *state, const struct plan *plan, const struct prom *prom, bool color, struct err *err);

#endif
