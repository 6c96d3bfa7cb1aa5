/* The usual answer of Prometheus, read in one pass: a fleet's is megabytes at every refresh. */
#ifndef METRICS_SCAN_H
#define METRICS_SCAN_H

#include "metrics/prom.h"

/* A successful vector or matrix, spelled as Prometheus spells it. False for all else (other orders, warnings, errors,
 * histograms): *ret is empty then, and the document is to be read. sets (NULL: none) are those of the result. */
bool prom_scan(const char *body, size_t len, struct label_sets *sets, struct prom_result *ret);
/* A sample's text: a number, NaN, +Inf, -Inf. */
bool prom_value_parse(const char *text, double *ret);

#endif
