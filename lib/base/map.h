/* A map from strings to pointers that keeps the order of insertion.
 * Keys are copied; values are freed with free_value when it is given. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct map_entry {
    char *key; /* NULL: deleted */
    void *value;
};

struct map {
    struct map_entry *entries; /* in order of insertion, with holes where something was deleted */
    size_t n;                  /* used entries, holes included */
    size_t cap;
    size_t live;
    unsigned *index; /* open addressing: position in entries + 1, 0 free */
    size_t slots;
    void (*free_value)(void *);
};

#define MAP_INIT(free_fn) ((struct map){.free_value = (free_fn)})

void *map_get(const struct map *map, const char *key);
bool map_has(const struct map *map, const char *key);
/* Replaces (and frees) an earlier value of the key, which keeps its place. */
void map_set(struct map *map, const char *key, void *value);
bool map_delete(struct map *map, const char *key);
void map_release(struct map *map);
DEFINE_CLEANUP(struct map, map_release)

/* for (struct map_entry *e = map_first(&m); e; e = map_next(&m, e)) — deleting *e inside is fine,
 * inserting is not. */
struct map_entry *map_first(const struct map *map);
struct map_entry *map_next(const struct map *map, const struct map_entry *entry);

#endif
