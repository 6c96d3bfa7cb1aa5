#include "pool/prepull.h"

#include <string.h>

#define POOL    "aiwf/prepull"
#define NOTHING "/aiwf/is-never-started"

/* ---- where ---- */

static bool tolerates(const node_t *toleration, const node_t *taint)
{
    const char *effect = node_str(toleration, "/effect", ""), *key = node_str(toleration, "/key", "");
    bool exists = strcmp(node_str(toleration, "/operator", "Equal"), "Exists") == 0;
    if (*effect && strcmp(effect, node_str(taint, "/effect", "")) != 0)
        return false;
    if (!*key)
        return exists;
    return strcmp(key, node_str(taint, "/key", "")) == 0 &&
           (exists || strcmp(node_str(toleration, "/value", ""), node_str(taint, "/value", "")) == 0);
}

static bool is_tolerated(const node_t *tolerations, const node_t *taint)
{
    if (strcmp(node_str(taint, "/effect", ""), "PreferNoSchedule") == 0)
        return true;
    for (const node_t *each = node_first(tolerations); each; each = node_next(each))
        if (tolerates(each, taint))
            return true;
    return false;
}

bool prepull_fits(const node_t *node, const node_t *pod_spec)
{
    if (!kube_condition_is(node, "Ready", "True") || node_bool(node, "/spec/unschedulable", false))
        return false;
    for (const node_t *taint = node_first(node_at(node, "/spec/taints")); taint; taint = node_next(taint))
        if (!is_tolerated(node_get(pod_spec, "tolerations"), taint))
            return false;
    const node_t *labels = node_at(node, "/metadata/labels");
    for (const node_t *wanted = node_first(node_get(pod_spec, "nodeSelector")); wanted; wanted = node_next(wanted))
        if (!str_eq(node_text(node_get(labels, node_key(wanted))), node_text(wanted)))
            return false;
    return true;
}

/* "x:1" is "docker.io/library/x:1" in a node's list, "a/x:1" is "docker.io/a/x:1". */
static bool is_same_image(const char *listed, const char *image)
{
    static const char *const prefixes[] = {"", "docker.io/", "docker.io/library/"};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(listed, prefixes[i]) && strcmp(listed + strlen(prefixes[i]), image) == 0)
            return true;
    return false;
}

bool prepull_has(const node_t *node, const char *image)
{
    for (const node_t *each = node_first(node_at(node, "/status/images")); each; each = node_next(each))
        for (const node_t *name = node_first(node_get(each, "names")); name; name = node_next(name))
            if (node_text(name) && is_same_image(node_text(name), image))
                return true;
    return false;
}

static bool has_all(const node_t *node, const node_t *pod_spec)
{
    for (const node_t *c = node_first(node_get(pod_spec, "containers")); c; c = node_next(c))
        if (!prepull_has(node, node_str(c, "/image", "")))
            return false;
    return true;
}

/* ---- the pods ---- */

static uint32_t add_to_hash(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619; /* FNV-1a: a short name, nothing secret */
    return hash;
}

/* Of the pool, the node and the images: other images are another pod. */
static char *pod_name(const char *pool, const char *node_name, const node_t *pod_spec)
{
    uint32_t hash = add_to_hash(2166136261, node_name);
    for (const node_t *c = node_first(node_get(pod_spec, "containers")); c; c = node_next(c))
        hash = add_to_hash(hash, node_str(c, "/image", ""));
    return xasprintf("aiwf-prepull-%s-%08x", pool, hash);
}

static void copy_member(node_t *to, const node_t *from, const char *key)
{
    if (node_get(from, key))
        node_set(to, key, node_copy(node_get(from, key)));
}

node_t *prepull_pod(const char *pool, const char *node_name, const node_t *pod_spec)
{
    enum { AT_MOST_S = 3600 };
    AUTOFREE char *name = pod_name(pool, node_name, pod_spec);
    node_t *pod = kube_object(&kube_pods, NULL, name);
    node_t *labels = kube_mark(pod);
    node_set_str(labels, POOL, pool);
    node_t *spec = node_set(pod, "spec", node_new_object());
    node_set_str(spec, "nodeName", node_name);
    node_set_str(spec, "restartPolicy", "Never");
    node_set_num(spec, "activeDeadlineSeconds", AT_MOST_S);
    node_set_num(spec, "terminationGracePeriodSeconds", 0);
    node_set_bool(spec, "automountServiceAccountToken", false);
    copy_member(spec, pod_spec, "imagePullSecrets");
    copy_member(spec, pod_spec, "tolerations");
    node_t *containers = node_set(spec, "containers", node_new_array());
    for (const node_t *c = node_first(node_get(pod_spec, "containers")); c; c = node_next(c)) {
        node_t *one = node_push(containers, node_new_object());
        copy_member(one, c, "name");
        copy_member(one, c, "image");
        node_set_str(one, "imagePullPolicy", "IfNotPresent");
        node_push(node_set(one, "command", node_new_array()), node_new_str(NOTHING));
    }
    return pod;
}

