/* What checking, explaining and JSON Schema share, for lib/doc/schema*.c only. */
#ifndef DOC_SCHEMA_PARTS_H
#define DOC_SCHEMA_PARTS_H

#include "doc/schema.h"

const char *field_type_name(enum field_type type);
const struct field *field_find(const struct field *fields, const char *name, size_t len);
const char *field_nearest(const struct field *fields, const char *word);
void field_names(const struct field *fields, struct str *s); /* joined by ", " */

#endif
