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

static bool opens_array(const struct json_items *items, char c)
{
    return c == '[' && items->depth == 1 && strlen(items->member) == items->name_len &&
           memcmp(items->name, items->member, items->name_len) == 0;
}

static void read_string(struct json_items *items, char c)
{
    bool escaped = items->escaped;
    items->escaped = c == '\\' && !escaped;
    items->in_string = escaped || c != '"';
    if (items->in_string && items->depth == 1 && items->name_len < sizeof(items->name))
        items->name[items->name_len++] = c;
}

static void read_mark(struct json_items *items, char c)
{
    if (c == '"') {
        items->in_string = true;
        items->name_len = items->depth == 1 ? 0 : items->name_len;
    } else if (c == '{' || c == '[') {
        items->depth++;
    } else if (c == '}' || c == ']') {
        items->depth--;
    }
}

int json_items_feed(struct json_items *items, const char *data, size_t len, struct err *err)
{
    const char *from = data;
    for (const char *p = data; p < data + len; p++) {
        if (items->in_string) {
            read_string(items, *p);
            continue;
        }
        if (items->inside && items->depth == 2 && (*p == ',' || *p == ']')) {
            if (keep(items, from, p, err) != 0 || give(items, err) != 0)
                return -1;
            items->inside = *p == ',';
            from = p + items->inside;
        } else if (opens_array(items, *p)) {
            if (keep(items, from, p + 1, err) != 0)
                return -1;
            items->inside = true;
            from = p + 1;
        }
        read_mark(items, *p);
    }
    return keep(items, from, data + len, err);
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
