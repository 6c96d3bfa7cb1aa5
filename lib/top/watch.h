/* Fetches round after round in a thread of its own, so that a slow server never holds back a key. The
 * thread knows only the plan and the server; rounds are handed over under a lock. */
#ifndef TOP_WATCH_H
#define TOP_WATCH_H

#include "top/sample.h"

struct watcher;

/* plan and prom are borrowed, and must not be used by others until watcher_free. */
struct watcher *watcher_new(const struct plan *plan, const struct prom *prom, int64_t interval_ms, struct err *err);
/* Ends a round that is under way (by base/sig.h's interrupt, which is taken back afterwards). */
void watcher_free(struct watcher *watcher);
DEFINE_CLEANUP_PTR(struct watcher, watcher_free)

/* Readable when a round is there. */
int watcher_fd(const struct watcher *watcher);
/* The latest round, or NULL; the caller frees it. */
struct batch *watcher_take(struct watcher *watcher);
/* A round starts every interval_ms; none while paused. */
void watcher_set(struct watcher *watcher, int64_t interval_ms, bool is_paused);

#endif
