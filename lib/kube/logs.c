#include "kube/logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/log_source.h"
#include "kube/object.h"
#include "kube/watch.h"

enum {
    ASK_MS = 1000,    /* between questions whether all is over */
    SILENT_MS = 3000, /* after that: how long a container that still runs may say nothing */
    AFTER_MS = 30000, /* and how long it is listened to at most */
    BLIND_MS = 60000, /* without follow: how long the server may say nothing */
};

struct followed {
    struct log_sources sources;
    const struct kube_logs *logs;
    struct kube *kube;
    int64_t ask_at_ms; /* whether all is over */
    int64_t over_ms;   /* since when it is; 0: it is not */
};

/* All pods as they are now. */
static int look(struct followed *f, struct err *err)
{
    CLEANUP(node_free) node_t *pods = kube_list_of(f->kube, &kube_pods, f->logs->ns, f->logs->selector, err);
    if (!pods)
        return -1;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        log_sources_see(&f->sources, pod);
    return 0;
}

/* ---- follow ---------------------------------------------------------------------------------------------------- */

static void on_change(enum kube_change change, const node_t *pod, const node_t *kept, void *arg)
{
    struct followed *f = arg;
    (void)kept;
    if (change == KUBE_DELETED)
        log_sources_forget(&f->sources, node_str(pod, "/metadata/uid", ""));
    else
        log_sources_see(&f->sources, pod);
}

/* Its last words may still be on their way: the pods are looked at once more. */
static int ask_over(struct followed *f, struct err *err)
{
    const struct kube_logs *logs = f->logs;
    int64_t now = clock_mono_ms();
    if (f->over_ms || now < f->ask_at_ms)
        return 0;
    f->ask_at_ms = now + ASK_MS;
    int over = logs->is_over ? logs->is_over(logs->arg, err) : log_sources_have_ended(&f->sources);
    if (over <= 0)
        return over;
    f->over_ms = now;
    CLEANUP(err_release) struct err none = ERR_INIT;
    look(f, &none); /* else by what the watch tells */
    return 0;
}

static bool has_ended(const struct followed *f)
{
    int64_t now = clock_mono_ms();
    if (!f->over_ms)
        return false;
    int64_t heard_ms = f->sources.heard_ms > f->over_ms ? f->sources.heard_ms : f->over_ms;
    return log_sources_are_read(&f->sources) || now - heard_ms > SILENT_MS || now - f->over_ms > AFTER_MS;
}

static int follow(struct followed *f, struct kube_watch *watch, struct err *err)
{
    if (kube_watch_sync(watch, err) != 0)
        return -1;
    for (;;) {
        if (kube_watch_check(watch, err) != 0 || ask_over(f, err) < 0 || log_sources_go_on(&f->sources, err) != 0)
            return -1;
        if (f->sources.stop || has_ended(f))
            return 0;
        if (http_poll(f->kube->http, log_sources_wait_ms(&f->sources, f->ask_at_ms), err) < 0)
            return -1;
    }
}

static int watch_and_follow(struct followed *f, struct err *err)
{
    struct kube_watch_spec spec = {
        .kind = &kube_pods,
        .ns = f->logs->ns,
        .labels = f->logs->selector,
        .on_change = on_change,
        .arg = f,
    };
    CLEANUP(kube_watch_close) struct kube_watch *watch = kube_watch_open(f->kube, &spec);
    return follow(f, watch, err);
}

/* ---- once ------------------------------------------------------------------------------------------------------ */

static int read_one(struct followed *f, struct log_source *source, struct err *err)
{
    int64_t until = clock_mono_ms() + BLIND_MS;
    while (!f->sources.stop && log_source_is_wanted(source)) {
        f->ask_at_ms = clock_mono_ms() + ASK_MS;
        if (log_source_go_on(source, err) != 0)
            return -1;
        if (http_poll(f->kube->http, log_sources_wait_ms(&f->sources, f->ask_at_ms), err) < 0)
            return -1;
        if (f->sources.heard_ms > until - BLIND_MS)
            until = f->sources.heard_ms + BLIND_MS;
        if (clock_mono_ms() > until)
            return err_set(err, ERR_TIMEOUT, "the log of pod %s does not come", source->pod);
    }
    return 0;
}

static int nothing_there(const struct followed *f, struct err *err)
{
    if (!f->sources.n)
        return err_set(err, ERR_NOT_FOUND, "there are no pods with %s in namespace %s", f->logs->selector, f->logs->ns);
    const struct log_source *first = f->sources.all[0];
    err_set(err, ERR_FAILED, f->logs->previous ? "no container was started twice" : "there is no log yet");
    if (f->logs->previous)
        return -1;
    err_why(err, "pod %s: container %s has not started%s%s", first->pod, first->container, first->waits ? ": " : "",
            first->waits ? first->waits : "");
    return err_hint(err, "-f waits for it");
}

static int read_once(struct followed *f, struct err *err)
{
    size_t read = 0;
    if (look(f, err) != 0)
        return -1;
    for (size_t i = 0; i < f->sources.n && !f->sources.stop; i++) {
        read += log_source_is_wanted(f->sources.all[i]);
        if (read_one(f, f->sources.all[i], err) != 0)
            return -1;
    }
    return read ? 0 : nothing_there(f, err);
}

int kube_logs(struct kube *kube, const struct kube_logs *logs, struct err *err)
{
    struct followed f = {.logs = logs, .kube = kube, .sources = {.logs = logs, .kube = kube}};
    int rc = logs->follow ? watch_and_follow(&f, err) : read_once(&f, err);
    log_sources_release(&f.sources);
    return rc;
}
