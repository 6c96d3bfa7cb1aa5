/* Memory that is freed all at once: for trees and lists that end together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/mem.h"

struct arena {
    struct arena_block *last;
    size_t bytes; /* that are held */
};
#define ARENA_INIT ((struct arena){0})
void arena_release(struct arena *arena);
DEFINE_CLEANUP(struct arena, arena_release)

/* Zeroed, aligned for anything, never NULL; until arena_release. */
void *arena_get(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* A copy of len bytes with a NUL behind them. */
char *arena_text(struct arena *arena, const char *text, size_t len) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));

/* GROW for an array in an arena: what it was before stays there until the end. */
#define ARENA_GROW(arena, ptr, n, cap)                           \
    do {                                                         \
        if ((n) >= (cap)) {                                      \
            __typeof__(ptr) grown_;                              \
            (cap) = (cap) ? (cap)*2 : 8;                         \
            grown_ = arena_get((arena), (cap) * sizeof(*(ptr))); \
            if (n)                                               \
                memcpy(grown_, (ptr), (n) * sizeof(*(ptr)));     \
            (ptr) = grown_;                                      \
        }                                                        \
    } while (0)

#endif
