/* Pools of a cluster's functions. One is a ConfigMap, aiwf-pool-NAME, beside its function: anyone who may read the namespace
 * finds it (label app.kubernetes.io/component=pool). Its rules are those of the local runtime's pools (lib/local/api.md). */
#ifndef POOL_KEPT_H
#define POOL_KEPT_H

#include "kube/object.h"
#include "pool/warm.h"
#include "serverless/runtime.h"

struct pool; /* local/pool_impl.h */

struct kept {
    struct pool *rules; /* name, function, floors; NULL: broken */
    const struct runtime *runtime;
    bool forecast, prepull;
    int64_t gpus;    /* held for the function while it does not use them; 0: none */
    char *image;     /* of what holds them */
    int64_t applied; /* the floor that was told to the runtime last; -1: none yet */
};
#define KEPT_INIT ((struct kept){.applied = -1})
void kept_release(struct kept *kept);
DEFINE_CLEANUP(struct kept, kept_release)

struct kept_spec {
    struct warm_pool_spec rules;
    const char *runtime;
    bool forecast, prepull;
    int64_t gpus;
    const char *image;
};
/* The ConfigMap; ns NULL: none in it. USAGE as warm_pool_json. The caller frees. */
node_t *kept_object(const struct kept_spec *spec, const char *ns, struct err *err);
/* Whatever is in it was written by others: FAILED with the field that is wrong. */
int kept_parse(const node_t *config_map, struct kept *ret, struct err *err);

/* CONFLICT: there is one of that name; NOT_FOUND: no such function. */
int kept_create(const struct runtime_env *env, const struct kept_spec *spec, struct err *err);
/* ConfigMaps. The caller frees. */
node_t *kept_list(struct kube *kube, struct err *err);
node_t *kept_show(struct kube *kube, const char *name, struct err *err); /* NOT_FOUND */
/* Its function scales by itself again, and what it has on the cluster goes. NOT_FOUND. */
int kept_delete(const struct runtime_env *env, const char *name, struct err *err);
int kept_note_applied(struct kube *kube, const struct kept *kept, int64_t floor, struct err *err);

#endif
