/* Order statistics of raw samples. */
#ifndef BASE_STAT_H
#define BASE_STAT_H

#include <stddef.h>

/* Ascending. */
void stat_sort(double *samples, size_t n);
/* The q-quantile (0..1) of ascending samples, by linear interpolation between the two nearest ranks
 * (numpy's and R's default, type 7); NaN when there are none. */
double stat_quantile(const double *sorted, size_t n, double q);
double stat_mean(const double *samples, size_t n); /* NaN when there are none */

#endif
