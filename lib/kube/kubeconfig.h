/* A kubeconfig file (facts: client-go, tools/clientcmd/api/v1 and loader.go): one cluster, user and context in it are
 * put or replaced, all else stays as it is. */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include "doc/doc.h"
#include "kube/lock.h"

/* The file that kubectl writes to: of $KUBECONFIG's the first that there is, else the last; else ~/.kube/config. The
 * caller frees. */
char *kubeconfig_path(void);

struct kubeconfig {
    char *path; /* links are followed */
    struct doc doc;
    node_t *root; /* doc's, or a new one when there was no file */
    struct kube_lock lock;
};
/* Reads it under kubectl's own lock, PATH.lock, which is held until the release: CONFLICT when another holds it for
 * 10 s. USAGE for a file that is not a kubeconfig: it is never replaced. */
int kubeconfig_open(struct kubeconfig *config, const char *path, struct err *err);
/* Replaces the file in one step, 0600. */
int kubeconfig_save(struct kubeconfig *config, struct err *err);
void kubeconfig_release(struct kubeconfig *config);
DEFINE_CLEANUP(struct kubeconfig, kubeconfig_release)

/* Of the list "clusters", "users" or "contexts": what has that name, below "cluster", "user" or "context". NULL: none. */
node_t *kubeconfig_find(const struct kubeconfig *config, const char *list, const char *name);
/* Puts it there, or in the place of an earlier one. Takes what. */
void kubeconfig_put(struct kubeconfig *config, const char *list, const char *name, node_t *what);
/* An empty one, in memory only. */
void kubeconfig_init(struct kubeconfig *config);

#endif
