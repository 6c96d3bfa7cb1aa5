#include "openstack/cinder.h"

#include <string.h>

#include "net/url.h"

/* What we read is in the first version; the catalog has "volumev3" or "block-storage" for it. */
#define MICROVERSION "3.0"

/* A dataset is a volume, too. */
#define VOLUME(word_, noun_)                                                                                  \
    {                                                                                                         \
        .word = (word_), .noun = (noun_), .service = "block-storage", .path = "/v3/{project_id}/volumes",     \
        .list_path = "/v3/{project_id}/volumes/detail", .list = "volumes", .one = "volume", .filter = "name", \
        .microversion = MICROVERSION,                                                                         \
    }
const struct resource cinder_volume = VOLUME("volume", "infra volumes");
const struct resource cinder_dataset = VOLUME("dataset", "dataset");
const struct resource cinder_snapshot = {
    .word = "snapshot",
    .service = "block-storage",
    .path = "/v3/{project_id}/snapshots",
    .list_path = "/v3/{project_id}/snapshots/detail",
    .list = "snapshots",
    .one = "snapshot",
    .filter = "name",
    .microversion = MICROVERSION,
};
const struct resource cinder_type = {
    .word = "volume type",
    .service = "block-storage",
    .path = "/v3/{project_id}/types",
    .list = "volume_types",
    .one = "volume_type",
    .microversion = MICROVERSION,
};

char *cinder_reason(struct openstack *os, const char *id)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(&path, "/v3/{project_id}/messages");
    url_query(&path, "resource_uuid", id);
    struct openstack_call call = {.service = "block-storage", .path = path.buf, .microversion = "3.5", .needs = "3.5"};
    CLEANUP(node_free) node_t *answer = openstack_get(os, &call, &none);
    const node_t *newest = NULL; /* they come in any order */
    for (const node_t *message = node_first(node_get(answer, "messages")); message; message = node_next(message))
        if (!newest || strcmp(node_str(message, "/created_at", ""), node_str(newest, "/created_at", "")) > 0)
            newest = message;
    return xstrdup_or_null(node_str(newest, "/user_message", NULL));
}
