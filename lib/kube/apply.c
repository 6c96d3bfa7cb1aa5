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

/* What is there, NULL for nothing, and what the server would make of it. */
static int read_both(struct kube *kube, const struct kube_apply *apply, node_t **ret_before, node_t **ret_after, struct err *err)
{
    CLEANUP(err_release) struct err seen = ERR_INIT;
    struct kube_apply dry = *apply;
    dry.dry_run = true;
    *ret_before = kube_show(kube, apply->kind, ns_of(apply), node_str(apply->object, "/metadata/name", ""), &seen);
    if (!*ret_before && seen.code != ERR_NOT_FOUND)
        return err_move(err, &seen);
    return kube_apply(kube, &dry, ret_after, err);
}

static const char *version(const node_t *object) { return node_str(object, "/metadata/resourceVersion", ""); }

int kube_diff(struct kube *kube, const struct kube_apply *apply, struct str *out, bool *ret_differs, struct err *err)
{
    enum { TRIES_MAX = 4 };
    CLEANUP(node_free) node_t *before = NULL, *after = NULL;
    if (check(apply, err) != 0)
        return -1;
    /* What another has changed in between is no difference of the file's. */
    for (int tries = 0; tries < TRIES_MAX && (!after || !str_eq(version(before), version(after))); tries++) {
        node_free(TAKE(before));
        node_free(TAKE(after));
        if (read_both(kube, apply, &before, &after, err) != 0)
            return -1;
    }
    strip(before);
    strip(after);
    *ret_differs = node_diff(before, after, out) > 0;
    return 0;
}
