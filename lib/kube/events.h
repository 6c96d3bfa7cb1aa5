/* What happened to objects (facts: the Kubernetes API reference, Event v1). */
#ifndef KUBE_EVENTS_H
#define KUBE_EVENTS_H

#include "kube/object.h"

/* The events of an object and of those that belong to it (n lists of objects, each may be NULL; at most 100 objects are asked
 * about), by time: [{"time","type","reason","message","object":"Pod/x","count","from"}]. Objects need their metadata.uid. Where
 * the object's own cannot be seen, that is the error. The caller frees. */
node_t *kube_events_about(struct kube *kube, const node_t *object, const node_t *const *lists, size_t n, struct err *err);

#endif
