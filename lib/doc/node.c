#include "doc/doc_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "doc/cjson.h"

static node_t *unconst(const node_t *node)
{
    union {
        const node_t *in;
        node_t *out;
    } pointer = {.in = node};
    return pointer.out;
}

enum node_type node_type(const node_t *node)
{
    if (!node)
        return NODE_NONE;
    switch (node->type & 0xff) {
    case cJSON_False:
    case cJSON_True:
        return NODE_BOOL;
    case cJSON_NULL:
        return NODE_NULL;
    case cJSON_Number:
        return NODE_NUMBER;
    case cJSON_String:
        return NODE_STRING;
    case cJSON_Array:
        return NODE_ARRAY;
    case cJSON_Object:
        return NODE_OBJECT;
    default:
        return NODE_NONE;
    }
}

const char *node_type_name(enum node_type type)
{
    static const char *const names[] = {
        [NODE_NONE] = "nothing",    [NODE_NULL] = "null",    [NODE_BOOL] = "a boolean",   [NODE_NUMBER] = "a number",
        [NODE_STRING] = "a string", [NODE_ARRAY] = "a list", [NODE_OBJECT] = "an object",
    };
    return names[type];
}

node_t *node_get(const node_t *object, const char *key)
{
    if (node_type(object) != NODE_OBJECT)
        return NULL;
    node_t *member = object->child;
    while (member && !str_eq(member->string, key))
        member = member->next;
    return member;
}

/* RFC 6901: "~1" stands for "/", "~0" for "~". */
static bool token_is(const char *token, size_t len, const char *key)
{
    for (size_t i = 0; i < len; i++, key++) {
        char c = token[i];
        if (c == '~' && i + 1 < len && (token[i + 1] == '0' || token[i + 1] == '1'))
            c = token[++i] == '0' ? '~' : '/';
        if (*key != c)
            return false;
    }
    return !*key;
}

static const node_t *item_at(const node_t *array, const char *token, size_t len)
{
    enum { LONGEST_INDEX = 9 };
    bool is_index = len && len <= LONGEST_INDEX && strspn(token, "0123456789") >= len && (token[0] != '0' || len == 1);
    if (!is_index)
        return NULL;
    long index = strtol(token, NULL, 10);
    const node_t *item = array->child;
    while (item && index-- > 0)
        item = item->next;
    return item;
}

static const node_t *child_at(const node_t *parent, const char *token, size_t len)
{
    if (node_type(parent) == NODE_ARRAY)
        return item_at(parent, token, len);
    if (node_type(parent) != NODE_OBJECT)
        return NULL;
    const node_t *member = parent->child;
    while (member && !token_is(token, len, member->string))
        member = member->next;
    return member;
}

node_t *node_at(const node_t *node, const char *pointer)
{
    while (node && *pointer) {
        if (*pointer != '/')
            return NULL;
        size_t len = (size_t)(strchrnul(pointer + 1, '/') - (pointer + 1));
        node = child_at(node, pointer + 1, len);
        pointer += 1 + len;
    }
    return unconst(node);
}

const char *node_str(const node_t *node, const char *pointer, const char *missing)
{
    const char *text = node_text(node_at(node, pointer));
    return text ? text : missing;
}

double node_num(const node_t *node, const char *pointer, double missing)
{
    const node_t *at = node_at(node, pointer);
    return node_type(at) == NODE_NUMBER ? at->valuedouble : missing;
}

int64_t node_int(const node_t *node, const char *pointer, int64_t missing)
{
    const node_t *at = node_at(node, pointer);
    bool fits = node_type(at) == NODE_NUMBER && fabs(at->valuedouble) < 0x1p63;
    return fits ? (int64_t)at->valuedouble : missing;
}

bool node_bool(const node_t *node, const char *pointer, bool missing)
{
    const node_t *at = node_at(node, pointer);
    return node_type(at) == NODE_BOOL ? (at->type & 0xff) == cJSON_True : missing;
}

const char *node_text(const node_t *node) { return node_type(node) == NODE_STRING ? node->valuestring : NULL; }

double node_value(const node_t *node) { return node_type(node) == NODE_NUMBER ? node->valuedouble : (double)NAN; }

const char *node_key(const node_t *member) { return member ? member->string : NULL; }

size_t node_len(const node_t *node)
{
    size_t n = 0;
    for (const node_t *child = node_first(node); child; child = child->next)
        n++;
    return n;
}

node_t *node_first(const node_t *parent)
{
    enum node_type type = node_type(parent);
    return type == NODE_ARRAY || type == NODE_OBJECT ? parent->child : NULL;
}

node_t *node_next(const node_t *node) { return node->next; }

node_t *node_find(const node_t *list, const char *pointer, const char *text)
{
    for (node_t *one = node_first(list); one; one = node_next(one))
        if (strcmp(node_str(one, pointer, ""), text) == 0)
            return one;
    return NULL;
}

node_t *node_make(int type, const char *name, size_t name_len, const char *text, size_t text_len)
{
    size_t name_size = name ? name_len + 1 : 0, text_size = text ? text_len + 1 : 0;
    node_t *node = xmalloc(sizeof(*node) + name_size + text_size);
    char *behind = (char *)(node + 1);
    if (!cjson.free)
        cjson_bind();
    *node = (node_t){.type = type};
    if (name) {
        node->string = memcpy(behind, name, name_len);
        node->string[name_len] = '\0';
        node->type |= cJSON_StringIsConst;
    }
    if (text) {
        node->valuestring = memcpy(behind + name_size, text, text_len);
        node->valuestring[text_len] = '\0';
        node->type |= cJSON_IsReference;
    }
    return node;
}

