/* Checking a document against a table of fields; the first fault is told with its place. */
#include "doc/schema.h"

#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/unit.h"
#include "doc/schema_parts.h"

/* Where the check is: for "unknown key "comand" in stage "prepare"". */
struct where {
    const char *name; /* of the field whose object this is; NULL: the document itself */
    bool is_item;     /* one of several: "stages" is called stage */
    const node_t *object;
};

static int check_value(const struct doc *doc, const struct field *field, enum field_type type, const node_t *node,
                       struct err *err);

const char *field_type_name(enum field_type type)
{
    static const char *const names[] = {
        [FIELD_STRING] = "string",     [FIELD_BOOL] = "boolean", [FIELD_INT] = "whole number", [FIELD_NUMBER] = "number",
        [FIELD_DURATION] = "duration", [FIELD_BYTES] = "bytes",  [FIELD_OBJECT] = "object",    [FIELD_ARRAY] = "list",
        [FIELD_MAP] = "map",           [FIELD_ANY] = "any",
    };
    return names[type];
}

const struct field *field_find(const struct field *fields, const char *name, size_t len)
{
    for (const struct field *field = fields; field && field->name; field++)
        if (strlen(field->name) == len && memcmp(field->name, name, len) == 0)
            return field;
    return NULL;
}

const char *field_nearest(const struct field *fields, const char *word)
{
    struct strv names = STRV_INIT;
    for (const struct field *field = fields; field && field->name; field++)
        strv_add(&names, field->name);
    const char *nearest = names.n ? str_nearest(word, (const char *const *)names.v, names.n) : NULL;
    const struct field *field = nearest ? field_find(fields, nearest, strlen(nearest)) : NULL;
    strv_release(&names);
    return field ? field->name : NULL;
}

void field_names(const struct field *fields, struct str *s)
{
    for (const struct field *field = fields; field && field->name; field++)
        str_addf(s, "%s%s", field == fields ? "" : ", ", field->name);
}

/* ` in stage "prepare"`; nothing for the document itself. */
static void add_where(const struct where *where, struct str *s)
{
    if (!where->name)
        return;
    size_t len = strlen(where->name);
    bool plural = where->is_item && len > 1 && where->name[len - 1] == 's';
    str_addf(s, " in %.*s", (int)(plural ? len - 1 : len), where->name);
    const char *key = node_key(where->object);
    const char *own = where->is_item ? (key ? key : node_str(where->object, "/name", NULL)) : NULL;
    if (own)
        str_addf(s, " \"%s\"", own);
}

static int unknown_key(const struct doc *doc, const struct field *fields, const struct where *where, const node_t *member,
                       struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    add_where(where, &text);
    doc_err_at(doc, doc_key_place(doc, member), err, "unknown key \"%s\"%s", node_key(member), text.buf);
    const char *nearest = field_nearest(fields, node_key(member));
    if (nearest)
        return err_hint(err, "did you mean \"%s\"?", nearest);
    str_reset(&text);
    field_names(fields, &text);
    return err_hint(err, "known keys: %s", text.buf);
}

static int missing_key(const struct doc *doc, const struct field *field, const struct where *where, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    add_where(where, &text);
    doc_err(doc, where->object, err, "missing key \"%s\"%s", field->name, text.buf);
    return field->help ? err_hint(err, "%s: %s", field->name, field->help) : -1;
}

