/* Jobs that are objects of a Kubernetes cluster: what is the same for all kinds of them. A kind (trainer_job.c,
 * trainer_pytorch.c, ...) says only what its objects look like. */
#ifndef TRAIN_KUBE_JOB_H
#define TRAIN_KUBE_JOB_H

#include "kube/watch.h"
#include "train/source.h"
#include "train/trainer.h"

#define LABEL_JOB            "aiwf/job" /* on the object and its pods: the job's name */
#define LABEL_QUEUE          "kueue.x-k8s.io/queue-name"
#define ANNOTATION_SOURCE    "aiwf/source"    /* the ConfigMap that the job came with */
#define ANNOTATION_CANCELLED "aiwf/cancelled" /* when "train cancel" suspended it, RFC 3339 */
#define ANNOTATION_QUEUE     "aiwf/queue"     /* the queue that it was cancelled in before Kueue had seen it */

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
    const char *container;        /* the name that its controller wants */
    const char *pod_label;        /* on its pods: the job's name */
    const char *const *pod_tails; /* what stands behind the name in its pods': patterns as in job_losses.c, NULL-terminated */
    const char *name_tail;        /* the longest that is put behind the name for a pod or a host */
    bool in_run_policy;           /* suspend stands in spec.runPolicy, else in spec */
    bool has_image;               /* a runtime of the cluster has one, unless the job says another */
    /* USAGE: what this kind cannot do. NULL: nothing. */
    int (*check)(const struct trainer_env *env, const struct job_spec *spec, struct err *err);
    /* Fills the object's spec. A source is mounted by job_source_mount. */
    int (*fill)(const struct trainer_env *env, const struct job_spec *spec, node_t *object_spec, struct err *err);
    void (*read)(const node_t *object, struct job_reading *ret);
    int64_t (*rank)(const node_t *object, const node_t *pod); /* from 0; -1: none */
};

/* For struct trainer; env->trainer->cluster is the kind. */
int kube_job_submit(const struct trainer_env *env, const struct job_spec *spec, struct err *err);
node_t *kube_job_manifest(const struct trainer_env *env, const struct job_spec *spec, bool ask, struct err *err);
node_t *kube_job_list(const struct trainer_env *env, struct err *err);
node_t *kube_job_show(const struct trainer_env *env, const char *name, struct err *err);
int kube_job_logs(const struct trainer_env *env, const char *name, const struct job_logs *logs, struct err *err); /* job_logs.c */
node_t *kube_job_events(const struct trainer_env *env, const char *name, struct err *err); /* job_events.c */
int kube_job_retry(const struct trainer_env *env, const char *name, const char *as, char **ret_name, struct err *err);
int kube_job_cancel(const struct trainer_env *env, const char *name, struct err *err);
int kube_job_remove(const struct trainer_env *env, const char *name, struct err *err);
struct job_watch *kube_job_watch(const struct trainer_env *env, const char *name); /* job_watch.c */
#define KUBE_JOB_OPERATIONS                                                                                                    \
    .needs_cluster = true, .submit = kube_job_submit, .manifest = kube_job_manifest, .list = kube_job_list,                    \
    .show = kube_job_show, .watch = kube_job_watch, .logs = kube_job_logs, .events = kube_job_events, .retry = kube_job_retry, \
    .cancel = kube_job_cancel, .remove = kube_job_remove

/* job_queue.c: Kueue's workloads of the job; NULL when it is in no queue, or none is seen. The caller frees. */
node_t *kube_job_workloads(const struct trainer_env *env, const node_t *object);
/* By which labels they are found. The caller frees. */
char *kube_job_workload_selector(const node_t *object);
/* The queue that it was submitted to, of an object; NULL: none. */
const char *job_queue(const node_t *object);
/* Else the job would wait for ever: NOT_FOUND when there is no such queue, FAILED when there is no Kueue. Who may not see queues may be
 * right. */
