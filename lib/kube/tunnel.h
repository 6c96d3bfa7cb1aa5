/* A service inside of a cluster as a socket of this machine, for a command's own requests: a thread forwards
 * (portforward.h) what connects to a Unix socket in a folder that only this user may enter. */
#ifndef KUBE_TUNNEL_H
#define KUBE_TUNNEL_H

#include "conf/endpoint.h"
#include "kube/portforward.h"

struct kube_tunnel;
/* Takes over kube. say as in kube_forward, called from the thread. The service's pod is looked up first, so that what is
 * wrong with it is told here. */
struct kube_tunnel *kube_tunnel_open(struct kube *kube, const struct endpoint *to, void (*say)(const struct err *err, void *arg),
                                     void *arg, struct err *err);
void kube_tunnel_close(struct kube_tunnel *tunnel);
DEFINE_CLEANUP_PTR(struct kube_tunnel, kube_tunnel_close)

const char *kube_tunnel_socket(const struct kube_tunnel *tunnel);

#endif
