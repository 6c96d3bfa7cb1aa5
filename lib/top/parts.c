#include "top/parts.h"

#include <stdlib.h>
#include <string.h>

#include "top/rows.h"

static void forget_rows(struct table *table)
{
    groups_drop(table);
    table->n = 0;
}

static void add_rows(struct table *table, const struct table *from, const char *context)
{
    for (size_t i = 0; i < from->n; i++) {
        GROW(table->rows, table->n, table->cap);
        table->rows[table->n] = from->rows[i];
        table->rows[table->n++].context = context;
    }
}

/* A figure of the whole panel is told where it is the sum of the contexts'. */
static void add_whole(struct table *table, const struct table *from)
{
    for (size_t m = 0; m < table->n_metrics; m++)
        if (metric_is_whole(&table->panel->metrics[m]) && metric_is_summed(&table->panel->metrics[m]))
            reading_add(&table->whole.readings[m], &from->whole.readings[m]);
}

static void merge_table(struct state *whole, size_t index)
{
    struct table *table = &whole->tables[index];
    forget_rows(table);
    for (size_t m = 0; m < table->n_metrics; m++)
        reading_clear(&table->whole.readings[m]);
    for (size_t i = 0; i < whole->n_parts; i++) {
        const struct state *part = whole->parts[i].state;
        if (part->taken.at_ms != whole->taken.at_ms)
            continue;
        add_rows(table, &part->tables[index], part->context);
        add_whole(table, &part->tables[index]);
    }
}

/* Up as soon as one of them is: each says itself how it is. */
static void merge_sources(struct state *whole)
{
    struct source *source = &whole->source;
    size_t unasked = 0;
    free(TAKE(source->why));
    *source = (struct source){.state = SOURCE_DOWN};
    for (size_t i = 0; i < whole->n_parts; i++) {
        const struct source *part = &whole->parts[i].state->source;
        unasked += part->state == SOURCE_UNASKED;
        if (part->state == SOURCE_UP)
            source->state = SOURCE_UP;
        source->asked += part->asked;
        source->failed += part->failed;
        source->since_ms = part->since_ms > source->since_ms ? part->since_ms : source->since_ms;
        if (!source->why && part->why)
            source->why = xasprintf("%s: %s", whole->parts[i].state->context, part->why);
    }
    if (source->state != SOURCE_UP && unasked)
        source->state = SOURCE_UNASKED;
}

/* The view's as soon as one of them has it; who has another is left out until then. */
static struct span moment_of(const struct state *whole)
{
    for (size_t i = 0; i < whole->n_parts; i++)
        if (whole->parts[i].state->taken.at_ms == whole->view.span.at_ms)
            return whole->parts[i].state->taken;
    return whole->parts[0].state->taken;
}

void state_merge(struct state *whole)
{
    if (!whole->n_parts)
        return;
    merge_sources(whole);
    whole->taken = moment_of(whole);
    for (size_t i = 0; i < whole->n; i++)
        merge_table(whole, i);
    state_arrange(whole);
}

void state_part(struct state *whole)
{
    for (size_t i = 0; whole->n_parts && i < whole->n; i++)
        forget_rows(&whole->tables[i]);
}

const struct state *state_of(const struct state *whole, const char *context)
{
    for (size_t i = 0; i < whole->n_parts; i++)
        if (str_eq(whole->parts[i].state->context, context))
            return whole->parts[i].state;
    return whole;
}

static enum tint part_print(const struct state *part, struct str *s)
{
    const struct source *source = &part->source;
    str_addf(s, "%s%s ", s->len ? "  " : "", part->context);
    if (source->state == SOURCE_UNASKED) {
        str_add(s, "asked");
        return TINT_YELLOW;
    }
    if (source->state == SOURCE_DOWN) {
        str_add(s, "down since ");
        clock_print(s, source->since_ms);
        return TINT_RED;
    }
    if (source->failed) {
        str_addf(s, "%zu of %zu failed", source->failed, source->asked);
        return TINT_RED;
    }
    str_add(s, "ok");
    return TINT_GREEN;
}

struct style parts_print(const struct state *whole, struct str *s)
{
    static const int worse[TINT_COUNT] = {[TINT_GREEN] = 0, [TINT_YELLOW] = 1, [TINT_RED] = 2};
    enum tint tint = TINT_GREEN;
    for (size_t i = 0; i < whole->n_parts; i++) {
        enum tint of = part_print(whole->parts[i].state, s);
        tint = worse[of] > worse[tint] ? of : tint;
    }
    return STYLE(tint, tint == TINT_RED ? STYLE_BOLD : 0);
}
