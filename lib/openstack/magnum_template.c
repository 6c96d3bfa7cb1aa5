#include "openstack/magnum_template.h"

#include <string.h>

#include "openstack/glance.h"

static const char *name_of(const node_t *body) { return node_str(body, "/name", ""); }

int magnum_template_check(const node_t *body, struct err *err)
{
    if (*node_str(body, "/image_id", ""))
        return 0;
    err_set(err, ERR_USAGE, "which image shall template %s make machines of?", name_of(body));
    return err_hint(err, "--image NAME: aiwf infra images");
}

/* ---- creation ---- */

static int say_missing(const node_t *body, const char *image, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "cannot create template %s", name_of(body));
    err_why(err, "there is no image \"%s\" here", image);
    return err_hint(err, "aiwf infra images");
}

static int say_no_distro(const node_t *body, const node_t *image, struct err *err)
{
    const char *called = node_str(image, "/name", node_str(image, "/id", "?"));
    err_set(err, ERR_FAILED, "cannot create template %s", name_of(body));
    err_why(err, "image %s has no property os_distro, by which Magnum chooses how it sets machines up", called);
    return err_hint(err, "openstack image set --property os_distro=fedora-coreos %s; or another image: aiwf infra images",
                    called);
}

/* "Cluster type (vm, Unset, kubernetes) not supported.": no such image, or one without os_distro, or one that no driver
 * is for. */
static void explain_type(struct openstack *os, const node_t *body, struct err *err)
{
    CLEANUP(err_release) struct err looking = ERR_INIT;
    const char *name = node_str(body, "/image_id", NULL);
    if (!name || !err->why || !strstr(err->why, "Cluster type ("))
        return;
    CLEANUP(node_free) node_t *image = resource_show(os, &glance_image, name, &looking);
    const char *distro = node_str(image, "/os_distro", NULL);
    if (!image && looking.code == ERR_NOT_FOUND) {
        say_missing(body, name, err);
    } else if (image && !distro) {
        say_no_distro(body, image, err);
    } else if (distro) {
        AUTOFREE char *said = xstrdup(err->why);
        err_why(err, "this Magnum has no driver for image %s, whose os_distro is \"%s\": %s", name, distro, said);
        err_hint(err, "another image, of fedora-coreos or what the cloud's Magnum knows: aiwf infra images");
    }
}

/* "Unable to find flavor x." */
static void explain_missing(struct err *err)
{
    static const char words[] = "Unable to find ";
    const char *at = err->why ? strstr(err->why, words) : NULL;
    if (!at)
        return;
    err->code = ERR_NOT_FOUND;
    if (str_starts(at + strlen(words), "flavor"))
        err_hint(err, "aiwf infra flavors");
    else if (strstr(at, "network"))
        err_hint(err, "aiwf infra networks");
}

node_t *magnum_template_create(struct openstack *os, const node_t *body, struct err *err)
{
    node_t *made = resource_create(os, &magnum_template, body, err);
    if (made)
        return made;
    explain_type(os, body, err);
    explain_missing(err);
    return NULL;
}

/* ---- the others ---- */

/* "ClusterTemplate x is referenced by one or multiple clusters." */
static int explain_use(struct err *err)
{
    if (!err->why || !strstr(err->why, "is referenced by"))
        return -1;
    err->code = ERR_CONFLICT;
    return err_hint(err, "aiwf cluster list -o wide says which cluster is of which template");
}

node_t *magnum_template_update(struct openstack *os, const char *id, const node_t *patch, struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot update template %s", id);
    struct resource_change change = {.method = "PATCH", .id = id, .body = patch, .failing = failing};
    node_t *changed = NULL;
    if (resource_change(os, &magnum_template, &change, &changed, err) != 0) {
        explain_use(err);
        explain_missing(err);
        return NULL;
    }
    if (!changed)
        return resource_show(os, &magnum_template, id, err);
    node_delete(changed, "links");
    return changed;
}

int magnum_template_delete(struct openstack *os, const char *id, const char *name, struct err *err)
{
    if (resource_delete(os, &magnum_template, id, NULL, err) == 0)
        return 0;
    err_what(err, "cannot delete template %s", name);
    return explain_use(err);
}
