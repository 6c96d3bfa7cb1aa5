#include "base/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static const struct suffix {
    const char *name;
    double factor;
} suffixes[] = {
    {"", 1},
    {"B", 1},
    {"k", 1e3},
    {"K", 1024.0},
    {"KB", 1e3},
    {"M", 1e6},
    {"MB", 1e6},
    {"G", 1e9},
    {"GB", 1e9},
    {"T", 1e12},
    {"TB", 1e12},
    {"Ki", 1024.0},
    {"KiB", 1024.0},
    {"Mi", 1048576.0},
    {"MiB", 1048576.0},
    {"Gi", 1073741824.0},
    {"GiB", 1073741824.0},
    {"Ti", 1099511627776.0},
    {"TiB", 1099511627776.0},
};

bool bytes_parse(const char *text, int64_t *ret_bytes)
{
    if (!strchr("0123456789.", *text) || !*text)
        return false;
    char *end = NULL;
    double value = strtod(text, &end);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (strcmp(suffixes[i].name, end) != 0)
            continue;
        double bytes = value * suffixes[i].factor;
        if (!isfinite(bytes) || bytes > 9e18)
            return false;
        *ret_bytes = (int64_t)(bytes + 0.5);
        return true;
    }
    return false;
}

static void scaled(struct str *s, double value, const char *prefix)
{
    bool whole = fabs(value) >= 100 || fabs(value - num_round(value)) < 0.05;
    str_addf(s, whole ? "%.0f%s" : "%.1f%s", value, prefix);
}

void bytes_print(struct str *s, double bytes)
{
    static const char *const prefixes[] = {"B", "Ki", "Mi", "Gi", "Ti", "Pi"};
    size_t i = 0;
    while (fabs(bytes) >= 1024 && i + 1 < ARRAY_LEN(prefixes)) {
        bytes /= 1024;
        i++;
    }
    scaled(s, bytes, prefixes[i]);
}

/* What %.3g would give a power of ten. */
static void add_small(struct str *s, double value)
{
    enum { MOST_DECIMALS = 9 };
    int decimals = 6;
    double first = fabs(value) * 1e4; /* 1 or more once its first digit is the fourth decimal */
    while (first < 1 && decimals < MOST_DECIMALS) {
        first *= 10;
        decimals++;
    }
    str_addf(s, "%.*f", decimals, value);
    while (str_ends(s->buf, "0"))
        str_cut(s, s->len - 1);
}

void number_print(struct str *s, double value)
{
    bool whole = num_is_whole(value) && fabs(value) < 0x1p53;
    if (fabs(value) < 1e-4 && fabs(value) >= 1e-7)
        add_small(s, value);
    else
        str_addf(s, whole || (fabs(value) >= 100 && fabs(value) < 1e15) ? "%.0f" : "%.3g", value);
}

void si_print(struct str *s, double value, const char *unit)
{
    static const char *const prefixes[] = {"n", "µ", "m", "", "k", "M", "G", "T"};
    size_t i = 3;
    while (fabs(value) >= 1000 && i + 1 < ARRAY_LEN(prefixes)) {
        value /= 1000;
        i++;
    }
    while (value != 0 && fabs(value) < 0.1 && i > 0) {
        value *= 1000;
        i--;
    }
    scaled(s, value, prefixes[i]);
    str_add(s, unit);
}

bool cpu_parse(const char *text, double *ret_cores)
{
    size_t len = strlen(text);
    bool milli = len > 1 && text[len - 1] == 'm';
    AUTOFREE char *number = xstrndup(text, milli ? len - 1 : len);
    if (!str_to_num(number, ret_cores) || *ret_cores < 0)
        return false;
    if (milli)
        *ret_cores /= 1000;
    return true;
}
