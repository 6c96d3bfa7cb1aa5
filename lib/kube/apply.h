/* Server-side apply (facts: the Kubernetes API concepts, "Server-Side Apply"): what aiwf says of an object, under the name
 * "aiwf"; what others have said of other fields stays. */
#ifndef KUBE_APPLY_H
#define KUBE_APPLY_H

#include "kube/object.h"

struct kube_apply {
    const struct kube_kind *kind;
    const char *ns; /* where the object says none */
    const node_t *object;
    const struct kube_source *source; /* for errors; NULL: unknown */
    bool force;                       /* takes over what others own */
    bool dry_run;                     /* on the server */
};
/* *ret: the object as it is now. CONFLICT: a line for each field with its owner. The caller frees. */
int kube_apply(struct kube *kube, const struct kube_apply *apply, node_t **ret, struct err *err);
/* What it would change, as lines of doc/diff.h, without what the server itself keeps (status, managedFields, versions).
 * *ret_differs; nothing is changed. */
int kube_diff(struct kube *kube, const struct kube_apply *apply, struct str *out, bool *ret_differs, struct err *err);

#endif
