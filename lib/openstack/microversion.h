/* Microversions: "MAJOR.MINOR" numbers by which a service's answers grow (specs: api-wg, microversion_specification). */
#ifndef OPENSTACK_MICROVERSION_H
#define OPENSTACK_MICROVERSION_H

#include "net/http.h"

/* As numbers: "1.10" is after "1.9". What is no number counts as 0. */
int microversion_cmp(const char *a, const char *b);
/* The newest one that a server has, of its 406: NULL when it does not say. The caller frees. */
char *microversion_newest(const struct http_response *res);

#endif
