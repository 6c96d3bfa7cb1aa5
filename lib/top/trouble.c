/* Sources that fail, where it matters. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "top/parts.h"
#include "top/sample.h"
#include "top/top.h"

void clock_print(struct str *s, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local))
        str_addf(s, "%02d:%02d:%02d", local.tm_hour, local.tm_min, local.tm_sec);
}

static bool has_word(const char *text, size_t text_len, const char *word, size_t len)
{
    for (size_t i = 0; i + len <= text_len; i++)
        if (strncasecmp(text + i, word, len) == 0)
            return true;
    return false;
}

/* A target's key is JOB/INSTANCE. */
static bool is_of(const struct row *target, const char *jobs)
{
    size_t job_len = strcspn(target->key, "/");
    for (const char *word = jobs; word && *word;) {
        size_t len = strcspn(word, "|");
        if (has_word(target->key, job_len, word, len))
            return true;
        word += len + (word[len] == '|');
    }
    return !jobs;
}

bool target_is_down(const struct row *target)
{
    const struct reading *up = &target->readings[0];
    return up->sample.state == SAMPLE_KNOWN && up->sample.value == 0;
}

size_t targets_down(const struct state *state, const char *jobs, const struct row **ret_first)
{
    size_t n = 0;
    for (size_t i = 0; i < state->targets.n; i++) {
        const struct row *target = &state->targets.rows[i];
        if (!target_is_down(target) || !is_of(target, jobs))
            continue;
        if (!n && ret_first)
            *ret_first = target;
        n++;
    }
    return n;
}

/* The next place of the panel from *index on, and what became of its query. */
static const struct place *next_place(const struct state *state, const struct panel *panel, size_t *index)
{
    size_t n = 0;
    const struct place *places = state->plan ? plan_places(state->plan, &n) : NULL;
    for (; *index < n; (*index)++)
        if (places[*index].panel == panel)
            return &places[(*index)++];
    return NULL;
}

/* The most targets that are down behind one of the panel's figures. */
static size_t down_behind(const struct state *state, const struct panel *panel, const struct row **ret_first)
{
    size_t most = 0, index = 0;
    const char *seen = NULL;
    for (const struct place *place; (place = next_place(state, panel, &index));) {
        const struct row *first;
        if (!place->measure->jobs || (seen && strcmp(seen, place->measure->jobs) == 0))
            continue;
        seen = place->measure->jobs;
        size_t n = targets_down(state, seen, &first);
        if (n <= most)
            continue;
        most = n;
        *ret_first = first;
    }
    return most;
}

static const char *failed_figure(const struct state *state, const struct panel *panel)
{
    size_t index = 0;
    for (const struct place *place; (place = next_place(state, panel, &index));)
        if (state->has[place->index] == ANSWER_FAILED)
            return place->measure->figure ? place->measure->figure : panel->metrics[place->metric].id;
    return NULL;
}

static void add_down(const struct row *first, size_t n, struct str *s)
{
    if (n == 1)
        str_addf(s, "%s is down", first->key);
    else
        str_addf(s, "%zu targets are down, %s first", n, first->key);
    if (first->since_ms <= 0)
        return;
    str_add(s, " since ");
    clock_print(s, first->since_ms);
}

/* Of the first context that has any. */
static bool parts_trouble(const struct state *whole, const struct table *table, struct str *s)
{
    for (size_t i = 0; i < whole->n_parts; i++) {
        const struct state *part = whole->parts[i].state;
        CLEANUP(str_release) struct str why = STR_INIT;
        if (part->source.state == SOURCE_DOWN)
            str_add(&why, part->source.why ? part->source.why : "Prometheus does not answer");
        else if (!panel_trouble(part, &part->tables[table - whole->tables], &why))
            continue;
        str_addf(s, "%s: %s", part->context, why.buf);
        return true;
    }
    return false;
}

bool panel_trouble(const struct state *state, const struct table *table, struct str *s)
{
    if (state->n_parts)
        return parts_trouble(state, table, s);
    const struct row *first = NULL;
    if (state->source.state != SOURCE_UP)
        return false;
    const char *figure = failed_figure(state, table->panel);
    if (figure) {
        str_addf(s, "%s failed: %s", figure, state->source.why ? state->source.why : "no answer");
        return true;
    }
    size_t down = down_behind(state, table->panel, &first);
    if (down)
        add_down(first, down, s);
    return down > 0;
}

/* "nobody measures it: dcgm-exporter or aiwf's gateway would"; false: somebody does. */
static bool add_unmeasured(const struct state *state, const struct panel *panel, struct str *s)
{
    CLEANUP(strv_release) struct strv titles = STRV_INIT;
    size_t index = 0;
    for (const struct place *place; (place = next_place(state, panel, &index));) {
        if (!place->measure->title || state->has[place->index] != ANSWER_ABSENT)
            return false;
        if (!strv_has(&titles, place->measure->title))
            strv_add(&titles, place->measure->title);
    }
    for (size_t i = 0; i < titles.n; i++)
        str_addf(s, "%s%s", i == 0 ? "nobody measures it: " : i + 1 < titles.n ? ", " : " or ", titles.v[i]);
    if (titles.n)
        str_add(s, " would");
    return titles.n > 0;
}

void empty_reason(const struct state *state, const struct table *table, const char *nothing, struct str *s)
{
    const struct source *source = &state->source;
    const struct row *first;
    if (source->state == SOURCE_UNASKED) {
        str_add(s, "asking Prometheus");
        return;
    }
    if (source->state == SOURCE_DOWN) {
        str_addf(s, "unknown: %s", source->why ? source->why : "Prometheus does not answer");
        return;
    }
    CLEANUP(str_release) struct str why = STR_INIT;
    if (state->n_parts && !panel_trouble(state, table, &why)) {
        str_add(s, nothing);
        return;
    }
    size_t down = targets_down(state, NULL, &first);
    if (panel_trouble(state, table, &why))
        str_addf(s, "unknown: %s", why.buf);
    else if (!add_unmeasured(state, table->panel, s))
        str_add(s, nothing);
    if (!why.len && down)
        str_addf(s, " (Prometheus cannot scrape %s)", first->key);
}
