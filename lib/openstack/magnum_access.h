/* Access to the Kubernetes of a Magnum cluster (facts: magnum's API reference, "Manage certificates"; the same as the
 * openstack client's `coe cluster config`): Magnum is the cluster's certificate authority, and signs for whoever may
 * ask it an administrator's certificate whose key is made here. */
#ifndef OPENSTACK_MAGNUM_ACCESS_H
#define OPENSTACK_MAGNUM_ACCESS_H

#include "net/pki.h"
#include "openstack/magnum.h"

struct magnum_access {
    char *server;             /* "https://10.0.0.5:6443" */
    char *ca_pem;             /* NULL, and so the others: the template has tls_disabled, server is http:// */
    char *cert_pem, *key_pem; /* CN=admin, O=system:masters; the key is a secret */
    int64_t ends_ms;          /* wall clock: when the certificate ends */
};
/* cluster: its document. FAILED while it has no api_address: the hint says how to wait. The certificate is one that
 * Magnum's CA really signed for our key. */
int magnum_access(struct openstack *os, const node_t *cluster, enum pki_key kind, struct magnum_access *ret, struct err *err);
/* The same without a certificate: server and CA. */
int magnum_access_server(struct openstack *os, const node_t *cluster, struct magnum_access *ret, struct err *err);
void magnum_access_release(struct magnum_access *access); /* wipes the key */
DEFINE_CLEANUP(struct magnum_access, magnum_access_release)

/* The cluster's CA in PEM. The caller frees. */
char *magnum_ca(struct openstack *os, const node_t *cluster, struct err *err);
/* A signing request in PEM becomes a certificate in PEM. The caller frees. */
char *magnum_sign(struct openstack *os, const node_t *cluster, const char *csr_pem, struct err *err);
/* Magnum begins to replace the CA on the cluster's machines; 1.5. */
int magnum_rotate_ca(struct openstack *os, const node_t *cluster, struct err *err);

#endif
