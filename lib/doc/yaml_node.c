/* Reading YAML: events become nodes, with limits, places, and YAML's own references (aliases, merge
 * keys) resolved. */
#include <stdlib.h>
#include <string.h>

#include "doc/cjson.h"
#include "doc/yaml_reader.h"

/* ---- limits and places ---- */

static void *limit_reached(struct reader *reader, yaml_mark_t mark)
{
    FAIL_AT(reader, mark, "too large once aliases are expanded (limits: %d nodes, %d MiB)", YAML_MAX_NODES, YAML_MAX_BYTES >> 20);
    return NULL;
}

static bool count(struct reader *reader, const node_t *node)
{
    const char *text = node_text(node);
    reader->nodes++;
    reader->bytes += text ? strlen(text) : 0;
    return reader->nodes <= YAML_MAX_NODES && reader->bytes <= YAML_MAX_BYTES;
}

static void set_place(struct reader *reader, const node_t *node, yaml_mark_t mark)
{
    places_at(reader->doc->places, node)->at = yaml_place(mark);
}

static void keep(struct reader *reader, node_t *node)
{
    GROW(reader->kept.v, reader->kept.n, reader->kept.cap);
    reader->kept.v[reader->kept.n++] = node;
}

static void set_anchor(struct reader *reader, const yaml_char_t *anchor, node_t *node)
{
    if (anchor)
        map_set(&reader->anchors, (const char *)anchor, node);
}

/* ---- copies, for aliases and merges ---- */

static node_t *copy_node(struct reader *reader, const node_t *node, yaml_mark_t mark);

static node_t *copy_children(struct reader *reader, node_t *copy, const node_t *node, yaml_mark_t mark)
{
    if (++reader->depth > YAML_MAX_DEPTH) {
        FAIL_AT(reader, mark, "nested too deeply once aliases are expanded");
        return NULL;
    }
    for (const node_t *child = node_first(node); child; child = node_next(child)) {
        node_t *child_copy = copy_node(reader, child, mark);
        if (!child_copy)
            return NULL;
        if (node_key(child))
            cjson.add_named(copy, node_key(child), child_copy);
        else
            node_push(copy, child_copy);
    }
    reader->depth--;
    return copy;
}

static node_t *copy_node(struct reader *reader, const node_t *node, yaml_mark_t mark)
{
    CLEANUP(node_free) node_t *copy = node_copy_alone(node);
    reader->bytes += node_key(node) ? strlen(node_key(node)) : 0;
    if (!count(reader, copy))
        return limit_reached(reader, mark);
    struct place_entry place = *places_find(reader->doc->places, node);
    place.node = copy;
    *places_at(reader->doc->places, copy) = place;
    if (node_first(node) && !copy_children(reader, copy, node, mark))
        return NULL;
    return TAKE(copy);
}

static node_t *read_alias(struct reader *reader, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    const node_t *node = map_get(&reader->anchors, name);
    if (!node) {
        FAIL_AT(reader, event->start_mark, "unknown anchor \"%s\" (it must be complete before it is used)", name);
        return NULL;
    }
    return copy_node(reader, node, event->start_mark);
}

/* ---- scalars ---- */

#define YAML_TAG "tag:yaml.org,2002:"

static const struct tag {
    const char *name;
    enum node_type type;
} tags[] = {
    {"!", NODE_STRING},           {YAML_TAG "str", NODE_STRING}, {YAML_TAG "null", NODE_NULL},
    {YAML_TAG "bool", NODE_BOOL}, {YAML_TAG "int", NODE_NUMBER}, {YAML_TAG "float", NODE_NUMBER},
    {YAML_TAG "seq", NODE_ARRAY}, {YAML_TAG "map", NODE_OBJECT},
};

/* NODE_NONE, with an error, when we do not know the tag. */
static enum node_type type_of_tag(struct reader *reader, const yaml_char_t *tag, yaml_mark_t mark)
{
    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        if (strcmp((const char *)tag, tags[i].name) == 0)
            return tags[i].type;
    FAIL_AT(reader, mark, "unknown tag \"%s\"", (const char *)tag);
    return NODE_NONE;
}

