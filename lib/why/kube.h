/* Why something in a Kubernetes cluster is as it is: from a pod, a job or a function down to the node, the quota or the cloud
 * that it comes down to. Nothing is changed. */
#ifndef WHY_KUBE_H
#define WHY_KUBE_H

#include "kube/kube.h"
#include "openstack/openstack.h"
#include "why/chain.h"

struct why_place {
    struct kube *kube;
    /* The cloud that the cluster's nodes are servers of, opened when a node is missing or not ready; NULL: none is known. */
    int (*open_cloud)(void *arg, struct openstack *ret, struct err *err);
    void *arg;
};

/* The document of chain_print, of a thing in the namespace. verdict: "failed", "waiting", "unhealthy", "healthy". What the server
 * refuses to tell is a link that was not seen. NULL only when the thing itself cannot be shown: NOT_FOUND, ... The caller frees. */
node_t *why_pod(const struct why_place *place, const char *name, struct err *err);
/* Of a job, whichever kind has that name: TrainJob, PyTorchJob, TFJob, JobSet, Job. */
node_t *why_job(const struct why_place *place, const char *name, struct err *err);
/* A Knative Service, an OpenFaaS function or a Deployment. */
node_t *why_function(const struct why_place *place, const char *name, struct err *err);

#endif
