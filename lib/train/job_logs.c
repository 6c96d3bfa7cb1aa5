/* What a job's ranks write, each line with its rank. */
#include <stdlib.h>
#include <string.h>

#include "kube/logs.h"
#include "train/kube_job.h"

struct reader {
    const struct trainer_env *env;
    const char *name;
    const struct job_logs *logs;
    const node_t *object;
    bool labelled; /* there are several ranks */
};

static bool is_wanted(const node_t *pod, void *arg)
{
    const struct reader *reader = arg;
    if (reader->logs->pod)
        return strcmp(node_str(pod, "/metadata/name", ""), reader->logs->pod) == 0;
    return reader->logs->rank < 0 || reader->env->trainer->cluster->rank(reader->object, pod) == reader->logs->rank;
}

static char *label(const node_t *pod, void *arg)
{
    const struct reader *reader = arg;
    int64_t rank = reader->env->trainer->cluster->rank(reader->object, pod);
    return rank < 0 ? xstrdup(node_str(pod, "/metadata/name", "?")) : xasprintf("rank %lld", (long long)rank);
}

static bool tell(const struct reader *reader, const char *label, const char *stream, const char *text)
{
    CLEANUP(node_free) node_t *line = node_new_object();
    if (reader->labelled)
        node_set_str(line, "label", label);
    node_set_str(line, "stream", stream);
    node_set_str(line, "text", text);
    return reader->logs->on_line(line, reader->logs->arg);
}

static bool on_line(const struct kube_log_line *line, void *arg)
{
    AUTOFREE char *text = xstrndup(line->text, line->len);
    return tell(arg, line->label, "stdout", text);
}

static void say(const char *label, const char *text, void *arg) { tell(arg, label, "system", text); }

static int is_over(void *arg, struct err *err)
{
    const struct reader *reader = arg;
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    const struct trainer_env *env = reader->env;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, env->trainer->cluster->kind, env->kube->ns, reader->name, &unseen);
    if (!object && (unseen.code == ERR_NOT_FOUND || unseen.code == ERR_AUTH || unseen.code == ERR_INTERRUPTED))
        return unseen.code == ERR_NOT_FOUND ? 1 : err_move(err, &unseen);
    CLEANUP(node_free) node_t *job = object ? kube_job_document(env->trainer, object) : NULL;
    return job && job_is_over(job); /* not seen: asked again */
}

int kube_job_logs(const struct trainer_env *env, const char *name, const struct job_logs *logs, struct err *err)
{
    const struct job_kind *kind = env->trainer->cluster;
    if (kube_job_check_name(kind, name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, kind->kind, env->kube->ns, name, err);
    if (!object)
        return -1;
    CLEANUP(node_free) node_t *job = kube_job_document(env->trainer, object);
    AUTOFREE char *selector = xasprintf("%s=%s", kind->pod_label, name);
    struct reader reader = {.env = env, .name = name, .logs = logs, .object = object};
    reader.labelled = logs->rank < 0 && node_int(job, "/ranks/total", 2) > 1;
    struct kube_logs what = {
        .ns = env->kube->ns,
        .selector = selector,
        .container = kind->container,
        .follow = logs->follow,
        .previous = logs->previous,
        .tail = logs->tail,
        .is_wanted = is_wanted,
        .label = label,
        .on_line = on_line,
        .say = say,
        .is_over = is_over,
        .arg = &reader,
    };
    if (kube_logs(env->kube, &what, err) == 0)
        return 0;
    if (err->code == ERR_NOT_FOUND && logs->rank >= 0)
        err_set(err, ERR_NOT_FOUND, "rank %lld of job %s has no pod, or no more", (long long)logs->rank, name);
    return -1;
}
