#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "local/cron.h"
#include "suites.h"

static int64_t at(const char *text)
{
    int64_t ms;
    ck_assert(rfc3339_parse(text, &ms));
    return ms / 1000;
}

static void use_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static void check_moment(const char *text, int64_t moment, const char *expected)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    if (moment >= 0)
        rfc3339_print(&s, moment * 1000);
    ck_assert_msg(str_eq(moment >= 0 ? s.buf : NULL, expected), "%s: %s, expected %s", text, s.buf,
                  expected ? expected : "never");
}

/* 2026-01-01 is a Thursday. */
static const struct {
    const char *cron, *after, *next, *previous; /* previous: at or before `after` */
} cases[] = {
    {"* * * * *", "2026-01-01T10:00:00Z", "2026-01-01T10:01:00Z", "2026-01-01T10:00:00Z"},
    {"* * * * *", "2026-01-01T10:00:59Z", "2026-01-01T10:01:00Z", "2026-01-01T10:00:00Z"},
    {"*/15 * * * *", "2026-01-01T10:14:59Z", "2026-01-01T10:15:00Z", "2026-01-01T10:00:00Z"},
    {"5/20 * * * *", "2026-01-01T10:26:00Z", "2026-01-01T10:45:00Z", "2026-01-01T10:25:00Z"},
    {"0 8 * * 1-5", "2026-01-02T08:00:00Z", "2026-01-05T08:00:00Z", "2026-01-02T08:00:00Z"},
    {"0 8 * * mon-FRI", "2026-01-02T07:59:59Z", "2026-01-02T08:00:00Z", "2026-01-01T08:00:00Z"},
    {"30 22 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T22:30:00Z", "2026-01-31T22:30:00Z"},
    {"0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
    {"0 0 31 2 *", "2026-01-01T00:00:00Z", NULL, NULL},
    {"0 12 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T12:00:00Z", "2025-12-28T12:00:00Z"},
    {"0 12 13 * fri", "2026-01-01T00:00:00Z", "2026-01-02T12:00:00Z", "2025-12-26T12:00:00Z"},
    {"0 12 */2 * fri", "2026-01-03T00:00:00Z", "2026-01-09T12:00:00Z", "2025-12-19T12:00:00Z"},
    {"0,30 9-10 1 jan,jul *", "2026-01-01T09:30:00Z", "2026-01-01T10:00:00Z", "2026-01-01T09:30:00Z"},
    {"@monthly", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"},
    {"@yearly", "2026-01-01T00:00:01Z", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
};

START_TEST(firing_times)
{
    use_zone("UTC");
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cron cron;
    ck_assert_int_eq(cron_parse(cases[_i].cron, &cron, &err), 0);
    check_moment(cases[_i].cron, cron_next(&cron, at(cases[_i].after)), cases[_i].next);
    check_moment(cases[_i].cron, cron_previous(&cron, at(cases[_i].after)), cases[_i].previous);
}
END_TEST

START_TEST(a_skipped_hour_fires_after_the_gap)
{
    use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cron cron;
    ck_assert_int_eq(cron_parse("30 2 * * *", &cron, &err), 0);
    /* 2026-03-29: 01:59:59 CET is followed by 03:00:00 CEST, which is 01:00 UTC. */
    check_moment("gap", cron_next(&cron, at("2026-03-28T12:00:00Z")), "2026-03-29T01:00:00Z");
    check_moment("after it", cron_next(&cron, at("2026-03-29T01:00:00Z")), "2026-03-30T00:30:00Z");
}
END_TEST

START_TEST(a_repeated_hour_fires_once)
{
    use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cron cron;
    ck_assert_int_eq(cron_parse("30 2 * * *", &cron, &err), 0);
    int64_t first = cron_next(&cron, at("2026-10-24T12:00:00Z"));
    ck_assert(first == at("2026-10-25T00:30:00Z") || first == at("2026-10-25T01:30:00Z"));
    check_moment("second", cron_next(&cron, first), "2026-10-26T01:30:00Z");
}
END_TEST

START_TEST(wrong_expressions_are_refused)
{
    static const char *const wrong[] = {"",           "* * * *",   "* * * * * *", "60 * * * *",  "* 24 * * *",   "* * 0 * *",
                                        "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "a * * * *",
                                        "1- * * * *", "@often"};
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cron cron;
    ck_assert_msg(cron_parse(wrong[_i], &cron, &err) == -1, "%s", wrong[_i]);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_nonnull(err.why);
}
END_TEST

Suite *suite_local_cron(void)
{
    Suite *suite = suite_create("local_cron");
    TCase *tcase = tcase_create("cron");
    tcase_add_loop_test(tcase, firing_times, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tcase, a_skipped_hour_fires_after_the_gap);
    tcase_add_test(tcase, a_repeated_hour_fires_once);
    tcase_add_loop_test(tcase, wrong_expressions_are_refused, 0, 14);
    suite_add_tcase(suite, tcase);
    return suite;
}
