/* The logs of many pods at once, by their labels: from before they exist until after their job has ended.
 *
 * What is read goes on to on_line at once and is not kept: who is slow there makes the servers wait. A connection that is
 * cut is made anew from the last line's second, and no line is told twice. Of a container that was started anew the rest
 * of the earlier one's log comes first. */
#ifndef KUBE_LOGS_H
#define KUBE_LOGS_H

#include <stdint.h>

#include "kube/kube.h"

struct kube_log_line {
    const char *label; /* as label() made it, "POD" without one; with "/CONTAINER" behind it where a pod has several */
    const char *pod, *container;
    const char *text; /* not terminated; without the line's end, as the container wrote it: see str_add_safe */
    size_t len;
    bool cut; /* it was longer than 1 MiB: this is its beginning */
};

struct kube_logs {
    const char *ns, *selector; /* of labels, as kubectl's -l */
    const char *container;     /* NULL: all, those that prepare the pod too */
    bool follow, previous;     /* previous: of the container before the last restart; not with follow */
    int64_t tail;              /* -1: all; of each container */
    int64_t since_ms;          /* wall clock; 0: all */
    bool timestamps;           /* lines begin with RFC 3339 and a blank */
    /* NULL: of all pods that the selector finds. */
    bool (*is_wanted)(const node_t *pod, void *arg);
    /* What stands before a pod's lines ("rank 0"); the result is freed. NULL: its name. */
    char *(*label)(const node_t *pod, void *arg);
    /* false: enough. No requests in here. */
    bool (*on_line)(const struct kube_log_line *line, void *arg);
    /* News of a source that are no line of it: "started again (exit 1)". May be NULL. */
    void (*say)(const char *label, const char *text, void *arg);
    /* With follow: whether all that there will be has ended; asked about once a second, may do requests. -1 with err set when
     * that can never be known. NULL: when all pods that were seen have ended. */
    int (*is_over)(void *arg, struct err *err);
    void *arg;
};

/* Without follow, pod by pod. NOT_FOUND when there is none; the first error when no log could be read. INTERRUPTED. */
int kube_logs(struct kube *kube, const struct kube_logs *logs, struct err *err);

#endif
