/* What a document may contain, as a table: checking, `aiwf explain` and JSON Schema come from it. */
#ifndef DOC_SCHEMA_H
#define DOC_SCHEMA_H

#include "doc/doc.h"

enum field_type {
    FIELD_STRING,
    FIELD_BOOL,
    FIELD_INT,
    FIELD_NUMBER,
    FIELD_DURATION, /* "30s", "1h30m", or a number of seconds */
    FIELD_BYTES,    /* "256Mi" */
    FIELD_OBJECT,   /* members in .fields */
    FIELD_ARRAY,    /* items: .item (and .fields when they are objects) */
    FIELD_MAP,      /* any name -> .item (and .fields when those are objects) */
    FIELD_ANY,
};

struct field {
    const char *name;
    enum field_type type : 8;
    enum field_type item : 8; /* of FIELD_ARRAY and FIELD_MAP */
    bool required;
    const char *help;           /* one line, no full stop */
    const char *missing;        /* the default, as text; NULL: none */
    const char *const *choices; /* NULL-terminated, of strings */
    const char *pattern;        /* POSIX extended regular expression of strings, anchored by itself */
    double min, max;            /* of numbers, when min < max */
    const struct field *fields; /* ends with {0} */
};

/* Checks doc->root against fields: unknown keys (with the nearest valid one), missing ones, types,
 * choices, ranges. USAGE with file, line and column of the first fault. */
int schema_check(const struct doc *doc, const struct field *fields, struct err *err);
/* JSON Schema (2020-12) of the same. */
node_t *schema_json(const char *title, const struct field *fields);
/* For people: one line a field, indented. path: NULL, or "stages.command" for a part
 * (NOT_FOUND with the nearest name). */
int schema_explain(const struct field *fields, const char *path, struct str *s, struct err *err);

#endif
