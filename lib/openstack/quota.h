/* What a project may use, and uses, of all services that count. */
#ifndef OPENSTACK_QUOTA_H
#define OPENSTACK_QUOTA_H

#include "openstack/ask.h"

/* Of the login's project: {"service", "resource", "unit", "used", "limit", "free", "unlimited"} of each of Nova's, Neutron's,
 * Cinder's and Magnum's limits, all asked at once. limit and free are null when unlimited; used, too, where a service does
 * not count. A service that cannot be asked is one {"service", "error"}; err only when none can, or when there is no
 * project. The caller frees. */
node_t *quota_list(struct openstack *os, struct err *err);

/* The same as questions of a fan-out, for any project, and their answers as such rows. */
enum { QUOTA_ASKS = 5 };
void quota_ask(struct ask *asks, const char *project);
node_t *quota_rows(const struct ask *asks);

#endif
