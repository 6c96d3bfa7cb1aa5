/* What an exporter answers: Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)
 * and OpenMetrics 1.0 (its specification's text format). Read as strictly as Prometheus reads it: a line that is
 * not right makes the whole answer wrong, so that half of one is never taken for all. */
#ifndef METRICS_EXPOSITION_H
#define METRICS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum exposition_format { EXPOSITION_TEXT, EXPOSITION_OPENMETRICS };

enum {
    EXPOSITION_MAX_SAMPLES = 500000, /* of one answer */
    EXPOSITION_MAX_LABELS = 64,      /* of one series */
    EXPOSITION_MAX_NAME = 512,       /* bytes of a metric's or a label's name */
    EXPOSITION_MAX_VALUE = 16 << 10, /* of a label, as it is written */
    EXPOSITION_MAX_LINE = 256 << 10,
};

/* Bytes of the answer: valid as long as it is. */
struct exposition_text {
    const char *at;
    size_t len;
};

struct exposition_sample {
    struct exposition_text series; /* as it is written: NAME{LABELS} */
    double value;                  /* may be NaN or infinite */
    int64_t at_ms;                 /* with has_time */
    bool has_time;
};

/* What is said of a metric. */
struct exposition_about {
    struct exposition_text name, type, help, unit; /* at is NULL: it is not said; help is escaped */
};

struct exposition {
    struct exposition_sample *samples;
    size_t n, cap;
    struct exposition_about *abouts;
    size_t n_abouts, abouts_cap;
};
#define EXPOSITION_INIT ((struct exposition){0})
void exposition_release(struct exposition *exposition);
DEFINE_CLEANUP(struct exposition, exposition_release)

/* By the answer's Content-Type (NULL: it has none). FAILED: it is in no text format. */
int exposition_format_of(const char *content_type, enum exposition_format *ret, struct err *err);

/* FAILED with the line and what is wrong with it; ret is empty then. */
int exposition_parse(struct exposition *ret, const char *text, size_t len, enum exposition_format format, struct err *err);

struct exposition_label {
    struct exposition_text name, value; /* value is escaped */
};
/* The labels of a series that exposition_parse gave, as they stand, the metric's name first (as "__name__"); ret has
 * room for EXPOSITION_MAX_LABELS + 1. */
size_t exposition_labels(struct exposition_text series, struct exposition_label *ret);
/* Writes at most len bytes (there is room for them), without a NUL, and returns how many. */
size_t exposition_unescape(struct exposition_text text, char *to);

#endif
