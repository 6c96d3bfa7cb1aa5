/* Curves as a picture, by gnuplot (a program). Nothing of the data, of a label or of a path is part of its commands. */
#ifndef METRICS_PLOT_H
#define METRICS_PLOT_H

#include "metrics/prom.h"

enum { PLOT_MAX_SERIES = 64 };

struct plot {
    const char *path; /* FILE.svg or FILE.png; replaced as a whole */
    const char *title;
    int64_t step_ms; /* where samples are further apart, the curve is broken */
};

/* USAGE for a name with another ending. */
int plot_check(const char *path, struct err *err);
/* Of a range; USAGE otherwise, and when there is nothing to draw. NOT_FOUND without gnuplot; FAILED with its words. */
int plot_write(const struct plot *plot, const struct prom_result *result, struct err *err);

#endif
