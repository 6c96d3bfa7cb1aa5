/* A list that follows the cluster: listed once, then watched (facts: the Kubernetes API concepts, "Efficient detection of
 * changes"), through cut connections, restarts of the server and versions that it has forgotten. Several may go on side by
 * side; http_poll(kube->http, ...) drives them all. */
#ifndef KUBE_WATCH_H
#define KUBE_WATCH_H

#include "kube/object.h"

enum kube_change { KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED };

struct kube_watch_spec {
    const struct kube_kind *kind; /* outlives the watch */
    const char *ns;               /* NULL: in all namespaces */
    const char *labels, *fields;  /* selectors, as kubectl's -l and --field-selector; NULL: all */
    /* What is kept of each object: JSON pointers (through objects), NULL-terminated; besides /metadata/name, namespace, uid and
     * resourceVersion, which always are. NULL: only these. They outlive the watch. */
    const char *const *keep;
    /* The object as the server gave it (whole), which goes after the call; of one that was deleted unseen, what was kept.
     * What was kept of it before is in kept, NULL for one that is new. No requests in here. May be NULL. */
    void (*on_change)(enum kube_change change, const node_t *object, const node_t *kept, void *arg);
    void *arg;
};

struct kube_watch;

/* Begins; nothing is waited for. Belongs to the caller, and ends before its kube does. */
struct kube_watch *kube_watch_open(struct kube *kube, const struct kube_watch_spec *spec);
void kube_watch_close(struct kube_watch *watch);
DEFINE_CLEANUP_PTR(struct kube_watch, kube_watch_close)

/* Drives all watches of kube until one of them had news, at most so long, and a moment longer while news comes in a row.
 * 0; -1: INTERRUPTED. A source of change for wait/wait.h: kube is a struct kube. */
int kube_watch_change(void *kube, int64_t at_most_ms, struct err *err);
/* Waits until the first list is whole. */
int kube_watch_sync(struct kube_watch *watch, struct err *err);
bool kube_watch_is_synced(const struct kube_watch *watch);
/* -1 when it is over: refused, not installed, or never heard of in the first place. */
int kube_watch_check(const struct kube_watch *watch, struct err *err);
/* Why nothing is heard at the moment, though it is tried again; NULL when all is well. */
const struct err *kube_watch_trouble(const struct kube_watch *watch);
/* What is kept of those that are there now: an array, the watch's own, in no order. */
const node_t *kube_watch_items(const struct kube_watch *watch);

#endif
