/* What a tree is worth at a time, and over a range of times. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/sig.h"
#include "metrics/promql_parts.h"

enum { LOOKBACK_MS = 5 * 60 * 1000, MAX_STEPS = 11000, MAX_SAMPLES = 5000000 };

void promql_push(struct promql_eval *eval, struct promql_value *value, struct promql_sample sample)
{
    ARENA_GROW(eval->arena, value->v, value->n, value->cap);
    value->v[value->n++] = sample;
}

int promql_check_unique(struct promql_eval *eval, const struct promql_value *value)
{
    CLEANUP(map_release) struct map seen = MAP_INIT(NULL);
    CLEANUP(str_release) struct str key = STR_INIT;
    for (size_t i = 0; i < value->n; i++) {
        str_reset(&key);
        promql_labels_key(value->v[i].labels, &key);
        if (map_has(&seen, key.buf)) {
            err_set(eval->err, ERR_FAILED, "the query cannot be evaluated");
            return err_why(eval->err, "vector cannot contain metrics with the same labelset");
        }
        map_set(&seen, key.buf, &value->v[i]);
    }
    return 0;
}

/* ---- selectors */

/* The last point before a time, unless it is stale or too old. */
static const struct memory_point *point_at(const struct memory_series *series, int64_t at_ms)
{
    size_t low = 0, high = series->n;
    const struct memory_point *points = series->points + series->first;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (points[middle].at_ms <= at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || points[low - 1].at_ms <= at_ms - LOOKBACK_MS || memory_is_stale(points[low - 1].value))
        return NULL;
    return &points[low - 1];
}

static struct promql_labels labels_of(const struct memory_series *series)
{
    return (struct promql_labels){.v = series->labels, .n = series->n_labels};
}

static void select_all(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret)
{
    struct promql_cursor cursor = {0};
    for (const struct memory_series *series; (series = promql_next_series(eval->memory, node, &cursor));) {
        const struct memory_point *point = point_at(series, eval->at_ms - node->offset_ms);
        if (point)
            promql_push(eval, ret,
                        (struct promql_sample){.labels = labels_of(series), .value = point->value, .at_ms = point->at_ms});
    }
}

/* ---- calls */

/* Prometheus would take the whole window as known; what was before the memory began is not. */
static int64_t known_from(struct promql_eval *eval, const struct memory_series *series, int64_t from_ms, int64_t first_ms)
{
    int64_t since_ms = memory_since(eval->memory, series->metric);
    since_ms = first_ms < since_ms ? first_ms : since_ms;
    if (from_ms >= since_ms)
        return from_ms;
    eval->is_short = true;
    return since_ms;
}

