#include "metrics/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FUTURE_MS = 10 * 60 * 1000, PAST_MS = 60 * 60 * 1000, SPAN_MIN_MS = 10000, MAX_ABOUTS = 20000, MAX_HELP = 1000 };

/* model/value of prometheus/prometheus: StaleNaN. */
static const uint64_t stale_bits = 0x7ff0000000000002;

bool memory_is_stale(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits == stale_bits;
}

static double stale_value(void)
{
    double value;
    memcpy(&value, &stale_bits, sizeof(value));
    return value;
}

static void free_series(void *arg)
{
    struct memory_series *series = arg;
    free(series->labels);
    free(series->points);
    free(series);
}

static void free_metric(void *arg)
{
    struct memory_metric *metric = arg;
    free(metric->name);
    free(metric->series);
    free(metric);
}

static void free_about(void *arg) { node_free(arg); }

void memory_init(struct memory *memory)
{
    *memory = (struct memory){
        .metrics = MAP_INIT(free_metric),
        .series = MAP_INIT(free_series),
        .abouts = MAP_INIT(free_about),
        .max_series = MEMORY_MAX_SERIES,
        .max_bytes = MEMORY_MAX_BYTES,
    };
}

void memory_release(struct memory *memory)
{
    for (size_t i = 0; i < memory->n_targets; i++) {
        free(memory->targets[i].job);
        free(memory->targets[i].instance);
        map_release(&memory->targets[i].written);
    }
    free(memory->targets);
    map_release(&memory->metrics);
    map_release(&memory->series);
    map_release(&memory->abouts);
    *memory = (struct memory){0};
}

int memory_add_target(struct memory *memory, const char *job, const char *instance, struct err *err)
{
    for (size_t i = 0; i < memory->n_targets; i++) {
        if (strcmp(memory->targets[i].job, job) != 0 || strcmp(memory->targets[i].instance, instance) != 0)
            continue;
        err_set(err, ERR_CONFLICT, "two targets are both job \"%s\", instance \"%s\"", job, instance);
        return err_hint(err, "--scrape NAME=URL gives one of them a job of its own");
    }
    memory->targets = xrealloc(memory->targets, (memory->n_targets + 1) * sizeof(*memory->targets));
    memory->targets[memory->n_targets++] =
        (struct memory_target){.job = xstrdup(job), .instance = xstrdup(instance), .written = MAP_INIT(NULL)};
    return 0;
}

/* ---- how much is kept */

static void want(const struct memory *memory, struct memory_metric *metric, int64_t span_ms)
{
    if (span_ms <= metric->span_ms)
        return;
    int64_t kept_since = memory->latest_ms - metric->span_ms;
    if (memory->latest_ms && metric->since_ms < kept_since)
        metric->since_ms = kept_since;
    metric->span_ms = span_ms;
}

static struct memory_metric *metric_of(struct memory *memory, const char *name)
{
    struct memory_metric *metric = map_get(&memory->metrics, name);
    if (metric)
        return metric;
    metric = xcalloc(1, sizeof(*metric));
    *metric = (struct memory_metric){.name = xstrdup(name), .span_ms = memory->all_ms};
    map_set(&memory->metrics, name, metric);
    return metric;
}

void memory_want(struct memory *memory, const char *name, int64_t span_ms)
{
    if (name) {
        want(memory, metric_of(memory, name), span_ms);
        return;
    }
    memory->all_ms = span_ms > memory->all_ms ? span_ms : memory->all_ms;
    for (struct map_entry *entry = map_first(&memory->metrics); entry; entry = map_next(&memory->metrics, entry))
        want(memory, entry->value, span_ms);
}

const struct memory_metric *memory_metric(const struct memory *memory, const char *name)
{
    const struct memory_metric *metric = map_get(&memory->metrics, name);
    return metric && metric->n ? metric : NULL;
}

int64_t memory_since(const struct memory *memory, const struct memory_metric *metric)
{
    int64_t since = metric->since_ms > memory->begin_ms ? metric->since_ms : memory->begin_ms;
    int64_t cut = memory->limit_ms ? memory->latest_ms - memory->limit_ms : 0;
    return cut > since ? cut : since;
}

/* ---- points */

/* The last point stays, whatever its age. */
static void drop_old(const struct memory *memory, struct memory_series *series)
{
    int64_t span = series->metric->span_ms;
    if (memory->limit_ms && span > memory->limit_ms)
        span = memory->limit_ms;
    while (series->n > 1 && series->points[series->first].at_ms < memory->latest_ms - span) {
        series->first++;
        series->n--;
    }
}

