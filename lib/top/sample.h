/* Fetching: the queries of all panels as one round, many in flight at once. Knows nothing of drawing;
 * nothing here touches the state, so a round may run in another thread. */
#ifndef TOP_SAMPLE_H
#define TOP_SAMPLE_H

#include "kube/kube.h"
#include "top/top.h"

enum answer {
    ANSWER_ABSENT, /* the server has nothing of it */
    ANSWER_LATER,  /* not due in this round */
    ANSWER_ASKED,
    ANSWER_FAILED, /* in the state: it was asked in vain */
};

struct batch {
    struct span span; /* as it was asked for */
    int64_t at_ms;    /* wall clock: of the span, or when it was asked */
    enum answer *has;
    struct prom_result *results; /* of what was asked */
    struct err *errs;            /* errs[i].code != 0: results[i] is not there */
    struct label_sets *sets;     /* of the results; NULL: none */
    char *note;                  /* what is unknown of alerts; NULL: nothing */
    int64_t curve_end_ms;        /* wall clock of the curves' last step */
    int64_t curve_ms;            /* how much of them was asked: the range, only the newest steps, or 0: none is new */
    size_t n;
    size_t asked, failed; /* without the alerts, which some servers do not have */
};

/* Where the answer to a query goes. */
struct place {
    const struct panel *panel;
    size_t metric; /* of the panel's */
    size_t index;  /* of the query: of a batch's results */
    const struct measure *measure;
};

/* The queries of `only` (NULL: of all panels), each different one once. */
struct plan *plan_new(const struct panel *only, int64_t window_ms);
void plan_free(struct plan *plan);
DEFINE_CLEANUP_PTR(struct plan, plan_free)
/* Who knows which alerts are silenced: borrowed. */
void plan_alertmanager(struct plan *plan, const struct prom *alertmanager);
/* Who knows places in queues: borrowed, for the thread that fetches. is_patient: the first round does not wait for it. */
void plan_kube(struct plan *plan, struct kube *kube, bool is_patient);
size_t plan_count(const struct plan *plan);
/* In the order of panels, their metrics and who measures them. */
const struct place *plan_places(const struct plan *plan, size_t *ret_n);

/* One round. Never NULL. What the server has of the vocabulary is looked up in the first round, and again from
 * time to time. */
struct batch *plan_fetch(struct plan *plan, const struct prom *prom, const struct span *span);
/* The next round asks for whole curves: the last one's were not taken. For the thread that fetches. */
void plan_forget_curves(struct plan *plan);
/* A round in which everything was asked, and every answer is empty. */
struct batch *batch_new(const struct plan *plan, const struct span *span, int64_t at_ms);
void batch_free(struct batch *batch);
DEFINE_CLEANUP_PTR(struct batch, batch_free)
/* When every query failed: the worst error. Otherwise 0. */
int batch_error(const struct batch *batch, struct err *err);

#endif
