/* Which OpenStack cloud, and how to log in there: clouds.yaml, secure.yaml, clouds-public.yaml and OS_* variables by
 * openstacksdk's rules (facts: openstack/config/loader.py).
 *
 * The first of these files that can be read is the one, none is merged with another of its name: $OS_CLIENT_CONFIG_FILE,
 * then clouds.yaml, .yml, .json in ".", $XDG_CONFIG_HOME/openstack, ~/.config/openstack, $XDG_CONFIG_DIRS/openstack
 * (/etc/xdg), /etc/openstack. secure.* (or $OS_CLIENT_SECURE_FILE) is looked for the same way and merged over it,
 * clouds-public.* holds the profiles. OS_* variables make a cloud of their own, "envvars": they do not change one that is
 * chosen by name. Hundreds of configurations are compared with openstacksdk's answers (tests/tools/cloud_cases.py).
 *
 * What is otherwise than there, on purpose:
 * - OS_REGION_NAME chooses among the regions of a cloud that is chosen by name, and OS_PASSCODE goes with it, as the
 *   openstack client has it; OS_PASSCODE alone makes no cloud. OS_DEFAULT_DOMAIN is the client's too.
 * - A login that names no auth_type is known by what it has: an application credential, a token (the client again). The
 *   older auth_plugin counts where there is no auth_type.
 * - '-' and '_' are the same in every key, before anything is merged; there, only in some and after it.
 * - A file that is not YAML is an error and not passed over; so is a profile that nobody describes, unless the cloud has
 *   its own auth_url. The vendors that openstacksdk brings along are not known here, nor profiles by URL.
 * - unscoped: true below auth asks for a token without a scope, as keystoneauth's class can, which no option of its sets.
 * - null and an empty variable are what is not set: they take nothing away. A text is never verify: false.
 * - Several clouds and none chosen is an error, as is no cloud at all; an unknown "{name}" in a text stays there.
 * - region_name: A,B of a profile is two regions, as it is of a cloud; each folder of $XDG_CONFIG_DIRS counts; a snap's
 *   $SNAP_REAL_HOME does not; volumev2_* is not looked at. */
#ifndef OPENSTACK_CLOUDS_H
#define OPENSTACK_CLOUDS_H

#include <stdbool.h>

#include "doc/node.h"

struct cloud {
    char *name;     /* "envvars" for the environment's */
    char *source;   /* for messages: the file's path, or "the environment" */
    char *region;   /* NULL: any */
    node_t *config; /* merged; keys with '_', numbers as text, the login below /auth. Holds secrets: never print it */
};

/* name: NULL is OS_CLOUD, else the environment's, else the only one there is. NOT_FOUND names the known ones. */
int cloud_load(const char *name, struct cloud *ret, struct err *err);
void cloud_release(struct cloud *cloud);
DEFINE_CLEANUP(struct cloud, cloud_release)
/* The clouds that there are, the environment's among them. */
int cloud_names(struct strv *names, struct err *err);

/* Whether there is one of that name; NOT_FOUND as cloud_load. */
int cloud_check(const char *name, struct err *err);

/* A text of the configuration, or of its /auth; NULL when it is missing or empty. */
const char *cloud_get(const struct cloud *cloud, const char *key);
const char *cloud_auth(const struct cloud *cloud, const char *key);
/* What is set for one service, by any name that it is known by: "endpoint_override" of "container-infra" is
 * container_infra_endpoint_override. NULL: nothing. */
const char *cloud_service(const struct cloud *cloud, const char *service, const char *key);
/* The names that a service is known by in catalogs and settings (facts: the service types authority); NULL: only its own. */
const char *const *service_types(const char *service);
bool cloud_is_insecure(const struct cloud *cloud); /* insecure: true, or verify: false */

#endif
