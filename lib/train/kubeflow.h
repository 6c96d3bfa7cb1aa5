/* What PyTorchJobs and TFJobs share: the training operator's API, kubeflow.org/v1 (facts: training-operator v1,
 * pkg/apis/kubeflow.org/v1/common_types.go). */
#ifndef TRAIN_KUBEFLOW_H
#define TRAIN_KUBEFLOW_H

#include "train/kube_job.h"

/* Sets spec.runPolicy. Ranks that are left when the job ends are ended too. */
void kubeflow_policy(const struct job_spec *spec, node_t *object_spec);
/* Adds a role with so many replicas to the map of them; nothing for none. */
void kubeflow_role(const struct job_spec *spec, node_t *roles, const char *role, int64_t replicas, const char *container);
/* roles: the pointer to the map of roles, "/spec/pytorchReplicaSpecs". */
void kubeflow_read(const node_t *object, const char *roles, struct job_reading *ret);
/* The pod's role, in lower case, and its index there; NULL: none. */
const char *kubeflow_role_of(const node_t *pod, int64_t *ret_index);

#endif
