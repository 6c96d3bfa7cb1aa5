/* Functions of windows: what happened in each series over a time. promql/functions.go of prometheus/prometheus, 2.42. */
#include <math.h>
#include <stdlib.h>

#include "metrics/promql_parts.h"

/* Rates go on to the window's ends as they went between its points; but not before a counter was zero, and not further than
 * half the distance of points where the series begins or ends in the window. */
static double extrapolate(const struct promql_window *window, double increase, bool is_counter)
{
    const struct memory_point *first = &window->points[0], *last = &window->points[window->n - 1];
    double before_s = (double)(first->at_ms - window->from_ms) / 1000, after_s = (double)(window->to_ms - last->at_ms) / 1000;
    double known_s = (double)(last->at_ms - first->at_ms) / 1000, distance_s = known_s / (double)(window->n - 1);
    if (is_counter && increase > 0 && first->value >= 0) {
        double to_zero_s = known_s * (first->value / increase);
        before_s = to_zero_s < before_s ? to_zero_s : before_s;
    }
    double threshold_s = distance_s * 1.1;
    double whole_s = known_s + (before_s < threshold_s ? before_s : distance_s / 2);
    whole_s += after_s < threshold_s ? after_s : distance_s / 2;
    return whole_s / known_s;
}

static bool change_of(const struct promql_window *window, bool is_counter, bool is_rate, double *ret)
{
    if (window->n < 2)
        return false;
    double change = window->points[window->n - 1].value - window->points[0].value;
    for (size_t i = 1; is_counter && i < window->n; i++)
        if (window->points[i].value < window->points[i - 1].value)
            change += window->points[i - 1].value;
    double factor = extrapolate(window, change, is_counter);
    if (is_rate)
        factor /= (double)(window->to_ms - window->from_ms) / 1000;
    *ret = change * factor;
    return true;
}

static bool rate(const struct promql_window *window, double param, double *ret)
{
    return (void)param, change_of(window, true, true, ret);
}

static bool increase(const struct promql_window *window, double param, double *ret)
{
    return (void)param, change_of(window, true, false, ret);
}

static bool delta(const struct promql_window *window, double param, double *ret)
{
    return (void)param, change_of(window, false, false, ret);
}

static bool last_change(const struct promql_window *window, bool is_rate, double *ret)
{
    if (window->n < 2)
        return false;
    const struct memory_point *last = &window->points[window->n - 1], *before = last - 1;
    bool is_reset = is_rate && last->value < before->value;
    *ret = is_reset ? last->value : last->value - before->value;
    if (is_rate)
        *ret /= (double)(last->at_ms - before->at_ms) / 1000;
    return true;
}

static bool irate(const struct promql_window *window, double param, double *ret)
{
    return (void)param, last_change(window, true, ret);
}

static bool idelta(const struct promql_window *window, double param, double *ret)
{
    return (void)param, last_change(window, false, ret);
}

/* Kahan's summation, as Neumaier has it. */
struct sum {
    double sum, rest;
};

static void sum_add(struct sum *sum, double value)
{
    double total = sum->sum + value;
    if (fabs(sum->sum) >= fabs(value))
        sum->rest += (sum->sum - total) + value;
    else
        sum->rest += (value - total) + sum->sum;
    sum->sum = total;
}

static bool sum_over_time(const struct promql_window *window, double param, double *ret)
{
    struct sum sum = {0};
    (void)param;
    for (size_t i = 0; i < window->n; i++)
        sum_add(&sum, window->points[i].value);
    *ret = isinf(sum.sum) ? sum.sum : sum.sum + sum.rest;
    return true;
}

static bool avg_over_time(const struct promql_window *window, double param, double *ret)
{
    struct sum mean = {0};
    (void)param;
    for (size_t i = 0; i < window->n; i++) {
        double value = window->points[i].value, count = (double)(i + 1);
        bool stays = isinf(mean.sum) && (isinf(value) ? (mean.sum > 0) == (value > 0) : !isnan(value));
        if (!stays)
            sum_add(&mean, value / count - mean.sum / count);
    }
    *ret = isinf(mean.sum) ? mean.sum : mean.sum + mean.rest;
    return true;
}

static bool max_over_time(const struct promql_window *window, double param, double *ret)
{
    (void)param;
    *ret = window->points[0].value;
    for (size_t i = 0; i < window->n; i++)
        if (window->points[i].value > *ret || isnan(*ret))
            *ret = window->points[i].value;
    return true;
}

static bool min_over_time(const struct promql_window *window, double param, double *ret)
{
    (void)param;
    *ret = window->points[0].value;
    for (size_t i = 0; i < window->n; i++)
        if (window->points[i].value < *ret || isnan(*ret))
            *ret = window->points[i].value;
    return true;
}

static bool count_over_time(const struct promql_window *window, double param, double *ret)
{
    (void)param;
    *ret = (double)window->n;
    return true;
}

static bool last_over_time(const struct promql_window *window, double param, double *ret)
{
    (void)param;
    *ret = window->points[window->n - 1].value;
    return true;
}

static bool present_over_time(const struct promql_window *window, double param, double *ret)
{
    (void)window, (void)param;
    *ret = 1;
    return true;
}

static bool quantile_over_time(const struct promql_window *window, double q, double *ret)
{
    AUTOFREE double *values = xcalloc(window->n, sizeof(*values));
    for (size_t i = 0; i < window->n; i++)
        values[i] = window->points[i].value;
    qsort(values, window->n, sizeof(*values), promql_compare_numbers);
    *ret = promql_quantile(q, values, window->n);
    return true;
}

static bool resets(const struct promql_window *window, double param, double *ret)
{
    (void)param;
    *ret = 0;
    for (size_t i = 1; i < window->n; i++)
        *ret += window->points[i].value < window->points[i - 1].value;
    return true;
}

static bool changes(const struct promql_window *window, double param, double *ret)
{
    (void)param;
    *ret = 0;
    for (size_t i = 1; i < window->n; i++) {
        double value = window->points[i].value, before = window->points[i - 1].value;
        *ret += isnan(value) != isnan(before) || value < before || value > before;
    }
    return true;
}

#define OF_WINDOW(function_)                                                                        \
    {                                                                                               \
        .name = #function_, .ret = PROMQL_VECTOR, .args = {PROMQL_MATRIX}, .of_window = (function_) \
    }
const struct promql_function promql_window_functions[] = {
    OF_WINDOW(rate),
    OF_WINDOW(increase),
    OF_WINDOW(delta),
    OF_WINDOW(irate),
    OF_WINDOW(idelta),
    OF_WINDOW(sum_over_time),
    OF_WINDOW(avg_over_time),
    OF_WINDOW(max_over_time),
    OF_WINDOW(min_over_time),
    OF_WINDOW(count_over_time),
    OF_WINDOW(present_over_time),
    OF_WINDOW(resets),
    OF_WINDOW(changes),
    {.name = "last_over_time", .ret = PROMQL_VECTOR, .args = {PROMQL_MATRIX}, .keeps_name = true, .of_window = last_over_time},
    {.name = "quantile_over_time", .ret = PROMQL_VECTOR, .args = {PROMQL_SCALAR, PROMQL_MATRIX}, .of_window = quantile_over_time},
    {0},
};
