/* Assertions about figures, for scripts: "gpu.util < 20 for 10m". */
#ifndef METRICS_ASSERT_H
#define METRICS_ASSERT_H

#include "metrics/prom.h"

enum assert_op { ASSERT_LESS, ASSERT_AT_MOST, ASSERT_MORE, ASSERT_AT_LEAST, ASSERT_IS, ASSERT_IS_NOT };

struct assertion {
    char *figure;
    enum assert_op op;
    double bound; /* in the figure's unit */
    char *word;   /* instead, with == and !=: what a figure that is a text is compared with; NULL: it is a number */
    const char
        *text; /* with word: the labels of its series that are the text (metrics/vocabulary.h), borrowed; the caller's to set */
    int64_t for_ms; /* 0: now */
};
void assert_release(struct assertion *assertion);
DEFINE_CLEANUP(struct assertion, assert_release)

/* FIGURE OP NUMBER [for DURATION], or FIGURE ==|!= WORD [for DURATION]; USAGE otherwise. */
int assert_parse(struct assertion *ret, const char *text, struct err *err);

/* How often it looks in for_ms; 0 for one that is about now. */
int64_t assert_step_ms(const struct assertion *assertion);

/* {"name":null (the caller's),"state":"passed|failed|unknown","series","value","time","why"}. It holds when it does for every series at every step: one that
 * is not there all the time, or is no number, is unknown, and so is a figure without any series. The first that does not hold
 * is told. A text that does not hold is told in "why", and has no value. */
node_t *assert_judge(const struct assertion *assertion, const struct prom_result *result);

#endif
