/* The same tables for people: "name  type  what it is", indented. */
#include <string.h>

#include "doc/schema_parts.h"

struct widths {
    size_t name; /* indentation included */
    size_t type;
};

/* "list of strings", "map of objects". */
static void add_type(const struct field *field, struct str *s)
{
    str_add(s, field_type_name(field->type));
    bool has_items = field->type == FIELD_ARRAY || field->type == FIELD_MAP;
    if (has_items && field->item != FIELD_ANY)
        str_addf(s, " of %s%s", field_type_name(field->item), field->item == FIELD_BYTES ? "" : "s");
}

static void measure(const struct field *fields, size_t depth, struct widths *widths)
{
    for (const struct field *field = fields; field && field->name; field++) {
        CLEANUP(str_release) struct str type = STR_INIT;
        add_type(field, &type);
        size_t name = 2 * depth + strlen(field->name);
        widths->name = name > widths->name ? name : widths->name;
        widths->type = type.len > widths->type ? type.len : widths->type;
        measure(field->fields, depth + 1, widths);
    }
}

static void add_notes(const struct field *field, struct str *s)
{
    CLEANUP(str_release) struct str notes = STR_INIT;
    for (const char *const *choice = field->choices; choice && *choice; choice++)
        str_addf(&notes, "%s%s", choice == field->choices ? "" : " | ", *choice);
    if (field->min < field->max)
        str_addf(&notes, "%s%.15g to %.15g", notes.len ? "; " : "", field->min, field->max);
    if (field->missing)
        str_addf(&notes, "%sdefault %s", notes.len ? "; " : "", field->missing);
    if (field->required)
        str_addf(&notes, "%srequired", notes.len ? "; " : "");
    if (notes.len)
        str_addf(s, "%s(%s)", field->help ? " " : "", notes.buf);
}

static void add_field(const struct field *field, size_t depth, const struct widths *widths, struct str *s)
{
    CLEANUP(str_release) struct str type = STR_INIT;
    CLEANUP(str_release) struct str rest = STR_INIT;
    add_type(field, &type);
    if (field->help)
        str_add(&rest, field->help);
    add_notes(field, &rest);
    int indent = (int)(2 * depth);
    str_addf(s, "%*s%-*s  ", indent, "", (int)widths->name - indent, field->name);
    if (rest.len)
        str_addf(s, "%-*s  %s\n", (int)widths->type, type.buf, rest.buf);
    else
        str_addf(s, "%s\n", type.buf);
}

static void add_fields(const struct field *fields, size_t depth, const struct widths *widths, struct str *s)
{
    for (const struct field *field = fields; field && field->name; field++) {
        add_field(field, depth, widths, s);
        add_fields(field->fields, depth + 1, widths, s);
    }
}

static int no_field(const struct field *fields, const char *path, const char *part, struct err *err)
{
    size_t len = strcspn(part, ".");
    AUTOFREE char *name = xstrndup(part, len);
    size_t parent = part > path ? (size_t)(part - path) - 1 : 0;
    err_set(err, ERR_NOT_FOUND, "no field \"%s\"%s%.*s", name, parent ? " in " : "", (int)parent, path);
    const char *nearest = field_nearest(fields, name);
    if (nearest)
        return err_hint(err, "did you mean \"%s\"?", nearest);
    CLEANUP(str_release) struct str all = STR_INIT;
    field_names(fields, &all);
    return all.len ? err_hint(err, "there are: %s", all.buf) : -1;
}

int schema_explain(const struct field *fields, const char *path, struct str *s, struct err *err)
{
    const struct field *field = NULL;
    for (const char *part = path && *path ? path : NULL; part;) {
        size_t len = strcspn(part, ".");
        const struct field *inside = field ? field->fields : fields;
        field = field_find(inside, part, len);
        if (!field)
            return no_field(inside, path, part, err);
        part = part[len] ? part + len + 1 : NULL;
    }

    struct widths widths = {0, 0};
    struct field one[] = {field ? *field : (struct field){0}, {0}};
    const struct field *shown = field ? one : fields;
    measure(shown, 0, &widths);
    add_fields(shown, 0, &widths, s);
    return 0;
}