static node_t *new_scalar(struct reader *reader, const yaml_event_t *event, const char *text)
{
    const yaml_char_t *tag = event->data.scalar.tag;
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (!tag)
        return is_plain ? yaml_plain(text) : node_new_str(text);
    enum node_type wanted = type_of_tag(reader, tag, event->start_mark);
    if (wanted == NODE_NONE)
        return NULL;
    if (wanted == NODE_STRING)
        return node_new_str(text);
    CLEANUP(node_free) node_t *node = yaml_plain(text);
    if (node_type(node) == wanted)
        return TAKE(node);
    FAIL_AT(reader, event->start_mark, "\"%s\" is not what its tag \"%s\" says", text, (const char *)tag);
    return NULL;
}

static node_t *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length) {
        FAIL_AT(reader, event->start_mark, "a NUL character in a string");
        return NULL;
    }
    CLEANUP(node_free) node_t *node = new_scalar(reader, event, text);
    if (!node)
        return NULL;
    if (!count(reader, node))
        return limit_reached(reader, event->start_mark);
    set_place(reader, node, event->start_mark);
    return TAKE(node);
}

/* ---- lists and mappings ---- */

static node_t *new_collection(struct reader *reader, const yaml_event_t *event, enum node_type type, const yaml_char_t *tag)
{
    bool is_usual = !tag || strcmp((const char *)tag, "!") == 0;
    enum node_type wanted = is_usual ? type : type_of_tag(reader, tag, event->start_mark);
    if (wanted == NODE_NONE)
        return NULL;
    if (wanted != type) {
        FAIL_AT(reader, event->start_mark, "%s is not what its tag \"%s\" says", node_type_name(type), (const char *)tag);
        return NULL;
    }
    if (++reader->depth > YAML_MAX_DEPTH) {
        FAIL_AT(reader, event->start_mark, "nested too deeply (limit: %d levels)", YAML_MAX_DEPTH);
        return NULL;
    }
    CLEANUP(node_free) node_t *node = type == NODE_ARRAY ? node_new_array() : node_new_object();
    if (!count(reader, node))
        return limit_reached(reader, event->start_mark);
    set_place(reader, node, event->start_mark);
    return TAKE(node);
}

static int read_items(struct reader *reader, node_t *array)
{
    for (;;) {
        yaml_event_t event;
        if (yaml_next_event(reader, &event) != 0)
            return -1;
        bool is_end = event.type == YAML_SEQUENCE_END_EVENT;
        node_t *item = is_end ? NULL : yaml_read_node(reader, &event);
        libyaml.event_delete(&event);
        if (!item)
            return is_end ? 0 : -1;
        node_push(array, item);
    }
}

/* A mapping while it is read. */
struct mapping {
    node_t *object;
    struct map seen; /* name -> member */
    struct node_list merges;
};

static void add_member(struct reader *reader, struct mapping *mapping, const yaml_event_t *key, node_t *value)
{
    const char *name = (const char *)key->data.scalar.value;
    bool is_merge = strcmp(name, "<<") == 0 && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (is_merge) {
        GROW(mapping->merges.v, mapping->merges.n, mapping->merges.cap);
        mapping->merges.v[mapping->merges.n++] = value;
        keep(reader, value);
        return;
    }
    reader->bytes += key->data.scalar.length;
    places_at(reader->doc->places, value)->key = yaml_place(key->start_mark);
    map_set(&mapping->seen, name, value);
    cjson.add_named(mapping->object, name, value);
}

static int check_key(struct reader *reader, const struct mapping *mapping, const yaml_event_t *key)
{
    if (key->type != YAML_SCALAR_EVENT)
        return FAIL_AT(reader, key->start_mark, "a key must be a word or a quoted text");
    const char *name = (const char *)key->data.scalar.value;
    const node_t *earlier = map_get(&mapping->seen, name);
    if (earlier)
        return FAIL_AT(reader, key->start_mark, "found duplicate key \"%s\" (first on line %d)", name,
                       doc_key_place(reader->doc, earlier).line);
    node_t *node = read_scalar(reader, key);
    if (!node)
        return -1;
    if (key->data.scalar.anchor) {
        set_anchor(reader, key->data.scalar.anchor, node);
        keep(reader, node);
    } else {
        node_free(node);
    }
    return 0;
}

