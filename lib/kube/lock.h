/* kubectl's lock of a kubeconfig (client-go, clientcmd/config.go): FILE.lock, made by whoever has it and removed after.
 * Ours is also held by flock, so that one whose owner was killed is known, and taken over; kubectl's own is only waited for. */
#ifndef KUBE_LOCK_H
#define KUBE_LOCK_H

#include "base/err.h"

struct kube_lock {
    int fd; /* -1: not held */
    char *path;
};
#define KUBE_LOCK_INIT ((struct kube_lock){.fd = -1})

/* CONFLICT when it is not free within ten seconds. */
int kube_lock_file(struct kube_lock *lock, const char *file, struct err *err);
void kube_unlock(struct kube_lock *lock);
DEFINE_CLEANUP(struct kube_lock, kube_unlock)

#endif
