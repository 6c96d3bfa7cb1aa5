#include "serverless/keep.h"

#include <string.h>

#include "kube/object.h"

#define SCALING "autoscaling.knative.dev/"

/* ---- Knative ---- */

static node_t *bound(int64_t value)
{
    AUTOFREE char *text = value > 0 ? xasprintf("%lld", (long long)value) : NULL;
    return node_new_str(text);
}

static node_t *annotations_of(const struct function_bounds *bounds)
{
    node_t *annotations = node_new_object();
    node_set(annotations, SCALING "min-scale", bound(bounds->floor));
    if (bounds->ceiling > 0)
        node_set(annotations, SCALING "max-scale", bound(bounds->ceiling));
    return annotations;
}

static bool has_them(const node_t *object, const node_t *annotations)
{
    const node_t *there = node_at(object, "/metadata/annotations");
    for (const node_t *each = node_first(annotations); each; each = node_next(each))
        if (!str_eq(node_text(node_get(there, node_key(each))), node_text(each)))
            return false;
    return true;
}

static node_t *metadata_patch(const node_t *annotations)
{
    node_t *patch = node_new_object();
    node_set(node_set(patch, "metadata", node_new_object()), "annotations", node_copy(annotations));
    return patch;
}

static int on_template(const struct runtime_env *env, const char *name, const node_t *annotations, struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_set(node_set(patch, "spec", node_new_object()), "template", metadata_patch(annotations));
    return kube_patch(env->kube, &kube_knative_services, env->kube->ns, name, patch, err);
}

static int on_revision(const struct runtime_env *env, const char *revision, const node_t *annotations, bool *ret_changed,
                       struct err *err)
{
    CLEANUP(node_free) node_t *autoscaler = kube_show(env->kube, &kube_pod_autoscalers, env->kube->ns, revision, err);
    if (!autoscaler)
        return -1;
    if (has_them(autoscaler, annotations))
        return 0;
    CLEANUP(node_free) node_t *patch = metadata_patch(annotations);
    *ret_changed = true;
    return kube_patch(env->kube, &kube_pod_autoscalers, env->kube->ns, revision, patch, err);
}

int keep_knative(const struct runtime_env *env, const char *name, const struct function_bounds *bounds, bool *ret_changed,
                 struct err *err)
{
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, name, err);
    if (!service)
        return -1;
    CLEANUP(node_free) node_t *annotations = annotations_of(bounds);
    for (const node_t *target = node_first(node_at(service, "/status/traffic")); target; target = node_next(target)) {
        CLEANUP(err_release) struct err refused = ERR_INIT;
        if (node_int(target, "/percent", 0) <= 0 ||
            on_revision(env, node_str(target, "/revisionName", ""), annotations, ret_changed, &refused) == 0)
            continue;
        if (refused.code != ERR_AUTH)
            return err_move(err, &refused);
        *ret_changed = !has_them(node_at(service, "/spec/template"), annotations);
        return *ret_changed ? on_template(env, name, annotations, err) : 0;
    }
    return 0;
}

/* ---- a Deployment ---- */

static int patch_number(const struct runtime_env *env, const struct kube_kind *kind, const char *name, const char *key,
                        int64_t value, struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_set_num(node_set(patch, "spec", node_new_object()), key, (double)value);
    return kube_patch(env->kube, kind, env->kube->ns, name, patch, err);
}

int keep_deployment(const struct runtime_env *env, const char *name, const struct function_bounds *bounds, bool *ret_changed,
                    struct err *err)
{
    CLEANUP(node_free) node_t *deployment = kube_show(env->kube, &kube_deployments, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *autoscaler = NULL;
    if (!deployment || kube_find(env->kube, &kube_autoscalers, env->kube->ns, name, &autoscaler, err) != 0)
        return -1;
    const struct kube_kind *kind = autoscaler ? &kube_autoscalers : &kube_deployments;
    const char *key = autoscaler ? "minReplicas" : "replicas";
    int64_t floor = bounds->floor > 0 ? bounds->floor : autoscaler ? 1 : 0; /* an autoscaler's least is one */
    int64_t now = node_int(node_at(autoscaler ? autoscaler : deployment, "/spec"), autoscaler ? "/minReplicas" : "/replicas", 1);
    if (now == floor)
        return 0;
    *ret_changed = true;
    return patch_number(env, kind, name, key, floor, err);
}
