#include "local/leftovers.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "local/child.h"

enum { WAIT_MS = 1000 };

struct leftovers {
    struct timer *timer; /* set while something has to be ended */
    struct strv marks;
    uint64_t nonce, last;
    struct strv ending; /* the thread's */
    pthread_t thread;
    bool has_thread;
    atomic_bool is_over;
};

static void *end_marked(void *arg)
{
    struct leftovers *leftovers = arg;
    child_end_marked(&leftovers->ending);
    atomic_store(&leftovers->is_over, true);
    return NULL;
}

static void join(struct leftovers *leftovers)
{
    if (leftovers->has_thread)
        pthread_join(leftovers->thread, NULL);
    leftovers->has_thread = false;
    strv_release(&leftovers->ending);
    leftovers->ending = STRV_INIT;
}

static void begin(void *arg)
{
    struct leftovers *leftovers = arg;
    if (leftovers->has_thread && !atomic_load(&leftovers->is_over)) { /* something takes long to die */
        timer_set(leftovers->timer, WAIT_MS);
        return;
    }
    join(leftovers);
    leftovers->ending = leftovers->marks;
    leftovers->marks = STRV_INIT;
    atomic_store(&leftovers->is_over, false);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the loop's */
    leftovers->has_thread = pthread_create(&leftovers->thread, NULL, end_marked, leftovers) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!leftovers->has_thread)
        end_marked(leftovers);
}

struct leftovers *leftovers_new(struct loop *loop)
{
    struct leftovers *leftovers = xcalloc(1, sizeof(*leftovers));
    leftovers->timer = timer_new(loop, begin, leftovers);
    if (getrandom(&leftovers->nonce, sizeof(leftovers->nonce), 0) != (ssize_t)sizeof(leftovers->nonce))
        leftovers->nonce = (uint64_t)clock_wall_ms();
    return leftovers;
}

void leftovers_free(struct leftovers *leftovers)
{
    if (!leftovers)
        return;
    join(leftovers);
    timer_free(leftovers->timer);
    strv_release(&leftovers->marks);
    free(leftovers);
}

char *leftovers_mark(struct leftovers *leftovers)
{
    return xasprintf("%016" PRIx64 "-%" PRIu64, leftovers->nonce, ++leftovers->last);
}

void leftovers_end(struct leftovers *leftovers, char *mark)
{
    if (!leftovers->marks.n)
        timer_set(leftovers->timer, WAIT_MS);
    strv_take(&leftovers->marks, mark);
}
