/* A HorizontalPodAutoscaler (autoscaling/v2; facts: k8s.io/api/autoscaling/v2, types.go; pkg/controller/podautoscaler). */
#ifndef KUBE_HPA_H
#define KUBE_HPA_H

#include "kube/object.h"

/* "cpu=70", "memory=80": per cent of what a pod requests; "NAME=VALUE": an average of a pods' own metric. Pushed to metrics, an
 * array of MetricSpec. USAGE otherwise. */
int hpa_add_metric(node_t *metrics, const char *text, struct err *err);

/* What it decided last: {"min","max","replicas","desired","decision":TEXT for people,"last_scale":RFC3339,
 *  "state":"Active"|"Limited"|"Off"|"Undecided", "metrics":[{"name","current":"83%"|null,"asked":"70%"}],
 *  "conditions":[{"type","status","reason","message"}]}. The caller frees. */
node_t *hpa_explain(const node_t *hpa);

#endif
