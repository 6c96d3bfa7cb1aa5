#include "kube/podspec.h"

node_t *kube_env(const struct strv *pairs)
{
    CLEANUP(node_free) node_t *last = node_new_object();
    node_t *env = node_new_array();
    node_set_pairs(last, pairs);
    for (const node_t *pair = node_first(last); pair; pair = node_next(pair))
        kube_env_add(env, node_key(pair), node_text(pair));
    return env;
}

node_t *kube_env_add(node_t *env, const char *name, const char *value)
{
    node_t *variable = node_push(env, node_new_object());
    node_set_str(variable, "name", name);
    if (value)
        node_set_str(variable, "value", value);
    return variable;
}

node_t *kube_env_default(node_t *env, const char *name, const char *value)
{
    return node_find(env, "/name", name) ? NULL : kube_env_add(env, name, value);
}

node_t *kube_volume_add(node_t *pod, node_t *container, const struct kube_mount *at)
{
    node_t *mount = node_push(node_array(container, "volumeMounts"), node_new_object());
    node_set_str(mount, "name", at->name);
    node_set_str(mount, "mountPath", at->path);
    if (at->read_only)
        node_set_bool(mount, "readOnly", true);
    node_t *volume = node_push(node_array(pod, "volumes"), node_new_object());
    node_set_str(volume, "name", at->name);
    return volume;
}

void kube_set_amount(node_t *resources, const char *resource, int64_t amount)
{
    AUTOFREE char *text = xasprintf("%lld", (long long)amount);
    node_set_str(resources, resource, text);
}
