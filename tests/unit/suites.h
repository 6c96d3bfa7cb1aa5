/* Declares every suite, so that each definition has its prototype. */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

#define X(name) Suite *suite_##name(void);
#include "gen/suites.inc"
#undef X

#endif
