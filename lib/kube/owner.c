#include "kube/owner.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The first that a pod has says whose it is: what makes others comes before what it makes. */
static const struct {
    const char *label, *kind;
    enum kube_work work;
} labels[] = {
    {"training.kubeflow.org/job-name", "PyTorchJob", WORK_JOB},
    {"training.kubeflow.org/job-name", "TFJob", WORK_JOB},
    {"jobset.sigs.k8s.io/jobset-name", "TrainJob", WORK_JOB},
    {"jobset.sigs.k8s.io/jobset-name", "JobSet", WORK_JOB},
    {"batch.kubernetes.io/job-name", "Job", WORK_JOB},
    {"job-name", "Job", WORK_JOB},
    {"serving.knative.dev/service", "Service", WORK_FUNCTION},
    {"serving.knative.dev/revision", "Revision", WORK_FUNCTION},
    {"faas_function", "Function", WORK_FUNCTION},
};

static const char *label_of(const node_t *pod, const char *label)
{
    const char *text = node_text(node_get(node_at(pod, "/metadata/labels"), label));
    return text && *text ? text : NULL;
}

static const node_t *controller_of(const node_t *pod)
{
    for (const node_t *owner = node_first(node_at(pod, "/metadata/ownerReferences")); owner; owner = node_next(owner))
        if (node_bool(owner, "/controller", false))
            return owner;
    return node_first(node_at(pod, "/metadata/ownerReferences"));
}

static struct kube_owner owner_of(enum kube_work work, const char *kind, const char *name)
{
    struct kube_owner owner = {.work = work, .kind = kind};
    snprintf(owner.name, sizeof(owner.name), "%s", name);
    return owner;
}

static const char *const operators_kinds[] = {"PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob"};

/* The operator's own word, where one label serves several kinds: the pod's owner is the job itself. */
static const char *operators_kind(const node_t *pod, const char *usual)
{
    const char *kind = node_str(controller_of(pod), "/kind", "");
    for (size_t i = 0; i < ARRAY_LEN(operators_kinds); i++)
        if (strcmp(operators_kinds[i], kind) == 0)
            return operators_kinds[i];
    return usual;
}

/* Trainer's JobSets have its label on each step, and a JobSet of its own has not. */
static const char *jobsets_kind(const node_t *pod)
{
    for (const node_t *label = node_first(node_at(pod, "/metadata/labels")); label; label = node_next(label))
        if (str_starts(node_key(label), "trainer.kubeflow.org/"))
            return "TrainJob";
    return "JobSet";
}

/* A ReplicaSet is named by its Deployment and the hash of its template. */
static struct kube_owner of_replica_set(const node_t *pod, const char *set)
{
    AUTOFREE char *end = xasprintf("-%s", node_str(pod, "/metadata/labels/pod-template-hash", "?"));
    if (!str_ends(set, end))
        return owner_of(WORK_OTHER, "ReplicaSet", set);
    AUTOFREE char *name = xstrndup(set, strlen(set) - strlen(end));
    return owner_of(WORK_OTHER, "Deployment", name);
}

static struct kube_owner by_controller(const node_t *pod)
{
    static const char *const kinds[] = {"StatefulSet", "DaemonSet", "ReplicationController", "Node"};
    const node_t *controller = controller_of(pod);
    const char *kind = node_str(controller, "/kind", ""), *name = node_str(controller, "/name", "?");
    if (strcmp(kind, "Job") == 0)
        return owner_of(WORK_JOB, "Job", name);
    if (strcmp(kind, "ReplicaSet") == 0)
        return of_replica_set(pod, name);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i], kind) == 0)
            return owner_of(WORK_OTHER, kinds[i], name);
    return owner_of(WORK_POD, "Pod", node_str(pod, "/metadata/name", "?"));
}

struct kube_owner kube_pod_owner(const node_t *pod)
{
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        const char *name = label_of(pod, labels[i].label);
        if (!name)
            continue;
        if (strcmp(labels[i].kind, "PyTorchJob") == 0)
            return owner_of(WORK_JOB, operators_kind(pod, labels[i].kind), name);
        if (strcmp(labels[i].kind, "TrainJob") == 0)
            return owner_of(WORK_JOB, jobsets_kind(pod), name);
        return owner_of(labels[i].work, labels[i].kind, name);
    }
    return by_controller(pod);
}

static enum kube_work work_of(const char *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(operators_kinds); i++)
        if (strcmp(operators_kinds[i], kind) == 0)
            return WORK_JOB;
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strcmp(labels[i].kind, kind) == 0)
            return labels[i].work;
    return WORK_OTHER;
}

void kube_work_print(const char *kind, const char *name, struct str *s)
{
    enum kube_work work = work_of(kind);
    if (work == WORK_JOB)
        str_add(s, "train");
    else if (work == WORK_FUNCTION)
        str_add(s, "function");
    for (const char *c = work == WORK_OTHER ? kind : ""; *c; c++)
        str_addc(s, (char)tolower((unsigned char)*c));
    str_addf(s, "/%s", name);
}

void kube_owner_print(const struct kube_owner *owner, struct str *s) { kube_work_print(owner->kind, owner->name, s); }

bool kube_owner_selector(const char *kind, const char *name, struct str *s)
{
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        if (strcmp(labels[i].kind, kind) != 0)
            continue;
        str_addf(s, "%s=%s", labels[i].label, name);
        return true;
    }
    return false;
}

void kube_pod_rank(const node_t *pod, struct str *s)
{
    const char *type = label_of(pod, "training.kubeflow.org/replica-type");
    const char *replica = label_of(pod, "training.kubeflow.org/replica-index");
    const char *index = label_of(pod, "batch.kubernetes.io/job-completion-index");
    long long n;
    if (type && replica && strcmp(operators_kind(pod, ""), "PyTorchJob") == 0 && str_to_int(replica, 0, 1 << 20, &n))
        str_addf(s, "rank %lld", strcmp(type, "master") == 0 ? n : n + 1);
    else if (type && replica)
        str_addf(s, "%s %s", type, replica);
    else if (index)
        str_addf(s, "rank %s", index);
}
