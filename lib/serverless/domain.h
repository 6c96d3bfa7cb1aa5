/* A function under a host of one's own (facts: Knative Serving, serving.knative.dev/v1beta1 DomainMapping; which namespace may
 * use a host is said by a ClusterDomainClaim of its name, networking.internal.knative.dev/v1alpha1). */
#ifndef SERVERLESS_DOMAIN_H
#define SERVERLESS_DOMAIN_H

#include "kube/object.h"

extern const struct kube_kind domain_kind;

struct domain_spec {
    const char *host, *function;
    const char *tls; /* a secret with the host's certificate; NULL: Knative's own way */
    bool claim;      /* the host is claimed for the namespace, where it is nobody's */
};

/* USAGE: what is no full host name. */
int domain_check(const struct domain_spec *spec, struct err *err);
/* What is created. The caller frees. */
node_t *domain_object(const struct domain_spec *spec, const char *ns);
/* {"host","function","state","message","url","tls","created"} of one that is there. The caller frees. */
node_t *domain_document(const node_t *object);

/* Before it is created, as Knative takes all and then waits for ever: NOT_FOUND: there is no such function; CONFLICT: the host
 * is another namespace's; FAILED: it is nobody's, and Knative does not claim it by itself. dry_run: nothing is claimed. */
int domain_prepare(struct kube *kube, const struct domain_spec *spec, bool dry_run, struct err *err);
/* Of a mapping that was deleted: the claim that domain_prepare made. */
int domain_unclaim(struct kube *kube, const char *host, struct err *err);

#endif
