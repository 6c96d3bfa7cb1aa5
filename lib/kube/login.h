/* Who we are at which cluster, by the user's kubeconfig (facts: client-go v0.37.2, tools/clientcmd). */
#ifndef KUBE_LOGIN_H
#define KUBE_LOGIN_H

#include "conf/conf.h"
#include "kube/kube.h"

struct kube_login {
    char *context; /* of the kubeconfig */
    struct kube_access access;
    struct strv kept; /* what access points to; wiped when released */
};

/* By aiwf's context (its kubeconfig and kube-context; else $KUBECONFIG, ~/.kube/config and their current-context). USAGE with
 * file and line for a broken file; NOT_FOUND with the known ones for a context that is not there. */
int kube_login_load(struct kube_login *ret, const struct context *context, struct err *err);
void kube_login_release(struct kube_login *login);
DEFINE_CLEANUP(struct kube_login, kube_login_release)

/* The context's cluster; nothing is sent yet. The context's namespace wins over the kubeconfig's. */
int kube_open_context(struct kube *kube, const struct context *context, const struct kube_settings *settings, struct err *err);

#endif
