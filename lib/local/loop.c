#include "local/loop.h"

#include <event2/event.h>
#include <stdbool.h>

#include "base/dl.h"
#include "base/mem.h"

static struct event_lib {
    struct event_config *(*config_new)(void);
    void (*config_free)(struct event_config *);
    int (*config_set_flag)(struct event_config *, int);
    struct event_base *(*base_new)(const struct event_config *);
    void (*base_free)(struct event_base *);
    int (*dispatch)(struct event_base *);
    int (*loopbreak)(struct event_base *);
    struct event *(*event_new)(struct event_base *, evutil_socket_t, short, event_callback_fn, void *);
    void (*event_free)(struct event *);
    int (*event_add)(struct event *, const struct timeval *);
    int (*event_del)(struct event *);
} lib;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct event_lib, config_new, "event_config_new"),
    DL_SYMBOL(struct event_lib, config_free, "event_config_free"),
    DL_SYMBOL(struct event_lib, config_set_flag, "event_config_set_flag"),
    DL_SYMBOL(struct event_lib, base_new, "event_base_new_with_config"),
    DL_SYMBOL(struct event_lib, base_free, "event_base_free"),
    DL_SYMBOL(struct event_lib, dispatch, "event_base_dispatch"),
    DL_SYMBOL(struct event_lib, loopbreak, "event_base_loopbreak"),
    DL_SYMBOL(struct event_lib, event_new, "event_new"),
    DL_SYMBOL(struct event_lib, event_free, "event_free"),
    DL_SYMBOL(struct event_lib, event_add, "event_add"),
    DL_SYMBOL(struct event_lib, event_del, "event_del"),
    {0},
};
static const char *const sonames[] = {"libevent_core-2.1.so.7", NULL};
static struct dl_library library = {.sonames = sonames, .package = "libevent-core-2.1-7", .symbols = symbols, .table = &lib};

struct loop {
    struct event_base *base;
};

struct loop *loop_new(struct err *err)
{
    if (dl_bind(&library, err) != 0)
        return NULL;
    struct event_config *config = lib.config_new();
    if (config)
        lib.config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
    struct event_base *base = config ? lib.base_new(config) : NULL;
    lib.config_free(config);
    if (!base) {
        err_set(err, ERR_FAILED, "cannot make an event loop");
        return NULL;
    }

    struct loop *loop = xcalloc(1, sizeof(*loop));
    loop->base = base;
    return loop;
}

int loop_run(struct loop *loop, struct err *err)
{
    if (lib.dispatch(loop->base) < 0)
        return err_set(err, ERR_FAILED, "the event loop failed");
    return 0;
}

void loop_stop(struct loop *loop) { lib.loopbreak(loop->base); }

struct watch {
    struct loop *loop;
    void (*fn)(unsigned what, void *arg);
    void *arg;
    int fd;
    unsigned what;
    struct event *events[2]; /* read, write: made when first wanted */
};

static void watch_fired(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    struct watch *watch = arg;
    watch->fn(((what & EV_READ) ? WATCH_READ : 0U) | ((what & EV_WRITE) ? WATCH_WRITE : 0U), watch->arg);
}

struct watch *watch_new(struct loop *loop, int fd, void (*fn)(unsigned what, void *arg), void *arg)
{
    struct watch *watch = xcalloc(1, sizeof(*watch));
    *watch = (struct watch){.loop = loop, .fn = fn, .arg = arg, .fd = fd};
    return watch;
}

static void watch_set_one(struct watch *watch, int which, short flag, bool on)
{
    struct event **event = &watch->events[which];
    if (!on) {
        lib.event_del(*event);
        return;
    }
    if (!*event)
        *event = lib.event_new(watch->loop->base, watch->fd, (short)(flag | EV_PERSIST), watch_fired, watch);
    if (*event)
        lib.event_add(*event, NULL);
}

void watch_set(struct watch *watch, unsigned what)
{
    unsigned changed = watch->what ^ what;
    watch->what = what;
    if (changed & WATCH_READ)
        watch_set_one(watch, 0, EV_READ, what & WATCH_READ);
    if (changed & WATCH_WRITE)
        watch_set_one(watch, 1, EV_WRITE, what & WATCH_WRITE);
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    for (int i = 0; i < 2; i++)
        if (watch->events[i])
            lib.event_free(watch->events[i]);
    free(watch);
}

struct timer {
    void (*fn)(void *arg);
    void *arg;
    struct event *event;
};

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct timer *timer = arg;
    timer->fn(timer->arg);
}

struct timer *timer_new(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    struct timer *timer = xcalloc(1, sizeof(*timer));
    *timer = (struct timer){.fn = fn, .arg = arg};
    timer->event = lib.event_new(loop->base, -1, 0, timer_fired, timer);
    return timer;
}

void timer_set(struct timer *timer, int64_t in_ms)
{
    if (in_ms < 0)
        in_ms = 0;
    struct timeval when = {.tv_sec = in_ms / 1000, .tv_usec = in_ms % 1000 * 1000};
    lib.event_add(timer->event, &when);
}

void timer_clear(struct timer *timer) { lib.event_del(timer->event); }

void timer_free(struct timer *timer)
{
    if (!timer)
        return;
    lib.event_free(timer->event);
    free(timer);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    lib.base_free(loop->base);
    free(loop);
}
