#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "doc/print_parts.h"

/* ---- paths ---- */

/* One character of a name in a pointer (RFC 6901). */
static void add_escaped(char c, struct str *s)
{
    if (c == '~')
        str_add(s, "~0");
    else if (c == '/')
        str_add(s, "~1");
    else
        str_addc(s, c);
}

/* From after '[': an index or a quoted name. NULL: wrong, else after ']'. */
static const char *add_bracket(const char *p, struct str *s)
{
    str_addc(s, '/');
    if (*p == '\'' || *p == '"') {
        char quote = *p++;
        for (; *p && *p != quote; p++)
            add_escaped(*p, s);
        return p[0] == quote && p[1] == ']' ? p + 2 : NULL;
    }
    size_t digits = strspn(p, "0123456789");
    str_addn(s, p, digits);
    return digits && p[digits] == ']' ? p + digits + 1 : NULL;
}

/* From after '.': a name, in which "\." is a dot (as kubectl has it). NULL when there is none. */
static const char *add_name(const char *p, struct str *s)
{
    const char *start = p;
    str_addc(s, '/');
    for (; *p && *p != '.' && *p != '['; p++) {
        if (*p == '\\' && p[1])
            p++;
        add_escaped(*p, s);
    }
    return p > start ? p : NULL;
}

static char *path_to_pointer(const char *path)
{
    if (*path == '/')
        return xstrdup(path);
    size_t len = strlen(path);
    bool braces = len >= 2 && path[0] == '{' && path[len - 1] == '}';
    AUTOFREE char *inner = braces ? xstrndup(path + 1, len - 2) : xstrdup(path);
    if (*inner != '.' && *inner != '[')
        return NULL;

    CLEANUP(str_release) struct str s = STR_INIT;
    const char *p = strcmp(inner, ".") == 0 ? "" : inner;
    while (p && *p)
        p = *p == '[' ? add_bracket(p + 1, &s) : *p == '.' ? add_name(p + 1, &s) : NULL;
    return p ? str_detach(&s) : NULL;
}

/* ---- columns ---- */

static const struct column *find_column(const struct column *columns, const char *title, size_t len)
{
    for (const struct column *column = columns; column && column->title; column++)
        if (strlen(column->title) == len && strncasecmp(column->title, title, len) == 0)
            return column;
    return NULL;
}

static int unknown_column(const struct column *columns, const char *title, struct err *err)
{
    AUTOFREE char *word = xstrdup(title);
    for (char *p = word; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    struct strv titles = STRV_INIT;
    CLEANUP(str_release) struct str all = STR_INIT;
    for (const struct column *column = columns; column && column->title; column++) {
        strv_add(&titles, column->title);
        str_addf(&all, "%s%s", all.len ? ", " : "", column->title);
    }
    err_set(err, ERR_USAGE, "unknown column \"%s\"", title);
    const char *nearest = titles.n ? str_nearest(word, (const char *const *)titles.v, titles.n) : NULL;
    if (nearest)
        err_hint(err, "did you mean %s?", nearest);
    else
        err_hint(err, "%s%sa path like .metadata.name", all.buf, all.len ? ", or " : "");
    strv_release(&titles);
    return -1;
}

static struct column *add_column(struct column_set *set)
{
    set->v = xrealloc(set->v, (set->n + 1) * sizeof(*set->v));
    return &set->v[set->n++];
}

/* "TITLE:.path" or a known column's title. */
static int add_custom(struct column_set *set, const struct column *columns, const char *part, struct err *err)
{
    const char *colon = strchr(part, ':');
    if (!colon) {
        const struct column *known = find_column(columns, part, strlen(part));
        if (!known)
            return unknown_column(columns, part, err);
        *add_column(set) = *known;
        return 0;
    }
    char *pointer = path_to_pointer(colon + 1);
    if (!pointer) {
        err_set(err, ERR_USAGE, "wrong path \"%s\" in custom-columns", colon + 1);
        return err_hint(err, "custom-columns=NAME:.metadata.name,FIRST:.items[0], or --jq for more");
    }
    char *title = xstrndup(part, (size_t)(colon - part));
    strv_take(&set->owned, title);
    strv_take(&set->owned, pointer);
    *add_column(set) = (struct column){.title = title, .path = pointer, .kind = CELL_TEXT};
    return 0;
}

static int select_custom(struct column_set *set, const char *text, const struct column *columns, struct err *err)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, text, ",");
    for (size_t i = 0; i < parts.n; i++)
        if (add_custom(set, columns, parts.v[i], err) != 0)
            return -1;
    return parts.n ? 0 : err_set(err, ERR_USAGE, "custom-columns= names no column");
}

