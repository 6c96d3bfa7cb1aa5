/* A job once more, from what the cluster still has of it. */
#include <string.h>

#include "base/clock.h"
#include "train/kube_job.h"

enum { TRIES_MAX = 1000, GONE_MS = 90000, GONE_ASK_MS = 200 };

/* What its controllers had put on it, which a new one gets anew. */
static void drop_others_labels(node_t *labels)
{
    static const char *const parts[] = {"controller-uid", "job-name", "kueue.x-k8s.io/", "jobset.sigs.k8s.io/",
                                        "trainer.kubeflow.org/"};
    for (node_t *label = node_first(labels), *next; label; label = next) {
        bool is_theirs = false;
        next = node_next(label);
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            is_theirs = is_theirs || strstr(node_key(label), parts[i]);
        if (is_theirs)
            node_free(node_detach(labels, label));
    }
}

static void rename_template(node_t *template, const char *name)
{
    node_t *labels = node_at(template, "/metadata/labels");
    drop_others_labels(labels);
    if (labels && node_get(labels, LABEL_JOB))
        node_set_str(labels, LABEL_JOB, name);
}

static void rename_templates(node_t *spec, const char *name)
{
    static const char *const maps[] = {"pytorchReplicaSpecs", "tfReplicaSpecs"};
    rename_template(node_get(spec, "template"), name);
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        for (node_t *role = node_first(node_get(spec, maps[i])); role; role = node_next(role))
            rename_template(node_get(role, "template"), name);
}

/* Its spec, labels and own annotations under another name. */
static node_t *again(const struct trainer_env *env, const node_t *old, const char *name)
{
    const struct job_kind *kind = env->trainer->cluster;
    node_t *object = kube_object(kind->kind, env->kube->ns, name);
    node_t *metadata = node_get(object, "metadata");
    const char *queue = job_queue(old);
    node_t *labels = node_copy(node_at(old, "/metadata/labels"));
    labels = node_set(metadata, "labels", labels ? labels : node_new_object());
    drop_others_labels(labels);
    node_set_str(labels, LABEL_JOB, name);
    if (queue)
        node_set_str(labels, LABEL_QUEUE, queue);
    node_set_str(node_object(metadata, "annotations"), "aiwf/retry-of", node_str(old, "/metadata/name", ""));
    node_t *spec = node_set(object, "spec", node_copy(node_get(old, "spec")));
    if (kind->kind == &kube_jobs)
        node_delete(spec, "selector");
    rename_templates(spec, name);
    job_service_rename(node_get(spec, "template"), node_str(old, "/metadata/name", ""), name);
    job_set_suspended(kind, object, queue);
    return object;
}

static int create_object(const struct trainer_env *env, const node_t *old, node_t *object, struct err *err)
{
    const char *source = node_str(old, "/metadata/annotations/aiwf~1source", NULL);
    job_mark_submission(object);
    if (source)
        node_set_str(node_object(node_get(object, "metadata"), "annotations"), ANNOTATION_SOURCE, source);
    return kube_job_create(env, object, NULL, err);
}

