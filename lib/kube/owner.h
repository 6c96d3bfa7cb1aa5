/* Which job or function a pod works for: by the labels that each system's controller puts on its pods (facts: batch/v1's
 * well-known labels; training-operator v1 pkg/apis/kubeflow.org/v1/common_types.go; JobSet api/jobset/v1alpha2; Knative
 * pkg/apis/serving/register.go; faas-netes k8s/labels), else by what owns it. */
#ifndef KUBE_OWNER_H
#define KUBE_OWNER_H

#include "doc/node.h"

enum kube_work { WORK_POD, WORK_JOB, WORK_FUNCTION, WORK_OTHER };

struct kube_owner {
    enum kube_work work; /* WORK_POD: nobody's, and then it is the pod itself */
    const char *kind;    /* "Job", "PyTorchJob", "TrainJob", "Service" (Knative's), "Function" (OpenFaaS'), "Deployment", "Pod" */
    char name[254];      /* of that, in the pod's namespace; longer ones are cut */
};
struct kube_owner kube_pod_owner(const node_t *pod);
/* "train/bert", "function/ocr", "deployment/web", "pod/shell": as `aiwf why` takes them where it does. */
void kube_owner_print(const struct kube_owner *owner, struct str *s);
/* The same of any object: "train/x" of each kind of job. */
void kube_work_print(const char *kind, const char *name, struct str *s);
/* The pods of an object of that kind: a selector of labels, as kubectl's -l. false: it is none of those that give their pods
 * a label (a Deployment has its own selector). */
bool kube_owner_selector(const char *kind, const char *name, struct str *s);
/* Which of its job's pods it is: "rank 3" (of an indexed Job, a JobSet's, a PyTorchJob's), "worker 0" (of a TFJob's), else "". */
void kube_pod_rank(const node_t *pod, struct str *s);

#endif