static node_t *make(int type, const char *name) { return node_make(type, name, name ? strlen(name) : 0, NULL, 0); }

static node_t *make_str(const char *name, const char *text)
{
    return text ? node_make(cJSON_String, name, name ? strlen(name) : 0, text, strlen(text)) : make(cJSON_NULL, name);
}

static node_t *make_num(const char *name, double value)
{
    node_t *node = make(isfinite(value) ? cJSON_Number : cJSON_NULL, name);
    node->valuedouble = value;
    return node;
}

static node_t *make_bool(const char *name, bool value) { return make(value ? cJSON_True : cJSON_False, name); }

node_t *node_new_object(void) { return make(cJSON_Object, NULL); }
node_t *node_new_array(void) { return make(cJSON_Array, NULL); }
node_t *node_new_str(const char *text) { return make_str(NULL, text); }
node_t *node_new_num(double value) { return make_num(NULL, value); }
node_t *node_new_bool(bool value) { return make_bool(NULL, value); }
node_t *node_new_null(void) { return make(cJSON_NULL, NULL); }

static node_t *copy_alone(const node_t *node, const char *name)
{
    node_t *copy = node_type(node) == NODE_STRING ? make_str(name, node->valuestring) : make(node->type & 0xff, name);
    copy->valuedouble = node->valuedouble;
    return copy;
}

static node_t *copy_all(const node_t *node, const char *name)
{
    node_t *copy = copy_alone(node, name);
    for (const node_t *child = node_first(node); child; child = node_next(child))
        cjson.add(copy, copy_all(child, child->string));
    return copy;
}

node_t *node_copy_alone(const node_t *node) { return copy_alone(node, NULL); }

node_t *node_copy(const node_t *node) { return node ? copy_all(node, NULL) : NULL; }

void node_free(node_t *node)
{
    if (node)
        cjson.free(node);
}

static void wipe_strings(const node_t *node)
{
    if (node_type(node) == NODE_STRING)
        explicit_bzero(node->valuestring, strlen(node->valuestring));
    for (const node_t *child = node_first(node); child; child = node_next(child))
        wipe_strings(child);
}

void node_wipe(node_t *node)
{
    wipe_strings(node);
    node_free(node);
}

node_t *node_set(node_t *object, const char *key, node_t *child)
{
    if (node_type(object) != NODE_OBJECT || !child) {
        node_free(child);
        return NULL;
    }
    node_t *earlier = node_get(object, key);
    if (earlier == child)
        return child;
    if (earlier)
        cjson.replace_named(object, key, child);
    else
        cjson.add_named(object, key, child);
    return child;
}

/* A member that has its name. */
static node_t *set_named(node_t *object, node_t *member)
{
    if (node_type(object) != NODE_OBJECT) {
        node_free(member);
        return NULL;
    }
    node_t *earlier = node_get(object, member->string);
    if (earlier)
        cjson.replace(object, earlier, member);
    else
        cjson.add(object, member);
    return member;
}

node_t *node_set_str(node_t *object, const char *key, const char *text) { return set_named(object, make_str(key, text)); }
node_t *node_set_num(node_t *object, const char *key, double value) { return set_named(object, make_num(key, value)); }
node_t *node_set_bool(node_t *object, const char *key, bool value) { return set_named(object, make_bool(key, value)); }

node_t *node_object(node_t *object, const char *key)
{
    node_t *there = node_get(object, key);
    return node_type(there) == NODE_OBJECT ? there : node_set(object, key, node_new_object());
}

node_t *node_array(node_t *object, const char *key)
{
    node_t *there = node_get(object, key);
    return node_type(there) == NODE_ARRAY ? there : node_set(object, key, node_new_array());
}

void node_set_pairs(node_t *object, const struct strv *pairs)
{
    for (size_t i = 0; pairs && i < pairs->n; i++) {
        const char *equals = strchr(pairs->v[i], '=');
        AUTOFREE char *key = xstrndup(pairs->v[i], equals ? (size_t)(equals - pairs->v[i]) : strlen(pairs->v[i]));
        node_set_str(object, key, equals ? equals + 1 : "");
    }
}

node_t *node_push(node_t *array, node_t *child)
{
    if (node_type(array) != NODE_ARRAY || !child) {
        node_free(child);
        return NULL;
    }
    cjson.add(array, child);
    return child;
}

void node_push_borrowed(node_t *array, const node_t *item) { cjson.add_reference(array, unconst(item)); }

bool node_delete(node_t *object, const char *key)
{
    node_t *member = node_get(object, key);
    node_free(member ? node_detach(object, member) : NULL);
    return member != NULL;
}

node_t *node_detach(node_t *parent, node_t *child)
{
    cjson.detach(parent, child);
    char *name = TAKE(child->string);
    if (!(child->type & cJSON_StringIsConst))
        free(name);
    return child;
}

bool node_equal(const node_t *a, const node_t *b) { return a && b ? cjson.compare(a, b, true) : a == b; }
