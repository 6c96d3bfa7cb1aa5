#include "kube/causes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CAUSES_MAX = 20, TEXT_MAX = 300 };

/* --- the field in the object --- */

/* The member whose name the path begins with: names may have dots in them, so the longest that fits. */
static const node_t *member_of(const node_t *object, const char *path, size_t *ret_len)
{
    const node_t *best = NULL;
    for (const node_t *member = node_first(object); member; member = node_next(member)) {
        const char *key = node_key(member);
        size_t len = key ? strlen(key) : 0;
        bool fits = len && strncmp(path, key, len) == 0 && (!path[len] || strchr(".[]", path[len]));
        if (!fits || (best && len <= *ret_len))
            continue;
        best = member;
        *ret_len = len;
    }
    return best;
}

static bool is_text(const node_t *node, const char *text, size_t len)
{
    CLEANUP(str_release) struct str printed = STR_INIT;
    if (!node)
        return false;
    json_print(node, &printed);
    return printed.len == len && memcmp(printed.buf, text, len) == 0;
}

static size_t value_len(const char *text)
{
    if (*text != '"')
        return strcspn(text, ",]");
    size_t len = 1;
    while (text[len] && text[len] != '"')
        len += text[len] == '\\' && text[len + 1] ? 2 : 1;
    return len + (text[len] == '"');
}

/* `name="web",port=80` or `="value"`, up to the bracket. */
static bool has_keys(const node_t *item, const char *keys)
{
    while (*keys && *keys != ']') {
        size_t name_len = strcspn(keys, "=]");
        AUTOFREE char *name = xstrndup(keys, name_len);
        keys += name_len + (keys[name_len] == '=');
        size_t len = value_len(keys);
        if (!is_text(name_len ? node_get(item, name) : item, keys, len))
            return false;
        keys += len + (keys[len] == ',');
    }
    return true;
}

static const node_t *item_of(const node_t *array, const char *inside)
{
    long long index;
    AUTOFREE char *number = xstrndup(inside, strspn(inside, "0123456789"));
    if (str_to_int(number, 0, 1000000, &index)) {
        const node_t *item = node_first(array);
        while (item && index--)
            item = node_next(item);
        return item;
    }
    for (const node_t *item = node_first(array); item; item = node_next(item))
        if (has_keys(item, inside))
            return item;
    return NULL;
}

/* To the end of "...]", over quoted brackets. */
static size_t bracket_len(const char *inside)
{
    size_t len = 0;
    while (inside[len] && inside[len] != ']')
        len += inside[len] == '"' ? value_len(inside + len) : 1;
    return len + (inside[len] == ']');
}

static const node_t *step(const node_t *at, const char **path)
{
    size_t len = 0;
    const node_t *next;
    if (**path != '[') {
        *path += **path == '.';
        next = member_of(at, *path, &len);
        *path += len;
        return next;
    }
    const char *inside = *path + 1;
    next = node_type(at) == NODE_ARRAY ? item_of(at, inside) : member_of(at, inside, &len);
    *path = inside + bracket_len(inside);
    return next;
}

const node_t *kube_field(const node_t *object, const char *field, bool *ret_whole)
{
    const node_t *at = object;
    *ret_whole = false;
    while (at && *field) {
        const node_t *next = step(at, &field);
        if (!next)
            return at;
        at = next;
    }
    *ret_whole = at != NULL;
    return at;
}

/* --- what is said about it --- */

struct causes {
    const struct kube_source *source;
    struct str text; /* a line each */
    size_t n;
    bool conflict;
};

static void add_safe(struct str *s, const char *text, size_t len)
{
    bool cut = len > TEXT_MAX;
    if (cut)
        len = TEXT_MAX;
    while (cut && len && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    str_add_safe(s, text, len, false);
    if (cut)
        str_add(s, "...");
}

static const char *flag_of(const struct kube_source *source, const char *field)
{
    for (const struct kube_flag *flag = source ? source->flags : NULL; flag && flag->field; flag++) {
        size_t len = strlen(flag->field);
        if (strncmp(field, flag->field, len) == 0 && (!field[len] || strchr(".[", field[len])))
            return flag->flag;
    }
    return NULL;
}

static void add_place(struct causes *causes, const char *field)
{
    const struct kube_source *source = causes->source;
    if (!source || !source->doc)
        return;
    bool whole;
    const node_t *node = kube_field(source->object, field, &whole);
    struct doc_place place = whole ? doc_key_place(source->doc, node) : (struct doc_place){0};
    if (!place.line)
        place = doc_place(source->doc, node);
    if (place.line)
        str_addf(&causes->text, "%s:%d:%d: ", source->doc->source, place.line, place.column);
}

/* One option may stand for several fields. */
static bool is_told(const struct causes *causes, const char *flag, const char *message, size_t len)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    if (!flag)
        return false;
    str_addf(&line, "%s: ", flag);
    add_safe(&line, message, len);
    return strstr(causes->text.buf, line.buf);
}

static void add_cause(struct causes *causes, const char *field, const char *message, size_t message_len)
{
    field += *field == '.';
    const char *flag = flag_of(causes->source, field);
    if (is_told(causes, flag, message, message_len))
        return;
    if (causes->n++ >= CAUSES_MAX)
        return;
    if (causes->text.len)
        str_addc(&causes->text, '\n');
    if (flag)
        str_add(&causes->text, flag);
    else
        add_place(causes, field);
    if (!flag)
        add_safe(&causes->text, field, strlen(field));
    if (flag || *field)
        str_add(&causes->text, ": ");
    add_safe(&causes->text, message, message_len);
}

