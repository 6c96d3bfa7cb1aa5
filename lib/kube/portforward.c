#include "kube/portforward.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "kube/object.h"
#include "net/url.h"
#include "net/websocket.h"

enum {
    PAIRS_MAX = 256,
    PIECE_BYTES = 32 << 10,
    BACKLOG_BYTES = 256 << 10, /* held for a side that does not take it, a pair */
    RESOLVED_MS = 5000,        /* how long a pod is taken to be still the right one */
    HALF_CLOSED_MS = 300000,   /* how long the pod may be silent once this side has sent all */
    ANSWERED_MS = 5000,        /* and once it has said something since */
};

enum channel { CHANNEL_DATA, CHANNEL_ERROR, CHANNELS };

struct pair {
    int fd; /* -1: none */
    struct websocket *ws;
    char *pod;
    int port;
    struct str to_local;
    size_t to_local_at;
    bool has_port[CHANNELS]; /* the channel's first message, which repeats the port, has come */
    bool local_eof, remote_eof;
    bool again;    /* it was opened anew already */
    bool answered; /* the pod has said something since this side did */
    int64_t heard_ms;
};

struct forwarder {
    const struct kube_forward *forward;
    struct websockets *sockets;
    int listen_fd, stop_fd;
    struct pair *pairs[PAIRS_MAX];
    size_t n;
    char *pod; /* where the last one went */
    int port;
    int64_t resolved_ms;
};

static void say(const struct forwarder *f, const struct err *err)
{
    if (f->forward->say && err->code != ERR_INTERRUPTED)
        f->forward->say(err, f->forward->arg);
}

static void pair_free(struct pair *pair)
{
    websocket_free(pair->ws);
    str_release(&pair->to_local);
    if (pair->fd >= 0)
        close(pair->fd);
    free(pair->pod);
    free(pair);
}

/* So that who is connected does not take half an answer for a whole one. */
static void cut(struct pair *pair)
{
    struct linger reset = {.l_onoff = 1};
    if (pair->fd < 0)
        return;
    setsockopt(pair->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd_take(&pair->fd));
}

static int resolve(struct forwarder *f, struct err *err)
{
    int64_t now = clock_mono_ms();
    if (f->pod && now - f->resolved_ms < RESOLVED_MS)
        return 0;
    free(TAKE(f->pod));
    f->resolved_ms = now;
    return kube_forward_resolve(f->forward, &f->pod, &f->port, err);
}

static struct websocket *open_to(struct forwarder *f, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    str_add(&url, f->forward->kube->server);
    kube_path(&url, &kube_pods, f->forward->ns, f->pod, "portforward");
    str_addf(&url, "?ports=%d", f->port);
    struct websocket_request req = {.url = url.buf, .protocol = "v4.channel.k8s.io"};
    return websocket_open(f->sockets, &req, err);
}

static int connect_pair(struct forwarder *f, struct pair *pair, struct err *err)
{
    if (resolve(f, err) != 0)
        return -1;
    websocket_free(pair->ws);
    free(pair->pod);
    pair->pod = xstrdup(f->pod);
    pair->port = f->port;
    pair->ws = open_to(f, err);
    return pair->ws ? 0 : -1;
}

static void accept_one(struct forwarder *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    int fd = accept4(f->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct pair *pair = xcalloc(1, sizeof(*pair));
    *pair = (struct pair){.fd = fd, .to_local = STR_INIT, .heard_ms = clock_mono_ms()};
    if (connect_pair(f, pair, &err) == 0) {
        f->pairs[f->n++] = pair;
        return;
    }
    say(f, &err);
    cut(pair);
    pair_free(pair);
}

/* ---- one pair -------------------------------------------------------------------------------------------------- */

static size_t to_local_left(const struct pair *pair) { return pair->to_local.len - pair->to_local_at; }
static bool is_full(const struct pair *pair) { return to_local_left(pair) >= BACKLOG_BYTES; }

static void read_local(struct pair *pair)
{
    char piece[1 + PIECE_BYTES];
    ssize_t n = recv(pair->fd, piece + 1, PIECE_BYTES, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        pair->local_eof = true;
        pair->heard_ms = clock_mono_ms();
        pair->remote_eof = pair->remote_eof || n < 0;
        return;
    }
    pair->answered = false;
    piece[0] = CHANNEL_DATA;
    websocket_send(pair->ws, piece, (size_t)n + 1);
}

static void write_local(struct pair *pair)
{
    while (to_local_left(pair)) {
        ssize_t n = send(pair->fd, pair->to_local.buf + pair->to_local_at, to_local_left(pair), MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            pair->local_eof = pair->remote_eof = true;
            break;
        }
        pair->to_local_at += (size_t)n;
    }
    str_reset(&pair->to_local);
    pair->to_local_at = 0;
}

/* The kubelet's words, on the error channel. */
static int failed_there(struct pair *pair, const char *text, size_t len, struct err *err)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, len, false);
    err_set(err, ERR_UNREACHABLE, "cannot connect to port %d of pod %s", pair->port, pair->pod);
    return err_why(err, "%s", safe.buf);
}

static int strange(const struct pair *pair, struct err *err)
{
    err_set(err, ERR_FAILED, "the connection to pod %s has failed", pair->pod);
    return err_why(err, "the server does not keep to the protocol of port-forwarding");
}

