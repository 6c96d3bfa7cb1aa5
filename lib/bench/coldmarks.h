/* What a cluster shows of a cold start, as it shows it: the moments at which changes of a function's Deployment and pods
 * arrive here, and the stages that lie between them (facts: the Kubernetes API reference, v1; kubelet's and the scheduler's
 * event reasons, pkg/kubelet/events).
 *
 * Server stamps have whole seconds, so that only arrivals count. They come over several connections: some late, some in
 * another order than things happened, some never. */
#ifndef BENCH_COLDMARKS_H
#define BENCH_COLDMARKS_H

#include "doc/node.h"

enum cold_mark_kind {
    COLD_DECIDED,   /* the Deployment asks for an instance */
    COLD_CREATED,   /* the pod is there */
    COLD_SCHEDULED, /* and has a node */
    COLD_PULLING,   /* a container's image is fetched */
    COLD_PULLED,    /* it is on the node; without COLD_PULLING it was before */
    COLD_STARTED,   /* a container's process runs */
    COLD_READY,     /* the pod answers its probes */
};

struct cold_mark {
    enum cold_mark_kind kind;
    char uid[40];       /* of the pod; "" for COLD_DECIDED */
    char container[64]; /* "" where it is of the whole pod */
    int64_t at_ns;      /* clock_mono_ns */
};

enum { COLD_MARKS_MAX = 4096 }; /* of one cold start: what comes after them is not kept */
struct cold_marks {
    struct cold_mark *v;
    size_t n;
};
void cold_marks_release(struct cold_marks *marks);
DEFINE_CLEANUP(struct cold_marks, cold_marks_release)

/* Adds what a changed object tells; what was told already stays as it is. kept: what was known of the Deployment before
 * ("/spec/replicas"), or NULL. */
void cold_marks_of_deployment(struct cold_marks *marks, const node_t *deployment, const node_t *kept, int64_t at_ns);
void cold_marks_of_pod(struct cold_marks *marks, const node_t *pod, int64_t at_ns);
void cold_marks_of_event(struct cold_marks *marks, const node_t *event, int64_t at_ns);

/* One request, by the same clock. */
struct cold_span {
    int64_t start_ns, first_byte_ns;
};
/* {"stages":[{"stage","ms"}...],"unseen":[STAGE...],"image_present":bool,"pods":N}: in order, from the start to the first byte,
 * whose sum is that whole time. A moment that arrived after a later one was not after it; a stage whose end was never seen
 * is 0 ms, and in what follows it. Of several pods it is the one that could answer first. NULL: no pod was new, which is
 * no cold start. The caller frees. */
node_t *cold_marks_stages(const struct cold_marks *marks, const struct cold_span *span);
/* Whether the pod that answered is known to be ready: nothing that matters is to come. */
bool cold_marks_complete(const struct cold_marks *marks);

#endif
