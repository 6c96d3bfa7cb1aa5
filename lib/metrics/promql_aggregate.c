/* sum by (a) (b) and its kind. promql/engine.go of prometheus/prometheus, 2.42: aggregation. */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/num.h"
#include "metrics/promql_parts.h"

struct group {
    struct promql_labels labels;
    double value, mean; /* mean: of what the deviation is from */
    size_t n;
    double *values; /* of a quantile */
    size_t values_cap;
    struct promql_sample *best; /* of topk: the best last */
    size_t n_best;
};

static void add_sum(struct group *group, double value) { group->value += value; }

static void add_mean(struct group *group, double value)
{
    bool stays = isinf(group->value) && (isinf(value) ? (group->value > 0) == (value > 0) : !isnan(value));
    if (!stays)
        group->value += value / (double)group->n - group->value / (double)group->n;
}

static void add_max(struct group *group, double value)
{
    if (group->n == 1 || group->value < value || isnan(group->value))
        group->value = value;
}

static void add_min(struct group *group, double value)
{
    if (group->n == 1 || group->value > value || isnan(group->value))
        group->value = value;
}

static void add_count(struct group *group, double value) { (void)value, group->value = (double)group->n; }
static void add_one(struct group *group, double value) { (void)value, group->value = 1; }

/* Welford's: value is the sum of the squares. One alone deviates by nothing, whatever it is. */
static void add_square(struct group *group, double value)
{
    if (group->n == 1) {
        group->mean = value;
        return;
    }
    double off = value - group->mean;
    group->mean += off / (double)group->n;
    group->value += off * (value - group->mean);
}

static void end_variance(struct group *group) { group->value /= (double)group->n; }
static void end_deviation(struct group *group) { group->value = num_sqrt(group->value / (double)group->n); }

enum selection { SELECT_NONE, SELECT_TOP, SELECT_BOTTOM, SELECT_QUANTILE };

static const struct aggregation {
    struct promql_aggregation base;
    void (*add)(struct group *group, double value);
    void (*end)(struct group *group); /* NULL: the value is as it is */
    enum selection selection;
} aggregations[] = {
    {.base = {.name = "sum"}, .add = add_sum},
    {.base = {.name = "avg"}, .add = add_mean},
    {.base = {.name = "max"}, .add = add_max},
    {.base = {.name = "min"}, .add = add_min},
    {.base = {.name = "count"}, .add = add_count},
    {.base = {.name = "group"}, .add = add_one},
    {.base = {.name = "stdvar"}, .add = add_square, .end = end_variance},
    {.base = {.name = "stddev"}, .add = add_square, .end = end_deviation},
    {.base = {.name = "topk", .has_param = true, .keeps_labels = true}, .selection = SELECT_TOP},
    {.base = {.name = "bottomk", .has_param = true, .keeps_labels = true}, .selection = SELECT_BOTTOM},
    {.base = {.name = "quantile", .has_param = true}, .selection = SELECT_QUANTILE},
};

const struct promql_aggregation *promql_aggregation_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(aggregations); i++)
        if (strcasecmp(aggregations[i].base.name, name) == 0)
            return &aggregations[i].base;
    return NULL;
}

int promql_compare_numbers(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    if (isnan(left) || isnan(right))
        return isnan(right) - isnan(left);
    return (left > right) - (left < right);
}

double promql_quantile(double q, const double *values, size_t n)
{
    if (!n || isnan(q))
        return NAN;
    if (q < 0 || q > 1)
        return q < 0 ? -INFINITY : INFINITY;
    double rank = q * (double)(n - 1), low = num_floor(rank), weight = rank - low;
    size_t lower = (size_t)low, upper = lower + 1 < n ? lower + 1 : n - 1;
    return values[lower] * (1 - weight) + values[upper] * weight;
}

/* ---- topk, bottomk */

static bool is_better(enum selection selection, double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(b) && !isnan(a);
    return selection == SELECT_TOP ? a > b : a < b;
}

