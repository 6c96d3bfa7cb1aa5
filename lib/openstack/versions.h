/* The versions that a service has, where neither its address in the catalog nor the path that is asked for names one. */
#ifndef OPENSTACK_VERSIONS_H
#define OPENSTACK_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "doc/node.h"

/* "v1", "v2.1" at text, up to a slash, "?" or the end: how long it is, 0: none. */
size_t version_len(const char *text);
/* Whether a segment of the URL's path is a version. */
bool version_in(const char *url);
/* Of a service's answer at its root (facts: the API guidelines' microversion specification, "version discovery"): the
 * address of its current version, below the endpoint: a server's idea of its own host is not used. The endpoint itself
 * when the answer names no version. The caller frees. */
char *version_address(const char *endpoint, const node_t *root);

#endif
