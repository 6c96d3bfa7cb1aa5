/* WebSockets (RFC 6455) over the client's own connections: its proxy, TLS and login. libcurl connects
 * (CURLOPT_CONNECT_ONLY), the upgrade and the frames are ours: Debian 12's libcurl has no WebSockets.
 *
 * Nothing blocks but websockets_wait. What comes from the server is bounded: an answer's head by HTTP's limit, a
 * message by max_message. Pings are answered, and sent while nothing else is. */
#ifndef NET_WEBSOCKET_H
#define NET_WEBSOCKET_H

#include <poll.h>

#include "net/http.h"

/* Those that one thread drives together. */
struct websockets;
/* http may be used by its owner meanwhile, in the same thread. */
struct websockets *websockets_new(struct http *http);
void websockets_free(struct websockets *all); /* after its websockets */
DEFINE_CLEANUP_PTR(struct websockets, websockets_free)

struct websocket_request {
    const char *url;      /* http:// or https:// */
    const char *protocol; /* the subprotocol; a server that does not choose it is refused */
    size_t max_message;   /* 0: WEBSOCKET_MAX_BYTES */
};
enum { WEBSOCKET_MAX_BYTES = 1 << 20 };

struct websocket;
/* Begins to connect; strings are copied. NULL: it cannot even begin. */
struct websocket *websocket_open(struct websockets *all, const struct websocket_request *req, struct err *err);
/* Cuts the connection when it is not closed yet. */
void websocket_free(struct websocket *ws);
DEFINE_CLEANUP_PTR(struct websocket, websocket_free)

enum websocket_event {
    WEBSOCKET_NOTHING, /* now: websockets_wait */
    WEBSOCKET_MESSAGE,
    WEBSOCKET_CLOSED, /* in good order, by either side */
    WEBSOCKET_FAILED, /* cannot connect, refused (as http_check says), cut, or the server broke the rules */
};
/* Goes on with connecting, sending and receiving as far as the network lets it. *ret: a message, until the next call.
 * To be called until it is NOTHING, then again after each websockets_wait. */
enum websocket_event websocket_next(struct websocket *ws, const struct str **ret, struct err *err);
bool websocket_is_open(const struct websocket *ws);
/* Queues a binary message, which websocket_next sends; never before it is open. */
void websocket_send(struct websocket *ws, const void *data, size_t len);
/* Bytes that are queued and not sent: the caller must stop to send when they are many. */
size_t websocket_backlog(const struct websocket *ws);
/* While the caller cannot take more: nothing is received, and so the server must wait. */
void websocket_pause(struct websocket *ws, bool paused);
/* Begins the close handshake; websocket_next says when it is done. */
void websocket_close(struct websocket *ws);

/* Sleeps until there is news of a websocket or one of fds (revents tells of which; POLLIN and POLLOUT only), Ctrl-C, or
 * the time is over (-1: no limit). An fds[i] without events is left alone. */
void websockets_wait(struct websockets *all, struct pollfd *fds, size_t n, int timeout_ms);

#endif
