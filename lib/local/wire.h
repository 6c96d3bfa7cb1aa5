/* A connected socket or pipe in the loop: writes at once what the kernel takes, keeps the rest. */
#ifndef LOCAL_WIRE_H
#define LOCAL_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "local/loop.h"

/* Whoever feeds a wire stops above this: then at most this, one read and one head wait in memory. */
enum { WIRE_HIGH = 65536 };

struct wire {
    int fd; /* -1: closed */
    struct watch *watch;
    char *out; /* [out_at, out_len) still has to be written; NULL: nothing */
    size_t out_at, out_len, out_cap;
    bool wants_read;
    bool is_broken; /* a write failed: nothing is taken any more */
};

#define WIRE_INIT ((struct wire){.fd = -1})

/* Takes over fd, which must not block. fn gets WATCH_WRITE only while something is kept: call wire_flush then. */
void wire_open(struct wire *wire, struct loop *loop, int fd, void (*fn)(unsigned what, void *arg), void *arg);
void wire_close(struct wire *wire);

void wire_read(struct wire *wire, bool on);
/* Takes all of it. False: the other side is gone. */
bool wire_send(struct wire *wire, const struct iovec *parts, int n);
bool wire_put(struct wire *wire, const void *data, size_t len);
/* Keeps data for later without trying to write. */
void wire_keep(struct wire *wire, const void *data, size_t len);
bool wire_flush(struct wire *wire);
static inline size_t wire_kept(const struct wire *wire) { return wire->out_len - wire->out_at; }

/* A deadline that costs nothing to push back: its timer is moved only when it fires too early. */
struct deadline {
    struct timer *timer;
    int64_t at_ms, armed_ms; /* monotonic; 0: none */
    void (*fn)(void *arg);
    void *arg;
};
void deadline_init(struct deadline *deadline, struct loop *loop, void (*fn)(void *arg), void *arg);
void deadline_set(struct deadline *deadline, int64_t now_ms, int64_t in_ms);
void deadline_clear(struct deadline *deadline);
void deadline_release(struct deadline *deadline);

#endif
