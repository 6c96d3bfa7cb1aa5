/* Which revisions of a Knative Service the requests go to (facts: knative.dev/serving, pkg/apis/serving/v1, TrafficTarget). */
#ifndef SERVERLESS_TRAFFIC_H
#define SERVERLESS_TRAFFIC_H

#include "serverless/runtime.h"

#define TRAFFIC_LATEST "@latest" /* in place of a revision: whichever is the newest that is ready */

/* spec.traffic by the spec's "REVISION=PERCENT" and "REVISION=TAG": what is left of 100 goes to the newest. Empty: nothing is
 * said. USAGE by the option: a share that is none, more than 100 in all, a tag twice. The caller frees. */
node_t *traffic_of(const struct function_spec *spec, struct err *err);
/* The same, put onto what there is: tags that it has stay unless they are given again or taken away ("TAG" of removed); without
 * shares, these stay too. The caller frees. */
struct traffic_change {
    const struct strv *shares, *tags, *removed; /* may be NULL */
};
node_t *traffic_changed(const node_t *traffic, const struct traffic_change *change, struct err *err);

/* Sent there by name, all of it: what `rollback` sets. The caller frees. */
node_t *traffic_all_to(const char *revision, const node_t *before);

#endif
