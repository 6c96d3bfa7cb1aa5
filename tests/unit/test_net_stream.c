#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "bench.h"
#include "net/stream.h"
#include "suites.h"

enum { ENOUGH_MS = 20000 };

struct seen {
    struct http *http;
    struct http_stream *stream;
    const char *url;
    struct str text;
    int ends, status, again;
    bool stop, close;
    char *why, *body;
};

static struct http_stream *open_one(struct seen *seen, int64_t delay_ms);

static bool on_data(const char *data, size_t len, void *arg)
{
    struct seen *seen = arg;
    str_addn(&seen->text, data, len);
    if (seen->close)
        http_stream_close(seen->stream);
    return !seen->stop;
}

static void on_end(const struct http_response *res, const struct err *err, void *arg)
{
    struct seen *seen = arg;
    seen->ends++;
    seen->status = res->status;
    free(seen->why);
    free(seen->body);
    seen->why = xstrdup_or_null(err->what);
    seen->body = xstrdup(res->body.buf);
    if (seen->again-- > 0)
        seen->stream = open_one(seen, 50);
}

static struct http_stream *open_one(struct seen *seen, int64_t delay_ms)
{
    struct http_stream_call call = {
        .req = {.url = seen->url, .on_data = on_data, .arg = seen, .once = true},
        .delay_ms = delay_ms,
        .on_end = on_end,
    };
    return http_stream_open(seen->http, &call);
}

static void seen_start(struct seen *seen, const struct bench *b, const char *url)
{
    *seen = (struct seen){.http = b->http, .url = url, .text = STR_INIT_MAX(1 << 16)};
    seen->stream = open_one(seen, 0);
}

static void seen_release(struct seen *seen)
{
    str_release(&seen->text);
    free(seen->why);
    free(seen->body);
}
DEFINE_CLEANUP(struct seen, seen_release)

static void poll_until(struct bench *b, const int *counter, int wanted)
{
    int64_t until = clock_mono_ms() + ENOUGH_MS;
    while (*counter < wanted && clock_mono_ms() < until)
        ck_assert_int_ge(http_poll(b->http, 100, &b->err), 0);
    ck_assert_int_eq(*counter, wanted);
}

START_TEST(streams_run_side_by_side_and_beside_other_requests)
{
    CLEANUP(bench_end) struct bench b;
    CLEANUP(seen_release) struct seen slow = {0};
    CLEANUP(seen_release) struct seen refused = {0};
    bench_start(&b, SETTINGS(0),
                "{\"routes\":{\"/slow\":[{\"body\":\"abcdef\",\"chunked\":true,\"drip_ms\":40}],"
                "\"/refused\":[{\"status\":403,\"body\":\"no\"}],\"/x\":[{\"body\":\"plain\",\"delay_ms\":120}]}}");
    AUTOFREE char *slow_url = xasprintf("%s/slow", b.wire.url);
    AUTOFREE char *refused_url = xasprintf("%s/refused", b.wire.url);
    seen_start(&slow, &b, slow_url);
    seen_start(&refused, &b, refused_url);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_str_eq(b.res.body.buf, "plain");
    ck_assert_uint_gt(slow.text.len, 0);
    ck_assert_uint_lt(slow.text.len, 6);
    ck_assert_int_eq(refused.ends, 0);
    poll_until(&b, &slow.ends, 1);
    ck_assert_str_eq(slow.text.buf, "abcdef");
    ck_assert_ptr_null(slow.why);
    ck_assert_int_eq(slow.status, 200);
    ck_assert_int_eq(refused.ends, 1);
    ck_assert_int_eq(refused.status, 403);
    ck_assert_str_eq(refused.body, "no");
    ck_assert_uint_eq(refused.text.len, 0);
}
END_TEST

START_TEST(one_that_ends_may_begin_again_later)
{
    CLEANUP(bench_end) struct bench b;
    CLEANUP(seen_release) struct seen seen = {0};
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"body\":\"one\"},{\"body_bytes\":9,\"cut\":3},{\"body\":\"two\"}]}");
    seen_start(&seen, &b, b.url);
    seen.again = 2;
    int64_t start = clock_mono_ms();
    poll_until(&b, &seen.ends, 2);
    ck_assert_ptr_nonnull(strstr(seen.why, "was cut"));
    poll_until(&b, &seen.ends, 3);
    ck_assert_ptr_null(seen.why);
    ck_assert_str_eq(seen.text.buf, "onexxxtwo");
    ck_assert_int_ge(clock_mono_ms() - start, 100);
}
END_TEST

START_TEST(one_may_stop_itself_or_be_closed_while_it_is_given_data)
{
    CLEANUP(bench_end) struct bench b;
    CLEANUP(seen_release) struct seen stopped = {0};
    CLEANUP(seen_release) struct seen closed = {0};
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"body\":\"abcdef\",\"chunked\":true,\"drip_ms\":20}]}");
    seen_start(&stopped, &b, b.url);
    seen_start(&closed, &b, b.url);
    stopped.stop = true;
    closed.close = true;
    poll_until(&b, &stopped.ends, 1);
    ck_assert_ptr_null(stopped.why);
    ck_assert_uint_eq(stopped.text.len, 1);
    while (http_poll(b.http, 200, &b.err) > 0)
        ;
    ck_assert_uint_eq(closed.text.len, 1);
    ck_assert_int_eq(closed.ends, 0);
}
END_TEST

START_TEST(a_quiet_one_leaves_time_and_an_interrupt_ends_it)
{
    CLEANUP(bench_end) struct bench b;
    CLEANUP(seen_release) struct seen seen = {0};
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"hang\":true}]}");
    seen_start(&seen, &b, b.url);
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(http_poll(b.http, 120, &b.err), 0);
    ck_assert_int_ge(clock_mono_ms() - start, 120);
    sig_install();
    sig_interrupt();
    ck_assert_int_eq(http_poll(b.http, -1, &b.err), -1);
    ck_assert_int_eq(b.err.code, ERR_INTERRUPTED);
    ck_assert_int_eq(seen.ends, 0);
    sig_reset();
}
END_TEST

START_TEST(a_late_first_byte_and_nobody_at_home_are_told)
{
    CLEANUP(bench_end) struct bench b;
    CLEANUP(seen_release) struct seen late = {0};
    CLEANUP(seen_release) struct seen nobody = {0};
    bench_start(&b, SETTINGS(.first_byte_ms = 100), "{\"replies\":[{\"hang\":true}]}");
    seen_start(&late, &b, b.url);
    seen_start(&nobody, &b, "http://127.0.0.1:1/x");
    poll_until(&b, &late.ends, 1);
    ck_assert_ptr_nonnull(strstr(late.why, "no whole answer"));
    poll_until(&b, &nobody.ends, 1);
    ck_assert_ptr_nonnull(strstr(nobody.why, "cannot reach"));
}
END_TEST

Suite *suite_net_stream(void)
{
    Suite *suite = suite_create("net_stream");
    TCase *tcase = tcase_create("net_stream");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, streams_run_side_by_side_and_beside_other_requests);
    tcase_add_test(tcase, one_that_ends_may_begin_again_later);
    tcase_add_test(tcase, one_may_stop_itself_or_be_closed_while_it_is_given_data);
    tcase_add_test(tcase, a_quiet_one_leaves_time_and_an_interrupt_ends_it);
    tcase_add_test(tcase, a_late_first_byte_and_nobody_at_home_are_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
