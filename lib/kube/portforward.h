/* Connections to a port of a pod, through the API server: one WebSocket a connection, subprotocol v4.channel.k8s.io
 * (facts: kubelet, cri-streaming's portforward/websocket.go; RFC 6455). That protocol has no half-close: when this side
 * has sent all, the pod is not told, and the connection goes on until the pod ends it, or has answered and is silent. */
#ifndef KUBE_PORTFORWARD_H
#define KUBE_PORTFORWARD_H

#include "kube/kube.h"

struct kube_forward {
    struct kube *kube;
    const char *ns;
    const char *pod, *service; /* one of them */
    const char *port;          /* a number, or the name that the service or a container has for one */
    /* What a person should know of a connection that failed. NULL: nobody listens. */
    void (*say)(const struct err *err, void *arg);
    void *arg;
};

/* Where a connection goes now: a ready pod of the service, and the port of its container. NOT_FOUND, USAGE for a port
 * that it does not have, FAILED when no pod is ready. The caller frees *ret_pod. */
int kube_forward_resolve(const struct kube_forward *forward, char **ret_pod, int *ret_port, struct err *err);

/* Serves what connects to listen_fd (non-blocking), many at once, until Ctrl-C (INTERRUPTED) or until stop_fd is readable
 * (0; -1: none). A pod that ends takes its connections with it; the next one goes to another pod of the service, or
 * to the pod when it is back. */
int kube_forward_serve(const struct kube_forward *forward, int listen_fd, int stop_fd, struct err *err);

/* A socket that listens on 127.0.0.1 at *port (0: a free one, which is put there); -1: CONFLICT when another has it. */
int kube_forward_listen(int *port, struct err *err);

#endif
