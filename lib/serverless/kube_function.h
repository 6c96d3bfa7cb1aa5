/* What the runtimes of Kubernetes do alike. */
#ifndef SERVERLESS_KUBE_FUNCTION_H
#define SERVERLESS_KUBE_FUNCTION_H

#include "kube/object.h"
#include "serverless/runtime.h"

/* Puts an object of a function there by server-side apply. CONFLICT: one of that name is there and !replace. */
struct kube_function_put {
    const struct kube_kind *kind;
    const node_t *object;
    const struct kube_source *source; /* as in kube_apply */
    bool replace;
};
int kube_function_put(struct kube *kube, const struct kube_function_put *put, struct err *err);

/* The logs of its pods, as runtime.h's logs gives them. */
struct kube_function_logs {
    const char *selector;  /* of its pods */
    const char *container; /* NULL: all */
    bool follow;
    int64_t tail;
    bool (*on_line)(const node_t *line, void *arg);
    void *arg;
};
int kube_function_logs(struct kube *kube, const struct kube_function_logs *logs, struct err *err);

#endif