/* Data: the channel, then for its first message the port in two bytes, little-endian. */
static int take_message(struct pair *pair, const struct str *message, struct err *err)
{
    const unsigned char *data = (const unsigned char *)message->buf;
    if (!message->len)
        return 0;
    if (data[0] >= CHANNELS)
        return strange(pair, err);
    if (!pair->has_port[data[0]]) {
        pair->has_port[data[0]] = true;
        return message->len == 3 && (data[1] | data[2] << 8) == pair->port ? 0 : strange(pair, err);
    }
    if (data[0] == CHANNEL_ERROR)
        return failed_there(pair, message->buf + 1, message->len - 1, err);
    str_addn(&pair->to_local, message->buf + 1, message->len - 1);
    pair->heard_ms = clock_mono_ms();
    pair->answered = true;
    return 0;
}

/* Until there is nothing more, or this side has enough. */
static int read_remote(struct pair *pair, struct err *err)
{
    const struct str *message = NULL;
    for (;;) {
        websocket_pause(pair->ws, is_full(pair));
        enum websocket_event event = websocket_next(pair->ws, &message, err);
        if (event == WEBSOCKET_FAILED)
            return -1;
        if (event == WEBSOCKET_CLOSED)
            pair->remote_eof = true;
        if (event != WEBSOCKET_MESSAGE)
            return 0;
        if (take_message(pair, message, err) != 0)
            return -1;
    }
}

static bool was_never_open(const struct pair *pair) { return !pair->has_port[CHANNEL_DATA] && !pair->has_port[CHANNEL_ERROR]; }

/* A pod that is gone since, a login that has expired: nothing was sent yet, so the connection may go elsewhere. */
static int try_another(struct forwarder *f, struct pair *pair, struct err *err)
{
    f->resolved_ms = -RESOLVED_MS;
    free(TAKE(f->pod));
    if (pair->again || !was_never_open(pair))
        return -1;
    pair->again = true;
    err_clear(err);
    return connect_pair(f, pair, err);
}

/* The pod cannot be told that this side has sent all: what waits for that would wait for ever. */
static bool is_forgotten(const struct pair *pair)
{
    int limit_ms = pair->answered ? ANSWERED_MS : HALF_CLOSED_MS;
    return pair->local_eof && clock_mono_ms() - pair->heard_ms > limit_ms;
}

/* false: it is over. */
static bool pump(struct forwarder *f, struct pair *pair, bool can_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (can_read)
        read_local(pair);
    if (!pair->remote_eof && read_remote(pair, &err) != 0 && try_another(f, pair, &err) != 0) {
        write_local(pair);
        say(f, &err);
        cut(pair);
        return false;
    }
    write_local(pair);
    websocket_pause(pair->ws, is_full(pair)); /* it may have room again */
    return !is_forgotten(pair) && !(pair->remote_eof && !to_local_left(pair));
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

static short events_of(const struct pair *pair)
{
    bool wants = !pair->local_eof && websocket_is_open(pair->ws) && websocket_backlog(pair->ws) < BACKLOG_BYTES;
    return (short)((wants ? POLLIN : 0) | (to_local_left(pair) ? POLLOUT : 0));
}

static void pump_all(struct forwarder *f, const struct pollfd *fds)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct pair *pair = f->pairs[i];
        if (pump(f, pair, fds[i].revents & POLLIN))
            f->pairs[kept++] = pair;
        else
            pair_free(pair);
    }
    f->n = kept;
}

static int64_t next_clock_ms(const struct forwarder *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->pairs[i]->local_eof)
            return ANSWERED_MS / 5;
    return -1;
}

static int serve(struct forwarder *f, struct err *err)
{
    for (;;) {
        struct pollfd fds[PAIRS_MAX + 2];
        for (size_t i = 0; i < f->n; i++)
            fds[i] = (struct pollfd){.fd = f->pairs[i]->fd, .events = events_of(f->pairs[i])};
        fds[f->n] = (struct pollfd){.fd = f->listen_fd, .events = f->n < PAIRS_MAX ? POLLIN : 0};
        fds[f->n + 1] = (struct pollfd){.fd = f->stop_fd, .events = POLLIN};
        websockets_wait(f->sockets, fds, f->n + 2, (int)next_clock_ms(f));
        if (sig_interrupted())
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        if (fds[f->n + 1].revents)
            return 0;
        bool is_new = fds[f->n].revents;
        pump_all(f, fds);
        if (is_new)
            accept_one(f);
    }
}

int kube_forward_serve(const struct kube_forward *forward, int listen_fd, int stop_fd, struct err *err)
{
    struct forwarder f = {.forward = forward, .listen_fd = listen_fd, .stop_fd = stop_fd};
    f.sockets = websockets_new(forward->kube->http);
    int rc = serve(&f, err);
    for (size_t i = 0; i < f.n; i++)
        pair_free(f.pairs[i]);
    free(f.pod);
    websockets_free(f.sockets);
    return rc;
}

int kube_forward_listen(int *port, struct err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof(address);
    int on = 1;
    AUTOCLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, ERR_FAILED, "cannot open a socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, SOMAXCONN) != 0) {
        err_sys(err, errno == EADDRINUSE ? ERR_CONFLICT : ERR_FAILED, "cannot listen on 127.0.0.1:%d", *port);
        return err_hint(err, "another local port: OTHER:PORT, or :PORT for a free one");
    }
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return err_sys(err, ERR_FAILED, "cannot listen on 127.0.0.1");
    *port = ntohs(address.sin_port);
    return fd_take(&fd);
}
