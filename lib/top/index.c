/* Which row a series is of. The labels that name a row are joined once for a label set: after that its number is enough. */
#include <stdlib.h>
#include <string.h>

#include "metrics/label_sets.h"
#include "top/rows.h"

enum { IDS_FEW = 4096, IDS_SPARSE = 4 };

/* Of all that is named by the same labels: the row's id for the number of a set; 0: not met. */
struct named {
    char *names;
    unsigned *ids;
    size_t n;
};

static void forget_names(struct table *table)
{
    for (size_t i = 0; i < table->n_named; i++) {
        free(table->named[i].names);
        free(table->named[i].ids);
    }
    free(TAKE(table->named));
    table->n_named = table->cap_named = 0;
}

void index_forget(struct table *table)
{
    forget_names(table);
    label_sets_unref(TAKE(table->sets));
}

static void know_sets(struct table *table, struct label_sets *sets)
{
    if (table->sets == sets)
        return;
    index_forget(table);
    for (size_t i = 0; i < table->n; i++)
        table->rows[i].lost++; /* what was said, was said by sets that are no more */
    table->sets = label_sets_ref(sets);
}

/* Ids of rows that are gone are used again when they are many. */
static void number_rows(struct table *table)
{
    if (table->last_id < IDS_FEW + table->n * IDS_SPARSE)
        return;
    forget_names(table);
    table->last_id = 0;
    for (size_t i = 0; i < table->n; i++)
        table->rows[i].id = ++table->last_id;
}

static void place_row(struct row_index *index, size_t position)
{
    unsigned id = index->table->rows[position].id;
    if (id >= index->n_at) {
        size_t n = (size_t)id * 2 + IDS_SPARSE;
        index->at = xrealloc(index->at, n * sizeof(*index->at));
        memset(index->at + index->n_at, 0, (n - index->n_at) * sizeof(*index->at));
        index->n_at = n;
    }
    index->at[id] = position + 1;
}

void index_begin(struct row_index *index, struct table *table, struct label_sets *sets)
{
    know_sets(table, sets);
    number_rows(table);
    *index = (struct row_index){.table = table, .by_key = MAP_INIT(NULL)};
    for (size_t i = 0; i < table->n; i++)
        place_row(index, i);
}

void index_release(struct row_index *index)
{
    map_release(&index->by_key);
    free(index->at);
}

void index_name(struct row_index *index, const char *names)
{
    struct table *table = index->table;
    bool is_lasting = names && !strchr(names, '@'); /* a node's name is looked up by its address, and may change */
    size_t i = 0;
    while (is_lasting && i < table->n_named && strcmp(table->named[i].names, names) != 0)
        i++;
    if (is_lasting && i == table->n_named) {
        GROW(table->named, table->n_named, table->cap_named);
        table->named[table->n_named++] = (struct named){.names = xstrdup(names)};
    }
    index->named = is_lasting ? &table->named[i] : NULL;
}

unsigned *index_id(const struct row_index *index, const struct label_set *set)
{
    struct named *named = index->named;
    if (!set || !named)
        return NULL;
    if (set->number >= named->n) {
        size_t n = set->number * 2 + IDS_SPARSE;
        named->ids = xrealloc(named->ids, n * sizeof(*named->ids));
        memset(named->ids + named->n, 0, (n - named->n) * sizeof(*named->ids));
        named->n = n;
    }
    return &named->ids[set->number];
}

struct row *index_row(const struct row_index *index, unsigned id)
{
    size_t at = id < index->n_at ? index->at[id] : 0;
    return at ? &index->table->rows[at - 1] : NULL;
}

struct row *index_row_named(struct row_index *index, const char *key)
{
    struct table *table = index->table;
    for (size_t i = index->by_key.live; i < table->n; i++)
        map_set(&index->by_key, table->rows[i].key, (void *)(uintptr_t)(i + 1)); /* NOLINT(performance-no-int-to-ptr) */
    uintptr_t at = (uintptr_t)map_get(&index->by_key, key);
    if (at)
        return &table->rows[at - 1];
    table_add(table, key);
    place_row(index, table->n - 1);
    return &table->rows[table->n - 1];
}
