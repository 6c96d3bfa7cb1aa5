/* A job once more, from what the cluster still has of it. */
#include <string.h>

#include "train/kube_job.h"

enum { TRIES_MAX = 1000 };

/* What its controllers had put on it, which a new one gets anew. */
static void drop_others_labels(node_t *labels)
{
    static const char *const parts[] = {"controller-uid", "job-name", "kueue.x-k8s.io/", "jobset.sigs.k8s.io/"};
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
    const char *queue = node_str(old, "/metadata/labels/kueue.x-k8s.io~1queue-name", NULL);
    node_t *labels = node_copy(node_at(old, "/metadata/labels"));
    labels = node_set(metadata, "labels", labels ? labels : node_new_object());
    drop_others_labels(labels);
    node_set_str(labels, LABEL_JOB, name);
    if (queue)
        node_set_str(labels, LABEL_QUEUE, queue);
    node_set_str(job_member(metadata, "annotations"), "aiwf/retry-of", node_str(old, "/metadata/name", ""));
    node_t *spec = node_set(object, "spec", node_copy(node_get(old, "spec")));
    if (kind->kind == &kube_jobs)
        node_delete(spec, "selector");
    rename_templates(spec, name);
    job_set_suspended(kind, object, queue);
    return object;
}

static int create(const struct trainer_env *env, const node_t *old, const char *name, struct err *err)
{
    if (kube_job_check_name(env->trainer->cluster, name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = again(env, old, name);
    CLEANUP(node_free) node_t *made = NULL;
    const char *source = node_str(old, "/metadata/annotations/aiwf~1source", NULL);
    job_mark_submission(object);
    if (source)
        node_set_str(job_member(node_get(object, "metadata"), "annotations"), ANNOTATION_SOURCE, source);
    if (kube_create(env->kube, env->trainer->cluster->kind, object, NULL, &made, err) != 0)
        return -1;
    return source ? job_source_own(env, source, made, err) : 0;
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

int kube_job_retry(const struct trainer_env *env, const char *name, const char *as, char **ret_name, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *old = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *job = old ? kube_job_document(env->trainer, old) : NULL;
    if (!job)
        return -1;
    if (!job_is_over(job)) {
        err_set(err, ERR_CONFLICT, "job %s is not over: %s", name, node_str(job, "/state", "?"));
        return err_hint(err, "aiwf train cancel %s, then aiwf train retry %s", name, name);
    }
    if (!as)
        return create_next(env, old, ret_name, err);
    if (create(env, old, as, err) != 0)
        return -1;
    *ret_name = xstrdup(as);
    return 0;
}