static int create(const struct trainer_env *env, const node_t *old, const char *name, struct err *err)
{
    if (kube_job_check_name(env->trainer->cluster, name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = again(env, old, name);
    return create_object(env, old, object, err);
}

/* "resnet" of resnet-3, when that was such a retry. */
static char *stem_of(const node_t *old)
{
    const char *name = node_str(old, "/metadata/name", "");
    const char *dash = strrchr(name, '-');
    long long n;
    bool is_retry = node_str(old, "/metadata/annotations/aiwf~1retry-of", NULL);
    return is_retry && dash && str_to_int(dash + 1, 2, TRIES_MAX, &n) ? xstrndup(name, (size_t)(dash - name)) : xstrdup(name);
}

static int create_next(const struct trainer_env *env, const node_t *old, char **ret_name, struct err *err)
{
    AUTOFREE char *stem = stem_of(old);
    for (int n = 2; n <= TRIES_MAX; n++) {
        AUTOFREE char *name = xasprintf("%s-%d", stem, n);
        err_clear(err);
        if (create(env, old, name, err) == 0) {
            *ret_name = TAKE(name);
            return 0;
        }
        if (err->code != ERR_CONFLICT)
            return -1;
    }
    return -1;
}

/* What goes along to the new job does not go with the old one; other jobs may have it too. */
static int disown(const struct trainer_env *env, const struct kube_kind *kind, const char *name, const node_t *old,
                  struct err *err)
{
    CLEANUP(node_free) node_t *there = NULL;
    CLEANUP(node_free) node_t *patch = node_new_object();
    if (!name || kube_find(env->kube, kind, env->kube->ns, name, &there, err) != 0 || !there)
        return err->what ? -1 : 0;
    node_t *metadata = node_object(patch, "metadata"), *owners = node_set(metadata, "ownerReferences", node_new_array());
    node_set_str(metadata, "resourceVersion", node_str(there, "/metadata/resourceVersion", NULL));
    for (const node_t *owner = node_first(node_at(there, "/metadata/ownerReferences")); owner; owner = node_next(owner))
        if (!str_eq(node_str(owner, "/uid", NULL), node_str(old, "/metadata/uid", NULL)))
            node_push(owners, node_copy(owner));
    return kube_patch(env->kube, kind, env->kube->ns, name, patch, err);
}

static int disown_all(const struct trainer_env *env, const node_t *old, struct err *err)
{
    CLEANUP(node_free) node_t *service = job_service_of(old);
    const char *source = node_str(old, "/metadata/annotations/aiwf~1source", NULL);
    if (disown(env, &kube_config_maps, source, old, err) != 0)
        return -1;
    return disown(env, &kube_services, node_str(service, "/metadata/name", NULL), old, err);
}

/* Whether the server would take it, asked under a name that is free: nothing is deleted for one that it refuses. */
static int check_new(const struct trainer_env *env, const node_t *object, struct err *err)
{
    CLEANUP(node_free) node_t *copy = node_copy(object);
    AUTOFREE char *name = xasprintf("%.50s-retry", node_str(object, "/metadata/name", ""));
    node_set_str(node_get(copy, "metadata"), "name", name);
    return kube_create(env->kube, env->trainer->cluster->kind, copy, &(struct kube_write){.dry_run = true}, NULL, err);
}

/* With its pods, so that none of them is taken for one of the new job's. */
static int delete_whole(const struct trainer_env *env, const node_t *old, struct err *err)
{
    const char *name = node_str(old, "/metadata/name", "?");
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "apiVersion", "v1");
    node_set_str(body, "kind", "DeleteOptions");
    node_set_str(body, "propagationPolicy", "Foreground");
    node_set_str(node_object(body, "preconditions"), "uid", node_str(old, "/metadata/uid", ""));
    AUTOFREE char *failing = xasprintf("cannot delete job \"%s\"", name);
    const struct kube_call call = {.method = "DELETE",
                                   .kind = env->trainer->cluster->kind,
                                   .ns = env->kube->ns,
                                   .name = name,
                                   .body = body,
                                   .failing = failing};
    return kube_do(env->kube, &call, NULL, err);
}

static int until_gone(const struct trainer_env *env, const char *name, struct err *err)
{
    for (int64_t until = clock_mono_ms() + GONE_MS; clock_mono_ms() < until;) {
        CLEANUP(node_free) node_t *there = NULL;
        if (kube_find(env->kube, env->trainer->cluster->kind, env->kube->ns, name, &there, err) != 0)
            return -1;
        if (!there)
            return 0;
        if (clock_sleep_ms(GONE_ASK_MS))
            return err_set(err, ERR_INTERRUPTED, "interrupted while job %s is being deleted", name);
    }
    err_set(err, ERR_TIMEOUT, "job %s is still being deleted: its pods do not end", name);
    return err_hint(err, "aiwf why train %s", name);
}

static int replace(const struct trainer_env *env, const node_t *old, struct err *err)
{
    const char *name = node_str(old, "/metadata/name", "?");
    CLEANUP(node_free) node_t *object = again(env, old, name);
    if (check_new(env, object, err) != 0 || disown_all(env, old, err) != 0 || delete_whole(env, old, err) != 0)
        return -1;
    bool is_gone = until_gone(env, name, err) == 0;
    if (is_gone && create_object(env, old, object, err) == 0)
        return 0;
    if (is_gone && err->code == ERR_INTERRUPTED)
        return -1;
    return err_wrap(err, "job %s was deleted, and is not there again", name);
}

static int check_over(const node_t *job, struct err *err)
{
    const char *name = node_str(job, "/name", "?");
    if (job_is_over(job))
        return 0;
    err_set(err, ERR_CONFLICT, "job %s is not over: %s", name, node_str(job, "/state", "?"));
    return err_hint(err, "aiwf train cancel %s, then aiwf train retry %s", name, name);
}

int kube_job_retry(const struct trainer_env *env, const char *name, const char *as, char **ret_name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *old = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *job = old ? kube_job_document(env->trainer, old) : NULL;
    if (!job || check_over(job, err) != 0)
        return -1;
    if (!as)
        return create_next(env, old, ret_name, err);
    int rc = strcmp(as, name) == 0 ? replace(env, old, err) : create(env, old, as, err);
    if (rc == 0)
        *ret_name = xstrdup(as);
    return rc;
}
