/* Quantities for people and back: bytes in binary units, the rest with SI prefixes. */
#ifndef BASE_UNIT_H
#define BASE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* "256Mi", "1G", "512k", "1.5GiB", "100": Kubernetes' suffixes (Ki is 1024, k is 1000). */
bool bytes_parse(const char *text, int64_t *ret_bytes);
/* 512B, 1.5Ki, 256Mi, 12Gi. */
void bytes_print(struct str *s, double bytes);
/* 42, 1234, 2.53, 0.000012: three significant digits behind the point; a power of ten below 1e-7 and from 1e15 on. */
void number_print(struct str *s, double value);
/* A value with an SI prefix and its unit: 3.9kW, 41.2, 610kJ, 120mJ. */
void si_print(struct str *s, double value, const char *unit);
/* Kubernetes CPU quantities: "250m" and "0.25" are a quarter of a core. */
bool cpu_parse(const char *text, double *ret_cores);

#endif