/* Into its place among the best, the best first; the one behind the last place falls out. */
static void keep_best(struct promql_eval *eval, struct group *group, enum selection selection, size_t k,
                      const struct promql_sample *sample)
{
    if (!group->best)
        group->best = arena_get(eval->arena, k * sizeof(*group->best));
    size_t at = group->n_best;
    while (at && is_better(selection, sample->value, group->best[at - 1].value)) {
        if (at < k)
            group->best[at] = group->best[at - 1];
        at--;
    }
    if (at == k)
        return;
    group->best[at] = *sample;
    if (group->n_best < k)
        group->n_best++;
}

/* ---- groups */

static struct promql_labels group_labels(struct promql_eval *eval, const struct promql_node *node, struct promql_labels labels)
{
    if (!node->is_without)
        return promql_labels_only(eval->arena, labels, &node->labels);
    return promql_unnamed(eval->arena, promql_labels_without(eval->arena, labels, &node->labels));
}

static struct group *group_of(struct promql_eval *eval, struct map *groups, struct promql_labels labels)
{
    CLEANUP(str_release) struct str key = STR_INIT;
    promql_labels_key(labels, &key);
    struct group *group = map_get(groups, key.buf);
    if (group)
        return group;
    group = arena_get(eval->arena, sizeof(*group));
    group->labels = labels;
    map_set(groups, key.buf, group);
    return group;
}

static void add_sample(struct promql_eval *eval, struct group *group, const struct aggregation *how, size_t k,
                       const struct promql_sample *sample)
{
    if (how->selection == SELECT_QUANTILE) {
        ARENA_GROW(eval->arena, group->values, group->n, group->values_cap);
        group->values[group->n++] = sample->value;
        return;
    }
    group->n++;
    if (how->selection == SELECT_NONE)
        how->add(group, sample->value);
    else
        keep_best(eval, group, how->selection, k, sample);
}

static void end_group(struct promql_eval *eval, struct group *group, const struct aggregation *how, double param,
                      struct promql_value *ret)
{
    for (size_t i = 0; i < group->n_best; i++)
        promql_push(eval, ret, group->best[i]);
    if (how->base.keeps_labels)
        return;
    if (how->selection == SELECT_QUANTILE) {
        qsort(group->values, group->n, sizeof(*group->values), promql_compare_numbers);
        group->value = promql_quantile(param, group->values, group->n);
    }
    if (how->end)
        how->end(group);
    promql_push(eval, ret, (struct promql_sample){.labels = group->labels, .value = group->value, .at_ms = eval->at_ms});
}

/* How many topk keeps: no more than there are. */
static int count_of(struct promql_eval *eval, double param, size_t most, size_t *ret)
{
    *ret = 0;
    if (isnan(param) || fabs(param) > 9e18) {
        err_set(eval->err, ERR_FAILED, "the query cannot be evaluated");
        return err_why(eval->err, "Scalar value %g overflows int64", param);
    }
    if (param >= 1)
        *ret = param < (double)most ? (size_t)param : most;
    return 0;
}

int promql_aggregate(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret)
{
    const struct aggregation *how = (const struct aggregation *)node->aggregation;
    CLEANUP(map_release) struct map groups = MAP_INIT(NULL);
    struct promql_value from, param = {0};
    size_t k = 0;
    if (promql_value_of(eval, node->args[0], &from) != 0 ||
        (node->n_args > 1 && promql_value_of(eval, node->args[1], &param) != 0))
        return -1;
    if (how->base.keeps_labels && count_of(eval, param.scalar, from.n, &k) != 0)
        return -1;
    if (how->base.keeps_labels && !k)
        return 0;
    for (size_t i = 0; i < from.n; i++)
        add_sample(eval, group_of(eval, &groups, group_labels(eval, node, from.v[i].labels)), how, k, &from.v[i]);
    for (struct map_entry *entry = map_first(&groups); entry; entry = map_next(&groups, entry))
        end_group(eval, entry->value, how, param.scalar, ret);
    return 0;
}
