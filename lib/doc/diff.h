/* What differs between two documents, field by field. */
#ifndef DOC_DIFF_H
#define DOC_DIFF_H

#include "doc/node.h"

/* "- spec.replicas: 1" and "+ spec.replicas: 3", in the order of after; items of lists that have names are compared by
 * them ("containers[name=web]"), others by place. Values are JSON in one line, safe for a terminal. NULL: nothing is
 * there; what is new or gone is told by its own fields. Returns how many fields differ. */
size_t node_diff(const node_t *before, const node_t *after, struct str *out);

#endif
