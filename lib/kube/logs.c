#include "kube/logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/log_source.h"
#include "kube/object.h"

enum {
    LOOK_MS = 1000,   /* between looks at the pods, and at what is_over says */
    SILENT_MS = 3000, /* after the end of all: how long a container that still runs may say nothing */
    AFTER_MS = 30000, /* and how long it is listened to at most */
    BLIND_MS = 60000, /* how long the server may not answer */
};

struct followed {
    struct log_sources sources;
    const struct kube_logs *logs;
    struct kube *kube;
    int64_t look_at_ms, seen_ms;
    int64_t over_ms; /* since when all has ended; 0: not yet */
};

/* ---- pods ------------------------------------------------------------------------------------------------------ */

static int look(struct followed *f, struct err *err)
{
    CLEANUP(err_release) struct err fault = ERR_INIT;
    int64_t now = clock_mono_ms();
    f->look_at_ms = now + LOOK_MS;
    CLEANUP(node_free) node_t *pods = kube_list_of(f->kube, &kube_pods, f->logs->ns, f->logs->selector, &fault);
    if (pods) {
        log_sources_see(&f->sources, pods);
        f->seen_ms = now;
        return 0;
    }
    bool may_pass = fault.code == ERR_UNREACHABLE || fault.code == ERR_TIMEOUT || fault.code == ERR_CAPACITY;
    if (may_pass && f->seen_ms && now - f->seen_ms < BLIND_MS)
        return 0;
    return err_move(err, &fault);
}

/* ---- follow ---------------------------------------------------------------------------------------------------- */

/* Its last words may still be on their way: the pods are looked at once more. */
static int ask_over(struct followed *f, struct err *err)
{
    const struct kube_logs *logs = f->logs;
    if (f->over_ms)
        return 0;
    int over = logs->is_over ? logs->is_over(logs->arg, err) : log_sources_have_ended(&f->sources);
    if (over <= 0)
        return over;
    f->over_ms = clock_mono_ms();
    return look(f, err);
}

static bool has_ended(const struct followed *f)
{
    int64_t now = clock_mono_ms();
    if (!f->over_ms)
        return false;
    int64_t heard_ms = f->sources.heard_ms > f->over_ms ? f->sources.heard_ms : f->over_ms;
    return log_sources_are_read(&f->sources) || now - heard_ms > SILENT_MS || now - f->over_ms > AFTER_MS;
}

static int follow(struct followed *f, struct err *err)
{
    for (;;) {
        if (clock_mono_ms() >= f->look_at_ms && (look(f, err) != 0 || ask_over(f, err) < 0))
            return -1;
        if (log_sources_go_on(&f->sources, err) != 0)
            return -1;
        if (f->sources.stop || has_ended(f))
            return 0;
        int64_t left = f->look_at_ms - clock_mono_ms();
        if (http_poll(f->kube->http, left > 0 ? (int)left : 0, err) < 0)
            return -1;
    }
}

/* ---- once ------------------------------------------------------------------------------------------------------ */

static int read_one(struct followed *f, struct log_source *source, struct err *err)
{
    int64_t until = clock_mono_ms() + BLIND_MS;
    while (!f->sources.stop && log_source_is_wanted(source)) {
        if (log_source_go_on(source, err) != 0)
            return -1;
        if (http_poll(f->kube->http, LOOK_MS, err) < 0)
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
    int rc = logs->follow ? follow(&f, err) : read_once(&f, err);
    log_sources_release(&f.sources);
    return rc;
}