static size_t first_after(const struct memory_point *points, size_t n, int64_t at_ms)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (points[middle].at_ms < at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* False: there is no point in it. Both ends belong to it, as until Prometheus 3. */
static bool window_of(struct promql_eval *eval, const struct promql_node *node, const struct memory_series *series,
                      struct promql_window *ret)
{
    const struct memory_point *points = series->points + series->first;
    int64_t to = eval->at_ms - node->offset_ms, from = to - node->window_ms;
    size_t first = first_after(points, series->n, from), end = first_after(points, series->n, to + 1), n = 0;
    if (first == end)
        return false;
    struct memory_point *kept = arena_get(eval->arena, (end - first) * sizeof(*kept));
    for (size_t i = first; i < end; i++)
        if (!memory_is_stale(points[i].value))
            kept[n++] = points[i];
    if (!n)
        return false;
    *ret = (struct promql_window){.points = kept, .n = n, .from_ms = known_from(eval, series, from, kept[0].at_ms), .to_ms = to};
    return true;
}

static int call_windows(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    const struct promql_node *selector = call->args[call->n_args - 1];
    struct promql_value param = {0};
    struct promql_cursor cursor = {0};
    if (call->n_args > 1 && promql_value_of(eval, call->args[0], &param) != 0)
        return -1;
    for (const struct memory_series *series; (series = promql_next_series(eval->memory, selector, &cursor));) {
        struct promql_window window;
        struct promql_sample sample = {.labels = labels_of(series), .at_ms = eval->at_ms};
        if (!window_of(eval, selector, series, &window) || !call->function->of_window(&window, param.scalar, &sample.value))
            continue;
        if (!call->function->keeps_name)
            sample.labels = promql_unnamed(eval->arena, sample.labels);
        promql_push(eval, ret, sample);
    }
    return promql_check_unique(eval, ret);
}

static double negative(double value) { return -value; }

/* Of each of a vector. */
static int change_each(struct promql_eval *eval, const struct promql_node *node, double (*change)(double),
                       struct promql_value *ret)
{
    struct promql_value from;
    if (promql_value_of(eval, node->args[0], &from) != 0)
        return -1;
    ret->scalar = change(from.scalar);
    for (size_t i = 0; i < from.n; i++)
        promql_push(eval, ret,
                    (struct promql_sample){.labels = promql_unnamed(eval->arena, from.v[i].labels),
                                           .value = change(from.v[i].value),
                                           .at_ms = eval->at_ms});
    return promql_check_unique(eval, ret);
}

static int call_function(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    if (call->function->of_window)
        return call_windows(eval, call, ret);
    if (call->function->of_number)
        return change_each(eval, call, call->function->of_number, ret);
    return call->function->of_all(eval, call, ret);
}

int promql_value_of(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret)
{
    *ret = (struct promql_value){.type = node->type};
    switch (node->kind) {
    case NODE_LITERAL:
        ret->scalar = node->number;
        return 0;
    case NODE_WORDS:
        ret->text = node->text;
        return 0;
    case NODE_SELECTOR:
        select_all(eval, node, ret);
        return 0;
    case NODE_CALL:
        return call_function(eval, node, ret);
    case NODE_AGGREGATION:
        return promql_aggregate(eval, node, ret);
    case NODE_OPERATION:
        return promql_operate(eval, node, ret);
    case NODE_NEGATION:
        return change_each(eval, node, negative, ret);
    }
    return 0;
}

/* ---- results */

/* 1.5e-7 as digits and where the point stands: the fewest that read back as the same number. Any 15 digits do. */
static int shortest(double value, char *digits, size_t *ret_n)
{
    enum { SURE = 15, MOST = 17, ROOM = 32 };
    char text[ROOM];
    int many = SURE;
    do
        snprintf(text, sizeof(text), "%.*e", many - 1, value);
    while (strtod(text, NULL) != value && ++many <= MOST);
    size_t n = 0;
    for (const char *c = text; *c != 'e'; c++)
        if (*c != '.')
            digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *ret_n = n;
    return (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

static void add_zeros(struct str *s, int n)
{
    while (n-- > 0)
        str_addc(s, '0');
}

/* web/api/v1 of prometheus/prometheus: an exponent only below 1e-6 and from 1e21 on. */
void promql_print(double value, struct str *s)
{
    if (!isfinite(value)) {
        str_add(s, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
        return;
    }
    char digits[32];
    size_t n;
    int exponent = shortest(fabs(value), digits, &n), last = (int)n - 1;
    bool has_exponent = value != 0 && (exponent < -6 || exponent >= 21);
    if (signbit(value))
        str_addc(s, '-');
    int before = has_exponent ? 1 : exponent + 1; /* digits before the point */
    if (before <= 0) {
        str_add(s, "0.");
        add_zeros(s, -before);
        str_addn(s, digits, n);
        return;
    }
    str_addn(s, digits, before > last ? n : (size_t)before);
    add_zeros(s, before - 1 - last);
    if (before <= last) {
        str_addc(s, '.');
        str_addn(s, digits + before, n - (size_t)before);
    }
    if (has_exponent)
        str_addf(s, "e%c%d", exponent < 0 ? '-' : '+', abs(exponent));
}

static struct prom_label *copy_labels(struct promql_labels labels, struct arena *arena)
{
    struct prom_label *copy = arena_get(arena, labels.n * sizeof(*copy));
    for (size_t i = 0; i < labels.n; i++)
        copy[i] =
            (struct prom_label){.name = arena_strdup(arena, labels.v[i].name), .value = arena_strdup(arena, labels.v[i].value)};
    return copy;
}

struct answer {
    struct prom_result *result;
    size_t cap, *point_caps;
    struct map places; /* key -> index + 1, of a range */
    size_t samples;
};

static size_t add_series(struct answer *answer, struct promql_labels labels)
{
    struct prom_result *result = answer->result;
    size_t cap = answer->cap;
    GROW(result->series, result->n, answer->cap);
    if (answer->cap != cap)
        answer->point_caps = xrealloc(answer->point_caps, answer->cap * sizeof(*answer->point_caps));
    answer->point_caps[result->n] = 0;
    result->series[result->n] = (struct prom_series){.labels = copy_labels(labels, &result->arena), .n_labels = labels.n};
    return result->n++;
}

static void add_point(struct answer *answer, size_t place, int64_t at_ms, double value)
{
    struct arena *arena = &answer->result->arena;
    struct prom_series *series = &answer->result->series[place];
    CLEANUP(str_release) struct str text = STR_INIT;
    promql_print(value, &text);
    ARENA_GROW(arena, series->points, series->n_points, answer->point_caps[place]);
    series->points[series->n_points++] =
        (struct prom_point){.at_ms = at_ms, .value = value, .text = arena_text(arena, text.buf, text.len)};
    answer->samples++;
}

/* Of an instant query: in its own order. */
static void take_vector(struct answer *answer, const struct promql_value *value, int64_t at_ms)
{
    for (size_t i = 0; i < value->n; i++)
        add_point(answer, add_series(answer, value->v[i].labels), at_ms, value->v[i].value);
}

/* Of a step of a range: to the series that there are. */
static void take_step(struct answer *answer, const struct promql_value *value, int64_t at_ms)
{
    CLEANUP(str_release) struct str key = STR_INIT;
    for (size_t i = 0; i < value->n; i++) {
        str_reset(&key);
        promql_labels_key(value->v[i].labels, &key);
        size_t place = (size_t)(uintptr_t)map_get(&answer->places, key.buf);
        if (!place) {
            place = add_series(answer, value->v[i].labels) + 1;
            map_set(&answer->places, key.buf, (void *)(uintptr_t)place); // NOLINT(performance-no-int-to-ptr)
        }
        add_point(answer, place - 1, at_ms, value->v[i].value);
    }
}

static void take_single(struct answer *answer, const struct promql_value *value, int64_t at_ms)
{
    size_t place = answer->result->n ? 0 : add_series(answer, (struct promql_labels){0});
    add_point(answer, place, at_ms, value->scalar);
    struct prom_point *point = &answer->result->series[place].points[answer->result->series[place].n_points - 1];
    if (!value->text)
        return;
    point->text = arena_strdup(&answer->result->arena, value->text);
    point->value = NAN;
}

/* up[5m]: the points themselves. */
static void take_windows(struct answer *answer, const struct promql_eval *eval, const struct promql_node *node)
{
    struct promql_cursor cursor = {0};
    int64_t to = eval->at_ms - node->offset_ms, from = to - node->window_ms;
    for (const struct memory_series *series; (series = promql_next_series(eval->memory, node, &cursor));) {
        size_t place = SIZE_MAX;
        for (size_t i = series->first; i < series->first + series->n; i++) {
            const struct memory_point *point = &series->points[i];
            if (point->at_ms < from || point->at_ms > to || memory_is_stale(point->value))
                continue;
            if (place == SIZE_MAX)
                place = add_series(answer, labels_of(series));
            add_point(answer, place, point->at_ms, point->value);
        }
    }
}

/* ---- evaluations */

static int eval_instant(const struct promql *promql, struct promql_eval *eval, struct answer *answer)
{
    static const enum prom_type types[] = {[PROMQL_NONE] = PROM_VECTOR,
                                           [PROMQL_SCALAR] = PROM_SCALAR,
                                           [PROMQL_STRING] = PROM_STRING,
                                           [PROMQL_VECTOR] = PROM_VECTOR,
                                           [PROMQL_MATRIX] = PROM_MATRIX};
    struct promql_value value;
    answer->result->type = types[promql->root->type];
    if (promql->root->type == PROMQL_MATRIX) {
        take_windows(answer, eval, promql->root);
        return 0;
    }
    if (promql_value_of(eval, promql->root, &value) != 0)
        return -1;
    if (value.type == PROMQL_VECTOR)
        take_vector(answer, &value, eval->at_ms);
    else
        take_single(answer, &value, eval->at_ms);
    return 0;
}

static int eval_step(const struct promql *promql, struct promql_eval *eval, struct answer *answer)
{
    struct promql_value value;
    arena_release(eval->arena);
    if (sig_interrupted())
        return err_set(eval->err, ERR_INTERRUPTED, "interrupted");
    if (promql_value_of(eval, promql->root, &value) != 0)
        return -1;
    if (value.type == PROMQL_VECTOR)
        take_step(answer, &value, eval->at_ms);
    else
        take_single(answer, &value, eval->at_ms);
    if (answer->samples > MAX_SAMPLES)
        return err_set(eval->err, ERR_CAPACITY, "the answer has more than %d values", MAX_SAMPLES);
    return 0;
}

static int check_range(const struct promql *promql, const struct prom_query *query, struct err *err)
{
    if (promql->root->type != PROMQL_SCALAR && promql->root->type != PROMQL_VECTOR) {
        err_set(err, ERR_USAGE, "the expression cannot be read");
        return err_why(err, "invalid expression type \"%s\" for range query, must be Scalar or instant Vector",
                       promql_type_name(promql->root->type));
    }
    if (query->step_ms < 1 || query->range_ms / query->step_ms > MAX_STEPS)
        return err_set(err, ERR_USAGE, "a range has at most %d steps", MAX_STEPS);
    return 0;
}

static int eval_range(const struct promql *promql, struct promql_eval *eval, const struct prom_query *query,
                      struct answer *answer)
{
    int64_t end = eval->at_ms;
    answer->result->type = PROM_MATRIX;
    if (check_range(promql, query, eval->err) != 0)
        return -1;
    for (eval->at_ms = end - query->range_ms; eval->at_ms <= end; eval->at_ms += query->step_ms)
        if (eval_step(promql, eval, answer) != 0)
            return -1;
    return 0;
}

static void tell_short(const struct memory *memory, const struct prom_query *query, struct prom_result *result)
{
    CLEANUP(str_release) struct str known = STR_INIT;
    result->is_short = true;
    duration_print(&known, memory->latest_ms - memory->begin_ms);
    strv_addf(&result->warnings, "exporters tell no past: what is known is %s long%s", known.buf,
              query->range_ms ? "" : ", and so are the windows");
}

int promql_eval(const struct promql *promql, const struct memory *memory, const struct prom_query *query, struct prom_result *ret,
                struct err *err)
{
    *ret = PROM_RESULT_INIT;
    int64_t end_ms = query->at_ms ? query->at_ms : memory->latest_ms;
    CLEANUP(arena_release) struct arena arena = ARENA_INIT;
    struct promql_eval eval = {.memory = memory, .arena = &arena, .at_ms = end_ms, .err = err};
    struct answer answer = {.result = ret, .places = MAP_INIT(NULL)};
    int rc = query->range_ms ? eval_range(promql, &eval, query, &answer) : eval_instant(promql, &eval, &answer);
    map_release(&answer.places);
    free(answer.point_caps);
    if (rc != 0)
        prom_result_release(ret);
    else if (eval.is_short || (query->range_ms && end_ms - query->range_ms < memory->begin_ms))
        tell_short(memory, query, ret);
    return rc;
}

int promql_each(const struct promql *promql, const struct memory *memory,
                void (*see)(const struct memory_series *series, void *arg), void *arg, struct err *err)
{
    struct promql_cursor cursor = {0};
    const struct promql_node *selector = promql->root;
    if (selector->kind != NODE_SELECTOR || selector->type != PROMQL_VECTOR) {
        err_set(err, ERR_USAGE, "this is no selector");
        return err_hint(err, "up{job=\"dcgm\"}");
    }
    for (const struct memory_series *series; (series = promql_next_series(memory, selector, &cursor));)
        see(series, arg);
    return 0;
}
