#include "serverless/domain.h"

#include <ctype.h>
#include <string.h>

#define SERVING .system = "Knative Serving", .remedy = "install Knative Serving 1.0 or later (knative.dev/docs/install)"

const struct kube_kind domain_kind = {.group = "serving.knative.dev",
                                      .version = "v1beta1",
                                      .plural = "domainmappings",
                                      .kind = "DomainMapping",
                                      .word = "domain",
                                      SERVING};

static const struct kube_kind claims = {.group = "networking.internal.knative.dev",
                                        .version = "v1alpha1",
                                        .plural = "clusterdomainclaims",
                                        .kind = "ClusterDomainClaim",
                                        .word = "claim of domain",
                                        .cluster_wide = true,
                                        SERVING};

int domain_check(const struct domain_spec *spec, struct err *err)
{
    enum { HOST_MAX = 253 };
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    const char *host = spec->host;
    bool is_name = strspn(host, allowed) == strlen(host) && strlen(host) <= HOST_MAX && isalnum((unsigned char)*host);
    if (is_name && strchr(host, '.') && !strstr(host, "..") && !str_ends(host, "."))
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" is not a full host name", host);
    return err_hint(err, "a name of two parts or more, in lower case, without a scheme, port or path: ocr.example.org");
}

node_t *domain_object(const struct domain_spec *spec, const char *ns)
{
    node_t *object = kube_object(&domain_kind, ns, spec->host);
    kube_mark(object);
    node_t *of = node_set(object, "spec", node_new_object());
    node_t *ref = node_set(of, "ref", node_new_object());
    node_set_str(ref, "apiVersion", "serving.knative.dev/v1");
    node_set_str(ref, "kind", "Service");
    node_set_str(ref, "name", spec->function);
    if (spec->tls)
        node_set_str(node_set(of, "tls", node_new_object()), "secretName", spec->tls);
    return object;
}

node_t *domain_document(const node_t *object)
{
    node_t *document = node_new_object();
    const node_t *ready = kube_condition(object, "Ready");
    bool is_current = node_int(object, "/status/observedGeneration", 0) == node_int(object, "/metadata/generation", 0);
    const char *status = is_current ? node_str(ready, "/status", "Unknown") : "Unknown";
    bool is_ready = strcmp(status, "True") == 0;
    node_set_str(document, "host", node_str(object, "/metadata/name", "?"));
    node_set_str(document, "function", node_str(object, "/spec/ref/name", NULL));
    node_set_str(document, "state", is_ready ? "Ready" : strcmp(status, "False") == 0 ? "Failed" : "Starting");
    node_set_str(document, "message", is_ready ? NULL : node_str(ready, "/message", node_str(ready, "/reason", NULL)));
    node_set_str(document, "url", node_str(object, "/status/url", NULL));
    node_set_str(document, "tls", node_str(object, "/spec/tls/secretName", NULL));
    node_set_str(document, "created", node_str(object, "/metadata/creationTimestamp", NULL));
    return document;
}

static int others_claim(const char *host, const node_t *claim, const char *ns, struct err *err)
{
    const char *owner = node_str(claim, "/spec/namespace", "?");
    if (strcmp(owner, ns) == 0)
        return 0;
    err_set(err, ERR_CONFLICT, "domain \"%s\" is claimed by namespace %s", host, owner);
    return err_hint(err, "-n %s, or have it released there: kubectl delete clusterdomainclaim %s", owner, host);
}

static int claim_it(struct kube *kube, const char *host, struct err *err)
{
    CLEANUP(node_free) node_t *claim = kube_object(&claims, NULL, host);
    CLEANUP(node_free) node_t *there = NULL;
    kube_mark(claim);
    node_set_str(node_set(claim, "spec", node_new_object()), "namespace", kube->ns);
    if (kube_create(kube, &claims, claim, NULL, NULL, err) == 0)
        return 0;
    if (err->code != ERR_CONFLICT)
        return -1;
    err_clear(err); /* somebody was faster */
    return kube_find(kube, &claims, NULL, host, &there, err) == 0 ? others_claim(host, there, kube->ns, err) : -1;
}

/* A cluster that lets us not look decides by itself. */
static int nobodys(struct kube *kube, const char *host, struct err *err)
{
    CLEANUP(node_free) node_t *map = NULL;
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    if (kube_find(kube, &kube_config_maps, "knative-serving", "config-network", &map, &unseen) != 0 || !map)
        return unseen.code == ERR_INTERRUPTED ? err_move(err, &unseen) : 0;
    const char *value = node_text(node_get(node_get(map, "data"), "autocreate-cluster-domain-claims"));
    if (value && strcmp(value, "true") == 0)
        return 0;
    err_set(err, ERR_FAILED, "domain \"%s\" is not claimed for namespace %s", host, kube->ns);
    err_why(err,
            "this cluster's Knative claims none by itself (autocreate-cluster-domain-claims is \"%s\" in the config map "
            "knative-serving/config-network)",
            value ? value : "false");
    return err_hint(err, "--claim, which needs rights in the whole cluster");
}

static int check_claim(struct kube *kube, const struct domain_spec *spec, bool dry_run, struct err *err)
{
    CLEANUP(node_free) node_t *claim = NULL;
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    bool is_seen = kube_find(kube, &claims, NULL, spec->host, &claim, &unseen) == 0;
    if (!is_seen && unseen.code != ERR_AUTH)
        return err_move(err, &unseen);
    if (claim)
        return others_claim(spec->host, claim, kube->ns, err);
    if (!spec->claim)
        return is_seen ? nobodys(kube, spec->host, err) : 0;
    return dry_run ? 0 : claim_it(kube, spec->host, err);
}

int domain_prepare(struct kube *kube, const struct domain_spec *spec, bool dry_run, struct err *err)
{
    CLEANUP(node_free) node_t *function = kube_show(kube, &kube_knative_services, kube->ns, spec->function, err);
    if (!function)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    return check_claim(kube, spec, dry_run, err);
}

int domain_unclaim(struct kube *kube, const char *host, struct err *err)
{
    CLEANUP(node_free) node_t *claim = NULL;
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    if (kube_find(kube, &claims, NULL, host, &claim, &unseen) != 0)
        return unseen.code == ERR_AUTH ? 0 : err_move(err, &unseen);
    const char *maker = node_text(node_get(node_at(claim, "/metadata/labels"), KUBE_MANAGED));
    bool is_ours = str_eq(maker, "aiwf") && strcmp(node_str(claim, "/spec/namespace", ""), kube->ns) == 0;
    return is_ours ? kube_delete(kube, &claims, NULL, host, err) : 0;
}
