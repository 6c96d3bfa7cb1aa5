#include "doc/items.h"

#include <string.h>

static int too_large(const struct json_items *items, const struct str *s, struct err *err)
{
    return err_set(err, ERR_FAILED, "%s: one of its parts is over %zu bytes", items->source, s->max);
}

static int keep(struct json_items *items, const char *from, const char *to, struct err *err)
{
    struct str *s = items->inside ? &items->item : &items->rest;
    str_addn(s, from, (size_t)(to - from));
    return s->truncated ? too_large(items, s, err) : 0;
}

static int give(struct json_items *items, struct err *err)
{
    if (!items->item.buf[strspn(items->item.buf, " \t\r\n")])
        return 0;
    node_t *item = json_parse(items->item.buf, items->item.len, items->source, err);
    str_reset(&items->item);
    if (!item)
        return -1;
    if (items->on_item)
        return items->on_item(item, items->arg, err);
    node_free(item);
    return 0;
}

/* Of the object, of an element, of its metadata. */
enum { IN_OBJECT = 1, IN_LIST, IN_ELEMENT, IN_METADATA };

static bool is_named(const struct json_items *items, const char *name)
{
    return strlen(name) == items->name_len && memcmp(items->name, name, items->name_len) == 0;
}

static bool opens_array(const struct json_items *items, char c)
{
    return c == '[' && items->depth == IN_OBJECT && is_named(items, items->member);
}

static bool opens_left_out(const struct json_items *items, char c)
{
    return c == '[' && items->depth == IN_METADATA && items->in_metadata && is_named(items, items->without);
}

static bool closes_left_out(const struct json_items *items, char c)
{
    return items->left_out && items->depth == IN_METADATA + 1 && (c == ']' || c == '}');
}

static bool has_names(const struct json_items *items)
{
    return items->depth == IN_OBJECT || (items->without && (items->depth == IN_ELEMENT || items->depth == IN_METADATA));
}

static void add_name(struct json_items *items, const char *from, size_t len)
{
    size_t room = sizeof(items->name) - items->name_len;
    size_t n = len < room ? len : room;
    memcpy(items->name + items->name_len, from, n);
    items->name_len += n;
}

/* From p, which stands in a string: its end, or where there is no more text. */
static const char *read_string(struct json_items *items, const char *p, const char *end)
{
    const char *from = p;
    bool escaped = items->escaped;
    for (; p < end && (escaped || *p != '"'); p++)
        escaped = *p == '\\' && !escaped;
    items->escaped = escaped;
    items->in_string = p == end;
    if (has_names(items))
        add_name(items, from, (size_t)(p - from));
    return p;
}

static bool is_mark(char c) { return c == '"' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']'; }

static void read_mark(struct json_items *items, char c)
{
    if (c == '"') {
        items->in_string = true;
        items->name_len = has_names(items) ? 0 : items->name_len;
    } else if (c == '{' || c == '[') {
        if (items->depth == IN_ELEMENT)
            items->in_metadata = items->inside && items->without && is_named(items, "metadata");
        items->depth++;
    } else if (c == '}' || c == ']') {
        items->depth--;
    }
}

int json_items_feed(struct json_items *items, const char *data, size_t len, struct err *err)
{
    const char *from = data, *end = data + len;
    for (const char *p = data; p < end; p++) {
        if (items->in_string) {
            p = read_string(items, p, end);
            if (p == end)
                break;
            continue;
        }
        if (!is_mark(*p))
            continue;
        if (items->inside && items->depth == IN_LIST && (*p == ',' || *p == ']')) {
            if (keep(items, from, p, err) != 0 || give(items, err) != 0)
                return -1;
            items->inside = *p == ',';
            from = p + items->inside;
        } else if (opens_array(items, *p)) {
            if (keep(items, from, p + 1, err) != 0)
                return -1;
            items->inside = true;
            from = p + 1;
        } else if (opens_left_out(items, *p)) {
            if (keep(items, from, p + 1, err) != 0)
                return -1;
            items->left_out = true;
        } else if (closes_left_out(items, *p)) {
            items->left_out = false;
            from = p;
        }
        read_mark(items, *p);
    }
    return items->left_out ? 0 : keep(items, from, end, err);
}

node_t *json_items_end(struct json_items *items, struct err *err)
{
    return json_parse(items->rest.buf, items->rest.len, items->source, err);
}

void json_items_release(struct json_items *items)
{
    str_release(&items->item);
    str_release(&items->rest);
}
