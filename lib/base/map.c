#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Keys may come from others: FNV-1a with a seed of this process, so that nobody can aim for collisions. */
static uint64_t hash_key(const char *key)
{
    static uint64_t seed;
    if (!seed) {
        if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
            seed = (uint64_t)(uintptr_t)&seed;
        seed |= 1;
    }
    uint64_t h = 14695981039346656037ULL ^ seed;
    for (const unsigned char *p = (const unsigned char *)key; *p; p++)
        h = (h ^ *p) * 1099511628211ULL;
    return h ^ (h >> 29);
}

static size_t slot_of(const struct map *map, const char *key)
{
    size_t slot = (size_t)hash_key(key) & (map->slots - 1);
    for (;;) {
        unsigned at = map->index[slot];
        if (!at)
            return slot;
        const char *found = map->entries[at - 1].key;
        if (found && strcmp(found, key) == 0)
            return slot;
        slot = (slot + 1) & (map->slots - 1);
    }
}

/* Drops the holes and rebuilds the index with room for as many again. */
static void rebuild(struct map *map)
{
    size_t n = 0;
    for (size_t i = 0; i < map->n; i++)
        if (map->entries[i].key)
            map->entries[n++] = map->entries[i];
    map->n = n;
    size_t slots = 16;
    while (slots < (n + 1) * 4)
        slots *= 2;
    free(map->index);
    map->index = xcalloc(slots, sizeof(*map->index));
    map->slots = slots;
    for (size_t i = 0; i < n; i++)
        map->index[slot_of(map, map->entries[i].key)] = (unsigned)i + 1;
}

static struct map_entry *find(const struct map *map, const char *key)
{
    if (!map->slots)
        return NULL;
    unsigned at = map->index[slot_of(map, key)];
    return at ? &map->entries[at - 1] : NULL;
}

void *map_get(const struct map *map, const char *key)
{
    const struct map_entry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

bool map_has(const struct map *map, const char *key) { return find(map, key) != NULL; }

void map_set(struct map *map, const char *key, void *value)
{
    struct map_entry *entry = find(map, key);
    if (entry) {
        if (map->free_value && entry->value != value)
            map->free_value(entry->value);
        entry->value = value;
        return;
    }
    if ((map->n + 1) * 2 > map->slots)
        rebuild(map);
    GROW(map->entries, map->n, map->cap);
    map->entries[map->n] = (struct map_entry){.key = xstrdup(key), .value = value};
    map->index[slot_of(map, key)] = (unsigned)map->n + 1;
    map->n++;
    map->live++;
}

bool map_delete(struct map *map, const char *key)
{
    struct map_entry *entry = find(map, key);
    if (!entry)
        return false;
    if (map->free_value)
        map->free_value(entry->value);
    free(entry->key);
    *entry = (struct map_entry){0};
    map->live--;
    return true;
}

void map_release(struct map *map)
{
    for (size_t i = 0; i < map->n; i++) {
        if (!map->entries[i].key)
            continue;
        free(map->entries[i].key);
        if (map->free_value)
            map->free_value(map->entries[i].value);
    }
    free(map->entries);
    free(map->index);
    *map = MAP_INIT(map->free_value);
}

static struct map_entry *live_from(const struct map *map, size_t i)
{
    for (; i < map->n; i++)
        if (map->entries[i].key)
            return &map->entries[i];
    return NULL;
}

struct map_entry *map_first(const struct map *map) { return live_from(map, 0); }

struct map_entry *map_next(const struct map *map, const struct map_entry *entry)
{
    return live_from(map, (size_t)(entry - map->entries) + 1);
}
