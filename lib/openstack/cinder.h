/* Cinder: volumes (facts: cinder's API reference, v3). */
#ifndef OPENSTACK_CINDER_H
#define OPENSTACK_CINDER_H

#include "openstack/resource.h"

/* cinder_dataset: volumes under the name that users of `aiwf dataset` know. */
extern const struct resource cinder_volume, cinder_dataset, cinder_snapshot, cinder_type;

/* What Cinder says of a volume's failure (its user messages, 3.5): "schedule allocate volume: Could not find any available
 * weighted backend." NULL: nothing. The caller frees. */
char *cinder_reason(struct openstack *os, const char *id);

#endif
