#include "local/meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/num.h"

struct series {
    const struct family_info *info;
    size_t bucket_count;
    char *text;          /* a="x",b="y", escaped */
    char **values;       /* as given */
    double value;        /* of a histogram: the sum */
    uint64_t count;      /* of a histogram */
    uint64_t *in_bucket; /* not cumulative; what is above the last bound is only in count */
};

struct family {
    const struct family_info *info;
    size_t label_count;
    struct map series; /* by text */
};

struct scraper {
    void (*fn)(void *arg);
    void *arg;
};

struct meter {
    struct family **families; /* sorted by name */
    size_t n, cap;
    struct scraper *scrapers;
    size_t scraper_count, scraper_cap;
};

static void series_free(void *arg)
{
    struct series *series = arg;
    for (size_t i = 0; series->values[i]; i++)
        free(series->values[i]);
    free(series->values);
    free(series->text);
    free(series->in_bucket);
    free(series);
}

struct meter *meter_new(void) { return xcalloc(1, sizeof(struct meter)); }

void meter_free(struct meter *meter)
{
    if (!meter)
        return;
    for (size_t i = 0; i < meter->n; i++) {
        map_release(&meter->families[i]->series);
        free(meter->families[i]);
    }
    free(meter->families);
    free(meter->scrapers);
    free(meter);
}

static struct family *family_new(const struct family_info *info)
{
    struct family *family = xcalloc(1, sizeof(*family));
    family->info = info;
    family->series = MAP_INIT(series_free);
    while (info->labels && info->labels[family->label_count])
        family->label_count++;
    return family;
}

struct family *meter_family(struct meter *meter, const struct family_info *info)
{
    size_t at = 0;
    while (at < meter->n && strcmp(meter->families[at]->info->name, info->name) < 0)
        at++;
    if (at < meter->n && strcmp(meter->families[at]->info->name, info->name) == 0)
        return meter->families[at];

    GROW(meter->families, meter->n, meter->cap);
    memmove(meter->families + at + 1, meter->families + at, (meter->n - at) * sizeof(*meter->families));
    meter->n++;
    return meter->families[at] = family_new(info);
}

/* Text format 0.0.4: backslash, double quote and line feed are escaped in a label's value. */
static void add_label(struct str *s, const char *name, const char *value)
{
    str_addf(s, "%s%s=\"", s->len ? "," : "", name);
    for (; *value; value++) {
        if (*value == '\n')
            str_add(s, "\\n");
        else if (*value == '\\' || *value == '"')
            str_addf(s, "\\%c", *value);
        else
            str_addc(s, *value);
    }
    str_addc(s, '"');
}

struct series *family_series(struct family *family, const char *const *values)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < family->label_count; i++)
        add_label(&text, family->info->labels[i], values[i]);
    struct series *series = map_get(&family->series, text.buf);
    if (series)
        return series;

    series = xcalloc(1, sizeof(*series));
    series->info = family->info;
    series->values = xcalloc(family->label_count + 1, sizeof(*series->values));
    for (size_t i = 0; i < family->label_count; i++)
        series->values[i] = xstrdup(values[i]);
    if (family->info->kind == METER_HISTOGRAM) {
        series->bucket_count = family->info->bucket_count;
        series->in_bucket = xcalloc(series->bucket_count, sizeof(*series->in_bucket));
    }
    series->text = xstrdup(text.buf);
    map_set(&family->series, series->text, series);
    return series;
}

void family_drop(struct family *family, const char *label, const char *value)
{
    size_t at = 0;
    while (at < family->label_count && strcmp(family->info->labels[at], label) != 0)
        at++;
    if (at == family->label_count)
        return;
    for (struct map_entry *e = map_first(&family->series); e; e = map_next(&family->series, e)) {
        const struct series *series = e->value;
        if (strcmp(series->values[at], value) == 0)
            map_delete(&family->series, e->key);
    }
}

void family_clear(struct family *family) { map_release(&family->series), family->series = MAP_INIT(series_free); }

void series_add(struct series *series, double amount) { series->value += amount; }
void series_set(struct series *series, double value) { series->value = value; }

void series_observe(struct series *series, double value)
{
    const double *bound = series->info->buckets;
    series->value += value;
    series->count++;
    for (size_t i = 0; i < series->bucket_count; i++)
        if (value <= bound[i]) {
            series->in_bucket[i]++;
            return;
        }
}

double series_quantile(const struct series *series, double q)
{
    if (!series->count || !series->bucket_count)
        return NAN;
    const double *bound = series->info->buckets;
    double rank = q * (double)series->count;
    double below = 0;
    for (size_t i = 0; i < series->bucket_count; i++) {
        double here = (double)series->in_bucket[i];
        if (here > 0 && below + here >= rank) {
            double low = i ? bound[i - 1] : 0;
            return low + (bound[i] - low) * (rank - below) / here;
        }
        below += here;
    }
    /* Above the last bound nothing is known but that. */
    return bound[series->bucket_count - 1];
}

static void add_value(struct str *s, double value)
{
    if (isnan(value))
        str_add(s, "NaN");
    else if (isinf(value))
        str_add(s, value > 0 ? "+Inf" : "-Inf");
    else
        str_addf(s, "%.*g", num_is_whole(value) ? 17 : 12, value);
    str_addc(s, '\n');
}

static void add_sample(struct str *s, const struct series *series, const char *suffix, const char *more)
{
    str_addf(s, "%s%s", series->info->name, suffix);
    if (*series->text || *more)
        str_addf(s, "{%s%s%s}", series->text, *series->text && *more ? "," : "", more);
    str_addc(s, ' ');
}

static void print_histogram(const struct series *series, struct str *s)
{
    const double *bound = series->info->buckets;
    uint64_t below = 0;
    for (size_t i = 0; i < series->bucket_count; i++) {
        below += series->in_bucket[i];
        AUTOFREE char *le = xasprintf("le=\"%.10g\"", bound[i]);
        add_sample(s, series, "_bucket", le);
        add_value(s, (double)below);
    }
    add_sample(s, series, "_bucket", "le=\"+Inf\"");
    add_value(s, (double)series->count);
    add_sample(s, series, "_sum", "");
    add_value(s, series->value);
    add_sample(s, series, "_count", "");
    add_value(s, (double)series->count);
}

static void print_family(const struct family *family, struct str *s)
{
    static const char *const kinds[] = {[METER_COUNTER] = "counter", [METER_GAUGE] = "gauge", [METER_HISTOGRAM] = "histogram"};
    if (!family->series.live)
        return;
    const struct family_info *info = family->info;
    str_addf(s, "# HELP %s %s\n# TYPE %s %s\n", info->name, info->help, info->name, kinds[info->kind]);
    for (struct map_entry *e = map_first(&family->series); e; e = map_next(&family->series, e)) {
        if (info->kind == METER_HISTOGRAM) {
            print_histogram(e->value, s);
            continue;
        }
        const struct series *series = e->value;
        add_sample(s, series, "", "");
        add_value(s, series->value);
    }
}

void meter_on_scrape(struct meter *meter, void (*fn)(void *arg), void *arg)
{
    GROW(meter->scrapers, meter->scraper_count, meter->scraper_cap);
    meter->scrapers[meter->scraper_count++] = (struct scraper){.fn = fn, .arg = arg};
}

void meter_print(struct meter *meter, struct str *s)
{
    for (size_t i = 0; i < meter->scraper_count; i++)
        meter->scrapers[i].fn(meter->scrapers[i].arg);
    for (size_t i = 0; i < meter->n; i++)
        print_family(meter->families[i], s);
}
