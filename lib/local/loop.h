/* The gateway's event loop, over libevent_core (loaded by dl.h): descriptors and timers (a child's
 * end is its pidfd's). One thread; a callback may free any watch or timer, its own too. */
#ifndef LOCAL_LOOP_H
#define LOCAL_LOOP_H

#include <stdint.h>

#include "base/err.h"

struct loop;
struct loop *loop_new(struct err *err);
void loop_free(struct loop *loop);
/* Until loop_stop. */
int loop_run(struct loop *loop, struct err *err);
void loop_stop(struct loop *loop);

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

/* Level-triggered. The descriptor stays the caller's: free the watch before closing it. An error or a
 * hang-up shows as what is being watched for. A new watch waits for nothing. */
struct watch;
struct watch *watch_new(struct loop *loop, int fd, void (*fn)(unsigned what, void *arg), void *arg);
void watch_set(struct watch *watch, unsigned what); /* costs nothing when it is so already */
void watch_free(struct watch *watch);

/* Fires once, then is idle until set again. */
struct timer;
struct timer *timer_new(struct loop *loop, void (*fn)(void *arg), void *arg);
void timer_set(struct timer *timer, int64_t in_ms); /* replaces an earlier time */
void timer_clear(struct timer *timer);
void timer_free(struct timer *timer);

#endif
