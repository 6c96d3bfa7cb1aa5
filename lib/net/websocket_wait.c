#include <stdlib.h>

#include "base/clock.h"
#include "base/sig.h"
#include "net/websocket_parts.h"

static int64_t due_ms(const struct websocket *ws)
{
    if (ws->stage == STAGE_CONNECTING || ws->stage >= STAGE_CLOSED)
        return INT64_MAX;
    return ws->stage == STAGE_OPEN ? ws->ping_at_ms : ws->deadline_ms;
}

/* Something that no descriptor tells. */
static bool is_ready(const struct websocket *ws)
{
    if (ws->stage >= STAGE_CLOSED)
        return !ws->end_was_told;
    return !ws->is_paused && ws->stage != STAGE_CONNECTING && (ws->in_at < ws->in.len || ws->may_have_more);
}

static int shorten(const struct websockets *all, int timeout_ms)
{
    int64_t now = clock_mono_ms();
    for (const struct websocket *ws = all->first; ws; ws = ws->next) {
        if (is_ready(ws))
            return 0;
        int64_t left = due_ms(ws) - now;
        if (due_ms(ws) != INT64_MAX && (timeout_ms < 0 || left < timeout_ms))
            timeout_ms = left > 0 ? (int)left : 0;
    }
    return timeout_ms;
}

static short events_of(const struct websocket *ws)
{
    if (ws->stage == STAGE_CONNECTING || ws->stage >= STAGE_CLOSED)
        return 0;
    return (short)((ws->is_paused ? 0 : CURL_WAIT_POLLIN) | (websocket_left(ws) ? CURL_WAIT_POLLOUT : 0));
}

struct wait_list {
    struct curl_waitfd *fds;
    size_t n, cap;
};

static void wait_for_fd(struct wait_list *list, int fd, short events)
{
    if (fd < 0 || !events)
        return;
    GROW(list->fds, list->n, list->cap);
    list->fds[list->n++] = (struct curl_waitfd){.fd = fd, .events = events};
}

static void wait_for_websockets(const struct websockets *all, struct wait_list *list)
{
    for (const struct websocket *ws = all->first; ws; ws = ws->next) {
        curl_socket_t fd = CURL_SOCKET_BAD;
        if (events_of(ws) && all->http->curl->easy_getinfo(ws->t.easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK)
            wait_for_fd(list, fd, events_of(ws));
    }
}

static short curl_events(short events)
{
    return (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) | (events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
}

void websockets_wait(struct websockets *all, struct pollfd *fds, size_t n, int timeout_ms)
{
    enum { FOREVER_MS = 600000 };
    struct wait_list list = {0};
    websockets_connect(all);
    for (size_t i = 0; i < n; i++)
        wait_for_fd(&list, fds[i].fd, curl_events(fds[i].events));
    size_t own = list.n;
    wait_for_fd(&list, sig_fd(), CURL_WAIT_POLLIN);
    wait_for_websockets(all, &list);
    int limit_ms = shorten(all, timeout_ms);
    all->http->curl->multi_poll(all->multi, list.fds, (unsigned)list.n, limit_ms < 0 ? FOREVER_MS : limit_ms, NULL);
    for (size_t i = 0, at = 0; i < n; i++) {
        bool was_asked = fds[i].fd >= 0 && curl_events(fds[i].events);
        short seen = was_asked && at < own ? list.fds[at++].revents : 0;
        fds[i].revents = (short)((seen & CURL_WAIT_POLLIN ? POLLIN : 0) | (seen & CURL_WAIT_POLLOUT ? POLLOUT : 0));
    }
    free(list.fds);
}
