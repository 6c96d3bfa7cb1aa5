#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 << 10 };

struct arena_block {
    struct arena_block *before;
    size_t size, used;
    alignas(max_align_t) char data[];
};

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    size_t room = size > BLOCK ? size : BLOCK;
    struct arena_block *block = xcalloc(1, sizeof(*block) + room);
    block->size = room;
    block->before = arena->last;
    arena->last = block;
    arena->bytes += room;
    return block;
}

static void *get(struct arena *arena, size_t size, size_t align)
{
    struct arena_block *block = arena->last;
    size_t at = block ? (block->used + align - 1) / align * align : 0;
    if (!block || at > block->size || block->size - at < size) {
        block = add_block(arena, size);
        at = 0;
    }
    block->used = at + size;
    return block->data + at;
}

void *arena_get(struct arena *arena, size_t size) { return get(arena, size, alignof(max_align_t)); }

char *arena_text(struct arena *arena, const char *text, size_t len)
{
    char *copy = get(arena, len + 1, 1);
    memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text) { return arena_text(arena, text, strlen(text)); }

void arena_release(struct arena *arena)
{
    while (arena->last) {
        struct arena_block *block = arena->last;
        arena->last = block->before;
        free(block);
    }
    *arena = ARENA_INIT;
}