static void make_room(struct memory *memory, struct memory_series *series)
{
    enum { LEAST = 2 };
    if (series->first + series->n < series->cap)
        return;
    if (series->first > series->cap / 2) {
        memmove(series->points, series->points + series->first, series->n * sizeof(*series->points));
        series->first = 0;
        return;
    }
    size_t cap = series->cap ? series->cap * 2 : LEAST;
    memory->bytes += (cap - series->cap) * sizeof(*series->points);
    series->points = xrealloc(series->points, cap * sizeof(*series->points));
    series->cap = cap;
}

static const struct memory_point *last_point(const struct memory_series *series)
{
    return series->n ? &series->points[series->first + series->n - 1] : NULL;
}

/* One that is not newer than the last is left out, as Prometheus leaves it out. */
static void add_point(struct memory *memory, struct memory_series *series, int64_t at_ms, double value)
{
    const struct memory_point *last = last_point(series);
    if (last && last->at_ms >= at_ms)
        return;
    if (series->metric->span_ms == 0)
        series->n = series->first = 0;
    make_room(memory, series);
    series->points[series->first + series->n++] = (struct memory_point){.at_ms = at_ms, .value = value};
}

static void add_stale(struct memory *memory, struct memory_series *series, int64_t at_ms)
{
    const struct memory_point *last = last_point(series);
    if (last && !memory_is_stale(last->value))
        add_point(memory, series, last->at_ms < at_ms ? at_ms : last->at_ms + 1, stale_value());
}

/* ---- series */

struct labels {
    struct prom_label v[EXPOSITION_MAX_LABELS + 3];
    size_t n;
};

static int compare_labels(const void *a, const void *b)
{
    return strcmp(((const struct prom_label *)a)->name, ((const struct prom_label *)b)->name);
}

static struct prom_label *find_label(struct labels *labels, const char *name)
{
    for (size_t i = 0; i < labels->n; i++)
        if (strcmp(labels->v[i].name, name) == 0)
            return &labels->v[i];
    return NULL;
}

/* The target's label wins; the exporter's own becomes exported_NAME, or exported_exported_NAME. */
static void add_target_label(struct arena *arena, struct labels *labels, const char *name, const char *value)
{
    struct prom_label *own = find_label(labels, name);
    CLEANUP(str_release) struct str moved = STR_INIT;
    str_add(&moved, name);
    for (struct prom_label *taken = own; taken; taken = find_label(labels, moved.buf)) {
        AUTOFREE char *before = str_detach(&moved);
        str_addf(&moved, "exported_%s", before);
    }
    if (own)
        own->name = arena_text(arena, moved.buf, moved.len);
    labels->v[labels->n++] = (struct prom_label){.name = arena_strdup(arena, name), .value = arena_strdup(arena, value)};
}

/* A label without a value is as good as none. */
static void read_labels(struct arena *arena, struct exposition_text series, struct labels *ret)
{
    struct exposition_label read[EXPOSITION_MAX_LABELS + 1];
    size_t n = exposition_labels(series, read);
    ret->n = 0;
    for (size_t i = 0; i < n; i++) {
        char *value = arena_get(arena, read[i].value.len + 1);
        if (!exposition_unescape(read[i].value, value))
            continue;
        ret->v[ret->n++] = (struct prom_label){.name = arena_text(arena, read[i].name.at, read[i].name.len), .value = value};
    }
}

static void finish_labels(struct arena *arena, const struct memory_target *target, struct labels *labels)
{
    add_target_label(arena, labels, "job", target->job);
    add_target_label(arena, labels, "instance", target->instance);
    qsort(labels->v, labels->n, sizeof(*labels->v), compare_labels);
}

/* Values are UTF-8, which has no byte 0xff. */
static void add_key(const struct labels *labels, struct str *key)
{
    for (size_t i = 0; i < labels->n; i++) {
        str_add(key, labels->v[i].name);
        str_addc(key, '\xff');
        str_add(key, labels->v[i].value);
        str_addc(key, '\xff');
    }
}

