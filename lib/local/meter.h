/* Metrics: counters, gauges and histograms with labels, printed in Prometheus' text format 0.0.4.
 *
 * A series is looked up once and kept by the caller: updating it is one addition. A family's series
 * live until they are dropped, or the meter is freed. */
#ifndef LOCAL_METER_H
#define LOCAL_METER_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct meter;
struct family;
struct series;

enum meter_kind { METER_COUNTER, METER_GAUGE, METER_HISTOGRAM };

/* What a family is; borrowed: it must outlive the meter (a constant). */
struct family_info {
    const char *name, *help;
    enum meter_kind kind;
    const char *const *labels; /* NULL-terminated; NULL: none */
    const double *buckets;     /* upper bounds, ascending, of a histogram */
    size_t bucket_count;
};

enum { METER_LABELS_MAX = 8 };

struct meter *meter_new(void);
void meter_free(struct meter *meter);
/* The same name gives the same family. Families are printed in order of their names. */
struct family *meter_family(struct meter *meter, const struct family_info *info);
/* The series with these label values (as many as the family has labels, in their order; any text). */
struct series *family_series(struct family *family, const char *const *values);
/* Forgets the series whose label has this value (a deleted function's). */
void family_drop(struct family *family, const char *label, const char *value);
/* Forgets all: for families that are filled anew at each scrape. */
void family_clear(struct family *family);

void series_add(struct series *series, double amount); /* counters and gauges */
void series_set(struct series *series, double value);
void series_observe(struct series *series, double value); /* histograms */
/* The q-quantile by linear interpolation in its bucket; NaN without observations. */
double series_quantile(const struct series *series, double q);

/* Called before each meter_print, in order of registration. */
void meter_on_scrape(struct meter *meter, void (*fn)(void *arg), void *arg);
void meter_print(struct meter *meter, struct str *s);

#endif