int column_set_select(struct column_set *ret, const struct print_options *opts, const struct column *columns, struct err *err)
{
    if (opts->format == PRINT_CUSTOM)
        return select_custom(ret, opts->custom, columns, err);
    for (const struct column *column = columns; column && column->title; column++)
        if (!column->wide || opts->format != PRINT_TABLE)
            *add_column(ret) = *column;
    return 0;
}

void column_set_release(struct column_set *set)
{
    free(set->v);
    strv_release(&set->owned);
}

/* ---- order ---- */

/* What a row is sorted by. Numbers come before text; what has no value comes last in any direction. */
struct sort_key {
    enum { KEY_NUMBER, KEY_TEXT, KEY_NONE } rank;
    double number;
    const char *text;
    size_t place; /* equal rows keep their order */
    const node_t *row;
};

struct sort_by {
    char *pointer;
    bool descending;
    bool is_age; /* a time, sorted as the age that is shown: the youngest first */
};

static struct sort_key key_of(const node_t *row, size_t place, const struct sort_by *by)
{
    struct sort_key key = {.rank = KEY_NONE, .place = place, .row = row};
    const node_t *value = node_at(row, by->pointer);
    int64_t time_ms;
    switch (node_type(value)) {
    case NODE_NUMBER:
        key.rank = KEY_NUMBER;
        key.number = node_value(value);
        break;
    case NODE_BOOL:
        key.rank = KEY_NUMBER;
        key.number = node_bool(value, "", false);
        break;
    case NODE_STRING:
        key.rank = KEY_TEXT;
        key.text = node_text(value);
        if (by->is_age && rfc3339_parse(key.text, &time_ms)) {
            key.rank = KEY_NUMBER;
            key.number = -(double)time_ms;
        }
        break;
    case NODE_NONE:
    case NODE_NULL:
    case NODE_ARRAY:
    case NODE_OBJECT:
        break;
    }
    return key;
}

static int order(bool greater, bool less) { return greater ? 1 : less ? -1 : 0; }

static int compare_keys(const void *a, const void *b, void *arg)
{
    const struct sort_key *x = a;
    const struct sort_key *y = b;
    const struct sort_by *by = arg;
    bool has_none = x->rank == KEY_NONE || y->rank == KEY_NONE;
    if (has_none && x->rank != y->rank)
        return order(x->rank == KEY_NONE, y->rank == KEY_NONE);
    int result = 0;
    if (x->rank != y->rank)
        result = order(x->rank > y->rank, x->rank < y->rank);
    else if (x->rank == KEY_NUMBER)
        result = order(x->number > y->number, x->number < y->number);
    else if (x->rank == KEY_TEXT)
        result = strcmp(x->text, y->text);
    if (result)
        return by->descending ? -result : result;
    return order(x->place > y->place, x->place < y->place);
}

static int resolve_sort(const char *text, const struct column *columns, struct sort_by *ret, struct err *err)
{
    bool descending = *text == '-';
    const char *what = text + descending;
    const struct column *column = find_column(columns, what, strlen(what));
    char *pointer = column ? xstrdup(column->path) : path_to_pointer(what);
    if (!pointer)
        return unknown_column(columns, what, err);
    *ret = (struct sort_by){.pointer = pointer, .descending = descending, .is_age = column && column->kind == CELL_AGE};
    return 0;
}

static int sort_rows(struct rows *rows, const char *sort_by, const struct column *columns, struct err *err)
{
    struct sort_by by = {0};
    if (resolve_sort(sort_by, columns, &by, err) != 0)
        return -1;
    AUTOFREE struct sort_key *keys = xcalloc(rows->n + 1, sizeof(*keys));
    for (size_t i = 0; i < rows->n; i++)
        keys[i] = key_of(rows->v[i], i, &by);
    qsort_r(keys, rows->n, sizeof(*keys), compare_keys, &by);
    for (size_t i = 0; i < rows->n; i++)
        rows->v[i] = keys[i].row;
    free(by.pointer);
    return 0;
}

int rows_sorted(struct rows *ret, const node_t *items, const char *sort_by, const struct column *columns, struct err *err)
{
    size_t n = node_type(items) == NODE_ARRAY ? node_len(items) : 0;
    ret->v = xcalloc(n + 1, sizeof(*ret->v));
    ret->n = 0;
    const node_t *item = n ? node_first(items) : NULL;
    for (; item; item = node_next(item))
        ret->v[ret->n++] = item;
    return sort_by ? sort_rows(ret, sort_by, columns, err) : 0;
}

void rows_release(struct rows *rows) { free(rows->v); }
