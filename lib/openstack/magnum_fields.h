/* What one may say of Magnum's things, and the changes that are said as KEY=VALUE. */
#ifndef OPENSTACK_MAGNUM_FIELDS_H
#define OPENSTACK_MAGNUM_FIELDS_H

#include "doc/schema.h"

/* Of the bodies of creations: a document of them is checked by schema_check. */
extern const struct field magnum_cluster_fields[], magnum_template_fields[], magnum_nodegroup_fields[];
/* What may change of a cluster. */
extern const struct field magnum_cluster_changes[];

/* Adds "KEY=VALUE" to a JSON patch (an array), with VALUE as the field's type; "labels.KEY=VALUE" is one of a map, which
 * Magnum only takes key by key. USAGE for what is no field, with the nearest, and for a value of another type. */
int magnum_patch_set(node_t *patch, const struct field *fields, const char *pair, struct err *err);
/* The same for a KEY that shall go. */
int magnum_patch_remove(node_t *patch, const struct field *fields, const char *key, struct err *err);
/* "KEY=" of each field that has one value, for completion. */
void magnum_patch_words(const struct field *fields, struct strv *words);

#endif
