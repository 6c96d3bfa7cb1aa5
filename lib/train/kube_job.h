/* Jobs that are objects of a Kubernetes cluster: what is the same for all kinds of them. A kind (trainer_job.c,
 * trainer_pytorch.c, ...) says only what its objects look like. */
#ifndef TRAIN_KUBE_JOB_H
#define TRAIN_KUBE_JOB_H

#include "kube/object.h"
#include "train/trainer.h"

#define LABEL_JOB            "aiwf/job" /* on the object and its pods: the job's name */
#define LABEL_QUEUE          "kueue.x-k8s.io/queue-name"
#define ANNOTATION_CANCELLED "aiwf/cancelled" /* when "train cancel" suspended it, RFC 3339 */

enum job_state { JOB_PENDING, JOB_RUNNING, JOB_SUSPENDED, JOB_SUCCEEDED, JOB_FAILED };

/* What an object says; texts belong to it. */
struct job_reading {
    enum job_state state;
    const char *reason, *message; /* of the state */
    const char *started, *finished;
    int64_t ranks, ready; /* ready: those that ended well too */
    int64_t gpus;         /* of all ranks */
    int64_t failed;       /* ranks that failed so far, tries included */
    int64_t retries;      /* how many may; -1: unknown */
    const node_t *container, *pod_spec;
};

struct job_kind {
    const struct kube_kind *kind;
    const char *container;                               /* the name that its controller wants */
    const char *pod_label;                               /* on its pods: the job's name */
    const char *name_tail;                               /* the longest that is put behind the name for a pod or a host */
    bool in_run_policy;                                  /* suspend stands in spec.runPolicy, else in spec */
    int (*check)(const struct job_spec *, struct err *); /* USAGE: what this kind cannot do; NULL: nothing */
    /* Fills the object's spec. */
    int (*fill)(const struct trainer_env *env, const struct job_spec *spec, node_t *object_spec, struct err *err);
    void (*read)(const node_t *object, struct job_reading *ret);
    int64_t (*rank)(const node_t *pod); /* from 0; -1: none */
};

/* For struct trainer; env->trainer->cluster is the kind. */
int kube_job_submit(const struct trainer_env *env, const struct job_spec *spec, struct err *err);
node_t *kube_job_manifest(const struct trainer_env *env, const struct job_spec *spec, bool ask, struct err *err);
node_t *kube_job_list(const struct trainer_env *env, struct err *err);
node_t *kube_job_show(const struct trainer_env *env, const char *name, struct err *err);
int kube_job_cancel(const struct trainer_env *env, const char *name, struct err *err);
int kube_job_remove(const struct trainer_env *env, const char *name, struct err *err);
#define KUBE_JOB_OPERATIONS                                                                                 \
    .needs_cluster = true, .submit = kube_job_submit, .manifest = kube_job_manifest, .list = kube_job_list, \
    .show = kube_job_show, .cancel = kube_job_cancel, .remove = kube_job_remove

/* USAGE unless it can be the name of such a job. */
int kube_job_check_name(const struct job_kind *kind, const char *name, struct err *err);
/* The job document of an object; the caller frees. */
node_t *kube_job_document(const struct trainer *trainer, const node_t *object);

/* pod_template.c: {"metadata", "spec"} of a rank. container: its name. The caller frees. */
node_t *pod_template(const struct job_spec *spec, const char *container);
/* The parts of it that a TrainJob wants apart. Each is NULL when there is nothing to say. */
node_t *pod_resources(const struct job_spec *spec);
node_t *pod_env(const struct job_spec *spec);
/* USAGE: a dataset that is no NAME[:/PATH], no image, ... */
int pod_check(const struct job_spec *spec, struct err *err);
/* GPUs that a pod of this spec holds, by its containers' limits of nvidia.com/gpu. */
int64_t pod_gpus(const node_t *pod_spec);

/* job_pods.c: adds "pods": [{"rank","pod","node","state","reason","message","restarts","tries","exit_code","started","finished"}],
 * the newest pod of each rank, by rank; "restarts", "evictions", "node_losses"; and of the rank that failed first, where
 * the job failed, "failed_rank", "exit_code", "reason". pods: of the API server. */
void job_add_pods(node_t *job, const struct job_kind *kind, const node_t *pods);

#endif
