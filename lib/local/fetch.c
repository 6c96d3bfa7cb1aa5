#include "local/fetch.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/message.h"
#include "local/wire.h"

enum { FETCH_BODY_MAX = 16 << 20, READ_BYTES = 32768 };

struct fetch {
    struct wire wire;
    struct deadline deadline;
    struct message in;
    struct head head;
    struct str start; /* of the answer's head */
    bool has_head;
    struct fetch_answer answer;
    void (*fn)(const struct fetch_answer *answer, void *arg);
    void *arg;
};

void fetch_free(struct fetch *fetch)
{
    if (!fetch)
        return;
    wire_close(&fetch->wire);
    deadline_release(&fetch->deadline);
    str_release(&fetch->start);
    strv_release(&fetch->answer.headers);
    str_release(&fetch->answer.body);
    free(fetch);
}

static void finish(struct fetch *fetch, const char *problem)
{
    fetch->answer.problem = problem;
    if (problem)
        fetch->answer.status = 0;
    fetch->fn(&fetch->answer, fetch->arg);
    fetch_free(fetch);
}

static void collect(const char *data, size_t len, void *arg)
{
    struct fetch *fetch = arg;
    str_addn(&fetch->answer.body, data, len);
}

static void keep_head(struct fetch *fetch)
{
    const struct head *head = &fetch->head;
    fetch->answer.status = head->status;
    for (size_t i = 0; i < head->n; i++) {
        const struct header *header = &head->headers[i];
        if (head_passes(head, header))
            strv_addf(&fetch->answer.headers, "%.*s: %.*s", (int)header->name_len, header->name, (int)header->value_len,
                      header->value);
    }
}

/* NULL: goes on. */
static const char *take_body(struct fetch *fetch, const char *data, size_t len)
{
    if (message_body(&fetch->in, data, len, collect, fetch) < 0)
        return "the answer's chunks are broken";
    return fetch->answer.body.truncated ? "the answer is too large" : NULL;
}

static const char *take_head(struct fetch *fetch, const char *data, size_t len)
{
    str_addn(&fetch->start, data, len);
    ssize_t head_len = head_length(fetch->start.buf, fetch->start.len);
    if (head_len == 0 && fetch->start.len <= HEAD_MAX_BYTES)
        return NULL;
    if (head_len <= 0 || message_response(&fetch->in, fetch->start.buf, (size_t)head_len, false, &fetch->head) != 0)
        return "the answer is no HTTP";
    fetch->has_head = true;
    keep_head(fetch);
    return take_body(fetch, fetch->start.buf + head_len, fetch->start.len - (size_t)head_len);
}

static void readable(struct fetch *fetch)
{
    char data[READ_BYTES];
    ssize_t n = recv(fetch->wire.fd, data, sizeof(data), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        finish(fetch, strerror(errno));
        return;
    }
    if (n == 0) {
        finish(fetch, fetch->has_head && message_end(&fetch->in) ? NULL : "the connection was closed before the whole answer");
        return;
    }
    const char *problem = fetch->has_head ? take_body(fetch, data, (size_t)n) : take_head(fetch, data, (size_t)n);
    if (problem || (fetch->has_head && fetch->in.is_complete))
        finish(fetch, problem);
}

static void event(unsigned what, void *arg)
{
    struct fetch *fetch = arg;
    if ((what & WATCH_WRITE) && !wire_flush(&fetch->wire)) {
        finish(fetch, "cannot connect");
        return;
    }
    if (what & WATCH_READ)
        readable(fetch);
}

static void late(void *arg) { finish(arg, "no answer in time"); }

struct fetch *fetch_start(struct loop *loop, const struct sockaddr_in *to, const struct str *request, int64_t timeout_ms,
                          void (*fn)(const struct fetch_answer *answer, void *arg), void *arg)
{
    struct fetch *fetch = xcalloc(1, sizeof(*fetch));
    fetch->fn = fn;
    fetch->arg = arg;
    fetch->start = STR_INIT;
    fetch->answer.body = STR_INIT_MAX(FETCH_BODY_MAX);
    fetch->wire = WIRE_INIT;
    deadline_init(&fetch->deadline, loop, late, fetch);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0 && errno != EINPROGRESS) {
        close(fd);
        fd = -1;
    }
    deadline_set(&fetch->deadline, clock_mono_ms(), fd >= 0 ? timeout_ms : 1);
    if (fd < 0)
        return fetch;
    wire_open(&fetch->wire, loop, fd, event, fetch);
    wire_keep(&fetch->wire, request->buf, request->len);
    wire_read(&fetch->wire, true);
    return fetch;
}
