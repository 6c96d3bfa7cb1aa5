/* The kubeconfig in effect: one file, or several merged as kubectl merges them (client-go v0.37.2, tools/clientcmd/loader.go
 * and api/v1/types.go). Nothing is written; see kubeconfig.h for that. */
#ifndef KUBE_CONFIG_H
#define KUBE_CONFIG_H

#include "doc/doc.h"

struct kube_file {
    struct doc doc;
    char *folder; /* what its relative paths are relative to; absolute */
};

struct kube_config {
    struct kube_file *v; /* in order: the first that defines a name wins */
    size_t n, cap;
    struct strv missing; /* files that were named, but are not there */
};

/* path alone, which must be there (NOT_FOUND); NULL: those of $KUBECONFIG that are there, else ~/.kube/config. USAGE with
 * file, line and column for what is no kubeconfig. */
int kube_config_load(struct kube_config *config, const char *path, struct err *err);
/* Its strings are wiped. */
void kube_config_release(struct kube_config *config);
DEFINE_CLEANUP(struct kube_config, kube_config_release)

struct kube_entry {
    const struct kube_file *file;
    const node_t *item; /* {"name", "cluster" or so} */
    const node_t *node; /* what is below "cluster", "user" or "context"; NULL: nothing */
};
/* list: "clusters", "users", "contexts". */
bool kube_config_find(const struct kube_config *config, const char *list, const char *name, struct kube_entry *ret);
/* Each name once, in order. */
void kube_config_names(const struct kube_config *config, const char *list, struct strv *names);
/* current-context; "": none */
const char *kube_config_current(const struct kube_config *config);
/* A path of that file, as kubectl shows it. The caller frees. */
char *kube_config_path(const struct kube_file *file, const char *path);
/* "~/.kube/config" or the like, for messages; the files that were looked for where there is none. */
void kube_config_say(const struct kube_config *config, struct str *s);

#endif
