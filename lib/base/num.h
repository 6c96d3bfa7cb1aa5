/* Arithmetic on doubles: a line where that is enough, libm's functions where not. libm is bound when first needed: linked,
 * it would add a fifth to the time in which a command starts. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>

/* As fmin and fmax: a NaN gives way to the other. */
double num_min(double a, double b);
double num_max(double a, double b);
/* From 2^53 on there are no others. Not so a NaN. */
bool num_is_whole(double value);

double num_ceil(double value);
double num_floor(double value);
double num_round(double value); /* halves away from zero */
double num_exp(double value);
double num_exp2(double value);
double num_log(double value);
double num_log2(double value);
double num_log10(double value);
double num_sqrt(double value);
double num_pow(double a, double b);
double num_fmod(double a, double b);
double num_atan2(double a, double b);

#endif
