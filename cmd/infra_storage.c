/* Cinder's volumes and Glance's images. */
#include <math.h>

#include "infra.h"
#include "openstack/cinder.h"
#include "openstack/glance.h"

/* Sizes are in GiB. */
static void volume_for_people(node_t *volume)
{
    node_set_num(volume, "size_bytes", ldexp(node_num(volume, "/size", (double)NAN), 30));
}

static const struct column volume_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SIZE", "/size_bytes", CELL_BYTES, false},
    {"TYPE", "/volume_type", CELL_TEXT, false},
    {"SERVER", "/attachments/0/server_id", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"DEVICE", "/attachments/0/device", CELL_TEXT, true},
    {"BOOTABLE", "/bootable", CELL_TEXT, true},
    {"ZONE", "/availability_zone", CELL_TEXT, true},
    {"CREATED", "/created_at", CELL_TEXT, true},
    {"PROJECT", "/os-vol-tenant-attr:tenant_id", CELL_TEXT, true},
    {0},
};
static const struct column volume_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SIZE", "/size_bytes", CELL_BYTES, false},
    {"TYPE", "/volume_type", CELL_TEXT, false},
    {"SERVER", "/attachments/0/server_id", CELL_TEXT, false},
    {"DEVICE", "/attachments/0/device", CELL_TEXT, false},
    {"BOOTABLE", "/bootable", CELL_TEXT, false},
    {"ENCRYPTED", "/encrypted", CELL_TEXT, false},
    {"ZONE", "/availability_zone", CELL_TEXT, false},
    {"SNAPSHOT", "/snapshot_id", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {0},
};
static const struct opt volume_opts[] = {ALL_PROJECTS_OPT, {0}};
static const struct example volume_examples[] = {
    {"aiwf infra volumes", "the project's volumes"},
    {"aiwf infra volumes -o json --jq '.items[] | select(.status == \"available\").name'", "those that nobody uses"},
    {0},
};

const struct infra infra_volumes = {
    .cmd = {.name = "volumes",
            .help = "block storage (training data: aiwf dataset)",
            .args = INFRA_ARGS("show these volumes, by name or id"),
            .opts = volume_opts,
            .opts_size = sizeof(struct infra_opts),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = volume_columns,
            .examples = volume_examples,
            .run = infra_run},
    .kind = &cinder_volume,
    .show_columns = volume_show_columns,
    .for_people = volume_for_people,
    .who = "administrators",
};

static const struct column image_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SIZE", "/size", CELL_BYTES, false},
    {"VISIBILITY", "/visibility", CELL_TEXT, false},
    {"OS", "/os_distro", CELL_TEXT, false},
    {"FORMAT", "/disk_format", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"KUBERNETES", "/kube_version", CELL_TEXT, true},
    {"OWNER", "/owner", CELL_TEXT, true},
    {"CREATED", "/created_at", CELL_TEXT, true},
    {0},
};
static const struct column image_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SIZE", "/size", CELL_BYTES, false},
    {"VISIBILITY", "/visibility", CELL_TEXT, false},
    {"OS", "/os_distro", CELL_TEXT, false},
    {"OS-VERSION", "/os_version", CELL_TEXT, false},
    {"KUBERNETES", "/kube_version", CELL_TEXT, false},
    {"FORMAT", "/disk_format", CELL_TEXT, false},
    {"MIN-DISK", "/min_disk", CELL_NUMBER, false},
    {"MIN-RAM", "/min_ram", CELL_NUMBER, false},
    {"CHECKSUM", "/checksum", CELL_TEXT, false},
    {"OWNER", "/owner", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {0},
};
static const struct example image_examples[] = {
    {"aiwf infra images", "what servers may start from"},
    {"aiwf infra images -o json --jq '.items[] | select(.os_distro == \"fedora-coreos\").name'",
     "those that Magnum's Heat driver can use"},
    {0},
};

const struct infra infra_images = {
    .cmd = {.name = "images",
            .help = "images",
            .args = INFRA_ARGS("show these images, by name or id"),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = image_columns,
            .examples = image_examples,
            .run = infra_run},
    .kind = &glance_image,
    .show_columns = image_show_columns,
};
