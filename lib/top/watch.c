#include "top/watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"

struct watcher {
    struct plan *plan;
    const struct prom *prom;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct batch *latest;
    struct pace pace;
    struct span asked; /* by the latest round */
    bool was_answered; /* by every query of it */
    bool is_ending;
    int fd; /* an eventfd */
};

static struct timespec at_mono(int64_t ms)
{
    return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
}

static bool same_span(const struct span *a, const struct span *b) { return a->at_ms == b->at_ms && a->range_ms == b->range_ms; }

/* Nothing to ask for until something changes. */
static bool is_at_rest(const struct watcher *watcher)
{
    bool is_known = watcher->was_answered && watcher->asked.at_ms && same_span(&watcher->asked, &watcher->pace.span);
    return watcher->pace.is_paused || is_known;
}

/* Until the next round is due, by the pace as it is then. False: the end. Holds the lock. */
static bool wait_due(struct watcher *watcher, int64_t started_ms)
{
    while (!watcher->is_ending) {
        int64_t due = same_span(&watcher->asked, &watcher->pace.span) ? started_ms + watcher->pace.interval_ms : started_ms;
        bool rests = is_at_rest(watcher);
        if (watcher->pace.is_paused) /* what came meanwhile is not taken */
            plan_forget_curves(watcher->plan);
        if (!rests && clock_mono_ms() >= due)
            return true;
        struct timespec until = at_mono(due);
        if (rests)
            pthread_cond_wait(&watcher->changed, &watcher->lock);
        else
            pthread_cond_timedwait(&watcher->changed, &watcher->lock, &until);
    }
    return false;
}

static void hand_over(struct watcher *watcher, struct batch *batch)
{
    if (watcher->latest)
        plan_forget_curves(watcher->plan);
    batch_free(watcher->latest);
    watcher->latest = batch;
    uint64_t one = 1;
    ssize_t ignored = write(watcher->fd, &one, sizeof(one));
    (void)ignored;
}

static void *rounds(void *arg)
{
    struct watcher *watcher = arg;
    bool goes_on = true;
    pthread_mutex_lock(&watcher->lock);
    while (goes_on) {
        struct span span = watcher->asked = watcher->pace.span;
        pthread_mutex_unlock(&watcher->lock);
        int64_t started_ms = clock_mono_ms();
        struct batch *batch = plan_fetch(watcher->plan, watcher->prom, &span);
        pthread_mutex_lock(&watcher->lock);
        watcher->was_answered = !batch->failed;
        hand_over(watcher, batch);
        goes_on = wait_due(watcher, started_ms);
    }
    pthread_mutex_unlock(&watcher->lock);
    return NULL;
}

/* Signals are for the thread that owns the terminal. */
static int start_thread(struct watcher *watcher)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&watcher->thread, NULL, rounds, watcher);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

struct watcher *watcher_new(struct plan *plan, const struct prom *prom, const struct pace *pace, struct err *err)
{
    struct watcher *watcher = xcalloc(1, sizeof(*watcher));
    *watcher = (struct watcher){.plan = plan, .prom = prom, .pace = *pace, .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&watcher->lock, NULL);
    pthread_cond_init(&watcher->changed, &attr);
    pthread_condattr_destroy(&attr);
    int rc = start_thread(watcher);
    if (rc == 0)
        return watcher;
    err_set(err, ERR_FAILED, "cannot start a thread: %s", strerror(rc));
    close(watcher->fd);
    free(watcher);
    return NULL;
}

void watcher_free(struct watcher *watcher)
{
    if (!watcher)
        return;
    bool was_interrupted = sig_interrupted();
    pthread_mutex_lock(&watcher->lock);
    watcher->is_ending = true;
    pthread_cond_signal(&watcher->changed);
    pthread_mutex_unlock(&watcher->lock);
    sig_interrupt();
    pthread_join(watcher->thread, NULL);
    if (!was_interrupted)
        sig_reset();
    batch_free(watcher->latest);
    pthread_cond_destroy(&watcher->changed);
    pthread_mutex_destroy(&watcher->lock);
    close(watcher->fd);
    free(watcher);
}

int watcher_fd(const struct watcher *watcher) { return watcher->fd; }

struct batch *watcher_take(struct watcher *watcher)
{
    uint64_t count;
    ssize_t ignored = read(watcher->fd, &count, sizeof(count));
    (void)ignored;
    pthread_mutex_lock(&watcher->lock);
    struct batch *batch = TAKE(watcher->latest);
    pthread_mutex_unlock(&watcher->lock);
    return batch;
}

void watcher_set(struct watcher *watcher, const struct pace *pace)
{
    pthread_mutex_lock(&watcher->lock);
    watcher->pace = *pace;
    pthread_cond_signal(&watcher->changed);
    pthread_mutex_unlock(&watcher->lock);
}