/* Why its image cannot be fetched; NULL: it can, or was. */
static const node_t *refusal(const node_t *pod)
{
    for (const node_t *c = node_first(node_at(pod, "/status/containerStatuses")); c; c = node_next(c)) {
        const node_t *waiting = node_at(c, "/state/waiting");
        const char *reason = node_str(waiting, "/reason", "");
        if (strcmp(reason, "ErrImagePull") == 0 || strcmp(reason, "ImagePullBackOff") == 0 ||
            strcmp(reason, "InvalidImageName") == 0)
            return waiting;
    }
    return NULL;
}

static bool has_ended(const node_t *pod)
{
    const char *phase = node_str(pod, "/status/phase", "");
    return strcmp(phase, "Failed") == 0 || strcmp(phase, "Succeeded") == 0;
}

/* The youngest Deployment's pod. */
static node_t *pod_spec_of(const struct prepull *prepull, struct err *err)
{
    CLEANUP(node_free)
    node_t *deployments = kube_list_of(prepull->kube, &kube_deployments, prepull->kube->ns, prepull->selector, err);
    const node_t *youngest = NULL;
    for (const node_t *each = node_first(deployments); each; each = node_next(each))
        if (!youngest ||
            strcmp(node_str(each, "/metadata/creationTimestamp", ""), node_str(youngest, "/metadata/creationTimestamp", "")) > 0)
            youngest = each;
    if (youngest)
        return node_copy(node_at(youngest, "/spec/template/spec"));
    if (deployments)
        err_set(err, ERR_NOT_FOUND, "the function of pool \"%s\" has no deployment yet", prepull->pool);
    return NULL;
}

struct step {
    const struct prepull *prepull;
    const node_t *pod_spec, *pods;
    int64_t nodes, present, fetching, started;
    node_t *failed;
};

static int start(struct step *step, const char *node_name, struct err *err)
{
    struct kube *kube = step->prepull->kube;
    CLEANUP(node_free) node_t *pod = prepull_pod(step->prepull->pool, node_name, step->pod_spec);
    node_set_str(node_get(pod, "metadata"), "namespace", kube->ns);
    step->fetching++;
    step->started++;
    return kube_create(kube, &kube_pods, pod, NULL, NULL, err);
}

static int drop(struct kube *kube, const char *name, struct err *err)
{
    CLEANUP(err_release) struct err one = ERR_INIT;
    return kube_delete(kube, &kube_pods, kube->ns, name, &one) == 0 || one.code == ERR_NOT_FOUND ? 0 : err_move(err, &one);
}

static int step_on(struct step *step, const node_t *node, struct err *err)
{
    const char *node_name = node_str(node, "/metadata/name", "");
    AUTOFREE char *name = pod_name(step->prepull->pool, node_name, step->pod_spec);
    const node_t *pod = node_find(step->pods, "/metadata/name", name);
    step->nodes++;
    if (has_all(node, step->pod_spec)) {
        step->present++;
        return pod ? drop(step->prepull->kube, name, err) : 0;
    }
    if (!pod)
        return start(step, node_name, err);
    const node_t *why = refusal(pod);
    if (why) {
        node_t *failed = node_push(step->failed, node_new_object());
        node_set_str(failed, "node", node_name);
        node_set_str(failed, "message", node_str(why, "/message", node_str(why, "/reason", "")));
        return 0;
    }
    if (has_ended(pod))
        step->present++;
    else
        step->fetching++;
    return 0;
}

int prepull_step(const struct prepull *prepull, node_t **ret, struct err *err)
{
    AUTOFREE char *selector = xasprintf(POOL "=%s", prepull->pool);
    CLEANUP(node_free) node_t *pod_spec = pod_spec_of(prepull, err);
    CLEANUP(node_free) node_t *nodes = pod_spec ? kube_list_of(prepull->kube, &kube_nodes_kind, NULL, NULL, err) : NULL;
    CLEANUP(node_free) node_t *pods = nodes ? kube_list_of(prepull->kube, &kube_pods, prepull->kube->ns, selector, err) : NULL;
    if (!pods)
        return -1;
    node_t *result = node_new_object();
    struct step step = {.prepull = prepull, .pod_spec = pod_spec, .pods = pods};
    step.failed = node_set(result, "failed", node_new_array());
    int rc = 0;
    for (const node_t *node = node_first(nodes); node && rc == 0; node = node_next(node))
        if (prepull_fits(node, pod_spec))
            rc = step_on(&step, node, err);
    node_set_num(result, "nodes", (double)step.nodes);
    node_set_num(result, "present", (double)step.present);
    node_set_num(result, "fetching", (double)step.fetching);
    node_set_num(result, "started", (double)step.started);
    if (rc == 0)
        *ret = TAKE(result);
    node_free(result);
    return rc;
}

int prepull_remove(struct kube *kube, const char *pool, struct err *err)
{
    AUTOFREE char *selector = xasprintf(POOL "=%s", pool);
    CLEANUP(node_free) node_t *pods = kube_list_of(kube, &kube_pods, kube->ns, selector, err);
    if (!pods)
        return -1;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        if (drop(kube, node_str(pod, "/metadata/name", ""), err) != 0)
            return -1;
    return 0;
}
