/* Functions of numbers, of vectors, and those that make a vector of windows. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "metrics/promql_parts.h"

static const struct promql_function *find_in(const struct promql_function *functions, const char *name)
{
    for (size_t i = 0; functions[i].name; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

const struct promql_function *promql_function_find(const char *name)
{
    const struct promql_function *lists[] = {promql_window_functions, promql_number_functions, promql_vector_functions};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct promql_function *found = find_in(lists[i], name);
        if (found)
            return found;
    }
    return NULL;
}

/* ---- of numbers */

static double absolute(double value) { return fabs(value); }
static double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : value; }

#define OF_NUMBER(name_, function_)                                                              \
    {                                                                                            \
        .name = (name_), .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR}, .of_number = (function_) \
    }
const struct promql_function promql_number_functions[] = {
    OF_NUMBER("abs", absolute),    OF_NUMBER("ceil", num_ceil),
    OF_NUMBER("floor", num_floor), OF_NUMBER("exp", num_exp),
    OF_NUMBER("ln", num_log),      OF_NUMBER("log2", num_log2),
    OF_NUMBER("log10", num_log10), OF_NUMBER("sqrt", num_sqrt),
    OF_NUMBER("sgn", sign),        {0},
};

/* ---- of vectors */

static int arg_of(struct promql_eval *eval, const struct promql_node *call, size_t i, struct promql_value *ret)
{
    return promql_value_of(eval, call->args[i], ret);
}

static int map_numbers(struct promql_eval *eval, const struct promql_value *from, struct promql_value *ret,
                       double (*change)(double value, double a, double b), double a, double b)
{
    for (size_t i = 0; i < from->n; i++)
        promql_push(eval, ret,
                    (struct promql_sample){.labels = promql_unnamed(eval->arena, from->v[i].labels),
                                           .value = change(from->v[i].value, a, b),
                                           .at_ms = eval->at_ms});
    return promql_check_unique(eval, ret);
}

/* Go's math.Max and math.Min: NaN when one is. */
static double larger(double a, double b) { return isnan(a) || isnan(b) ? NAN : a > b ? a : b; }
static double smaller(double a, double b) { return isnan(a) || isnan(b) ? NAN : a < b ? a : b; }
static double at_least(double value, double low, double unused) { return (void)unused, larger(low, value); }
static double at_most(double value, double high, double unused) { return (void)unused, smaller(high, value); }
static double between(double value, double low, double high) { return larger(low, smaller(high, value)); }
/* To the nearest, halves upwards; inverse: 1 / to. */
static double to_nearest(double value, double inverse, double unused)
{
    return (void)unused, num_floor(value * inverse + 0.5) / inverse;
}

static int clamp_by(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret,
                    double (*change)(double value, double a, double b))
{
    struct promql_value from, bound;
    if (arg_of(eval, call, 0, &from) != 0 || arg_of(eval, call, 1, &bound) != 0)
        return -1;
    return map_numbers(eval, &from, ret, change, bound.scalar, 0);
}

static int clamp_min(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    return clamp_by(eval, call, ret, at_least);
}

static int clamp_max(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    return clamp_by(eval, call, ret, at_most);
}

static int clamp(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value from, low, high;
    if (arg_of(eval, call, 0, &from) != 0 || arg_of(eval, call, 1, &low) != 0 || arg_of(eval, call, 2, &high) != 0)
        return -1;
    return low.scalar > high.scalar ? 0 : map_numbers(eval, &from, ret, between, low.scalar, high.scalar);
}

static int round_to(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value from, to = {.scalar = 1};
    if (arg_of(eval, call, 0, &from) != 0 || (call->n_args > 1 && arg_of(eval, call, 1, &to) != 0))
        return -1;
    return map_numbers(eval, &from, ret, to_nearest, 1 / to.scalar, 0);
}

static int scalar(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value from;
    if (arg_of(eval, call, 0, &from) != 0)
        return -1;
    ret->scalar = from.n == 1 ? from.v[0].value : NAN;
    return 0;
}

static int vector(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value from;
    if (arg_of(eval, call, 0, &from) != 0)
        return -1;
    promql_push(eval, ret, (struct promql_sample){.value = from.scalar, .at_ms = eval->at_ms});
    return 0;
}

static int now(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    (void)call;
    ret->scalar = (double)eval->at_ms / 1000;
    return 0;
}

static int timestamp(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value from;
    if (arg_of(eval, call, 0, &from) != 0)
        return -1;
    for (size_t i = 0; i < from.n; i++)
        promql_push(eval, ret,
                    (struct promql_sample){.labels = promql_unnamed(eval->arena, from.v[i].labels),
                                           .value = (double)from.v[i].at_ms / 1000,
                                           .at_ms = eval->at_ms});
    return promql_check_unique(eval, ret);
}

