#include "openstack/glance.h"

const struct resource glance_image = {
    .word = "image",
    .noun = "infra images",
    .service = "image",
    .path = "/v2/images",
    .list = "images",
    .filter = "name",
};
