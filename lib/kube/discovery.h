/* Kinds by the words that people type, for those that aiwf has no table of: by the server's aggregated discovery (facts:
 * apidiscovery.k8s.io v2 and v2beta1; older servers: meta/v1 APIGroupList and APIResourceList), kept on the disk. */
#ifndef KUBE_DISCOVERY_H
#define KUBE_DISCOVERY_H

#include "kube/object.h"

enum { KUBE_DISCOVERY_KEPT_MS = 600000 };

struct kube_found {
    struct kube_kind kind; /* its texts are in entry */
    node_t *entry;
};
void kube_found_release(struct kube_found *found);
DEFINE_CLEANUP(struct kube_found, kube_found_release)

/* "pods", "pod", "po", "Pod", "deployments.apps", "deployments.v1.apps". What Kubernetes itself has is known without a
 * question; else the kept discovery of this server is asked, and the server once when it is older than
 * KUBE_DISCOVERY_KEPT_MS or has no such kind. NOT_FOUND: with the nearest name, or what brings the kind and how it is
 * installed. */
int kube_find_kind(struct kube *kube, const char *word, struct kube_found *ret, struct err *err);
/* The same of an object's apiVersion ("apps/v1") and kind ("Deployment"). */
int kube_find_object_kind(struct kube *kube, const node_t *object, struct kube_found *ret, struct err *err);

/* USAGE: not a name that Kubernetes takes (RFC 1123), before anything is sent; the rule is named. what: "job". Names of
 * nearly all kinds are DNS labels or subdomains: 253 bytes of a-z 0-9 - and dots. */
int kube_check_name(const char *what, const char *name, struct err *err);
/* The same by kind: roles and their bindings may have any name. */
int kube_check_object_name(const struct kube_kind *kind, const char *name, struct err *err);

#endif
