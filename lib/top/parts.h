/* Several contexts on one screen: each has a state of its own; what is shown is put together from them. */
#ifndef TOP_PARTS_H
#define TOP_PARTS_H

#include "top/sample.h"

enum { PARTS_MAX = 8 };

struct part {
    struct state *state; /* of one context */
    struct plan *plan;
    const struct prom *prom;
};

/* whole->parts are shown together: rows are those of all of them, and belong to them. No effect where there are none. */
void state_merge(struct state *whole);
/* Forgets the rows, before the parts go. */
void state_part(struct state *whole);
/* The part that a context is, or the state itself. */
const struct state *state_of(const struct state *whole, const char *context);
/* "a ok  b down since 02:17:40" */
struct style parts_print(const struct state *whole, struct str *s);

#endif
