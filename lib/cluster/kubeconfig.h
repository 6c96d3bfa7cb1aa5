/* A Magnum cluster in a kubeconfig: its server and CA, and a login there. */
#ifndef CLUSTER_KUBECONFIG_H
#define CLUSTER_KUBECONFIG_H

#include "kube/kubeconfig.h"
#include "openstack/magnum_access.h"

struct cluster_login {
    const char *name; /* of the cluster and the context in the file; the user's ends with -admin or -keystone */
    enum pki_key key;
    bool of_that_key; /* a certificate for a key of another kind is not kept either */
    bool by_keystone; /* a token of the cloud's Keystone by `aiwf login`, in place of a certificate */
    bool renew;       /* a certificate that is still good is not kept */
    bool use;         /* becomes the current context; also when there was none */
};
struct cluster_entry {
    char *server, *user;
    int64_t ends_ms; /* of the certificate, wall clock; 0: there is none */
    bool is_kept;    /* the certificate was there already */
    bool is_current;
};
void cluster_entry_release(struct cluster_entry *entry);
DEFINE_CLEANUP(struct cluster_entry, cluster_entry_release)

/* cluster: its document. Changes config in memory. CONFLICT when there is an entry of that name for something else. A
 * certificate that this CA has signed and that is good for another week is kept. */
int cluster_kubeconfig(struct openstack *os, const node_t *cluster, const struct cluster_login *login, struct kubeconfig *config,
                       struct cluster_entry *ret, struct err *err);

#endif
