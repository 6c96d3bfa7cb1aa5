/* Runs every unit suite: tests/unit/test_NAME.c has one function, Suite *suite_NAME(void). */
#include <check.h>
#include <stdlib.h>

#include "base/sig.h"
#include "suites.h"

int main(void)
{
    sig_install();
    SRunner *runner = srunner_create(NULL);
#define X(name) srunner_add_suite(runner, suite_##name());
#include "gen/suites.inc"
#undef X
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
