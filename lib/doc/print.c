#include "doc/print.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "doc/doc_parts.h"
#include "doc/print_parts.h"

#define API_VERSION   "aiwf/v1"
#define CUSTOM_PREFIX "custom-columns"

static const struct format_name {
    const char *name;
    enum print_format format;
} formats[] = {
    {"table", PRINT_TABLE}, {"wide", PRINT_WIDE}, {"json", PRINT_JSON},     {"yaml", PRINT_YAML},
    {"name", PRINT_NAME},   {"csv", PRINT_CSV},   {"ndjson", PRINT_NDJSON}, {CUSTOM_PREFIX "=", PRINT_CUSTOM},
};

static int unknown_format(const char *text, struct err *err)
{
    const char *names[ARRAY_LEN(formats)];
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        names[i] = formats[i].name;
    err_set(err, ERR_USAGE, "unknown output format \"%s\"", text);
    const char *nearest = str_nearest(text, names, ARRAY_LEN(names));
    if (nearest)
        return err_hint(err, "did you mean -o %s?", nearest);
    return err_hint(err, "table, wide, json, yaml, name, csv, ndjson, custom-columns=TITLE:.path,...");
}

int print_format_parse(const char *text, struct print_options *opts, struct err *err)
{
    if (str_starts(text, CUSTOM_PREFIX "=")) {
        opts->format = PRINT_CUSTOM;
        opts->custom = text + sizeof(CUSTOM_PREFIX);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (strcmp(text, formats[i].name) != 0)
            continue;
        opts->format = formats[i].format;
        return 0;
    }
    return unknown_format(text, err);
}

/* ---- JSON and YAML ---- */

/* "cold start" becomes ColdStart. */
static void add_kind(const char *kind, struct str *s)
{
    char before = ' ';
    for (const char *p = kind; *p; before = *p++) {
        bool starts_word = before == ' ' || before == '-';
        if (*p != ' ' && *p != '-')
            str_addc(s, starts_word ? (char)toupper((unsigned char)*p) : *p);
    }
}

static node_t *envelope(const char *kind, const char *suffix)
{
    CLEANUP(str_release) struct str word = STR_INIT;
    add_kind(kind, &word);
    str_add(&word, suffix);
    node_t *object = node_new_object();
    node_set_str(object, "apiVersion", API_VERSION);
    node_set_str(object, "kind", word.buf);
    return object;
}

static node_t *list_document(const char *kind, const struct rows *rows)
{
    node_t *object = envelope(kind, "List");
    node_t *items = node_set(object, "items", node_new_array());
    for (size_t i = 0; i < rows->n; i++)
        node_push_borrowed(items, rows->v[i]);
    return object;
}

/* Members of the item come after ours, and win over them: nothing of a document gets lost. */
static node_t *one_document(const char *kind, const node_t *item)
{
    node_t *object = envelope(kind, "");
    if (node_type(item) == NODE_OBJECT)
        for (const node_t *member = node_first(item); member; member = node_next(member))
            node_set(object, node_key(member), node_copy(member));
    return object;
}

static void put(const struct str *s, FILE *out) { fwrite(s->buf, 1, s->len, out); }

static int print_document(const struct print_options *opts, const node_t *document)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    if (opts->format == PRINT_YAML) {
        str_add(&s, opts->is_stream ? "---\n" : "");
        yaml_print(document, &s);
    } else {
        if (opts->format == PRINT_NDJSON || opts->is_stream)
            json_print(document, &s);
        else
            json_print_pretty(document, &s);
        str_addc(&s, '\n');
    }
    put(&s, opts->out);
    return 0;
}

/* ---- names ---- */

static void add_name(const char *kind, const struct column_set *columns, const node_t *item, struct str *s)
{
    static const char *const paths[] = {"/name", "/metadata/name", "/id"};
    const node_t *name = NULL;
    for (size_t i = 0; !name && i < ARRAY_LEN(paths); i++)
        name = node_at(item, paths[i]);
    if (!name && columns->n)
        name = node_at(item, columns->v[0].path);
    for (const char *p = kind; *p; p++)
        str_addc(s, *p == ' ' ? '-' : (char)tolower((unsigned char)*p));
    str_addc(s, '/');
    CLEANUP(str_release) struct str text = STR_INIT;
    cell_raw(name, &text);
    str_add_safe(s, text.buf, text.len, false);
    str_addc(s, '\n');
}

/* ---- CSV ---- */

/* RFC 4180: quotes where there are separators, quotes, or line ends. */
static void add_csv_field(const char *text, bool first, struct str *s)
{
    if (!first)
        str_addc(s, ',');
    if (!text[strcspn(text, ",\"\r\n")]) {
        str_add(s, text);
        return;
    }
    str_addc(s, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            str_addc(s, '"');
        str_addc(s, *p);
    }
    str_addc(s, '"');
}