static char *put(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

/* In one block. */
static struct prom_label *copy_labels(const struct labels *labels)
{
    size_t size = labels->n * sizeof(*labels->v);
    for (size_t i = 0; i < labels->n; i++)
        size += strlen(labels->v[i].name) + strlen(labels->v[i].value) + 2;
    struct prom_label *copy = xmalloc(size);
    char *at = (char *)(copy + labels->n);
    for (size_t i = 0; i < labels->n; i++)
        copy[i] = (struct prom_label){.name = put(&at, labels->v[i].name), .value = put(&at, labels->v[i].value)};
    return copy;
}

static struct memory_series *new_series(struct memory *memory, size_t target, struct labels *labels)
{
    struct memory_series *series = xcalloc(1, sizeof(*series));
    const struct prom_label *name = find_label(labels, "__name__");
    struct memory_metric *metric = metric_of(memory, name ? name->value : "");
    *series = (struct memory_series){.labels = copy_labels(labels), .n_labels = labels->n, .metric = metric, .target = target};
    GROW(metric->series, metric->n, metric->cap);
    metric->series[metric->n++] = series;
    return series;
}

static struct memory_series *series_of(struct memory *memory, size_t target, struct arena *arena, struct labels *labels)
{
    CLEANUP(str_release) struct str key = STR_INIT;
    finish_labels(arena, &memory->targets[target], labels);
    add_key(labels, &key);
    struct memory_series *series = map_get(&memory->series, key.buf);
    if (series)
        return series;
    series = new_series(memory, target, labels);
    map_set(&memory->series, key.buf, series);
    return series;
}

static struct memory_series *learn(struct memory *memory, size_t target, struct exposition_text text, const char *written)
{
    CLEANUP(arena_release) struct arena arena = ARENA_INIT;
    struct labels labels;
    read_labels(&arena, text, &labels);
    struct memory_series *series = series_of(memory, target, &arena, &labels);
    map_set(&memory->targets[target].written, written, series);
    return series;
}

/* How a target's series are found. */
struct finder {
    size_t target;
    struct map_entry *next; /* exporters write in the same order each time: the one that comes most likely */
    struct str written;
};

static struct memory_series *find_series(struct memory *memory, struct finder *finder, struct exposition_text text)
{
    const struct map *known = &memory->targets[finder->target].written;
    struct map_entry *likely = finder->next;
    if (likely && strncmp(likely->key, text.at, text.len) == 0 && !likely->key[text.len]) {
        finder->next = map_next(known, likely);
        return likely->value;
    }
    str_reset(&finder->written);
    str_addn(&finder->written, text.at, text.len);
    struct memory_series *series = map_get(known, finder->written.buf);
    if (series)
        return series;
    finder->next = NULL; /* what is learned moves the others */
    return learn(memory, finder->target, text, finder->written.buf);
}

void memory_put(struct memory *memory, size_t target, const char *name, double value, int64_t at_ms)
{
    CLEANUP(arena_release) struct arena arena = ARENA_INIT;
    struct labels labels = {.n = 1};
    labels.v[0] = (struct prom_label){.name = arena_text(&arena, "__name__", 8), .value = arena_strdup(&arena, name)};
    struct memory_series *series = series_of(memory, target, &arena, &labels);
    series->target = SIZE_MAX; /* a lost target loses it not */
    add_point(memory, series, at_ms, value);
}

/* ---- rounds */

static void set_text(node_t *about, const char *key, struct exposition_text text)
{
    if (!text.at || !text.len)
        return;
    size_t len = text.len < MAX_HELP ? text.len : MAX_HELP;
    AUTOFREE char *copy = xcalloc(1, len + 1);
    exposition_unescape((struct exposition_text){.at = text.at, .len = len}, copy);
    node_set_str(about, key, copy);
}

static void take_abouts(struct memory *memory, const struct exposition *said)
{
    for (size_t i = 0; i < said->n_abouts && memory->abouts.live < MAX_ABOUTS; i++) {
        const struct exposition_about *about = &said->abouts[i];
        AUTOFREE char *name = xstrndup(about->name.at, about->name.len);
        if (map_has(&memory->abouts, name))
            continue;
        node_t *node = node_new_object();
        set_text(node, "type", about->type);
        set_text(node, "help", about->help);
        set_text(node, "unit", about->unit);
        map_set(&memory->abouts, name, node);
    }
}

/* An exporter's own time counts, unless its clock is far off. */
static bool time_of(const struct exposition_sample *sample, int64_t at_ms, int64_t *ret_ms)
{
    *ret_ms = sample->has_time ? sample->at_ms : at_ms;
    return *ret_ms <= at_ms + FUTURE_MS && *ret_ms >= at_ms - PAST_MS;
}

static void mark_stale(struct memory *memory, size_t target, int64_t at_ms)
{
    for (struct map_entry *entry = map_first(&memory->series); entry; entry = map_next(&memory->series, entry)) {
        struct memory_series *series = entry->value;
        if (series->target == target && series->round != memory->targets[target].round)
            add_stale(memory, series, at_ms);
    }
}

void memory_begin_again(struct memory *memory) { memory->begin_ms = 0; }

/* Our clock was set back: what was read has yet to come, and would hide what is read now. */
static void start_over(struct memory *memory)
{
    for (struct map_entry *entry = map_first(&memory->series); entry; entry = map_next(&memory->series, entry)) {
        struct memory_series *series = entry->value;
        series->n = series->first = 0;
    }
    memory->begin_ms = memory->latest_ms = 0;
}

static void begin(struct memory *memory, int64_t at_ms)
{
    if (at_ms < memory->latest_ms)
        start_over(memory);
    if (!memory->begin_ms)
        memory->begin_ms = at_ms;
}

int memory_take(struct memory *memory, size_t target, const struct exposition *said, int64_t at_ms, struct err *err)
{
    unsigned round = ++memory->targets[target].round;
    struct finder finder = {.target = target, .next = map_first(&memory->targets[target].written), .written = STR_INIT};
    begin(memory, at_ms);
    if (said->n > memory->max_series ||
        memory->series.live + said->n > memory->max_series + memory->targets[target].written.live) {
        mark_stale(memory, target, at_ms);
        err_set(err, ERR_CAPACITY, "there are too many series: %zu more than %zu that are known", said->n, memory->series.live);
        return err_why(err, "at most %zu are kept in memory", memory->max_series);
    }
    take_abouts(memory, said);
    for (size_t i = 0; i < said->n; i++) {
        int64_t sample_ms;
        struct memory_series *series = find_series(memory, &finder, said->samples[i].series);
        if (series->round == round || !time_of(&said->samples[i], at_ms, &sample_ms))
            continue;
        series->round = round;
        add_point(memory, series, sample_ms, said->samples[i].value);
    }
    str_release(&finder.written);
    mark_stale(memory, target, at_ms);
    return 0;
}

void memory_lose(struct memory *memory, size_t target, int64_t at_ms)
{
    begin(memory, at_ms);
    memory->targets[target].round++;
    mark_stale(memory, target, at_ms);
}

static bool is_over(const struct memory *memory, const struct memory_series *series)
{
    const struct memory_point *last = last_point(series);
    return !last || (memory_is_stale(last->value) && last->at_ms < memory->latest_ms - series->metric->span_ms);
}

static void forget(struct memory *memory, struct map_entry *entry)
{
    struct memory_series *series = entry->value;
    struct memory_metric *metric = series->metric;
    for (size_t i = 0; i < metric->n; i++)
        if (metric->series[i] == series)
            metric->series[i] = metric->series[--metric->n];
    memory->bytes -= series->cap * sizeof(*series->points);
    map_delete(&memory->series, entry->key);
    if (!metric->n && metric->span_ms <= memory->all_ms)
        map_delete(&memory->metrics, metric->name);
}

/* The ways to series that are about to be forgotten. */
static void forget_written(struct memory *memory)
{
    for (size_t i = 0; i < memory->n_targets; i++) {
        struct map *written = &memory->targets[i].written;
        for (struct map_entry *entry = map_first(written); entry; entry = map_next(written, entry))
            if (is_over(memory, entry->value))
                map_delete(written, entry->key);
    }
}

static void shrink(struct memory *memory, struct memory_series *series)
{
    drop_old(memory, series);
    memmove(series->points, series->points + series->first, series->n * sizeof(*series->points));
    series->first = 0;
    memory->bytes -= (series->cap - series->n) * sizeof(*series->points);
    series->cap = series->n;
    series->points = xrealloc(series->points, series->n * sizeof(*series->points));
}

/* Less of the past for all, until it fits. */
static void cut(struct memory *memory)
{
    for (struct map_entry *entry = map_first(&memory->metrics); entry && !memory->limit_ms;
         entry = map_next(&memory->metrics, entry)) {
        const struct memory_metric *metric = entry->value;
        memory->limit_ms = metric->span_ms > memory->limit_ms ? metric->span_ms : memory->limit_ms;
    }
    int64_t had_ms = memory->latest_ms - memory->begin_ms;
    memory->limit_ms = memory->limit_ms && memory->limit_ms < had_ms ? memory->limit_ms : had_ms;
    while (memory->bytes > memory->max_bytes && memory->limit_ms > SPAN_MIN_MS) {
        memory->limit_ms = memory->limit_ms * 3 / 4;
        for (struct map_entry *entry = map_first(&memory->series); entry; entry = map_next(&memory->series, entry))
            if (((struct memory_series *)entry->value)->n)
                shrink(memory, entry->value);
    }
}

void memory_end_round(struct memory *memory, int64_t at_ms)
{
    size_t over = 0;
    memory->latest_ms = at_ms;
    for (struct map_entry *entry = map_first(&memory->series); entry; entry = map_next(&memory->series, entry)) {
        drop_old(memory, entry->value);
        over += is_over(memory, entry->value);
    }
    if (over)
        forget_written(memory);
    for (struct map_entry *entry = over ? map_first(&memory->series) : NULL; entry; entry = map_next(&memory->series, entry))
        if (is_over(memory, entry->value))
            forget(memory, entry);
    if (memory->bytes > memory->max_bytes)
        cut(memory);
}