/* `conflict with "kubectl-edit" with subresource "status" using apps/v1 at 2026-01-01T00:00:00Z` */
static void add_conflict(struct causes *causes, const char *field, const char *message)
{
    const char *name = strchr(message, '"');
    size_t len = name ? strcspn(name + 1, "\"") : 0;
    const char *at = strstr(message, " at ");
    CLEANUP(str_release) struct str words = STR_INIT;
    causes->conflict = true;
    if (!len) {
        add_cause(causes, field, message, strlen(message));
        return;
    }
    str_addf(&words, "is owned by %.*s", (int)len, name + 1);
    if (at)
        str_addf(&words, " (since %s)", at + strlen(" at "));
    add_cause(causes, field, words.buf, words.len);
}

static void read_details(struct causes *causes, const node_t *status)
{
    const node_t *list = node_at(status, "/details/causes");
    for (const node_t *cause = node_first(list); cause; cause = node_next(cause)) {
        const char *field = node_str(cause, "/field", "");
        const char *message = node_str(cause, "/message", node_str(cause, "/reason", ""));
        if (strcmp(node_str(cause, "/reason", ""), "FieldManagerConflict") == 0)
            add_conflict(causes, field, message);
        else
            add_cause(causes, field, message, strlen(message));
    }
}

/* `strict decoding error: unknown field "spec.x", duplicate field "spec.y"` */
static void read_strict(struct causes *causes, const char *message)
{
    const char *at = strstr(message, "strict decoding error: ");
    for (at = at ? strchr(at, '"') : NULL; at; at = strchr(at, '"')) {
        const char *word = at;
        while (word > message && word[-1] != ',' && word[-1] != ':')
            word--;
        size_t len = strcspn(at + 1, "\"");
        AUTOFREE char *field = xstrndup(at + 1, len);
        add_cause(causes, field, word + 1, (size_t)(at - word) - 2);
        at += 1 + len;
        at += *at == '"';
    }
}

/* `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32` */
static void read_type(struct causes *causes, const char *message)
{
    static const char lead[] = "cannot unmarshal ", middle[] = " into Go struct field ", type[] = " of type ";
    const char *found = strstr(message, lead);
    const char *at = found ? strstr(found, middle) : NULL;
    const char *wanted = at ? strstr(at, type) : NULL;
    const char *dot = at ? strchr(at + sizeof(middle) - 1, '.') : NULL;
    if (!wanted || !dot || dot > wanted)
        return;
    AUTOFREE char *field = xstrndup(dot + 1, (size_t)(wanted - dot - 1));
    found += sizeof(lead) - 1;
    AUTOFREE char *words = xasprintf("expected %s, got %.*s", wanted + sizeof(type) - 1, (int)(at - found), found);
    add_cause(causes, field, words, strlen(words));
}

/* `failed to create typed patch object (ns/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema`, or
 * `...: errors:` and a line each. */
static void read_schema(struct causes *causes, const char *message)
{
    static const char lead[] = "failed to create typed patch object";
    const char *begin = strstr(message, lead);
    const char *one = begin ? strstr(begin, ": .") : NULL;
    for (const char *at = one || !begin ? one : strchr(begin, '\n'); at; at = strchr(at, '\n')) {
        at += strspn(at, ": \n");
        const char *end = at + strcspn(at, "\n");
        const char *colon = strstr(at, ": ");
        if (*at != '.' || !colon || colon > end)
            return;
        AUTOFREE char *field = xstrndup(at, (size_t)(colon - at));
        add_cause(causes, field, colon + 2, (size_t)(end - colon - 2));
    }
}

/* Knative's webhooks (facts: knative.dev/pkg, apis/field_error.go): "...validation failed: MESSAGE: FIELD, FIELD", a line each;
 * other lines are details of the one before. */
static void read_validation(struct causes *causes, const char *message)
{
    static const char lead[] = "validation failed: ";
    const char *at = strstr(message, lead);
    for (at = at ? at + strlen(lead) : NULL; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        AUTOFREE char *line = xstrndup(at, strcspn(at, "\n"));
        char *colon = NULL;
        for (char *next = line; (next = strstr(next, ": ")); next++)
            colon = next;
        if (!colon)
            continue;
        *colon = '\0';
        CLEANUP(strv_release) struct strv fields = STRV_INIT;
        strv_split(&fields, colon + 2, ", ");
        for (size_t i = 0; i < fields.n; i++)
            add_cause(causes, fields.v[i], line, strlen(line));
    }
}

void kube_explain(const struct http_response *res, const struct kube_source *source, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *status = json_parse(res->body.buf, res->body.len, "the answer", &none);
    const char *message = node_str(status, "/message", "");
    struct causes causes = {.source = source, .text = STR_INIT};
    read_details(&causes, status);
    if (!causes.n)
        read_strict(&causes, message);
    if (!causes.n)
        read_type(&causes, message);
    if (!causes.n)
        read_schema(&causes, message);
    if (!causes.n)
        read_validation(&causes, message);
    if (causes.n > CAUSES_MAX)
        str_addf(&causes.text, "\nand %zu more", causes.n - CAUSES_MAX);
    if (causes.n)
        err_why(err, "%s", causes.text.buf);
    if (causes.conflict)
        err_hint(err, "leave these fields out, or take them over: --force-conflicts");
    str_release(&causes.text);
}
