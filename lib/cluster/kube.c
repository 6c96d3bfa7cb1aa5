#include "cluster/kube.h"

#include "openstack/magnum_access.h"

int cluster_kube_open(struct openstack *os, const node_t *cluster, const struct kube_settings *settings, struct kube *ret,
                      struct err *err)
{
    CLEANUP(magnum_access_release) struct magnum_access access = {0};
    if (magnum_access(os, cluster, PKI_EC, &access, err) != 0)
        return -1;
    struct kube_access login = {
        .server = access.server, .ca_pem = access.ca_pem, .cert_pem = access.cert_pem, .key_pem = access.key_pem};
    return kube_open(ret, &login, settings, err);
}
