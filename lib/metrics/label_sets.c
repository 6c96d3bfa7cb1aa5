#include "metrics/label_sets.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"

enum { SPAN_ROUNDS = 64, FEW = 1024, MAX_BYTES = 64 << 20 };

struct label_sets {
    atomic_int refs;
    struct arena arena;
    struct map by_text; /* struct label_set, in the arena */
    struct str key;
    unsigned rounds;
    size_t met; /* in this span */
};

static unsigned span_of(const struct label_sets *sets) { return sets->rounds / SPAN_ROUNDS; }

static struct label_sets *make(void)
{
    struct label_sets *sets = xcalloc(1, sizeof(*sets));
    *sets = (struct label_sets){.arena = ARENA_INIT, .by_text = MAP_INIT(NULL), .key = STR_INIT};
    atomic_init(&sets->refs, 1);
    return sets;
}

struct label_sets *label_sets_turn(struct label_sets *sets)
{
    if (!sets)
        return make();
    bool is_full = sets->arena.bytes > MAX_BYTES;
    if (++sets->rounds % SPAN_ROUNDS != 0 && !is_full)
        return sets;
    bool is_worn = is_full || (sets->by_text.live > FEW && sets->met < sets->by_text.live / 2);
    sets->met = 0;
    if (!is_worn)
        return sets;
    label_sets_unref(sets);
    return make();
}

struct label_sets *label_sets_ref(struct label_sets *sets)
{
    if (sets)
        atomic_fetch_add(&sets->refs, 1);
    return sets;
}

void label_sets_unref(struct label_sets *sets)
{
    if (!sets || atomic_fetch_sub(&sets->refs, 1) > 1)
        return;
    map_release(&sets->by_text);
    arena_release(&sets->arena);
    str_release(&sets->key);
    free(sets);
}

struct arena *label_sets_arena(struct label_sets *sets) { return &sets->arena; }

static struct label_set *meet(struct label_sets *sets, struct label_set *before, struct label_set *set)
{
    if (before)
        before->next = set;
    sets->met += set->met != span_of(sets);
    set->met = span_of(sets);
    return set;
}

struct label_set *label_sets_next(struct label_sets *sets, struct label_set *before, const char *text, size_t len)
{
    struct label_set *set = before ? before->next : NULL;
    bool is_it = set && set->len <= len && memcmp(set->text, text, set->len) == 0;
    return is_it ? meet(sets, before, set) : NULL;
}

struct label_set *label_sets_find(struct label_sets *sets, struct label_set *before, const char *text, size_t len)
{
    if (memchr(text, '\0', len))
        return NULL;
    str_reset(&sets->key);
    str_addn(&sets->key, text, len);
    struct label_set *set = map_get(&sets->by_text, sets->key.buf);
    return set ? meet(sets, before, set) : NULL;
}

struct label_set *label_sets_add(struct label_sets *sets, struct label_set *before, const char *text, size_t len)
{
    struct label_set *set = arena_get(&sets->arena, sizeof(*set));
    *set = (struct label_set){
        .text = arena_text(&sets->arena, text, len), .len = len, .number = sets->by_text.live, .met = span_of(sets) - 1};
    map_set(&sets->by_text, set->text, set);
    return meet(sets, before, set);
}
