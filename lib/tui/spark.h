/* A curve in one line of text: block characters in a UTF-8 locale, ASCII elsewhere. */
#ifndef TUI_SPARK_H
#define TUI_SPARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* The scale: equal low and high mean the smallest and largest value. */
struct spark {
    int width; /* columns; more values are averaged, fewer leave the left blank */
    double low, high;
    bool utf8;
};

/* Values that are not finite are unknown: a middle dot (or a blank), never the bottom of the scale. */
void spark_add(struct str *s, const struct spark *spark, const double *values, size_t n);

#endif
