#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local/meter.h"
#include "local/vitals.h"
#include "suites.h"

static const char *const labels[] = {"name", "code", NULL};
static const struct family_info requests = {
    .name = "test_requests_total", .help = "Requests.", .kind = METER_COUNTER, .labels = labels};
static const double two_buckets[] = {1, 2};
static const struct family_info seconds = {
    .name = "test_seconds", .help = "Time.", .kind = METER_HISTOGRAM, .buckets = two_buckets, .bucket_count = 2};

DEFINE_CLEANUP_PTR(struct meter, meter_free)

START_TEST(counters_are_printed)
{
    CLEANUP(meter_free) struct meter *meter = meter_new();
    struct family *family = meter_family(meter, &requests);
    series_add(family_series(family, (const char *const[]){"a", "200"}), 2);
    series_add(family_series(family, (const char *const[]){"a", "200"}), 1);
    series_add(family_series(family, (const char *const[]){"a\"b\\c\nd", "500"}), 0.5);
    CLEANUP(str_release) struct str s = STR_INIT;
    meter_print(meter, &s);
    ck_assert_str_eq(s.buf, "# HELP test_requests_total Requests.\n"
                            "# TYPE test_requests_total counter\n"
                            "test_requests_total{name=\"a\",code=\"200\"} 3\n"
                            "test_requests_total{name=\"a\\\"b\\\\c\\nd\",code=\"500\"} 0.5\n");
}
END_TEST

START_TEST(histograms_are_cumulative)
{
    CLEANUP(meter_free) struct meter *meter = meter_new();
    struct series *series = family_series(meter_family(meter, &seconds), (const char *const[]){NULL});
    static const double values[] = {0.5, 1, 1.5, 7};
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        series_observe(series, values[i]);
    CLEANUP(str_release) struct str s = STR_INIT;
    meter_print(meter, &s);
    ck_assert_str_eq(s.buf, "# HELP test_seconds Time.\n"
                            "# TYPE test_seconds histogram\n"
                            "test_seconds_bucket{le=\"1\"} 2\n"
                            "test_seconds_bucket{le=\"2\"} 3\n"
                            "test_seconds_bucket{le=\"+Inf\"} 4\n"
                            "test_seconds_sum 10\n"
                            "test_seconds_count 4\n");
}
END_TEST

START_TEST(quantiles_come_from_buckets)
{
    CLEANUP(meter_free) struct meter *meter = meter_new();
    struct series *series = family_series(meter_family(meter, &seconds), (const char *const[]){NULL});
    ck_assert(isnan(series_quantile(series, 0.5)));
    for (int i = 0; i < 10; i++)
        series_observe(series, i < 5 ? 0.5 : 1.5);
    ck_assert_double_eq_tol(series_quantile(series, 0.5), 1, 1e-9);
    ck_assert_double_eq_tol(series_quantile(series, 0.75), 1.5, 1e-9);
    series_observe(series, 100);
    ck_assert_double_eq_tol(series_quantile(series, 1), 2, 1e-9);
}
END_TEST

START_TEST(dropped_series_are_gone)
{
    CLEANUP(meter_free) struct meter *meter = meter_new();
    struct family *family = meter_family(meter, &requests);
    series_add(family_series(family, (const char *const[]){"a", "200"}), 1);
    series_add(family_series(family, (const char *const[]){"b", "200"}), 1);
    series_add(family_series(family, (const char *const[]){"a", "500"}), 1);
    family_drop(family, "name", "a");
    CLEANUP(str_release) struct str s = STR_INIT;
    meter_print(meter, &s);
    ck_assert_ptr_null(strstr(s.buf, "name=\"a\""));
    ck_assert_ptr_nonnull(strstr(s.buf, "name=\"b\""));
}
END_TEST

/* The real parser and linter of the format. */
START_TEST(promtool_accepts_all_of_it)
{
    if (system("command -v promtool >/dev/null") != 0)
        return;
    struct energy_settings settings = {.idle_watts = 10, .max_watts = 20};
    struct vitals *vitals = vitals_new(&settings, NULL);
    workload_started(vitals_workload(vitals, "job", "a\"b"), 1);
    series_add(family_series(meter_family(vitals_meter(vitals), &requests), (const char *const[]){"a\"b\\c\nd", "200"}), 1);
    series_observe(family_series(meter_family(vitals_meter(vitals), &seconds), (const char *const[]){NULL}), 1.25);
    CLEANUP(str_release) struct str s = STR_INIT;
    vitals_print(vitals, &s);
    vitals_free(vitals);
    ck_assert_ptr_nonnull(strstr(s.buf, "\nprocess_cpu_seconds_total "));
    FILE *promtool = popen("promtool check metrics 2>&1", "w");
    ck_assert_ptr_nonnull(promtool);
    ck_assert_uint_eq(fwrite(s.buf, 1, s.len, promtool), s.len);
    ck_assert_int_eq(pclose(promtool), 0);
}
END_TEST

Suite *suite_local_meter(void)
{
    Suite *suite = suite_create("local_meter");
    TCase *tcase = tcase_create("meter");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, counters_are_printed);
    tcase_add_test(tcase, histograms_are_cumulative);
    tcase_add_test(tcase, quantiles_come_from_buckets);
    tcase_add_test(tcase, dropped_series_are_gone);
    tcase_add_test(tcase, promtool_accepts_all_of_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
