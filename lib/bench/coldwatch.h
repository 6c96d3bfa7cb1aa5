/* Watches a function's Deployment and pods from a thread of its own while the caller sends requests: see coldmarks.h. */
#ifndef BENCH_COLDWATCH_H
#define BENCH_COLDWATCH_H

#include "bench/coldmarks.h"
#include "kube/kube.h"

struct coldwatch;

/* Takes over kube, whatever comes of it. selector: the labels of the function's Deployments and pods. Returns when what is
 * there now is known, so that only changes follow. */
struct coldwatch *coldwatch_open(struct kube *kube, const char *ns, const char *selector, struct err *err);
void coldwatch_close(struct coldwatch *watch);
DEFINE_CLEANUP_PTR(struct coldwatch, coldwatch_close)

/* A request follows: what was seen is forgotten, and pods that are there are not its own. */
void coldwatch_begin(struct coldwatch *watch);
/* What was seen since; waits up to at_most_ms until it is complete. The caller releases *ret. -1: the watch is over. */
int coldwatch_marks(struct coldwatch *watch, int64_t at_most_ms, struct cold_marks *ret, struct err *err);
/* How late an arrival may be: the longest of a few requests to the API server and back, at the beginning. */
double coldwatch_uncertainty_ms(const struct coldwatch *watch);

#endif
