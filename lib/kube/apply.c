#include "kube/apply.h"

#include <string.h>

#include "doc/diff.h"
#include "kube/discovery.h"

static const char *ns_of(const struct kube_apply *apply) { return node_str(apply->object, "/metadata/namespace", apply->ns); }

static int check(const struct kube_apply *apply, struct err *err)
{
    const char *name = node_str(apply->object, "/metadata/name", "");
    if (*name)
        return kube_check_object_name(apply->kind, name, err);
    err_set(err, ERR_USAGE, "the %s has no metadata.name", apply->kind->word);
    return err_hint(err, "an object is applied by its name; generateName is for POST");
}

int kube_apply(struct kube *kube, const struct kube_apply *apply, node_t **ret, struct err *err)
{
    if (ret)
        *ret = NULL;
    if (check(apply, err) != 0)
        return -1;
    const char *name = node_str(apply->object, "/metadata/name", "");
    AUTOFREE char *failing = xasprintf("cannot apply %s \"%s\"", apply->kind->word, name);
    AUTOFREE char *query = xasprintf("fieldManager=aiwf&fieldValidation=Strict&force=%s%s", apply->force ? "true" : "false",
                                     apply->dry_run ? "&dryRun=All" : "");
    struct kube_call call = {
        .method = "PATCH",
        .kind = apply->kind,
        .ns = ns_of(apply),
        .name = name,
        .query = query,
        .body = apply->object,
        .content_type = "application/apply-patch+yaml",
        .failing = failing,
        .source = apply->source,
        .idempotent = true,
    };
    return kube_do(kube, &call, ret, err);
}

static void strip(node_t *object)
{
    static const char *const names[] = {"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"};
    node_t *metadata = node_get(object, "metadata");
    node_delete(object, "status");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        node_delete(metadata, names[i]);
}

int kube_diff(struct kube *kube, const struct kube_apply *apply, struct str *out, bool *ret_differs, struct err *err)
{
    CLEANUP(err_release) struct err seen = ERR_INIT;
    CLEANUP(node_free) node_t *after = NULL;
    struct kube_apply dry = *apply;
    dry.dry_run = true;
    if (check(apply, err) != 0)
        return -1;
    const char *name = node_str(apply->object, "/metadata/name", "");
    CLEANUP(node_free) node_t *before = kube_show(kube, apply->kind, ns_of(apply), name, &seen);
    if (!before && seen.code != ERR_NOT_FOUND)
        return err_move(err, &seen);
    if (kube_apply(kube, &dry, &after, err) != 0)
        return -1;
    strip(before);
    strip(after);
    *ret_differs = node_diff(before, after, out) > 0;
    return 0;
}