/* "/status/replicas" is called status.replicas. */
static void add_csv_header(const struct column_set *columns, struct str *s)
{
    for (size_t i = 0; i < columns->n; i++) {
        const char *path = columns->v[i].path;
        AUTOFREE char *key = xstrdup(*path == '/' ? path + 1 : path);
        for (char *p = key; (p = strchr(p, '/'));)
            *p = '.';
        add_csv_field(key, i == 0, s);
    }
    str_addc(s, '\n');
}

static void add_csv_row(const struct column_set *columns, const node_t *item, struct str *s)
{
    for (size_t i = 0; i < columns->n; i++) {
        CLEANUP(str_release) struct str text = STR_INIT;
        cell_raw(node_at(item, columns->v[i].path), &text);
        add_csv_field(text.buf, i == 0, s);
    }
    str_addc(s, '\n');
}

/* Raw into a file or a pipe; a terminal gets no control characters of others. */
static void put_guarded(const struct str *s, FILE *out)
{
    if (!isatty(fileno(out))) {
        put(s, out);
        return;
    }
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, s->buf, s->len, true);
    put(&safe, out);
}

/* ---- the two ways in ---- */

static int print_rows(const struct print_options *opts, const char *kind, const struct column_set *columns,
                      const struct rows *rows)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    if (opts->format == PRINT_CSV && !opts->no_headers)
        add_csv_header(columns, &s);
    for (size_t i = 0; i < rows->n; i++) {
        if (opts->format == PRINT_CSV) {
            add_csv_row(columns, rows->v[i], &s);
        } else if (opts->format == PRINT_NAME) {
            add_name(kind, columns, rows->v[i], &s);
        } else {
            json_print(rows->v[i], &s);
            str_addc(&s, '\n');
        }
    }
    put_guarded(&s, opts->out);
    return 0;
}

/* Without columns there is nothing to make a table of. */
static enum print_format effective_format(enum print_format format, const struct column_set *columns)
{
    bool people = format == PRINT_TABLE || format == PRINT_WIDE;
    return people && !columns->n ? PRINT_YAML : format;
}

int print_list(const struct print_options *opts, const char *kind, const struct column *columns, const node_t *items,
               struct err *err)
{
    CLEANUP(rows_release) struct rows rows = ROWS_INIT;
    CLEANUP(column_set_release) struct column_set set = COLUMN_SET_INIT;
    if (rows_sorted(&rows, items, opts->sort_by, columns, err) != 0 || column_set_select(&set, opts, columns, err) != 0)
        return -1;

    bool people = opts->format == PRINT_TABLE || opts->format == PRINT_WIDE;
    if (people && !rows.n && !opts->jq)
        return 0;
    struct print_options actual = *opts;
    actual.format = effective_format(opts->format, &set);
    bool whole = opts->jq || actual.format == PRINT_JSON || actual.format == PRINT_YAML;
    CLEANUP(node_free) node_t *document = whole ? list_document(kind, &rows) : NULL;
    if (opts->jq)
        return jq_run(opts->jq, document, opts->out, err);
    switch (actual.format) {
    case PRINT_JSON:
    case PRINT_YAML:
        return print_document(&actual, document);
    case PRINT_NAME:
    case PRINT_CSV:
    case PRINT_NDJSON:
        return print_rows(&actual, kind, &set, &rows);
    case PRINT_TABLE:
    case PRINT_WIDE:
    case PRINT_CUSTOM:
        break;
    }
    return table_print(&actual, &set, &rows, err);
}

int print_one(const struct print_options *opts, const char *kind, const struct column *columns, const node_t *item,
              struct err *err)
{
    struct print_options actual = *opts;
    if (actual.format == PRINT_TABLE)
        actual.format = PRINT_WIDE; /* one object is shown whole */
    CLEANUP(column_set_release) struct column_set set = COLUMN_SET_INIT;
    if (column_set_select(&set, &actual, columns, err) != 0)
        return -1;

    const node_t *v[] = {item};
    struct rows rows = {.v = v, .n = 1};
    actual.format = effective_format(actual.format, &set);
    bool whole = opts->jq || actual.format == PRINT_JSON || actual.format == PRINT_YAML || actual.format == PRINT_NDJSON;
    CLEANUP(node_free) node_t *document = whole ? one_document(kind, item) : NULL;
    if (opts->jq)
        return jq_run(opts->jq, document, opts->out, err);
    switch (actual.format) {
    case PRINT_JSON:
    case PRINT_YAML:
    case PRINT_NDJSON:
        return print_document(&actual, document);
    case PRINT_NAME:
    case PRINT_CSV:
        return print_rows(&actual, kind, &set, &rows);
    case PRINT_CUSTOM:
        return table_print(&actual, &set, &rows, err);
    case PRINT_TABLE:
    case PRINT_WIDE:
        break;
    }
    return table_print_one(&actual, &set, item, err);
}
