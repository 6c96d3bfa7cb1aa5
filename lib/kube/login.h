/* Who we are at which cluster, by the user's kubeconfig or in a pod (facts: client-go v0.37.2, tools/clientcmd, rest). */
#ifndef KUBE_LOGIN_H
#define KUBE_LOGIN_H

#include "conf/conf.h"
#include "kube/exec.h"
#include "kube/kube.h"

struct kube_login {
    char *context; /* of the kubeconfig; NULL: a pod's service account */
    struct kube_access access;
    struct strv kept; /* what access points to; wiped when released */
    struct strv impersonate;
    struct kube_exec exec;
};

/* By aiwf's context (its kubeconfig and kube-context; else $KUBECONFIG's files, merged, or ~/.kube/config, and their
 * current-context; else, in a pod, its service account). USAGE with file, line and column for what cannot be used; NOT_FOUND
 * with the known ones for a context, cluster or user that is not there. */
int kube_login_load(struct kube_login *ret, const struct context *context, struct err *err);
void kube_login_release(struct kube_login *login);
DEFINE_CLEANUP(struct kube_login, kube_login_release)

/* The context's cluster; nothing is sent yet. The context's namespace wins over the kubeconfig's. */
int kube_open_context(struct kube *kube, const struct context *context, const struct kube_settings *settings, struct err *err);

/* The contexts of the kubeconfig (path NULL: the usual ones); nothing when it cannot be read. */
void kube_context_names(const char *path, struct strv *names);

#endif
