#include "serverless/container.h"

#include <string.h>

node_t *container_of(const struct function_spec *spec)
{
    node_t *container = node_new_object();
    node_set_str(container, "image", spec->image);
    if (spec->command) {
        node_t *command = node_set(container, "command", node_new_array());
        node_push(command, node_new_str("/bin/sh"));
        node_push(command, node_new_str("-c"));
        node_push(command, node_new_str(spec->command));
    }
    return container;
}

void container_add_env(node_t *env, const char *name, const char *value)
{
    node_t *variable = node_push(env, node_new_object());
    node_set_str(variable, "name", name);
    node_set_str(variable, "value", value);
}

node_t *container_env(const struct function_spec *spec)
{
    node_t *env = node_new_array();
    for (size_t i = 0; spec->env && i < spec->env->n; i++) {
        const char *equals = strchr(spec->env->v[i], '=');
        AUTOFREE char *name = xstrndup(spec->env->v[i], (size_t)(equals - spec->env->v[i]));
        container_add_env(env, name, equals + 1);
    }
    return env;
}

node_t *container_limits(const struct function_spec *spec)
{
    node_t *limits = node_new_object();
    AUTOFREE char *memory = xasprintf("%lld", (long long)spec->memory_bytes);
    AUTOFREE char *cpu = xasprintf("%lldm", (long long)(spec->cpus * 1000 + 0.5));
    AUTOFREE char *gpus = xasprintf("%lld", (long long)spec->gpus);
    if (spec->memory_bytes > 0)
        node_set_str(limits, "memory", memory);
    if (spec->cpus > 0)
        node_set_str(limits, "cpu", cpu);
    if (spec->gpus > 0)
        node_set_str(limits, "nvidia.com/gpu", gpus);
    return limits;
}
