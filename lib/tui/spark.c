#include "tui/spark.h"

#include <math.h>

enum { LEVELS = 8 };

static const char *const blocks[LEVELS] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
static const char *const ascii[LEVELS] = {"_", ".", "-", ":", "=", "+", "*", "#"};

static void find_scale(const double *values, size_t n, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        *low = fmin(*low, values[i]);
        *high = fmax(*high, values[i]);
    }
}

/* Of the known ones among values[from, to). */
static double mean(const double *values, size_t from, size_t to)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = from; i < to; i++) {
        if (!isfinite(values[i]))
            continue;
        sum += values[i];
        known++;
    }
    return known ? sum / (double)known : NAN;
}

static void add_level(struct str *s, const struct spark *spark, double value, double low, double high)
{
    if (!isfinite(value)) {
        str_add(s, spark->utf8 ? "\u00b7" : " ");
        return;
    }
    /* A flat curve is drawn at the bottom. */
    double share = high > low ? (value - low) / (high - low) : 0;
    int level = (int)(fmin(fmax(share, 0), 1) * (LEVELS - 1) + 0.5);
    str_add(s, spark->utf8 ? blocks[level] : ascii[level]);
}

void spark_add(struct str *s, const struct spark *spark, const double *values, size_t n)
{
    if (spark->width <= 0)
        return;
    double low = spark->low, high = spark->high;
    if (!(low < high))
        find_scale(values, n, &low, &high);

    size_t width = (size_t)spark->width;
    size_t cells = n < width ? n : width;
    for (size_t i = cells; i < width; i++)
        str_addc(s, ' ');
    for (size_t i = 0; i < cells; i++)
        add_level(s, spark, mean(values, i * n / cells, (i + 1) * n / cells), low, high);
}
