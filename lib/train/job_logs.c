/* What a job's ranks write, each line with its rank. */
#include <stdlib.h>
#include <string.h>

#include "kube/logs.h"
#include "kube/watch.h"
#include "train/kube_job.h"

struct reader {
    const struct trainer_env *env;
    const char *name;
    const struct job_logs *logs;
    const node_t *object;
    bool labelled;            /* there are several ranks */
    struct kube_watch *watch; /* of the object; NULL: not followed */
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

static bool tells_end(const struct reader *reader, const node_t *object)
{
    bool is_another = !str_eq(node_str(object, "/metadata/uid", NULL), node_str(reader->object, "/metadata/uid", NULL));
    CLEANUP(node_free) node_t *job = object ? kube_job_document(reader->env->trainer, object) : NULL;
    return is_another || job_is_over(job);
}

/* Where it may not be watched: asked, and again when nothing is seen. */
static int ask_over(const struct reader *reader, struct err *err)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    const struct trainer_env *env = reader->env;
    CLEANUP(node_free) node_t *object = kube_show(env->kube, env->trainer->cluster->kind, env->kube->ns, reader->name, &unseen);
    if (!object && (unseen.code == ERR_AUTH || unseen.code == ERR_INTERRUPTED))
        return err_move(err, &unseen);
    return object || unseen.code == ERR_NOT_FOUND ? tells_end(reader, object) : 0;
}

static int is_over(void *arg, struct err *err)
{
    const struct reader *reader = arg;
    CLEANUP(err_release) struct err refused = ERR_INIT;
    if (kube_watch_check(reader->watch, &refused) != 0)
        return ask_over(reader, err);
    return kube_watch_is_synced(reader->watch) && tells_end(reader, node_first(kube_watch_items(reader->watch)));
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
    CLEANUP(kube_watch_close) struct kube_watch *watch = logs->follow ? kube_job_follow(env, name, NULL, NULL) : NULL;
    reader.watch = watch;
    if (kube_logs(env->kube, &what, err) == 0)
        return 0;
    if (err->code == ERR_NOT_FOUND && logs->rank >= 0)
        err_set(err, ERR_NOT_FOUND, "rank %lld of job %s has no pod, or no more", (long long)logs->rank, name);
    return -1;
}
