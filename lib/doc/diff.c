#include "doc/diff.h"

struct diff {
    struct str *out;
    struct str path;
    size_t n;
};

static void add_line(struct diff *diff, char sign, const node_t *value)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!value)
        return;
    json_print(value, &text);
    str_addf(diff->out, "%c ", sign);
    str_add_safe(diff->out, diff->path.buf, diff->path.len, false);
    str_add(diff->out, diff->path.len ? ": " : "");
    str_add_safe(diff->out, text.buf, text.len, false);
    str_addc(diff->out, '\n');
}

static void compare(struct diff *diff, const node_t *before, const node_t *after);

static void compare_at(struct diff *diff, const char *part, const node_t *before, const node_t *after)
{
    size_t len = diff->path.len;
    str_addf(&diff->path, "%s%s", len && *part != '[' ? "." : "", part);
    compare(diff, before, after);
    str_cut(&diff->path, len);
}

static void compare_objects(struct diff *diff, const node_t *before, const node_t *after)
{
    for (const node_t *member = node_first(before); member; member = node_next(member))
        if (!node_get(after, node_key(member)))
            compare_at(diff, node_key(member), member, NULL);
    for (const node_t *member = node_first(after); member; member = node_next(member))
        compare_at(diff, node_key(member), node_get(before, node_key(member)), member);
}

static bool has_names(const node_t *array)
{
    for (const node_t *item = node_first(array); item; item = node_next(item))
        if (!node_str(item, "/name", NULL))
            return false;
    return true;
}

static void compare_named(struct diff *diff, const char *name, const node_t *before, const node_t *after)
{
    AUTOFREE char *part = xasprintf("[name=%s]", name);
    compare_at(diff, part, before, after);
}

static void compare_by_name(struct diff *diff, const node_t *before, const node_t *after)
{
    for (const node_t *item = node_first(before); item; item = node_next(item))
        if (!node_find(after, "/name", node_str(item, "/name", "")))
            compare_named(diff, node_str(item, "/name", ""), item, NULL);
    for (const node_t *item = node_first(after); item; item = node_next(item))
        compare_named(diff, node_str(item, "/name", ""), node_find(before, "/name", node_str(item, "/name", "")), item);
}

static void compare_by_place(struct diff *diff, const node_t *before, const node_t *after)
{
    const node_t *a = node_first(before), *b = node_first(after);
    for (size_t i = 0; a || b; i++) {
        AUTOFREE char *part = xasprintf("[%zu]", i);
        compare_at(diff, part, a, b);
        a = a ? node_next(a) : NULL;
        b = b ? node_next(b) : NULL;
    }
}

/* Both of that type, or one of them while the other is not there: what is in it is compared part by part. */
static bool are(const node_t *before, const node_t *after, enum node_type type)
{
    bool fits = (!before || node_type(before) == type) && (!after || node_type(after) == type);
    return fits && (node_len(before) || node_len(after));
}

static void compare(struct diff *diff, const node_t *before, const node_t *after)
{
    if (node_equal(before, after))
        return;
    if (are(before, after, NODE_OBJECT)) {
        compare_objects(diff, before, after);
    } else if (are(before, after, NODE_ARRAY) && has_names(before) && has_names(after)) {
        compare_by_name(diff, before, after);
    } else if (are(before, after, NODE_ARRAY)) {
        compare_by_place(diff, before, after);
    } else {
        diff->n++;
        add_line(diff, '-', before);
        add_line(diff, '+', after);
    }
}

size_t node_diff(const node_t *before, const node_t *after, struct str *out)
{
    struct diff diff = {.out = out, .path = STR_INIT};
    compare(&diff, before, after);
    str_release(&diff.path);
    return diff.n;
}
