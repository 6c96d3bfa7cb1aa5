/* The queue of the local gateway, in the documents of kube/kueue.h: one queue "local", strict, first come, first served. */
#ifndef WHY_QUEUE_H
#define WHY_QUEUE_H

#include "doc/node.h"
#include "net/http.h"

/* jobs: the local trainer's list. The caller frees both. */
node_t *queue_local(const node_t *jobs, const node_t *status);
node_t *queue_local_waiting(const node_t *jobs);
/* What the gateway says of its GPUs: its status; NULL when it does not answer. */
node_t *queue_local_status(struct http *http, const char *gateway, struct err *err);

/* For people: "line" of each queue ("8 of 8 nvidia.com/gpu (a100)"), and "why", "asked" and "place" of each that waits. */
void queue_decorate(node_t *queues);
void queue_decorate_waiting(node_t *jobs);

#endif
