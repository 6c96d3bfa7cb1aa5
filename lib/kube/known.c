#include "kube/known.h"

#include <stdlib.h>
#include <string.h>

struct known {
    node_t *kept; /* in items */
    unsigned round;
};

static const char uid[] = "/metadata/uid";
static const char version[] = "/metadata/resourceVersion";

void known_init(struct kube_known *known, const struct kube_watch_spec *spec)
{
    *known = (struct kube_known){.spec = spec, .by_name = MAP_INIT(free), .items = node_new_array()};
}

void known_release(struct kube_known *known)
{
    map_release(&known->by_name);
    node_free(known->items);
}

/* A part of a JSON pointer: ~1 is a slash, ~0 a tilde. */
static char *part_name(const char *part, size_t len)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    for (size_t i = 0; i < len; i++) {
        bool escaped = part[i] == '~' && i + 1 < len;
        i += escaped;
        str_addc(&name, !escaped ? part[i] : part[i] == '1' ? '/' : '~');
    }
    return str_detach(&name);
}

/* Puts a copy of what is at the pointer there in `to`, with the objects on the way. */
static void copy_at(node_t *to, const node_t *from, const char *pointer)
{
    const node_t *found = node_at(from, pointer);
    if (!found)
        return;
    for (const char *part = pointer + 1;;) {
        size_t len = strcspn(part, "/");
        AUTOFREE char *key = part_name(part, len);
        if (!part[len]) {
            node_set(to, key, node_copy(found));
            return;
        }
        to = node_object(to, key);
        part += len + 1;
    }
}

static node_t *pick(const struct kube_known *known, const node_t *object)
{
    static const char *const always[] = {"/metadata/name", "/metadata/namespace", uid, version};
    node_t *kept = node_new_object();
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        copy_at(kept, object, always[i]);
    for (const char *const *pointer = known->spec->keep; pointer && *pointer; pointer++)
        copy_at(kept, object, *pointer);
    return kept;
}

static char *key_of(const node_t *object)
{
    return xasprintf("%s/%s", node_str(object, "/metadata/namespace", ""), node_str(object, "/metadata/name", ""));
}

static void tell(const struct kube_known *known, enum kube_change change, const node_t *object, const node_t *kept)
{
    if (known->spec->on_change)
        known->spec->on_change(change, object, kept, known->spec->arg);
}

static bool is_same(const node_t *a, const node_t *b, const char *pointer)
{
    return str_eq(node_str(a, pointer, NULL), node_str(b, pointer, NULL));
}

static void add(struct kube_known *known, const char *key, const node_t *object)
{
    struct known *entry = xcalloc(1, sizeof(*entry));
    entry->round = known->round;
    entry->kept = node_push(known->items, pick(known, object));
    map_set(&known->by_name, key, entry);
    tell(known, KUBE_ADDED, object, NULL);
}

static void drop(struct kube_known *known, const char *key, const node_t *last)
{
    const struct known *entry = map_get(&known->by_name, key);
    CLEANUP(node_free) node_t *kept = node_detach(known->items, entry->kept);
    map_delete(&known->by_name, key);
    tell(known, KUBE_DELETED, last ? last : kept, kept);
}

static void change(struct kube_known *known, struct known *entry, const node_t *object)
{
    entry->round = known->round;
    if (is_same(entry->kept, object, version))
        return;
    CLEANUP(node_free) node_t *before = node_detach(known->items, entry->kept);
    entry->kept = node_push(known->items, pick(known, object));
    tell(known, KUBE_MODIFIED, object, before);
}

void known_see(struct kube_known *known, const node_t *object)
{
    AUTOFREE char *key = key_of(object);
    struct known *entry = map_get(&known->by_name, key);
    if (entry && is_same(entry->kept, object, uid)) {
        change(known, entry, object);
        return;
    }
    if (entry) /* another one of that name: the deletion was not seen */
        drop(known, key, NULL);
    add(known, key, object);
}

void known_remove(struct kube_known *known, const node_t *object)
{
    AUTOFREE char *key = key_of(object);
    if (map_has(&known->by_name, key))
        drop(known, key, object);
}

void known_begin_list(struct kube_known *known) { known->round++; }

void known_end_list(struct kube_known *known)
{
    for (struct map_entry *e = map_first(&known->by_name); e; e = map_next(&known->by_name, e)) {
        const struct known *entry = e->value;
        if (entry->round == known->round)
            continue;
        AUTOFREE char *key = xstrdup(e->key);
        drop(known, key, NULL);
    }
}
