/* Fetches round after round in a thread of its own, so that a slow server never holds back a key. The
 * thread knows only the plan and the server; rounds are handed over under a lock. */
#ifndef TOP_WATCH_H
#define TOP_WATCH_H

#include "top/sample.h"

struct watcher;

/* When rounds are made, and of when. */
struct pace {
    int64_t interval_ms;
    struct span span;
    bool is_paused;
};

/* plan and prom are borrowed, and must not be used by others until watcher_free. */
struct watcher *watcher_new(struct plan *plan, const struct prom *prom, const struct pace *pace, struct err *err);
/* Ends a round that is under way (by base/sig.h's interrupt, which is taken back afterwards). */
void watcher_free(struct watcher *watcher);
DEFINE_CLEANUP_PTR(struct watcher, watcher_free)

/* Readable when a round is there. */
int watcher_fd(const struct watcher *watcher);
/* The latest round, or NULL; the caller frees it. */
struct batch *watcher_take(struct watcher *watcher);
/* A round starts every interval_ms, and at once when the span is another one; none while paused, and none of a past
 * that has been answered. */
void watcher_set(struct watcher *watcher, const struct pace *pace);

#endif
