/* The objects that a watch knows of. Only watch.c includes this. */
#ifndef KUBE_KNOWN_H
#define KUBE_KNOWN_H

#include "base/map.h"
#include "kube/watch.h"

struct kube_known {
    const struct kube_watch_spec *spec;
    struct map by_name; /* "NAMESPACE/NAME" -> what is kept, with the list that it was last seen in */
    node_t *items;
    unsigned round;
};

void known_init(struct kube_known *known, const struct kube_watch_spec *spec);
void known_release(struct kube_known *known);
/* There, or changed. */
void known_see(struct kube_known *known, const node_t *object);
void known_remove(struct kube_known *known, const node_t *object);
/* A new list begins; what it did not show is gone at its end. */
void known_begin_list(struct kube_known *known);
void known_end_list(struct kube_known *known);

#endif