static int read_member(struct reader *reader, struct mapping *mapping, const yaml_event_t *key)
{
    if (check_key(reader, mapping, key) != 0)
        return -1;
    yaml_event_t event;
    if (yaml_next_event(reader, &event) != 0)
        return -1;
    node_t *value = yaml_read_node(reader, &event);
    libyaml.event_delete(&event);
    if (!value)
        return -1;
    add_member(reader, mapping, key, value);
    return 0;
}

static int merge_from(struct reader *reader, struct mapping *mapping, const node_t *from, yaml_mark_t mark)
{
    if (node_type(from) != NODE_OBJECT)
        return doc_err(reader->doc, from, reader->err, "a merge (<<) takes a mapping, or a list of mappings, not %s",
                       node_type_name(node_type(from)));
    for (const node_t *member = node_first(from); member; member = node_next(member)) {
        if (map_has(&mapping->seen, node_key(member)))
            continue;
        node_t *copy = copy_node(reader, member, mark);
        if (!copy)
            return -1;
        map_set(&mapping->seen, node_key(member), copy);
        cjson.add_named(mapping->object, node_key(member), copy);
    }
    return 0;
}

/* What the mapping itself says wins over merges, an earlier merge over a later one. */
static int apply_merges(struct reader *reader, struct mapping *mapping, yaml_mark_t mark)
{
    for (size_t i = 0; i < mapping->merges.n; i++) {
        const node_t *from = mapping->merges.v[i];
        bool is_list = node_type(from) == NODE_ARRAY;
        for (const node_t *one = is_list ? node_first(from) : from; one; one = is_list ? node_next(one) : NULL)
            if (merge_from(reader, mapping, one, mark) != 0)
                return -1;
    }
    return 0;
}

static int read_members_into(struct reader *reader, struct mapping *mapping)
{
    for (;;) {
        yaml_event_t key;
        if (yaml_next_event(reader, &key) != 0)
            return -1;
        bool is_end = key.type == YAML_MAPPING_END_EVENT;
        int rc = is_end ? apply_merges(reader, mapping, key.start_mark) : read_member(reader, mapping, &key);
        libyaml.event_delete(&key);
        if (rc != 0 || is_end)
            return rc;
    }
}

static int read_members(struct reader *reader, node_t *object)
{
    struct mapping mapping = {.object = object, .seen = MAP_INIT(NULL)};
    int rc = read_members_into(reader, &mapping);
    map_release(&mapping.seen);
    free(mapping.merges.v);
    return rc;
}

static node_t *read_list(struct reader *reader, const yaml_event_t *event)
{
    CLEANUP(node_free) node_t *node = new_collection(reader, event, NODE_ARRAY, event->data.sequence_start.tag);
    if (!node || read_items(reader, node) != 0)
        return NULL;
    reader->depth--;
    return TAKE(node);
}

static node_t *read_mapping(struct reader *reader, const yaml_event_t *event)
{
    CLEANUP(node_free) node_t *node = new_collection(reader, event, NODE_OBJECT, event->data.mapping_start.tag);
    if (!node || read_members(reader, node) != 0)
        return NULL;
    reader->depth--;
    return TAKE(node);
}

/* An anchor that is redefined counts from its latest place on. */
node_t *yaml_read_node(struct reader *reader, const yaml_event_t *event)
{
    node_t *node = NULL;
    const yaml_char_t *anchor = NULL;
    if (event->type == YAML_ALIAS_EVENT) {
        return read_alias(reader, event);
    } else if (event->type == YAML_SCALAR_EVENT) {
        node = read_scalar(reader, event);
        anchor = event->data.scalar.anchor;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node = read_list(reader, event);
        anchor = event->data.sequence_start.anchor;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        node = read_mapping(reader, event);
        anchor = event->data.mapping_start.anchor;
    } else {
        FAIL_AT(reader, event->start_mark, "a value is missing");
    }
    if (node)
        set_anchor(reader, anchor, node);
    return node;
}