int kube_job_check_queue(const struct trainer_env *env, const char *queue, struct err *err);
/* Whether a job document waits for Kueue. */
bool job_is_queued(const node_t *job);
/* Adds "workload" (kueue_describe), "admission", and as the "reason" of a queued job what Kueue says. */
void job_add_admission(node_t *job, const node_t *workloads);
/* In a list of job documents: as the "reason" of those that are queued what Kueue says, where it is seen. */
void kube_job_add_admissions(const struct trainer_env *env, node_t *jobs);
/* Where a queued job stands in its queue, an element of kueue_waiting(); NULL: unknown. The caller frees. */
node_t *kube_job_place(const struct trainer_env *env, const node_t *job);
/* Adds it as "queue_position", "behind", "estimated". place: may be NULL. */
void job_add_place(node_t *job, const node_t *place);
/* job_watch.c: follows its object; on_change as in kube/watch.h, or NULL. The caller closes it. */
typedef void kube_job_change(enum kube_change change, const node_t *object, const node_t *kept, void *arg);
struct kube_watch *kube_job_follow(const struct trainer_env *env, const char *name, kube_job_change *on_change, void *arg);
/* job_service.c: a pod template of so many ranks of a batch Job: by which names they find each other, and who is which, in the words of
 * torch.distributed (MASTER_ADDR, RANK, ...) and of torchrun (PET_...). What the user has set stays. */
void job_service_use(node_t *template, const char *job, int64_t nodes);
/* The template of a job that is called otherwise now. */
void job_service_rename(node_t *template, const char *job, const char *as);
/* The Service that a job's template relies on, or NULL. The caller frees. */
node_t *job_service_of(const node_t *object);
/* Makes it unless it is there; CONFLICT when another one has its name. service NULL: nothing. */
int job_service_create(const struct trainer_env *env, const node_t *service, bool *ret_made, struct err *err);
/* Creates the object with what it relies on, which goes when it goes. */
int kube_job_create(const struct trainer_env *env, const node_t *object, const struct kube_write *how, struct err *err);
/* Suspends it for good. */
int kube_job_stop(const struct trainer_env *env, const node_t *object, struct err *err);
/* A repeated POST finds by it that what is there is its own. */
void job_mark_submission(node_t *object);
void job_set_suspended(const struct job_kind *kind, node_t *object, bool suspended);
/* USAGE unless it can be the name of such a job. */
int kube_job_check_name(const struct job_kind *kind, const char *name, struct err *err);
/* The job document of an object; the caller frees. */
node_t *kube_job_document(const struct trainer *trainer, const node_t *object);
struct job_parts {
    const node_t *object, *pods, *workloads; /* of the API server; workloads: NULL when none are seen */
    const node_t *losses;                    /* of pods that are gone, NULL: none are known */
};
/* The same, of all that belongs to it. The caller frees. */
node_t *kube_job_described(const struct trainer *trainer, const struct job_parts *parts);

/* pod_template.c: {"metadata", "spec"} of a rank. container: its name. The caller frees. */
node_t *pod_template(const struct job_spec *spec, const char *container);
/* The parts of it that a TrainJob wants apart. Each is NULL when there is nothing to say. */
node_t *pod_resources(const struct job_spec *spec);
node_t *pod_env(const struct job_spec *spec);
/* USAGE: a dataset that is no NAME[:/PATH], no image where it is needed, ... */
int pod_check(const struct job_spec *spec, bool needs_image, struct err *err);
/* GPUs that a pod of this spec holds, by its containers' limits of nvidia.com/gpu. */
int64_t pod_gpus(const node_t *pod_spec);

/* job_pods.c: adds "pods": [{"rank","pod","node","state","reason","message","restarts","tries","exit_code","started","finished"}],
 * the newest pod of each rank, by rank; "ranks"/"ready" by them; "restarts"; "last_failure"
 * {"rank","pod","exit_code","reason","message","restarts"} of the rank that failed first, of those that are still there;
 * and that as "failed_rank", "exit_code", "reason", "message" of a job that has failed. pods: of the API server. */
void job_add_pods(node_t *job, const struct job_kind *kind, const node_t *object, const node_t *pods);

/* job_losses.c: losses is {POD: whether it was lost with its node (else it was evicted)}. Adds a pod that says so of itself. */
void job_losses_see(node_t *losses, const node_t *pod);
/* Adds what events tell of a job's pods, of whichever are still there. */
void job_losses_see_events(node_t *losses, const struct job_kind *kind, const char *job, const node_t *events);
/* The same, of the events that the server still has: it keeps them for an hour. */
void kube_job_find_losses(const struct trainer_env *env, const char *job, node_t *losses);
/* As show does it; losses: an object, which gets what was found of them. */
node_t *kube_job_look(const struct trainer_env *env, const char *name, node_t *losses, struct err *err);
/* Adds "evictions" and "node_losses". */
void job_add_losses(node_t *job, const node_t *losses);

#endif
