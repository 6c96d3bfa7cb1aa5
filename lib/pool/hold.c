#include "pool/hold.h"

#include <string.h>

#include "base/num.h"
#include "kube/apply.h"
#include "kube/quantity.h"

#define GPU  "nvidia.com/gpu"
#define POOL "aiwf/hold"

static char *name_of(const char *pool) { return xasprintf("aiwf-hold-%s", pool); }

static bool is_over(const node_t *pod)
{
    const char *phase = node_str(pod, "/status/phase", "");
    return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

/* One that waits for a node counts too: the placeholder that goes makes its room. */
int64_t hold_wanted(const node_t *pods, int64_t gpus)
{
    double used = 0;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        if (!is_over(pod))
            used += num_max(kube_pod_asks(pod, GPU), 0);
    return used < (double)gpus ? gpus - (int64_t)num_ceil(used) : 0;
}

static node_t *deployment_of(const struct hold *hold, int64_t replicas)
{
    AUTOFREE char *name = name_of(hold->pool);
    node_t *deployment = kube_object(&kube_deployments, hold->kube->ns, name);
    kube_mark(deployment);
    node_t *spec = node_set(deployment, "spec", node_new_object());
    node_set_num(spec, "replicas", (double)replicas);
    node_t *labels = node_set(node_set(spec, "selector", node_new_object()), "matchLabels", node_new_object());
    node_set_str(labels, POOL, hold->pool);
    node_t *template = node_set(spec, "template", node_new_object());
    node_set(node_set(template, "metadata", node_new_object()), "labels", node_copy(labels));
    node_t *pod = node_set(template, "spec", node_new_object());
    node_set_num(pod, "terminationGracePeriodSeconds", 0);
    node_set_bool(pod, "automountServiceAccountToken", false);
    node_t *toleration = node_push(node_set(pod, "tolerations", node_new_array()), node_new_object());
    node_set_str(toleration, "key", GPU);
    node_set_str(toleration, "operator", "Exists");
    node_t *container = node_push(node_set(pod, "containers", node_new_array()), node_new_object());
    node_set_str(container, "name", "hold");
    node_set_str(container, "image", hold->image);
    node_t *limits = node_set(node_set(container, "resources", node_new_object()), "limits", node_new_object());
    node_set_str(limits, GPU, "1");
    return deployment;
}

int hold_step(const struct hold *hold, int64_t *ret_holders, struct err *err)
{
    AUTOFREE char *name = name_of(hold->pool);
    CLEANUP(node_free) node_t *there = NULL;
    CLEANUP(node_free) node_t *pods = kube_list_of(hold->kube, &kube_pods, hold->kube->ns, hold->selector, err);
    if (!pods || kube_find(hold->kube, &kube_deployments, hold->kube->ns, name, &there, err) != 0)
        return -1;
    int64_t wanted = hold_wanted(pods, hold->gpus);
    if (there && node_int(there, "/spec/replicas", 1) == wanted)
        return 0;
    CLEANUP(node_free) node_t *deployment = deployment_of(hold, wanted);
    *ret_holders = wanted;
    return kube_apply(hold->kube, &(struct kube_apply){.kind = &kube_deployments, .object = deployment, .force = true}, NULL,
                      err);
}

int hold_remove(struct kube *kube, const char *pool, struct err *err)
{
    AUTOFREE char *name = name_of(pool);
    CLEANUP(err_release) struct err one = ERR_INIT;
    return kube_delete(kube, &kube_deployments, kube->ns, name, &one) == 0 || one.code == ERR_NOT_FOUND ? 0 : err_move(err, &one);
}
