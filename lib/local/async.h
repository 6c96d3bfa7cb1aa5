/* Asynchronous calls: taken at once, run in order through the gateway's own front door, answered to a callback. They live
 * in memory: what waits when the gateway ends is lost. */
#ifndef LOCAL_ASYNC_H
#define LOCAL_ASYNC_H

#include "local/daemon.h"

struct async;
struct async *async_new(struct daemon *daemon);
void async_free(struct async *async);

#endif