/* What was found, for one line: a value as JSON, shortened. */
static void add_found(const node_t *node, struct str *s)
{
    enum { LONGEST_BYTES = 60 };
    if (node_type(node) == NODE_ARRAY || node_type(node) == NODE_OBJECT) {
        str_add(s, node_type_name(node_type(node)));
        return;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(node, &text);
    size_t cut = LONGEST_BYTES;
    while (text.len > LONGEST_BYTES && cut && ((unsigned char)text.buf[cut] & 0xc0) == 0x80)
        cut--; /* not inside a character */
    bool is_long = text.len > LONGEST_BYTES;
    str_addn(s, text.buf, is_long ? cut : text.len);
    str_add(s, is_long ? "..." : "");
}

/* "retries" in quotes; "env.PORT" for a map's, an item of "command" for a list's. */
static void add_label(const struct field *field, const node_t *node, struct str *s)
{
    const char *key = node_key(node);
    if (!key)
        str_addf(s, "an item of \"%s\"", field->name);
    else if (strcmp(key, field->name) == 0)
        str_addf(s, "\"%s\"", key);
    else
        str_addf(s, "\"%s.%s\"", field->name, key);
}

/* "LABEL PREDICATE VALUE": "kind" cannot be "trian". */
static int wrong_value(const struct doc *doc, const struct field *field, const node_t *node, const char *predicate,
                       struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    add_label(field, node, &text);
    str_addf(&text, " %s ", predicate);
    add_found(node, &text);
    return doc_err(doc, node, err, "%s", text.buf);
}

static int wrong_type(const struct doc *doc, const struct field *field, enum field_type type, const node_t *node, struct err *err)
{
    static const char *const expected[] = {
        [FIELD_STRING] = "a string",
        [FIELD_BOOL] = "true or false",
        [FIELD_INT] = "a whole number",
        [FIELD_NUMBER] = "a number",
        [FIELD_DURATION] = "a duration (30s, 1h30m, or a number of seconds)",
        [FIELD_BYTES] = "a size (256Mi, 1G, or a number of bytes)",
        [FIELD_OBJECT] = "an object",
        [FIELD_ARRAY] = "a list",
        [FIELD_MAP] = "a map",
        [FIELD_ANY] = "anything",
    };
    AUTOFREE char *predicate = xasprintf("must be %s, not", expected[type]);
    wrong_value(doc, field, node, predicate, err);
    bool is_scalar = node_type(node) == NODE_NUMBER || node_type(node) == NODE_BOOL;
    return type == FIELD_STRING && is_scalar ? err_hint(err, "put it in quotes to make it a string") : -1;
}

static int wrong_choice(const struct doc *doc, const struct field *field, const node_t *node, struct err *err)
{
    CLEANUP(str_release) struct str all = STR_INIT;
    size_t n = 0;
    for (; field->choices[n]; n++)
        str_addf(&all, "%s%s", n ? ", " : "", field->choices[n]);
    const char *nearest = str_nearest(node_text(node), field->choices, n);
    wrong_value(doc, field, node, "cannot be", err);
    return nearest ? err_hint(err, "did you mean \"%s\"?", nearest) : err_hint(err, "one of: %s", all.buf);
}

static bool matches(const char *pattern, const char *text)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

static int check_string(const struct doc *doc, const struct field *field, const node_t *node, struct err *err)
{
    const char *text = node_text(node);
    if (!text)
        return wrong_type(doc, field, FIELD_STRING, node, err);
    bool known = !field->choices;
    for (const char *const *choice = field->choices; !known && *choice; choice++)
        known = strcmp(*choice, text) == 0;
    if (!known)
        return wrong_choice(doc, field, node, err);
    if (!field->pattern || matches(field->pattern, text))
        return 0;
    wrong_value(doc, field, node, "cannot be", err);
    return err_why(err, "it must match %s", field->pattern);
}

static int check_number(const struct doc *doc, const struct field *field, enum field_type type, const node_t *node,
                        struct err *err)
{
    double value = node_value(node);
    if (isnan(value) || (type == FIELD_INT && !num_is_whole(value)))
        return wrong_type(doc, field, type, node, err);
    if (field->min >= field->max || (value >= field->min && value <= field->max))
        return 0;
    wrong_value(doc, field, node, "cannot be", err);
    return err_why(err, "it must be from %.15g to %.15g", field->min, field->max);
}

static bool is_quantity(enum field_type type, const node_t *node)
{
    int64_t value;
    if (node_type(node) == NODE_NUMBER)
        return node_value(node) >= 0;
    const char *text = node_text(node);
    return text && (type == FIELD_DURATION ? duration_parse(text, &value) : bytes_parse(text, &value));
}

static int check_object(const struct doc *doc, const struct field *fields, const struct where *where, struct err *err)
{
    for (const node_t *member = node_first(where->object); member; member = node_next(member)) {
        const struct field *field = field_find(fields, node_key(member), strlen(node_key(member)));
        if (!field)
            return unknown_key(doc, fields, where, member, err);
        bool is_absent = node_type(member) == NODE_NULL;
        if (!is_absent && check_value(doc, field, field->type, member, err) != 0)
            return -1;
    }
    for (const struct field *field = fields; field && field->name; field++)
        if (field->required && node_type(node_get(where->object, field->name)) <= NODE_NULL)
            return missing_key(doc, field, where, err);
    return 0;
}

static int check_items(const struct doc *doc, const struct field *field, const node_t *node, struct err *err)
{
    for (const node_t *item = node_first(node); item; item = node_next(item)) {
        if (field->item != FIELD_OBJECT || node_type(item) != NODE_OBJECT) {
            if (check_value(doc, field, field->item, item, err) != 0)
                return -1;
            continue;
        }
        struct where where = {.name = field->name, .is_item = true, .object = item};
        if (field->fields && check_object(doc, field->fields, &where, err) != 0)
            return -1;
    }
    return 0;
}

/* An object without .fields may hold anything. */
static int check_value(const struct doc *doc, const struct field *field, enum field_type type, const node_t *node,
                       struct err *err)
{
    struct where where = {.name = field->name, .object = node};
    bool is_object = node_type(node) == NODE_OBJECT;
    switch (type) {
    case FIELD_ANY:
        return 0;
    case FIELD_STRING:
        return check_string(doc, field, node, err);
    case FIELD_BOOL:
        return node_type(node) == NODE_BOOL ? 0 : wrong_type(doc, field, type, node, err);
    case FIELD_INT:
    case FIELD_NUMBER:
        return check_number(doc, field, type, node, err);
    case FIELD_DURATION:
    case FIELD_BYTES:
        return is_quantity(type, node) ? 0 : wrong_type(doc, field, type, node, err);
    case FIELD_OBJECT:
        if (!is_object)
            return wrong_type(doc, field, type, node, err);
        return field->fields ? check_object(doc, field->fields, &where, err) : 0;
    case FIELD_ARRAY:
        return node_type(node) == NODE_ARRAY ? check_items(doc, field, node, err) : wrong_type(doc, field, type, node, err);
    case FIELD_MAP:
        return is_object ? check_items(doc, field, node, err) : wrong_type(doc, field, type, node, err);
    }
    return 0;
}

int schema_check(const struct doc *doc, const struct field *fields, struct err *err)
{
    if (node_type(doc->root) == NODE_OBJECT)
        return check_object(doc, fields, &(struct where){.object = doc->root}, err);
    if (node_type(doc->root) <= NODE_NULL)
        return err_set(err, ERR_USAGE, "%s: nothing in it", doc->source);
    return doc_err(doc, doc->root, err, "keys and values are expected, not %s", node_type_name(node_type(doc->root)));
}
