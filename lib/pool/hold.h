/* GPUs that are kept free for a function: placeholder pods hold as many as the function does not use, and make room when one
 * of its pods wants them.
 *
 * Not a ResourceQuota: that bounds what one namespace may have, and keeps nothing free. Not priorities alone: a Knative function
 * may have one only where its operator allows that, and whoever has a higher one takes the GPUs, training too. */
#ifndef POOL_HOLD_H
#define POOL_HOLD_H

#include "kube/object.h"

struct hold {
    struct kube *kube;
    const char *pool, *selector; /* the labels of the function's pods */
    const char *image;           /* what sleeps in a placeholder */
    int64_t gpus;                /* for the function in all */
};
/* *ret_holders: as many placeholders from now on; -1: as before. */
int hold_step(const struct hold *hold, int64_t *ret_holders, struct err *err);
int hold_remove(struct kube *kube, const char *pool, struct err *err);
/* How many are to be held, by the function's pods: those that end need none any more. */
int64_t hold_wanted(const node_t *pods, int64_t gpus);

#endif
