/* A quota that refused something (facts: kubernetes v1.37, plugin/pkg/admission resourcequota/controller.go: "exceeded quota: NAME,
 * requested: a=1,b=2, used: a=3,b=4, limited: a=3,b=5"). */
#ifndef WHY_QUOTA_H
#define WHY_QUOTA_H

#include "doc/node.h"

/* {"quota": NAME, "resources": [{"resource", "asked", "used", "limit"}]}, amounts as written. NULL: message tells of none. The caller
 * frees. */
node_t *quota_refusal(const char *message);

#endif
