#include <check.h>
#include <math.h>

#include "base/stat.h"
#include "suites.h"

START_TEST(quantiles_are_interpolated)
{
    double samples[] = {4, 1, 3, 2};
    stat_sort(samples, 4);
    static const struct {
        double q, value;
    } cases[] = {{0, 1}, {0.5, 2.5}, {0.95, 3.85}, {1, 4}};
    ck_assert_double_eq_tol(stat_quantile(samples, 4, cases[_i].q), cases[_i].value, 1e-9);
}
END_TEST

START_TEST(of_nothing_nothing_is_known)
{
    ck_assert(isnan(stat_quantile(NULL, 0, 0.5)));
    ck_assert(isnan(stat_mean(NULL, 0)));
    double one = 7;
    ck_assert_double_eq(stat_quantile(&one, 1, 0.95), 7);
}
END_TEST

Suite *suite_stat(void)
{
    Suite *suite = suite_create("stat");
    TCase *tcase = tcase_create("stat");
    tcase_add_loop_test(tcase, quantiles_are_interpolated, 0, 4);
    tcase_add_test(tcase, of_nothing_nothing_is_known);
    suite_add_tcase(suite, tcase);
    return suite;
}
