#include "doc/doc.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "doc/doc_parts.h"

static size_t slot_of(const node_t *node, size_t slots)
{
    return (size_t)(((uint64_t)(uintptr_t)node >> 4) * 0x9e3779b97f4a7c15u >> 16) & (slots - 1);
}

static struct place_entry *find_slot(struct place_entry *v, size_t slots, const node_t *node)
{
    size_t i = slot_of(node, slots);
    while (v[i].node && v[i].node != node)
        i = (i + 1) & (slots - 1);
    return &v[i];
}

static void grow(struct doc_places *places)
{
    size_t slots = places->slots ? places->slots * 2 : 64;
    struct place_entry *v = xcalloc(slots, sizeof(*v));
    for (size_t i = 0; i < places->slots; i++)
        if (places->v[i].node)
            *find_slot(v, slots, places->v[i].node) = places->v[i];
    free(places->v);
    places->v = v;
    places->slots = slots;
}

struct place_entry *places_at(struct doc_places *places, const node_t *node)
{
    if (places->n * 2 >= places->slots)
        grow(places);
    struct place_entry *entry = find_slot(places->v, places->slots, node);
    if (!entry->node) {
        entry->node = node;
        places->n++;
    }
    return entry;
}

const struct place_entry *places_find(const struct doc_places *places, const node_t *node)
{
    static const struct place_entry nowhere = {0};
    if (!places || !places->slots || !node)
        return &nowhere;
    return find_slot(places->v, places->slots, node);
}

int doc_load(struct doc *ret, const char *path, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(YAML_MAX_BYTES);
    *ret = DOC_INIT;
    if (file_read(path, &text, err) != 0)
        return -1;
    return doc_parse(ret, text.buf, text.len, strcmp(path, "-") == 0 ? "standard input" : path, err);
}

void doc_release(struct doc *doc)
{
    free(doc->source);
    node_free(doc->root);
    if (doc->places)
        free(doc->places->v);
    free(doc->places);
}

struct doc_place doc_place(const struct doc *doc, const node_t *node) { return places_find(doc->places, node)->at; }

struct doc_place doc_key_place(const struct doc *doc, const node_t *member) { return places_find(doc->places, member)->key; }

int doc_err_at(const struct doc *doc, struct doc_place place, struct err *err, const char *fmt, ...)
{
    CLEANUP(str_release) struct str what = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&what, fmt, ap);
    va_end(ap);
    if (!place.line)
        return err_set(err, ERR_USAGE, "%s: %s", doc->source, what.buf);
    return err_set(err, ERR_USAGE, "%s:%d:%d: %s", doc->source, place.line, place.column, what.buf);
}

int doc_err(const struct doc *doc, const node_t *node, struct err *err, const char *fmt, ...)
{
    CLEANUP(str_release) struct str what = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&what, fmt, ap);
    va_end(ap);
    return doc_err_at(doc, doc_place(doc, node), err, "%s", what.buf);
}
