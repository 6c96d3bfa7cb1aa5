#include "kube/podspec.h"

node_t *kube_env(const struct strv *pairs)
{
    CLEANUP(node_free) node_t *last = node_new_object();
    node_t *env = node_new_array();
    node_set_pairs(last, pairs);
    for (const node_t *pair = node_first(last); pair; pair = node_next(pair)) {
        node_t *variable = node_push(env, node_new_object());
        node_set_str(variable, "name", node_key(pair));
        node_set_str(variable, "value", node_text(pair));
    }
    return env;
}

void kube_set_amount(node_t *resources, const char *resource, int64_t amount)
{
    AUTOFREE char *text = xasprintf("%lld", (long long)amount);
    node_set_str(resources, resource, text);
}