/* What the selector says the series would have been. */
static int absent(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value from;
    struct promql_labels labels = {0};
    const struct promql_node *selector = call->args[0];
    if (arg_of(eval, call, 0, &from) != 0)
        return -1;
    if (from.n)
        return 0;
    for (size_t i = 0; selector->kind == NODE_SELECTOR && i < selector->n_matchers; i++) {
        const struct promql_matcher *matcher = &selector->matchers[i];
        bool is_told = matcher->how == MATCH_IS && strcmp(matcher->name, "__name__") != 0;
        bool is_twice = *promql_label(labels, matcher->name);
        if (is_told || is_twice)
            labels = promql_labels_set(eval->arena, labels, matcher->name, is_twice ? "" : matcher->value);
    }
    promql_push(eval, ret, (struct promql_sample){.labels = labels, .value = 1, .at_ms = eval->at_ms});
    return 0;
}

static int compare_up(const void *a, const void *b)
{
    const struct promql_sample *left = a, *right = b;
    if (isnan(left->value) || isnan(right->value))
        return isnan(left->value) - isnan(right->value);
    return (left->value > right->value) - (left->value < right->value);
}

static int compare_down(const void *a, const void *b)
{
    const struct promql_sample *left = a, *right = b;
    return isnan(left->value) || isnan(right->value) ? compare_up(a, b) : compare_up(b, a);
}

static int sort_by(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret,
                   int (*compare)(const void *, const void *))
{
    if (arg_of(eval, call, 0, ret) != 0)
        return -1;
    if (ret->n)
        qsort(ret->v, ret->n, sizeof(*ret->v), compare);
    return 0;
}

static int sort_up(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    return sort_by(eval, call, ret, compare_up);
}

static int sort_down(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    return sort_by(eval, call, ret, compare_down);
}

/* ---- label_replace */

enum { MAX_GROUPS = 20 };

/* $1, ${1}; $name is no group here and so nothing, $$ is a dollar (Go's regexp.Expand). How long it is. */
static size_t add_group(struct str *s, const char *at, const char *text, const regmatch_t *groups)
{
    static const char word[] = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool has_braces = at[1] == '{';
    const char *name = at + 1 + has_braces;
    size_t len = strspn(name, word);
    long long number;
    AUTOFREE char *digits = xstrndup(name, len);
    if (at[1] == '$' || !len || (has_braces && name[len] != '}')) {
        str_addc(s, '$');
        return at[1] == '$' ? 2 : 1;
    }
    /* groups[1] is the whole of it: the anchors are around it. */
    if (str_to_int(digits, 0, MAX_GROUPS - 2, &number) && groups[number + 1].rm_so >= 0)
        str_addn(s, text + groups[number + 1].rm_so, (size_t)(groups[number + 1].rm_eo - groups[number + 1].rm_so));
    return 1 + len + (has_braces ? 2 : 0);
}

static void expand(struct str *s, const char *template, const char *text, const regmatch_t *groups)
{
    while (*template) {
        if (*template == '$') {
            template += add_group(s, template, text, groups);
            continue;
        }
        str_addc(s, *template ++);
    }
}

/* label_replace(v, dst, replacement, src, regex) */
static int label_replace(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    regmatch_t groups[MAX_GROUPS];
    if (arg_of(eval, call, 0, ret) != 0)
        return -1;
    for (size_t i = 0; i < ret->n; i++) {
        CLEANUP(str_release) struct str value = STR_INIT;
        const char *source = promql_label(ret->v[i].labels, call->args[3]->text);
        if (!promql_regex_groups(call->regex, source, groups, MAX_GROUPS))
            continue;
        expand(&value, call->args[2]->text, source, groups);
        ret->v[i].labels = promql_labels_set(eval->arena, ret->v[i].labels, call->args[1]->text, value.buf);
    }
    return promql_check_unique(eval, ret);
}

/* ---- histogram_quantile */

struct bucket {
    double upper, count;
};

struct histogram {
    struct promql_labels labels;
    struct bucket *buckets;
    size_t n, cap;
};

static int compare_buckets(const void *a, const void *b)
{
    const struct bucket *left = a, *right = b;
    return (left->upper > right->upper) - (left->upper < right->upper);
}

static bool upper_of(const char *text, double *ret)
{
    char *end;
    if (!*text || strspn(text, "0123456789+-.eEInfinityNa") != strlen(text))
        return false;
    *ret = strtod(text, &end);
    return !*end && !isnan(*ret);
}

/* Buckets of one bound are one; counts that fall, for the time between two readings, do not. */
static size_t settle_buckets(struct bucket *buckets, size_t n)
{
    size_t kept = 0;
    for (size_t i = 1; i < n; i++) {
        if (compare_buckets(&buckets[i], &buckets[kept]) == 0)
            buckets[kept].count += buckets[i].count;
        else
            buckets[++kept] = buckets[i];
    }
    for (size_t i = 1; i <= kept; i++)
        if (buckets[i].count < buckets[i - 1].count)
            buckets[i].count = buckets[i - 1].count;
    return kept + 1;
}

