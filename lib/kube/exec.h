/* Programs that log in to a cluster: users[].user.exec of a kubeconfig (facts: the Kubernetes documentation, "client-go
 * credential plugins"; client-go v0.37.2, pkg/apis/clientauthentication). */
#ifndef KUBE_EXEC_H
#define KUBE_EXEC_H

#include <stdint.h>

#include "doc/node.h"

struct kube_exec {
    node_t *config;  /* users[].user.exec */
    node_t *cluster; /* what the program is told of the cluster, with provideClusterInfo */
    char *folder;    /* a command with a slash is relative to it */
};
void kube_exec_release(struct kube_exec *exec);

/* What it may be: USAGE for a version, a mode or a command that cannot be used. */
int kube_exec_check(const struct kube_exec *exec, struct err *err);

struct kube_credential {
    char *token, *cert_pem, *key_pem; /* a token, or a certificate with its key, or both */
    int64_t expires_ms;               /* wall clock; 0: it does not say */
};
/* Wiped. */
void kube_credential_release(struct kube_credential *credential);
DEFINE_CLEANUP(struct kube_credential, kube_credential_release)

/* Runs it, with our stderr, and our terminal where it may ask; AUTH when it fails, with its install hint. */
int kube_exec_run(const struct kube_exec *exec, struct kube_credential *ret, struct err *err);
/* What an earlier run gave and has not expired, by the program, its arguments, the cluster and the environment; kept below
 * $XDG_CACHE_HOME/aiwf, 0600. Only one that says when it expires is kept. */
bool kube_exec_kept(const struct kube_exec *exec, struct kube_credential *ret);
void kube_exec_keep(const struct kube_exec *exec, const struct kube_credential *credential);
void kube_exec_forget(const struct kube_exec *exec);
/* Whether a credential is good for some seconds more. */
bool kube_credential_is_fresh(const struct kube_credential *credential);

#endif
