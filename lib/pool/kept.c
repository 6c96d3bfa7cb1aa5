#include "pool/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "local/pool_impl.h"
#include "pool/hold.h"
#include "pool/prepull.h"

#define COMPONENT "app.kubernetes.io/component"
#define FUNCTION  "aiwf/function"
#define APPLIED   "aiwf/floor"
#define PREFIX    "aiwf-pool-"
enum { GPUS_MAX = 10000 };

void kept_release(struct kept *kept)
{
    pool_free(kept->rules);
    free(kept->image);
    *kept = KEPT_INIT;
}

static char *object_name(const char *pool) { return xasprintf(PREFIX "%s", pool); }

static void set_flag(node_t *data, const char *key, bool value)
{
    if (value)
        node_set_str(data, key, "true");
}

node_t *kept_object(const struct kept_spec *spec, const char *ns, struct err *err)
{
    CLEANUP(node_free) node_t *rules = warm_pool_json(&spec->rules, err);
    if (!rules)
        return NULL;
    AUTOFREE char *name = object_name(spec->rules.name);
    CLEANUP(str_release) struct str text = STR_INIT;
    node_set_num(rules, "created_ms", (double)clock_wall_ms());
    json_print(rules, &text);
    node_t *object = kube_object(&kube_config_maps, ns, name);
    node_t *labels = kube_mark(object);
    node_set_str(labels, COMPONENT, "pool");
    node_set_str(labels, FUNCTION, spec->rules.function);
    node_t *data = node_set(object, "data", node_new_object());
    node_set_str(data, "rules", text.buf);
    node_set_str(data, "runtime", spec->runtime);
    set_flag(data, "forecast", spec->forecast);
    set_flag(data, "prepull", spec->prepull);
    if (spec->gpus > 0) {
        AUTOFREE char *gpus = xasprintf("%lld", (long long)spec->gpus);
        node_set_str(data, "gpus", gpus);
        node_set_str(data, "hold-image", spec->image);
    }
    return object;
}

static int wrong(const node_t *config_map, const char *field, struct err *err)
{
    err_set(err, ERR_FAILED, "config map \"%s\" is no pool: its %s is wrong", node_str(config_map, "/metadata/name", "?"), field);
    return err_hint(err, "kubectl edit configmap, or aiwf pool delete and create");
}

static int parse_rules(const node_t *config_map, struct kept *ret, struct err *err)
{
    CLEANUP(err_release) struct err why = ERR_INIT;
    const char *text = node_str(config_map, "/data/rules", "");
    CLEANUP(node_free) node_t *rules = json_parse(text, strlen(text), "rules", &why);
    ret->rules = rules ? pool_parse(rules, &why) : NULL;
    AUTOFREE char *name = ret->rules ? object_name(ret->rules->name) : NULL;
    if (str_eq(name, node_str(config_map, "/metadata/name", "")))
        return 0;
    wrong(config_map, "rules", err);
    return why.what ? err_why(err, "%s", why.what) : -1;
}

int kept_parse(const node_t *config_map, struct kept *ret, struct err *err)
{
    const node_t *data = node_get(config_map, "data");
    long long gpus = 0, applied = -1;
    *ret = KEPT_INIT;
    if (parse_rules(config_map, ret, err) != 0)
        return -1;
    ret->runtime = runtime_find(node_str(data, "/runtime", ""));
    ret->forecast = strcmp(node_str(data, "/forecast", ""), "true") == 0;
    ret->prepull = strcmp(node_str(data, "/prepull", ""), "true") == 0;
    if (!ret->runtime || !ret->runtime->keep) {
        kept_release(ret);
        return wrong(config_map, "runtime", err);
    }
    if (!str_to_int(node_str(data, "/gpus", "0"), 0, GPUS_MAX, &gpus)) {
        kept_release(ret);
        return wrong(config_map, "number of gpus", err);
    }
    str_to_int(node_str(config_map, "/metadata/annotations/aiwf~1floor", "-1"), 0, INT32_MAX, &applied);
    ret->gpus = gpus;
    ret->applied = applied;
    ret->image = xstrdup_or_null(node_str(data, "/hold-image", NULL));
    return 0;
}

int kept_create(const struct runtime_env *env, const struct kept_spec *spec, struct err *err)
{
    CLEANUP(node_free) node_t *object = kept_object(spec, env->kube->ns, err);
    const struct runtime *runtime = runtime_find(spec->runtime);
    if (!object)
        return -1;
    CLEANUP(node_free) node_t *function = runtime->show(env, spec->rules.function, err);
    if (!function)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    if (kube_create(env->kube, &kube_config_maps, object, NULL, NULL, err) == 0)
        return 0;
    if (err->code != ERR_CONFLICT)
        return -1;
    err_set(err, ERR_CONFLICT, "pool \"%s\" exists already", spec->rules.name);
    return err_hint(err, "aiwf pool delete %s", spec->rules.name);
}

node_t *kept_list(struct kube *kube, struct err *err)
{
    return kube_list_of(kube, &kube_config_maps, kube->ns, KUBE_MANAGED "=aiwf," COMPONENT "=pool", err);
}

node_t *kept_show(struct kube *kube, const char *name, struct err *err)
{
    AUTOFREE char *object = object_name(name);
    node_t *found = kube_show(kube, &kube_config_maps, kube->ns, object, err);
    if (!found && err->code == ERR_NOT_FOUND)
        err_set(err, ERR_NOT_FOUND, "there is no pool \"%s\" in namespace %s", name, kube->ns);
    return found;
}

int kept_note_applied(struct kube *kube, const struct kept *kept, int64_t floor, struct err *err)
{
    AUTOFREE char *name = object_name(kept->rules->name);
    AUTOFREE char *text = xasprintf("%lld", (long long)floor);
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_t *annotations = node_set(node_set(patch, "metadata", node_new_object()), "annotations", node_new_object());
    node_set_str(annotations, APPLIED, text);
    return kube_patch(kube, &kube_config_maps, kube->ns, name, patch, err);
}

/* What others keep of the same function is told by the next `pool run`. */
static int release_function(const struct runtime_env *env, const struct kept *kept, struct err *err)
{
    CLEANUP(err_release) struct err one = ERR_INIT;
    const struct function_bounds none = {.floor = 0, .ceiling = -1, .before = kept->applied};
    bool changed;
    if (kept->runtime->keep(env, kept->rules->function, &none, &changed, &one) == 0 || one.code == ERR_NOT_FOUND)
        return 0;
    return err_move(err, &one);
}

int kept_delete(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(kept_release) struct kept kept = KEPT_INIT;
    CLEANUP(err_release) struct err broken = ERR_INIT;
    CLEANUP(node_free) node_t *object = kept_show(env->kube, name, err);
    if (!object)
        return -1;
    bool is_whole = kept_parse(object, &kept, &broken) == 0;
    if (is_whole && (release_function(env, &kept, err) != 0 || prepull_remove(env->kube, name, err) != 0 ||
                     hold_remove(env->kube, name, err) != 0))
        return -1;
    AUTOFREE char *object_id = object_name(name);
    return kube_delete(env->kube, &kube_config_maps, env->kube->ns, object_id, err);
}
