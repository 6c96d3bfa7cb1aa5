/* A Kubernetes Secret (v1, type Opaque) each, marked as ours: others' are neither listed nor touched. */
#include <string.h>

#include "base/base64.h"
#include "kube/object.h"
#include "serverless/secrets.h"

static bool is_ours(const node_t *object)
{
    return str_eq(node_text(node_get(node_at(object, "/metadata/labels"), KUBE_MANAGED)), "aiwf");
}

static node_t *secret_of(const node_t *object)
{
    node_t *secret = node_new_object();
    node_set_str(secret, "name", node_str(object, "/metadata/name", "?"));
    node_set_str(secret, "namespace", node_str(object, "/metadata/namespace", NULL));
    node_t *keys = node_set(secret, "keys", node_new_array());
    for (const node_t *value = node_first(node_get(object, "data")); value; value = node_next(value))
        node_push(keys, node_new_str(node_key(value)));
    node_set_str(secret, "created", node_str(object, "/metadata/creationTimestamp", NULL));
    return secret;
}

static node_t *list(const struct runtime_env *env, struct err *err)
{
    node_t *objects = kube_list_of(env->kube, &kube_secrets, env->kube->ns, KUBE_MANAGED "=aiwf", err);
    if (!objects)
        return NULL;
    node_t *secrets = node_new_array();
    for (const node_t *object = node_first(objects); object; object = node_next(object))
        node_push(secrets, secret_of(object));
    node_wipe(objects);
    return secrets;
}

static void set_value(node_t *object, const struct secret *secret)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    base64_encode(&text, secret->value->buf, secret->value->len);
    node_set_str(node_set(object, "data", node_new_object()), secret->key ? secret->key : secret->name, text.buf);
    explicit_bzero(text.buf, text.len);
}

static int create(const struct runtime_env *env, const struct secret *secret, struct err *err)
{
    node_t *object = kube_object(&kube_secrets, env->kube->ns, secret->name);
    kube_mark(object);
    node_set_str(object, "type", "Opaque");
    set_value(object, secret);
    int rc = kube_create(env->kube, &kube_secrets, object, NULL, NULL, err);
    node_wipe(object);
    return rc == 0 || err->code != ERR_CONFLICT ? rc : err_hint(err, "aiwf function secret update %s", secret->name);
}

/* It must be there, and be ours. */
static int find(struct kube *kube, const char *name, struct err *err)
{
    node_t *object = kube_show(kube, &kube_secrets, kube->ns, name, err);
    if (!object)
        return -1;
    bool ours = is_ours(object);
    node_wipe(object);
    if (ours)
        return 0;
    err_set(err, ERR_CONFLICT, "secret \"%s\" in namespace %s was not made by aiwf", name, kube->ns);
    return err_hint(err, "another name, or kubectl for this one");
}

/* Its other keys stay. */
static int update(const struct runtime_env *env, const struct secret *secret, struct err *err)
{
    struct kube *kube = env->kube;
    if (find(kube, secret->name, err) != 0)
        return -1;
    node_t *patch = node_new_object();
    set_value(patch, secret);
    int rc = kube_patch(kube, &kube_secrets, kube->ns, secret->name, patch, err);
    node_wipe(patch);
    return rc;
}

static int remove_secret(const struct runtime_env *env, const char *name, struct err *err)
{
    struct kube *kube = env->kube;
    return find(kube, name, err) != 0 ? -1 : kube_delete(kube, &kube_secrets, kube->ns, name, err);
}

const struct secret_store secrets_kubernetes = {
    .has_keys = true, .list = list, .create = create, .update = update, .remove = remove_secret};
