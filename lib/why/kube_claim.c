/* Volume claims: whether they are there, and why one is not bound. */
#include <string.h>

#include "why/kube_parts.h"

enum { CLAIMS_MAX = 8 };

static const struct kube_kind storage_classes = {.group = "storage.k8s.io",
                                                 .version = "v1",
                                                 .plural = "storageclasses",
                                                 .kind = "StorageClass",
                                                 .word = "storage class",
                                                 .cluster_wide = true};

static void tell_missing(struct why_kube *why, const char *name, int depth)
{
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "claim", .name = name, .state = "missing"};
    link.reason = "there is no volume claim of this name in the namespace";
    chain_add(&why->chain, &link);
    why_say(why, "waiting", "the volume claim %s is not there", name);
    chain_try(&why->chain, "the data sets that there are", "aiwf dataset list");
    if (why_is_plain(name))
        chain_try(&why->chain, "makes it", "aiwf dataset create %s --size 10Gi", name);
}

static void tell_class(struct why_kube *why, const node_t *claim, int depth)
{
    const char *name = node_str(claim, "/spec/storageClassName", NULL);
    struct kube_ask ask = {0};
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "storage class", .name = name};
    if (!name) {
        link.state = "none";
        link.reason = "the claim names none, and the cluster has no default one";
        chain_add(&why->chain, &link);
        return;
    }
    CLEANUP(str_release) struct str words = STR_INIT;
    kube_ask_one(&ask, &storage_classes, NULL, name);
    kube_ask_all(why->kube, &ask, 1);
    link.reason = ask.answer ? node_str(ask.answer, "/provisioner", NULL) : kube_ask_why(&ask, &words);
    link.state = ask.answer ? "-" : ask.err.code == ERR_NOT_FOUND ? "missing" : NULL;
    link.unseen = !link.state;
    if (ask.err.code == ERR_NOT_FOUND)
        link.reason = "the claim names it, but there is none of this name";
    chain_add(&why->chain, &link);
    kube_ask_release(&ask);
}

static void tell_unbound(struct why_kube *why, const node_t *claim, int depth)
{
    struct kube_ask events = {0};
    const char *name = node_str(claim, "/metadata/name", "?");
    why_ask_events(&events, why->ns, claim);
    kube_ask_all(why->kube, &events, 1);
    const node_t *warning = why_event(events.answer, NULL);
    const node_t *event = warning ? warning : why_event(events.answer, "FailedBinding");
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "claim", .name = name};
    link.state = node_str(claim, "/status/phase", "-");
    link.reason = node_str(event, "/message", NULL);
    chain_add(&why->chain, &link);
    tell_class(why, claim, depth + 1);
    why_say(why, "waiting", "the volume claim %s is not bound: %s", name, node_str(event, "/message", "nobody says why"));
    if (why_is_plain(name))
        chain_try(&why->chain, "what happened to the claim", "kubectl -n %s describe pvc %s", why->ns, name);
    chain_try(&why->chain, "the storage classes that there are", "kubectl get storageclasses");
    kube_ask_release(&events);
}

void why_tell_claims(struct why_kube *why, const node_t *pod, int depth)
{
    struct kube_ask asks[CLAIMS_MAX] = {{0}};
    const char *names[CLAIMS_MAX];
    size_t n = 0;
    for (const node_t *volume = node_first(node_at(pod, "/spec/volumes")); volume && n < CLAIMS_MAX; volume = node_next(volume)) {
        const char *name = node_str(volume, "/persistentVolumeClaim/claimName", NULL);
        if (!name)
            continue;
        names[n] = name;
        kube_ask_one(&asks[n++], &kube_volume_claims, why->ns, name);
    }
    kube_ask_all(why->kube, asks, n);
    for (size_t i = 0; i < n; i++) {
        if (asks[i].err.code == ERR_NOT_FOUND)
            tell_missing(why, names[i], depth);
        else if (asks[i].answer && strcmp(node_str(asks[i].answer, "/status/phase", ""), "Bound") != 0)
            tell_unbound(why, asks[i].answer, depth);
        kube_ask_release(&asks[i]);
    }
}
