/* Places of jobs in their queues as an answer like others: Prometheus has none. */
#ifndef TOP_PLACES_H
#define TOP_PLACES_H

#include "kube/kube.h"
#include "metrics/prom.h"

/* A series each, with the labels job_name, namespace and queue; its value is the place, from 1. Returns 1 where the cluster has
 * no Kueue, and then there are none. */
int places_fetch(struct kube *kube, struct prom_result *ret, struct err *err);

#endif
