/* The dashboard on a terminal: keys, rounds, frames, until it is left. */
#ifndef TOP_RUN_H
#define TOP_RUN_H

#include "top/parts.h"

/* state is shown: the first part's, or what n parts are put together in. It has its context, URL, window and what its view begins with. 0: left by a key; INTERRUPTED: by a signal
 * or because the terminal went away; the terminal is given back in any case. */
int top_run(struct state *state, const struct part *parts, size_t n, bool color, struct err *err);

#endif
