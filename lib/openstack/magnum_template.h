/* Cluster templates: creations whose refusals are explained. */
#ifndef OPENSTACK_MAGNUM_TEMPLATE_H
#define OPENSTACK_MAGNUM_TEMPLATE_H

#include "openstack/magnum.h"

/* USAGE for what Magnum would refuse in any cloud: a body without an image. */
int magnum_template_check(const node_t *body, struct err *err);
/* The new template. Magnum's refusals of an image are the same words for several reasons: the reason is looked up. The
 * caller frees. */
node_t *magnum_template_create(struct openstack *os, const node_t *body, struct err *err);
/* By UUID: a JSON patch, and the template as it is then (the caller frees); a deletion. CONFLICT while a cluster is of it. */
node_t *magnum_template_update(struct openstack *os, const char *id, const node_t *patch, struct err *err);
int magnum_template_delete(struct openstack *os, const char *id, const char *name, struct err *err);

#endif
