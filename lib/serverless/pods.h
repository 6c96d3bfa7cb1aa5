/* What keeps the pods of a function from starting. */
#ifndef SERVERLESS_PODS_H
#define SERVERLESS_PODS_H

#include "kube/kube.h"

/* Puts it into function's message, in the words of the scheduler, the registry or the container; what does not pass by itself
 * makes its state Failed. selector: of its pods' labels. Pods that cannot be seen are no trouble. */
void pods_tell_trouble(struct kube *kube, const char *selector, node_t *function);
/* The same of pods that were listed. */
void pods_tell(const node_t *pods, node_t *function);

#endif
