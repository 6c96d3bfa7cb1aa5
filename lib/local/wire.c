#include "local/wire.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

void wire_open(struct wire *wire, struct loop *loop, int fd, void (*fn)(unsigned what, void *arg), void *arg)
{
    *wire = (struct wire){.fd = fd, .watch = watch_new(loop, fd, fn, arg)};
}

void wire_close(struct wire *wire)
{
    watch_free(wire->watch);
    if (wire->fd >= 0)
        close(wire->fd);
    free(wire->out);
    *wire = WIRE_INIT;
}

static void wire_update(struct wire *wire)
{
    watch_set(wire->watch, (wire->wants_read ? WATCH_READ : 0U) | (wire_kept(wire) ? WATCH_WRITE : 0U));
}

void wire_read(struct wire *wire, bool on)
{
    wire->wants_read = on;
    wire_update(wire);
}

static bool wire_break(struct wire *wire)
{
    wire->is_broken = true;
    free(TAKE(wire->out));
    wire->out_at = wire->out_len = wire->out_cap = 0;
    wire_update(wire);
    return false;
}

static void append(struct wire *wire, const void *data, size_t len)
{
    if (wire->out && wire->out_len + len > wire->out_cap) {
        memmove(wire->out, wire->out + wire->out_at, wire_kept(wire));
        wire->out_len -= wire->out_at;
        wire->out_at = 0;
    }
    if (wire->out_len + len > wire->out_cap) {
        wire->out_cap = wire->out_len + len;
        wire->out = xrealloc(wire->out, wire->out_cap);
    }
    memcpy(wire->out + wire->out_len, data, len);
    wire->out_len += len;
}

void wire_keep(struct wire *wire, const void *data, size_t len)
{
    if (!len || wire->is_broken)
        return;
    append(wire, data, len);
    wire_update(wire);
}

bool wire_send(struct wire *wire, const struct iovec *parts, int n)
{
    if (wire->is_broken || wire->fd < 0)
        return false;

    ssize_t sent = 0;
    if (!wire_kept(wire)) {
        do
            sent = writev(wire->fd, parts, n);
        while (sent < 0 && errno == EINTR);
        if (sent < 0 && errno != EAGAIN && errno != ENOTCONN)
            return wire_break(wire);
    }
    size_t skip = sent > 0 ? (size_t)sent : 0;
    for (int i = 0; i < n; i++) {
        size_t len = parts[i].iov_len;
        size_t done = skip < len ? skip : len;
        skip -= done;
        if (done < len)
            append(wire, (const char *)parts[i].iov_base + done, len - done);
    }
    wire_update(wire);
    return true;
}

bool wire_put(struct wire *wire, const void *data, size_t len)
{
    struct iovec part = {.iov_len = len};
    memcpy(&part.iov_base, &data, sizeof(data)); /* writev does not write to it */
    return wire_send(wire, &part, 1);
}

bool wire_flush(struct wire *wire)
{
    while (wire_kept(wire)) {
        ssize_t sent = write(wire->fd, wire->out + wire->out_at, wire_kept(wire));
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return true;
        if (sent < 0)
            return wire_break(wire);
        wire->out_at += (size_t)sent;
    }
    free(TAKE(wire->out));
    wire->out_at = wire->out_len = wire->out_cap = 0;
    wire_update(wire);
    return true;
}

static void deadline_fired(void *arg)
{
    struct deadline *deadline = arg;
    deadline->armed_ms = 0;
    if (!deadline->at_ms)
        return;
    int64_t now_ms = clock_mono_ms();
    if (now_ms < deadline->at_ms) {
        deadline->armed_ms = deadline->at_ms;
        timer_set(deadline->timer, deadline->at_ms - now_ms);
        return;
    }
    deadline->at_ms = 0;
    deadline->fn(deadline->arg);
}

void deadline_init(struct deadline *deadline, struct loop *loop, void (*fn)(void *arg), void *arg)
{
    *deadline = (struct deadline){.fn = fn, .arg = arg};
    deadline->timer = timer_new(loop, deadline_fired, deadline);
}

void deadline_set(struct deadline *deadline, int64_t now_ms, int64_t in_ms)
{
    deadline->at_ms = now_ms + (in_ms > 0 ? in_ms : 1);
    if (deadline->armed_ms && deadline->armed_ms <= deadline->at_ms)
        return;
    deadline->armed_ms = deadline->at_ms;
    timer_set(deadline->timer, deadline->at_ms - now_ms);
}

void deadline_clear(struct deadline *deadline) { deadline->at_ms = 0; }

void deadline_release(struct deadline *deadline)
{
    timer_free(deadline->timer);
    *deadline = (struct deadline){0};
}
