#include "openstack/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"
#include "openstack/glance.h"
#include "openstack/nova.h"
#include "openstack/quota.h"

static bool is_dataset(const node_t *volume) { return node_get(node_get(volume, "metadata"), DATASET_MARK) != NULL; }

/* Cinder reads the filter as a Python dictionary; a cloud that does not offer it ignores it. */
static char *marked(void)
{
    CLEANUP(str_release) struct str query = STR_INIT;
    url_query(&query, "metadata", "{\"" DATASET_MARK "\":\"true\"}");
    return xstrdup(query.buf + 1);
}

node_t *dataset_list(struct openstack *os, bool all, struct err *err)
{
    AUTOFREE char *query = all ? NULL : marked();
    node_t *volumes = resource_list(os, &cinder_volume, query, err);
    for (node_t *volume = node_first(volumes), *next; !all && volume; volume = next) {
        next = node_next(volume);
        if (!is_dataset(volume))
            node_free(node_detach(volumes, volume));
    }
    return volumes;
}

static void not_marked(const char *name, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "cannot show dataset %s", name);
    err_why(err, "that volume is no dataset: its metadata has no " DATASET_MARK);
    err_hint(err, "aiwf dataset list");
}

node_t *dataset_show(struct openstack *os, const char *name, struct err *err)
{
    AUTOFREE char *query = marked();
    CLEANUP(node_free) node_t *found = resource_find(os, &cinder_dataset, name, query, err);
    if (found && is_dataset(found))
        return TAKE(found);
    if (found) {
        not_marked(name, err);
        return NULL;
    }
    if (err->code != ERR_NOT_FOUND)
        return NULL;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *volume = resource_show(os, &cinder_volume, name, &none);
    if (volume)
        not_marked(name, err);
    return NULL;
}

/* ---- create ---- */

static int set_source(struct openstack *os, const struct dataset_spec *spec, node_t *body, struct err *err)
{
    const char *name = spec->snapshot ? spec->snapshot : spec->image;
    if (!name)
        return 0;
    const struct resource *kind = spec->snapshot ? &cinder_snapshot : &glance_image;
    AUTOFREE char *id = os ? resource_id(os, kind, name, err) : xstrdup(name);
    if (!id)
        return err_wrap(err, "cannot create dataset %s", spec->name);
    node_set_str(body, spec->snapshot ? "snapshot_id" : "imageRef", id);
    return 0;
}

node_t *dataset_body(struct openstack *os, const struct dataset_spec *spec, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "name", spec->name);
    if (spec->gib)
        node_set_num(body, "size", (double)spec->gib);
    if (spec->type)
        node_set_str(body, "volume_type", spec->type);
    if (spec->zone)
        node_set_str(body, "availability_zone", spec->zone);
    node_t *metadata = node_set(body, "metadata", node_new_object());
    node_set_pairs(metadata, spec->labels);
    node_set_str(metadata, DATASET_MARK, "true");
    return set_source(os, spec, body, err) == 0 ? TAKE(body) : NULL;
}

static int is_free_name(struct openstack *os, const char *name, struct err *err)
{
    AUTOFREE char *query = marked();
    CLEANUP(err_release) struct err one = ERR_INIT;
    CLEANUP(node_free) node_t *there = resource_find(os, &cinder_dataset, name, query, &one);
    if (!there && one.code == ERR_NOT_FOUND)
        return 0;
    if (!there && one.code != ERR_CONFLICT)
        return err_move(err, &one);
    err_set(err, ERR_CONFLICT, "cannot create dataset %s", name);
    err_why(err, "there is one of that name already");
    return err_hint(err, "aiwf dataset show %s", name);
}

node_t *dataset_create(struct openstack *os, const struct dataset_spec *spec, struct err *err)
{
    if (is_free_name(os, spec->name, err) != 0)
        return NULL;
    CLEANUP(node_free) node_t *body = dataset_body(os, spec, err);
    node_t *made = body ? resource_create(os, &cinder_dataset, body, err) : NULL;
    if (!made && err->code == ERR_CAPACITY && !err->hint)
        err_hint(err, "a smaller --size, or ask for more: aiwf infra quotas");
    return made;
}

/* ---- check ---- */

static int has_room(const node_t *quotas, const char *resource, double wanted, const struct dataset_spec *spec, struct err *err)
{
    for (const node_t *row = node_first(quotas); row; row = node_next(row)) {
        bool is_it =
            strcmp(node_str(row, "/service", ""), "cinder") == 0 && strcmp(node_str(row, "/resource", ""), resource) == 0;
        if (!is_it || wanted <= node_num(row, "/free", wanted))
            continue;
        err_set(err, ERR_CAPACITY, "cannot create dataset %s", spec->name);
        err_why(err, "%.0f more %s are wanted, the quota is %.0f and %.0f are used", wanted, resource, node_num(row, "/limit", 0),
                node_num(row, "/used", 0));
        return err_hint(err, "a smaller --size, or ask for more: aiwf infra quotas");
    }
    return 0;
}

int dataset_check(struct openstack *os, const struct dataset_spec *spec, struct err *err)
{
    if (is_free_name(os, spec->name, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *body = dataset_body(os, spec, err);
    if (!body)
        return -1;
    AUTOFREE char *type = spec->type ? resource_id(os, &cinder_type, spec->type, err) : NULL;
    if (spec->type && !type)
        return err_wrap(err, "cannot create dataset %s", spec->name);
    CLEANUP(node_free) node_t *quotas = quota_list(os, err);
    if (!quotas)
        return -1;
    AUTOFREE char *of_type = spec->type ? xasprintf("gigabytes_%s", spec->type) : NULL;
    double gib = (double)spec->gib;
    if (has_room(quotas, "volumes", 1, spec, err) != 0 || has_room(quotas, "gigabytes", gib, spec, err) != 0)
        return -1;
    return of_type ? has_room(quotas, of_type, gib, spec, err) : 0;
}

/* ---- use by a server ---- */

int dataset_attach(struct openstack *os, const node_t *dataset, const char *server_id, struct err *err)
{
    const char *name = node_str(dataset, "/name", "?");
    AUTOFREE char *failing = xasprintf("cannot attach dataset %s", name);
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(node_set(body, "volumeAttachment", node_new_object()), "volumeId", node_str(dataset, "/id", ""));
    struct resource_change change = {
        .method = "POST", .id = server_id, .action = "os-volume_attachments", .body = body, .failing = failing};
    if (resource_change(os, &nova_server, &change, NULL, err) == 0)
        return 0;
    const char *other = node_str(dataset, "/attachments/0/server_id", NULL);
    if (other && !err->hint)
        err_hint(err, "aiwf dataset detach %s", name);
    return -1;
}

int dataset_detach(struct openstack *os, const node_t *dataset, const char *server_id, struct err *err)
{
    CLEANUP(str_release) struct str action = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot detach dataset %s", node_str(dataset, "/name", "?"));
    url_path(&action, "os-volume_attachments", "/{}", node_str(dataset, "/id", ""), NULL);
    struct resource_change change = {.method = "DELETE", .id = server_id, .action = action.buf, .failing = failing};
    return resource_change(os, &nova_server, &change, NULL, err);
}
