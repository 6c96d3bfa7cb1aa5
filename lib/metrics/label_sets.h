/* Label sets that answers have had before: the same text is the same set. Who asks the same questions again and again, as a
 * dashboard does, reads each set once, and knows it again by its number. Shared by the thread that asks, which adds to them,
 * and the results that refer to them. */
#ifndef METRICS_LABEL_SETS_H
#define METRICS_LABEL_SETS_H

#include "metrics/prom.h"

struct label_set {
    const char *text; /* as the server wrote it: {"job":"a"} */
    size_t len;
    struct prom_label *labels;
    size_t n;
    size_t number;          /* from 0 on, in the order they were first met */
    struct label_set *next; /* that followed it the last time, or NULL */
    unsigned met;           /* in which span of rounds, the last time */
};

/* Before a round of queries: the same ones, or new ones when most of those that are there were not met for long, or when
 * they are too many. NULL: the first. The caller's reference to `sets` becomes one to the result. */
struct label_sets *label_sets_turn(struct label_sets *sets);
struct label_sets *label_sets_ref(struct label_sets *sets); /* NULL is fine, here and below */
void label_sets_unref(struct label_sets *sets);

/* Next: that which followed `before` (NULL: nothing is known), if the text begins with it; find: whose text it is, whole.
 * NULL: it was not met. */
struct label_set *label_sets_next(struct label_sets *sets, struct label_set *before, const char *text, size_t len);
struct label_set *label_sets_find(struct label_sets *sets, struct label_set *before, const char *text, size_t len);
/* A new one: its labels' texts are in the arena. */
struct label_set *label_sets_add(struct label_sets *sets, struct label_set *before, const char *text, size_t len);
struct arena *label_sets_arena(struct label_sets *sets);

#endif
