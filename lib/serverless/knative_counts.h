/* How many instances revisions have. */
#ifndef SERVERLESS_KNATIVE_COUNTS_H
#define SERVERLESS_KNATIVE_COUNTS_H

#include <stdlib.h>

#include "base/map.h"
#include "kube/object.h"

struct knative_count {
    int64_t wanted, actual;
};
struct knative_counts {
    struct map by_revision; /* of struct knative_count */
    struct str path;        /* of the list that fills it, */
    node_t *rows, *table;   /* and what came */
};
#define KNATIVE_COUNTS_INIT ((struct knative_counts){.by_revision = MAP_INIT(free), .path = STR_INIT})
void knative_counts_release(struct knative_counts *counts);
DEFINE_CLEANUP(struct knative_counts, knative_counts_release)

/* Of one that is not there: none. */
struct knative_count knative_count_of(const struct knative_counts *counts, const char *revision);
void knative_counts_add(struct knative_counts *counts, const node_t *revisions);
/* Of all revisions in kube's namespace: by the columns of their autoscalers, a hundredth of what the revisions would be; where
 * those may not be read, by the revisions. counts is new. The list is to be read, beside others, as long as counts lives; err is
 * what became of it. */
struct kube_each knative_counts_list(struct kube *kube, struct knative_counts *counts);
int knative_counts_take(struct kube *kube, struct knative_counts *counts, struct err *err);

#endif
