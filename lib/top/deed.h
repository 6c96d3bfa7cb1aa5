/* What can be changed from the screen, with --actions: each by a command of ours, after a question. */
#ifndef TOP_DEED_H
#define TOP_DEED_H

#include "top/top.h"

/* "scale", "warm" or "cancel" of the selected object: asks. USAGE when it cannot be done, or may not. */
int deed_ask(struct state *state, const char *verb, const char *arg, struct err *err);
/* The question, with what was typed so far after it. */
void deed_question(const struct state *state, struct str *s);
/* Does it when it was confirmed: by "y", in a protected context by the context's name. */
void deed_answer(struct state *state);

#endif
