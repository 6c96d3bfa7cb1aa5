#include "bench/coldwatch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/num.h"
#include "kube/watch.h"
#include "net/stream.h"

enum { POLL_MS = 50, LOOK_MS = 2, ROUND_TRIPS = 5, WATCHES = 3 };

struct coldwatch {
    struct kube kube;
    char *ns, *selector;
    struct kube_watch *watches[WATCHES];
    double uncertainty_ms;
    pthread_t thread;
    bool is_running;
    atomic_bool stop;
    pthread_mutex_t lock; /* of what follows */
    struct cold_marks marks;
    struct map old; /* by uid: pods that were there before the request */
    struct err trouble;
};

static void on_deployment(enum kube_change change, const node_t *deployment, const node_t *kept, void *arg)
{
    struct coldwatch *watch = arg;
    pthread_mutex_lock(&watch->lock);
    if (change != KUBE_DELETED)
        cold_marks_of_deployment(&watch->marks, deployment, kept, clock_mono_ns());
    pthread_mutex_unlock(&watch->lock);
}

static void on_pod(enum kube_change change, const node_t *pod, const node_t *kept, void *arg)
{
    (void)kept;
    struct coldwatch *watch = arg;
    pthread_mutex_lock(&watch->lock);
    if (change != KUBE_DELETED && !map_has(&watch->old, node_str(pod, "/metadata/uid", "")))
        cold_marks_of_pod(&watch->marks, pod, clock_mono_ns());
    pthread_mutex_unlock(&watch->lock);
}

static void on_event(enum kube_change change, const node_t *event, const node_t *kept, void *arg)
{
    (void)kept;
    struct coldwatch *watch = arg;
    pthread_mutex_lock(&watch->lock);
    if (change != KUBE_DELETED && !map_has(&watch->old, node_str(event, "/involvedObject/uid", "")))
        cold_marks_of_event(&watch->marks, event, clock_mono_ns());
    pthread_mutex_unlock(&watch->lock);
}

static void open_watches(struct coldwatch *watch)
{
    static const char *const keep[] = {"/spec/replicas", NULL};
    const struct kube_watch_spec specs[WATCHES] = {
        {.kind = &kube_deployments, .labels = watch->selector, .keep = keep, .on_change = on_deployment},
        {.kind = &kube_pods, .labels = watch->selector, .on_change = on_pod},
        {.kind = &kube_events, .fields = "involvedObject.kind=Pod", .on_change = on_event},
    };
    for (size_t i = 0; i < WATCHES; i++) {
        struct kube_watch_spec spec = specs[i];
        spec.ns = watch->ns;
        spec.arg = watch;
        watch->watches[i] = kube_watch_open(&watch->kube, &spec);
    }
}

static int sync_watches(struct coldwatch *watch, struct err *err)
{
    for (size_t i = 0; i < WATCHES; i++)
        if (kube_watch_sync(watch->watches[i], err) != 0)
            return -1;
    return 0;
}

static int measure_delay(struct coldwatch *watch, struct err *err)
{
    for (int i = 0; i < ROUND_TRIPS; i++) {
        int64_t began = clock_mono_ns();
        CLEANUP(node_free) node_t *version = kube_get(&watch->kube, "/version", "cannot reach the cluster", err);
        if (!version)
            return -1;
        watch->uncertainty_ms = num_max(watch->uncertainty_ms, (double)(clock_mono_ns() - began) / 1e6);
    }
    return 0;
}

static int check(struct coldwatch *watch, struct err *err)
{
    for (size_t i = 0; i < WATCHES; i++)
        if (kube_watch_check(watch->watches[i], err) != 0)
            return -1;
    return 0;
}

static void *follow(void *arg)
{
    struct coldwatch *watch = arg;
    CLEANUP(err_release) struct err err = ERR_INIT;
    while (!watch->stop && http_poll(watch->kube.http, POLL_MS, &err) >= 0 && check(watch, &err) == 0)
        continue;
    pthread_mutex_lock(&watch->lock);
    if (err.what)
        err_move(&watch->trouble, &err);
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

/* Signals are for the thread that owns the terminal. */
static int start(struct coldwatch *watch, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    watch->is_running = pthread_create(&watch->thread, NULL, follow, watch) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return watch->is_running ? 0 : err_set(err, ERR_FAILED, "cannot start a thread");
}

struct coldwatch *coldwatch_open(struct kube *kube, const char *ns, const char *selector, struct err *err)
{
    struct coldwatch *watch = xcalloc(1, sizeof(*watch));
    watch->kube = *kube;
    *kube = (struct kube){0};
    watch->ns = xstrdup(ns);
    watch->selector = xstrdup(selector);
    watch->old = MAP_INIT(NULL);
    pthread_mutex_init(&watch->lock, NULL);
    if (measure_delay(watch, err) == 0) {
        open_watches(watch);
        if (sync_watches(watch, err) == 0 && start(watch, err) == 0)
            return watch;
    }
    coldwatch_close(watch);
    return NULL;
}

void coldwatch_close(struct coldwatch *watch)
{
    if (!watch)
        return;
    watch->stop = true;
    if (watch->is_running)
        pthread_join(watch->thread, NULL);
    for (size_t i = 0; i < WATCHES; i++)
        kube_watch_close(watch->watches[i]);
    kube_release(&watch->kube);
    cold_marks_release(&watch->marks);
    map_release(&watch->old);
    err_release(&watch->trouble);
    pthread_mutex_destroy(&watch->lock);
    free(watch->ns);
    free(watch->selector);
    free(watch);
}

void coldwatch_begin(struct coldwatch *watch)
{
    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->marks.n; i++)
        if (watch->marks.v[i].kind == COLD_CREATED)
            map_set(&watch->old, watch->marks.v[i].uid, watch);
    cold_marks_release(&watch->marks);
    pthread_mutex_unlock(&watch->lock);
}

static void take_copy(struct coldwatch *watch, struct cold_marks *ret)
{
    cold_marks_release(ret);
    ret->n = watch->marks.n;
    ret->v = xcalloc(ret->n + 1, sizeof(*ret->v));
    if (ret->n)
        memcpy(ret->v, watch->marks.v, ret->n * sizeof(*ret->v));
}

int coldwatch_marks(struct coldwatch *watch, int64_t at_most_ms, struct cold_marks *ret, struct err *err)
{
    int64_t until = clock_mono_ms() + at_most_ms;
    *ret = (struct cold_marks){0};
    for (;;) {
        pthread_mutex_lock(&watch->lock);
        int rc = watch->trouble.what ? err_copy(err, &watch->trouble) : 0;
        take_copy(watch, ret);
        pthread_mutex_unlock(&watch->lock);
        if (rc != 0 || cold_marks_complete(ret) || clock_mono_ms() >= until || clock_sleep_ms(LOOK_MS))
            return rc;
    }
}

double coldwatch_uncertainty_ms(const struct coldwatch *watch) { return watch->uncertainty_ms; }
