/* A cloud from its settings as JSON; the caller releases it. */
#ifndef TESTS_UNIT_OPENSTACK_CLOUD_H
#define TESTS_UNIT_OPENSTACK_CLOUD_H

#include <check.h>
#include <string.h>

#include "openstack/clouds.h"

static inline struct cloud cloud_of(const char *config)
{
    struct err err = ERR_INIT;
    node_t *node = json_parse(config, strlen(config), "a cloud", &err);
    ck_assert_msg(node != NULL, "%s", err.what);
    return (struct cloud){.name = xstrdup("c"), .source = xstrdup("clouds.yaml"), .config = node};
}

#endif