/* promql/quantile.go of prometheus/prometheus, 2.42: bucketQuantile. */
static double quantile_of(double q, struct bucket *buckets, size_t n)
{
    if (isnan(q))
        return NAN;
    if (q < 0 || q > 1)
        return q < 0 ? -INFINITY : INFINITY;
    qsort(buckets, n, sizeof(*buckets), compare_buckets);
    if (!isinf(buckets[n - 1].upper) || buckets[n - 1].upper < 0)
        return NAN;
    n = settle_buckets(buckets, n);
    if (n < 2 || buckets[n - 1].count == 0 || isnan(buckets[n - 1].count))
        return NAN;
    double rank = q * buckets[n - 1].count, start = 0;
    size_t b = 0;
    while (b < n - 1 && !(buckets[b].count >= rank))
        b++;
    if (b == n - 1)
        return buckets[n - 2].upper;
    if (b == 0 && buckets[0].upper <= 0)
        return buckets[0].upper;
    double end = buckets[b].upper, count = buckets[b].count;
    if (b > 0) {
        start = buckets[b - 1].upper;
        count -= buckets[b - 1].count;
        rank -= buckets[b - 1].count;
    }
    return start + (end - start) * (rank / count);
}

static struct histogram *histogram_of(struct promql_eval *eval, struct map *known, struct promql_labels labels)
{
    CLEANUP(str_release) struct str key = STR_INIT;
    promql_labels_key(labels, &key);
    struct histogram *histogram = map_get(known, key.buf);
    if (histogram)
        return histogram;
    histogram = arena_get(eval->arena, sizeof(*histogram));
    histogram->labels = labels;
    map_set(known, key.buf, histogram);
    return histogram;
}

static void add_bucket(struct promql_eval *eval, struct map *histograms, const struct promql_sample *sample)
{
    static const char *names[] = {"__name__", "le"};
    static const struct promql_names without = {.v = names, .n = 2};
    double upper;
    if (!upper_of(promql_label(sample->labels, "le"), &upper))
        return;
    struct histogram *histogram = histogram_of(eval, histograms, promql_labels_without(eval->arena, sample->labels, &without));
    ARENA_GROW(eval->arena, histogram->buckets, histogram->n, histogram->cap);
    histogram->buckets[histogram->n++] = (struct bucket){.upper = upper, .count = sample->value};
}

static int histogram_quantile(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret)
{
    struct promql_value q, from;
    CLEANUP(map_release) struct map histograms = MAP_INIT(NULL);
    if (arg_of(eval, call, 0, &q) != 0 || arg_of(eval, call, 1, &from) != 0)
        return -1;
    for (size_t i = 0; i < from.n; i++)
        add_bucket(eval, &histograms, &from.v[i]);
    for (struct map_entry *entry = map_first(&histograms); entry; entry = map_next(&histograms, entry)) {
        struct histogram *histogram = entry->value;
        promql_push(eval, ret,
                    (struct promql_sample){.labels = histogram->labels,
                                           .value = quantile_of(q.scalar, histogram->buckets, histogram->n),
                                           .at_ms = eval->at_ms});
    }
    return 0;
}

const struct promql_function promql_vector_functions[] = {
    {.name = "clamp", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR, PROMQL_SCALAR, PROMQL_SCALAR}, .of_all = clamp},
    {.name = "clamp_min", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR, PROMQL_SCALAR}, .of_all = clamp_min},
    {.name = "clamp_max", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR, PROMQL_SCALAR}, .of_all = clamp_max},
    {.name = "round", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR, PROMQL_SCALAR}, .optional = 1, .of_all = round_to},
    {.name = "scalar", .ret = PROMQL_SCALAR, .args = {PROMQL_VECTOR}, .of_all = scalar},
    {.name = "vector", .ret = PROMQL_VECTOR, .args = {PROMQL_SCALAR}, .of_all = vector},
    {.name = "time", .ret = PROMQL_SCALAR, .of_all = now},
    {.name = "timestamp", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR}, .of_all = timestamp},
    {.name = "absent", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR}, .of_all = absent},
    {.name = "sort", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR}, .of_all = sort_up},
    {.name = "sort_desc", .ret = PROMQL_VECTOR, .args = {PROMQL_VECTOR}, .of_all = sort_down},
    {.name = "label_replace",
     .ret = PROMQL_VECTOR,
     .args = {PROMQL_VECTOR, PROMQL_STRING, PROMQL_STRING, PROMQL_STRING, PROMQL_STRING},
     .of_all = label_replace},
    {.name = "histogram_quantile", .ret = PROMQL_VECTOR, .args = {PROMQL_SCALAR, PROMQL_VECTOR}, .of_all = histogram_quantile},
    {0},
};
