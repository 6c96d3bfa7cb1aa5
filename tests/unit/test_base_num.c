#include <check.h>
#include <math.h>

#include "base/mem.h"
#include "base/num.h"
#include "suites.h"

START_TEST(a_nan_gives_way)
{
    ck_assert_double_eq(num_min(1, 2), 1);
    ck_assert_double_eq(num_max(1, 2), 2);
    ck_assert_double_eq(num_min(3, NAN), 3);
    ck_assert_double_eq(num_max(3, NAN), 3);
    ck_assert_double_eq(num_min(NAN, 3), 3);
    ck_assert_double_eq(num_max(NAN, 3), 3);
    ck_assert(isnan(num_min(NAN, NAN)));
}
END_TEST

START_TEST(whole_numbers)
{
    const double whole[] = {0, -0.0, 1, -7, 0x1p53, -0x1p53, 1e300, INFINITY, -INFINITY};
    const double others[] = {0.5, -1e-300, 0x1p52 - 0.5, NAN};
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        ck_assert_msg(num_is_whole(whole[i]), "%g", whole[i]);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        ck_assert_msg(!num_is_whole(others[i]), "%g", others[i]);
}
END_TEST

START_TEST(the_rest_is_libm)
{
    ck_assert_double_eq(num_ceil(-1.5), ceil(-1.5));
    ck_assert_double_eq(num_floor(-1.5), floor(-1.5));
    ck_assert_double_eq(num_round(-2.5), round(-2.5));
    ck_assert_double_eq(num_exp(3), exp(3));
    ck_assert_double_eq(num_exp2(3.5), exp2(3.5));
    ck_assert_double_eq(num_log(3), log(3));
    ck_assert_double_eq(num_log2(3), log2(3));
    ck_assert_double_eq(num_log10(3), log10(3));
    ck_assert_double_eq(num_sqrt(3), sqrt(3));
    ck_assert_double_eq(num_pow(3, 0.7), pow(3, 0.7));
    ck_assert_double_eq(num_fmod(-7, 3), fmod(-7, 3));
    ck_assert_double_eq(num_atan2(-1, -2), atan2(-1, -2));
}
END_TEST

Suite *suite_base_num(void)
{
    Suite *suite = suite_create("base_num");
    TCase *tcase = tcase_create("num");
    tcase_add_test(tcase, a_nan_gives_way);
    tcase_add_test(tcase, whole_numbers);
    tcase_add_test(tcase, the_rest_is_libm);
    suite_add_tcase(suite, tcase);
    return suite;
}
