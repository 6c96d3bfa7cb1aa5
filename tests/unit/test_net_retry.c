/* What is repeated, when, and above all what is not. */
#include <check.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bench.h"
#include "net/transfer.h"
#include "suites.h"

START_TEST(a_get_is_repeated)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"status\":503},{\"close\":true},{\"status\":200,\"body\":\"ok\"}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(b.res.status, 200);
    ck_assert_int_eq(b.res.attempts, 3);
    ck_assert_str_eq(b.res.body.buf, "ok");
    ck_assert_uint_eq(asked(&b), 3);
}
END_TEST

START_TEST(repeats_end)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = 1), "{\"replies\":[{\"status\":502,\"body\":\"bad\"}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(b.res.status, 502);
    ck_assert_str_eq(b.res.body.buf, "bad");
    ck_assert_uint_eq(asked(&b), 2);
    ck_assert_int_eq(ask(&b, REQUEST(.once = true)), 0);
    ck_assert_uint_eq(asked(&b), 3);
}
END_TEST

static const char *const post_faults[] = {
    "{\"replies\":[{\"status\":503,\"headers\":{\"Retry-After\":\"0\"}},{}]}",
    "{\"replies\":[{\"status\":429},{}]}",
    "{\"replies\":[{\"close\":true},{}]}",
    "{\"replies\":[{\"reset\":true},{}]}",
    "{\"replies\":[{\"body_bytes\":10,\"cut\":5},{}]}",
};

START_TEST(a_post_is_not_repeated)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), post_faults[_i]);
    int rc = ask(&b, REQUEST(.method = "POST", .body = "x", .body_len = 1));
    ck_assert_uint_eq(asked(&b), 1);
    ck_assert_int_eq(rc, _i < 2 ? 0 : -1);
    if (rc)
        ck_assert_int_eq(b.err.code, ERR_UNREACHABLE);
}
END_TEST

START_TEST(an_idempotent_post_is_repeated)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), post_faults[_i]);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = "x", .body_len = 1, .idempotent = true)), 0);
    ck_assert_int_eq(b.res.status, 200);
    ck_assert_uint_eq(asked(&b), 2);
}
END_TEST

/* libcurl would send again by itself when a kept connection dies. */
START_TEST(a_post_on_a_dying_connection_is_not_sent_twice)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"kept_close\":true},{}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = "x", .body_len = 1)), -1);
    ck_assert_int_eq(b.err.code, ERR_UNREACHABLE);
    ck_assert_uint_eq(asked(&b), 2);
}
END_TEST

START_TEST(a_get_on_a_dying_connection_is)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"kept_close\":true},{}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_uint_eq(asked(&b), 3);
}
END_TEST

START_TEST(retry_after_is_honoured)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"status\":429,\"headers\":{\"Retry-After\":\"1\"}},{}]}");
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = "x", .body_len = 1)), 0);
    ck_assert_int_ge(clock_mono_ms() - start, 1000);
    ck_assert_uint_eq(asked(&b), 2);
}
END_TEST

START_TEST(a_far_retry_after_is_told_not_waited_for)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0),
                "{\"replies\":[{\"status\":503,\"headers\":{\"Retry-After\":\"3600\"}},{\"status\":503,\"headers\":{\"Retry-"
                "After\":\"30\"}}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(b.res.status, 503);
    ck_assert_int_eq(ask(&b, REQUEST(.total_ms = 20000)), 0);
    ck_assert_int_eq(b.res.status, 503);
    ck_assert_uint_eq(asked(&b), 2);
}
END_TEST

START_TEST(retry_after_is_read)
{
    int64_t now = 784111777000; /* Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 */
    ck_assert_int_eq(retry_after_ms("120", now), 120000);
    ck_assert_int_eq(retry_after_ms("0", now), 0);
    ck_assert_int_eq(retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", now), 10000);
    ck_assert_int_eq(retry_after_ms("Sun, 06 Nov 1994 08:00:00 GMT", now), 0);
    ck_assert_int_eq(retry_after_ms("soon", now), -1);
    ck_assert_int_eq(retry_after_ms("-5", now), -1);
    ck_assert_int_eq(retry_after_ms("", now), -1);
}
END_TEST

Suite *suite_net_retry(void)
{
    enum { LIMIT_S = 120 };
    Suite *suite = suite_create("net_retry");
    TCase *tcase = tcase_create("retry");
    tcase_set_timeout(tcase, LIMIT_S);
    tcase_add_test(tcase, a_get_is_repeated);
    tcase_add_test(tcase, repeats_end);
    tcase_add_loop_test(tcase, a_post_is_not_repeated, 0, (int)ARRAY_LEN(post_faults));
    tcase_add_loop_test(tcase, an_idempotent_post_is_repeated, 0, (int)ARRAY_LEN(post_faults));
    tcase_add_test(tcase, a_post_on_a_dying_connection_is_not_sent_twice);
    tcase_add_test(tcase, a_get_on_a_dying_connection_is);
    tcase_add_test(tcase, retry_after_is_honoured);
    tcase_add_test(tcase, a_far_retry_after_is_told_not_waited_for);
    tcase_add_test(tcase, retry_after_is_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
