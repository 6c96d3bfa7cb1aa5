/* The same tables as JSON Schema, for editors and other tools. */
#include <stdlib.h>
#include <string.h>

#include "doc/schema_parts.h"

#define DURATION_PATTERN "^([0-9]+([.][0-9]+)?(ms|s|m|h|d))+$|^[0-9]+([.][0-9]+)?$"
#define BYTES_PATTERN    "^[0-9]*[.]?[0-9]+([kKMGT]|[KMGT]i|[KMGT]B|[KMGT]iB|B)?$"

static node_t *object_schema(const struct field *fields);

static void add_strings(const struct field *field, node_t *schema)
{
    if (field->choices) {
        node_t *list = node_set(schema, "enum", node_new_array());
        for (const char *const *choice = field->choices; *choice; choice++)
            node_push(list, node_new_str(*choice));
    }
    if (field->pattern)
        node_set_str(schema, "pattern", field->pattern);
}

static void add_range(const struct field *field, node_t *schema)
{
    if (field->min >= field->max)
        return;
    node_set_num(schema, "minimum", field->min);
    node_set_num(schema, "maximum", field->max);
}

/* A number, or a text of that pattern. */
static void add_quantity(const char *number_type, const char *pattern, node_t *schema)
{
    node_t *types = node_set(schema, "type", node_new_array());
    node_push(types, node_new_str("string"));
    node_push(types, node_new_str(number_type));
    node_set_str(schema, "pattern", pattern);
    node_set_num(schema, "minimum", 0);
}

static node_t *type_schema(const struct field *field, enum field_type type)
{
    if (type == FIELD_OBJECT && field->fields)
        return object_schema(field->fields);
    static const char *const types[] = {
        [FIELD_STRING] = "string", [FIELD_BOOL] = "boolean", [FIELD_INT] = "integer", [FIELD_NUMBER] = "number",
        [FIELD_OBJECT] = "object", [FIELD_ARRAY] = "array",  [FIELD_MAP] = "object",  [FIELD_ANY] = NULL,
    };
    node_t *schema = node_new_object();
    if (type == FIELD_DURATION)
        add_quantity("number", DURATION_PATTERN, schema);
    else if (type == FIELD_BYTES)
        add_quantity("integer", BYTES_PATTERN, schema);
    else if (types[type])
        node_set_str(schema, "type", types[type]);
    if (type == FIELD_STRING)
        add_strings(field, schema);
    else if (type == FIELD_INT || type == FIELD_NUMBER)
        add_range(field, schema);
    else if (type == FIELD_ARRAY)
        node_set(schema, "items", type_schema(field, field->item));
    else if (type == FIELD_MAP)
        node_set(schema, "additionalProperties", type_schema(field, field->item));
    return schema;
}

/* The default as what it is: 3, true, or a text. */
static node_t *default_value(const struct field *field)
{
    double number;
    bool is_number = field->type == FIELD_INT || field->type == FIELD_NUMBER;
    if (is_number && str_to_num(field->missing, &number))
        return node_new_num(number);
    if (field->type == FIELD_BOOL)
        return node_new_bool(strcmp(field->missing, "true") == 0);
    return node_new_str(field->missing);
}

static node_t *field_schema(const struct field *field)
{
    node_t *schema = type_schema(field, field->type);
    if (field->help)
        node_set_str(schema, "description", field->help);
    if (field->missing)
        node_set(schema, "default", default_value(field));
    return schema;
}

static void add_members(node_t *schema, const struct field *fields)
{
    node_set_str(schema, "type", "object");
    node_set_bool(schema, "additionalProperties", false);
    node_t *properties = node_set(schema, "properties", node_new_object());
    node_t *required = node_new_array();
    for (const struct field *field = fields; field->name; field++) {
        node_set(properties, field->name, field_schema(field));
        if (field->required)
            node_push(required, node_new_str(field->name));
    }
    if (node_len(required))
        node_set(schema, "required", required);
    else
        node_free(required);
}

static node_t *object_schema(const struct field *fields)
{
    node_t *schema = node_new_object();
    add_members(schema, fields);
    return schema;
}

node_t *schema_json(const char *title, const struct field *fields)
{
    node_t *schema = node_new_object();
    node_set_str(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    node_set_str(schema, "title", title);
    add_members(schema, fields);
    return schema;
}
