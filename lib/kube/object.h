/* The objects of a Kubernetes API server: typed URLs for the kinds that aiwf knows, so that no discovery is asked for
 * them (facts: the Kubernetes API reference, v1.37, "Resource URIs"). */
#ifndef KUBE_OBJECT_H
#define KUBE_OBJECT_H

#include "kube/causes.h"
#include "kube/kube.h"

struct kube_kind {
    const char *group;   /* "": core */
    const char *version; /* "v1" */
    const char *plural;  /* "jobs" */
    const char *kind;    /* "Job" */
    const char *word;    /* for people: "job" */
    bool cluster_wide;
    const char *system; /* what brings it, where it is no part of Kubernetes: "Kueue"; NULL */
    const char *remedy; /* and what to do where that is not installed */
};

/* kinds.c; one line each. */
extern const struct kube_kind kube_pods, kube_nodes_kind, kube_events, kube_services, kube_endpoint_slices, kube_secrets,
    kube_config_maps, kube_namespaces, kube_volumes, kube_volume_claims, kube_jobs, kube_deployments, kube_daemon_sets,
    kube_autoscalers, kube_resource_slices, kube_resource_claims, kube_priority_classes, kube_crds, kube_access_reviews,
    kube_pytorch_jobs, kube_tf_jobs, kube_train_jobs, kube_cluster_training_runtimes, kube_training_runtimes, kube_job_sets,
    kube_workloads, kube_local_queues, kube_cluster_queues, kube_resource_flavors, kube_knative_services, kube_knative_revisions,
    kube_pod_autoscalers;

/* All of them, NULL-terminated. */
extern const struct kube_kind *const kube_known_kinds[];

/* "/apis/batch/v1/namespaces/NS/jobs/NAME/SUB", each part escaped; ns NULL: in all namespaces; name, sub NULL: none. */
void kube_path(struct str *s, const struct kube_kind *kind, const char *ns, const char *name, const char *sub);
/* {"apiVersion", "kind", "metadata": {"name", "namespace"}}. The caller frees. */
node_t *kube_object(const struct kube_kind *kind, const char *ns, const char *name);
/* What we make says so by this label. Returns the object's labels. */
#define KUBE_MANAGED "app.kubernetes.io/managed-by"
node_t *kube_mark(node_t *object);

struct kube_call {
    const char *method; /* NULL: GET */
    const struct kube_kind *kind;
    const char *ns, *name, *sub;
    const char *path;  /* for kube_answer: what was asked, where the four above do not tell */
    const char *query; /* "limit=5&labelSelector=a%3Db", escaped; NULL: none */
    const node_t *body;
    const char *content_type;         /* NULL: application/json */
    const char *failing;              /* what an error says */
    const struct kube_source *source; /* where body comes from, so that an error names its line or flag; NULL: unknown */
    bool idempotent;                  /* a POST that may be repeated: its name is decided here, a second one is a conflict */
};
/* *ret: the answer (NULL: nobody wants it). 404 with a Status is NOT_FOUND; 404 of an unknown path is FAILED and names
 * kind->system and its remedy. The caller frees. */
int kube_do(struct kube *kube, const struct kube_call *call, node_t **ret, struct err *err);
/* The same of an answer that has come; of call, kind and failing are read. */
int kube_answer(struct kube *kube, const struct http_response *res, const struct kube_call *call, node_t **ret, struct err *err);

/* NOT_FOUND: `there is no job "x" in namespace y`. The caller frees. */
node_t *kube_show(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, struct err *err);
/* selector: of labels, as kubectl's -l; NULL: all. The caller frees. */
node_t *kube_list_of(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *selector, struct err *err);
/* Several of them at once, each with its items, or its own error: NOT_FOUND when its kind is not installed. The caller
 * releases them. */
struct kube_listing {
    const struct kube_kind *kind;
    const char *ns, *selector; /* as above */
    node_t *items;
    struct err err;
};
void kube_list_kinds(struct kube *kube, struct kube_listing *lists, size_t n);
/* The same, where they need not be installed: without items those are no failure. -1: the first that failed, and nothing is to
 * be released. */
int kube_list_installed(struct kube *kube, struct kube_listing *lists, size_t n, struct err *err);
void kube_listing_release(struct kube_listing *list);
/* For err of a list of that kind: of one that is not installed it says so. Always -1. */
int kube_list_failed(const struct kube_kind *kind, struct err *err);
/* The same, where it need not be: *ret is NULL, and it is no failure, when there is none of that name, or when the kind is
 * not installed. */
int kube_find(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, node_t **ret, struct err *err);
int kube_list_if(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *selector, node_t **ret,
                 struct err *err);
/* Whether the server has that kind: by its list of what the group has. */
int kube_has(struct kube *kube, const struct kube_kind *kind, bool *ret, struct err *err);
struct kube_write {
    bool dry_run;                     /* the server checks it, and keeps nothing */
    const struct kube_source *source; /* where its fields come from, for what is refused; NULL: nowhere */
};
/* Creates body, whose name is decided already: repeated where that is safe, and what an earlier try of this very call
 * has made is no conflict. CONFLICT when another one is there. how NULL: as it is. ret as kube_do's. */
int kube_create(struct kube *kube, const struct kube_kind *kind, const node_t *body, const struct kube_write *how, node_t **ret,
                struct err *err);
/* A merge patch (RFC 7396). */
int kube_patch(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, const node_t *patch,
               struct err *err);
/* In the background: what it owns goes with it. */
int kube_delete(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, struct err *err);

/* Of an object's status: the condition of that type, or NULL. */
const node_t *kube_condition(const node_t *object, const char *type);
/* All of them, as documents: [{"type","status","reason","message"}]. The caller frees. */
node_t *kube_conditions(const node_t *object);
bool kube_condition_is(const node_t *object, const char *type, const char *status);
/* The last words of a container, of its "terminated" state: what it wrote into its termination message or, where its policy is
 * FallbackToLogsOnError, the end of its log, 80 lines and 2,048 bytes at most; NULL: none. With other reasons than these the message
 * is the runtime's (facts: Kubernetes v1.37, pkg/kubelet/kuberuntime, getPodContainerStatuses). */
const char *kube_last_output(const node_t *ended);

#endif
