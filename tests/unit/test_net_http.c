#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "bench.h"
#include "suites.h"

START_TEST(an_answer_comes_whole)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(
        &b, SETTINGS(0),
        "{\"replies\":[{\"status\":201,\"headers\":{\"Content-Type\":\"text/plain\",\"X-Two\":\"  a b \"},\"body\":\"hello\"}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(b.res.status, 201);
    ck_assert_str_eq(b.res.body.buf, "hello");
    ck_assert_str_eq(b.res.content_type, "text/plain");
    ck_assert_str_eq(http_header(&b.res, "x-two"), "a b");
    ck_assert_ptr_null(http_header(&b.res, "x"));
    ck_assert_int_eq(b.res.attempts, 1);
    ck_assert(!b.res.reused);
    ck_assert_int_gt(b.res.first_byte_us, 0);
    ck_assert_int_ge(b.res.total_us, b.res.first_byte_us);
    AUTOFREE char *agent = logged(&b, "/0/headers/user-agent");
    ck_assert(str_starts(agent, "aiwf/"));
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert(b.res.reused);
}
END_TEST

START_TEST(bodies_are_sent)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{}");
    static const char *const json[] = {"Content-Type: application/json", NULL};
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = "{}\0x", .body_len = 4, .headers = json)), 0);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "DELETE", .body = "gone", .body_len = 4)), 0);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST")), 0);
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    ck_assert_int_eq(node_int(log, "/0/body_bytes", 0), 4);
    ck_assert_str_eq(node_str(log, "/0/headers/content-type", ""), "application/json");
    ck_assert_str_eq(node_str(log, "/1/method", ""), "DELETE");
    ck_assert_str_eq(node_str(log, "/1/body", ""), "gone");
    ck_assert_str_eq(node_str(log, "/1/headers/content-type", "none"), "none");
    ck_assert_str_eq(node_str(log, "/2/headers/content-length", "none"), "0");
    ck_assert_str_eq(node_str(log, "/0/headers/expect", "none"), "none");
}
END_TEST

START_TEST(files_are_streamed)
{
    enum { BIG = 3000000 };
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"status\":503},{\"status\":200}]}");
    FILE *file = tmpfile();
    for (int i = 0; i < BIG; i++)
        putc('y', file);
    fflush(file);
    fseek(file, 10, SEEK_SET);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "PUT", .body_file = file)), 0);
    fclose(file);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    FILE *piped = fdopen(ends[0], "r");
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body_file = piped)), 0);
    fclose(piped);
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    ck_assert_int_eq(node_int(log, "/0/body_bytes", 0), BIG - 10);
    ck_assert_int_eq(node_int(log, "/1/body_bytes", 0), BIG - 10);
    ck_assert_str_eq(node_str(log, "/2/body", ""), "piped");
    ck_assert_str_eq(node_str(log, "/2/headers/transfer-encoding", ""), "chunked");
}
END_TEST

/* A server that refuses before it has read everything. */
START_TEST(an_early_answer_counts)
{
    enum { BIG = 20000000 };
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"status\":413,\"early\":true,\"body\":\"too much\"}]}");
    AUTOFREE char *body = xcalloc(1, BIG);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = body, .body_len = BIG)), 0);
    ck_assert_int_eq(b.res.status, 413);
    ck_assert_str_eq(b.res.body.buf, "too much");
}
END_TEST

START_TEST(a_cut_answer_is_an_error)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = -1),
                "{\"replies\":[{\"body_bytes\":100,\"cut\":50},{\"chunked\":true,\"body_bytes\":100,\"cut\":50}]}");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
        ck_assert_int_eq(b.err.code, ERR_UNREACHABLE);
        ck_assert_ptr_nonnull(strstr(b.err.what, "was cut"));
    }
}
END_TEST

START_TEST(an_answer_has_a_ceiling)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0),
                "{\"replies\":[{\"body_bytes\":1000},{\"body_bytes\":1001},{\"body_bytes\":5000000,\"gzip\":true},{\"body_"
                "bytes\":900,\"gzip\":true}]}");
    ck_assert_int_eq(ask(&b, REQUEST(.max_bytes = 1000)), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ask(&b, REQUEST(.max_bytes = 1000)), -1);
        ck_assert_int_eq(b.err.code, ERR_FAILED);
        ck_assert_ptr_nonnull(strstr(b.err.what, "too large"));
        ck_assert_uint_le(b.res.body.len, 1000);
    }
    ck_assert_int_eq(ask(&b, REQUEST(.max_bytes = 1000)), 0);
    ck_assert_uint_eq(b.res.body.len, 900);
    ck_assert_uint_eq(asked(&b), 4);
}
END_TEST

START_TEST(headers_have_a_ceiling)
{
    CLEANUP(bench_end) struct bench b;
    CLEANUP(str_release) struct str s = STR_INIT;
    str_add(&s, "{\"replies\":[{\"headers\":{");
    for (int i = 0; i < 60; i++) {
        str_addf(&s, "%s\"x-%d\":\"", i ? "," : "", i);
        for (int k = 0; k < 5000; k++)
            str_addc(&s, 'h');
        str_addc(&s, '"');
    }
    str_add(&s, "}}]}");
    bench_start(&b, SETTINGS(0), s.buf);
    ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
    ck_assert_int_eq(b.err.code, ERR_FAILED);
}
END_TEST

START_TEST(deadlines_hold)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0),
                "{\"replies\":[{\"hang\":true},{\"hang\":true},{\"body_bytes\":1000,\"drip_ms\":50},{\"body_bytes\":10,\"drip_"
                "ms\":20}]}");
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(ask(&b, REQUEST(.first_byte_ms = 150)), -1);
    ck_assert_int_eq(b.err.code, ERR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(b.err.why, "first byte"));
    ck_assert_int_eq(ask(&b, REQUEST(.total_ms = 150)), -1);
    ck_assert_int_eq(b.err.code, ERR_TIMEOUT);
    ck_assert_int_eq(ask(&b, REQUEST(.total_ms = 300)), -1);
    ck_assert_int_eq(b.err.code, ERR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(b.err.why, "complete"));
    ck_assert_int_lt(clock_mono_ms() - start, 10000);
    ck_assert_int_eq(ask(&b, REQUEST(.first_byte_ms = 150)), 0); /* a slow body is no late first byte */
}
END_TEST

/* 100 bytes, one each 20 ms, are slow; 3 bytes, one each 600 ms, stand still. */
START_TEST(a_pause_in_an_answer_has_a_limit_of_its_own)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = -1),
                "{\"replies\":[{\"body_bytes\":100,\"drip_ms\":20},{\"body_bytes\":3,\"drip_ms\":3000},{\"hang\":true}]}");
    ck_assert_int_eq(ask(&b, REQUEST(.idle_ms = 1000)), 0);
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(ask(&b, REQUEST(.idle_ms = 300)), -1);
    ck_assert_int_eq(b.err.code, ERR_TIMEOUT);
    ck_assert_msg(strstr(b.err.why, "nothing more came for 0.3 s"), "%s", b.err.why);
    ck_assert_int_lt(clock_mono_ms() - start, 2500);
    ck_assert_int_eq(ask(&b, REQUEST(.idle_ms = 300, .first_byte_ms = 400)), -1);
    ck_assert_ptr_nonnull(strstr(b.err.why, "first byte"));
}
END_TEST

struct pieces {
    struct str all;
    size_t stop_at;
};

static bool take(const char *data, size_t len, void *arg)
{
    struct pieces *pieces = arg;
    str_addn(&pieces->all, data, len);
    return !pieces->stop_at || pieces->all.len < pieces->stop_at;
}

START_TEST(answers_are_streamed)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0),
                "{\"replies\":[{\"body_bytes\":300000,\"chunked\":true},{\"body_bytes\":1000,\"drip_ms\":10,\"drip_bytes\":10},{"
                "\"status\":404,\"body\":\"no\"}]}");
    struct pieces pieces = {.all = STR_INIT};
    ck_assert_int_eq(ask(&b, REQUEST(.on_data = take, .arg = &pieces, .max_bytes = 1000)), 0);
    ck_assert_uint_eq(pieces.all.len, 300000);
    ck_assert_uint_eq(b.res.body.len, 0);
    str_reset(&pieces.all);
    pieces.stop_at = 50;
    ck_assert_int_eq(ask(&b, REQUEST(.on_data = take, .arg = &pieces)), 0);
    ck_assert_uint_lt(pieces.all.len, 1000);
    str_reset(&pieces.all);
    ck_assert_int_eq(ask(&b, REQUEST(.on_data = take, .arg = &pieces)), 0);
    ck_assert_uint_eq(pieces.all.len, 0);
    ck_assert_str_eq(b.res.body.buf, "no");
    str_release(&pieces.all);
}
END_TEST

START_TEST(a_stream_is_not_repeated)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"body_bytes\":100,\"cut\":50},{\"body_bytes\":100}]}");
    struct pieces pieces = {.all = STR_INIT};
    ck_assert_int_eq(ask(&b, REQUEST(.on_data = take, .arg = &pieces)), -1);
    ck_assert_uint_eq(pieces.all.len, 50);
    ck_assert_uint_eq(asked(&b), 1);
    str_release(&pieces.all);
}
END_TEST

START_TEST(what_is_no_http_is_said)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = -1), "{\"replies\":[{\"raw\":\"SSH-2.0-OpenSSH_9.2\\r\\n\"}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
    ck_assert_int_eq(b.err.code, ERR_FAILED);
    ck_assert_ptr_nonnull(strstr(b.err.what, "does not speak HTTP"));
}
END_TEST

START_TEST(what_cannot_be_reached_is_named)
{
    static const struct {
        const char *url, *why;
        int code;
    } cases[] = {
        {"http://127.0.0.1:1/x?token=s3cret", "onnection refused", ERR_UNREACHABLE},
        {"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid/", "does not resolve",
         ERR_UNREACHABLE},
        {"ftp://127.0.0.1/", NULL, ERR_USAGE},
        {"http://127.0.0.1:99999/", NULL, ERR_USAGE},
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(http_free) struct http *http = http_new(SETTINGS(.retries = _i == 1 ? -1 : 0), &err);
    struct http_request req = {.url = cases[_i].url};
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(http_do(http, &req, &res, &err), -1);
    ck_assert_int_lt(clock_mono_ms() - start, 3000);
    ck_assert_int_eq(err.code, (enum err_code)cases[_i].code);
    ck_assert_ptr_null(strstr(err.what, "s3cret"));
    if (cases[_i].why)
        ck_assert_msg(strstr(err.why, cases[_i].why) && err.hint, "%s", err.why);
}
END_TEST

START_TEST(proxies_come_from_the_environment)
{
    CLEANUP(bench_end) struct bench b;
    setenv("no_proxy", "direct.test", 1);
    bench_start(&b, SETTINGS(.retries = -1), "{\"replies\":[{\"status\":200},{\"status\":403}]}");
    setenv("http_proxy", b.wire.url, 1);
    setenv("https_proxy", b.wire.url, 1);

    snprintf(b.url, sizeof(b.url), "http://service.test/path");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    AUTOFREE char *path = logged(&b, "/0/path");
    ck_assert_str_eq(path, "http://service.test/path");

    snprintf(b.url, sizeof(b.url), "https://service.test/path");
    ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
    ck_assert_int_eq(b.err.code, ERR_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(b.err.why, "the proxy refused to connect (status 403)"));
    ck_assert_ptr_nonnull(strstr(b.err.hint, "$https_proxy"));

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    snprintf(b.url, sizeof(b.url), "http://service.test/path");
    ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
    ck_assert_ptr_nonnull(strstr(b.err.why, "the proxy cannot be reached"));
    snprintf(b.url, sizeof(b.url), "%s/x", b.wire.url); /* this machine is asked without a proxy */
    ck_assert_int_eq(ask(&b, REQUEST(.once = true)), 0);
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("no_proxy");
}
END_TEST

START_TEST(traces_have_no_secrets)
{
    char *text = NULL;
    size_t len = 0;
    FILE *trace = open_memstream(&text, &len);
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.trace = trace, .timing = trace, .user = "admin", .password = "s3cret-password"),
                "{\"replies\":[{\"status\":302,\"headers\":{\"Set-Cookie\":\"sid=s3cret\",\"X-Subject-Token\":\"s3cret\",\"X-"
                "Plain\":\"shown\","
                "\"Location\":\"http://u:s3cret@h/?access_token=s3cret\"},\"body\":\"{\\\"token\\\":\\\"s3cret\\\"}\"}]}");
    static const char *const headers[] = {"X-Auth-Token: s3cret", "Cookie: a=s3cret", "X-Api-Key:s3cret", NULL};
    snprintf(b.url, sizeof(b.url), "%s/x?password=s3cret&n=7", b.wire.url);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .headers = headers, .body = "s3cret", .body_len = 6)), 0);
    AUTOFREE char *login = logged(&b, "/0/headers/authorization");
    ck_assert_str_eq(login, "Basic YWRtaW46czNjcmV0LXBhc3N3b3Jk");
    fclose(trace);
    ck_assert_msg(!strstr(text, "s3cret") && !strstr(text, "YWRtaW4"), "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "> POST /x?password=***&n=7 HTTP/1.1"));
    ck_assert_ptr_nonnull(strstr(text, "> Authorization: ***"));
    ck_assert_ptr_nonnull(strstr(text, "< HTTP/1.1 302"));
    ck_assert_ptr_nonnull(strstr(text, "< X-Plain: shown"));
    ck_assert_ptr_nonnull(strstr(text, "timing: POST "));
    ck_assert_ptr_nonnull(strstr(text, " status 302, dns "));
    free(text);
}
END_TEST

START_TEST(a_login_goes_to_its_origin_only)
{
    CLEANUP(bench_end) struct bench b;
    wire_start(&b.wire, "{}");
    b.err = ERR_INIT;
    b.res = HTTP_RESPONSE_INIT;
    b.http = http_new(SETTINGS(.bearer = "tkn", .auth_url = b.wire.url), &b.err);
    snprintf(b.url, sizeof(b.url), "http://127.0.0.1:%d/x", b.wire.port);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    snprintf(b.url, sizeof(b.url), "http://localhost:%d/x", b.wire.port);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    ck_assert_str_eq(node_str(log, "/0/headers/authorization", ""), "Bearer tkn");
    ck_assert_str_eq(node_str(log, "/1/headers/authorization", "none"), "none");
}
END_TEST

START_TEST(one_goes_as_another_client_beside_ones_own)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.bearer = "own"), "{}");
    CLEANUP(http_free) struct http *other = http_new(SETTINGS(.user = "ann", .password = "p"), &b.err);
    snprintf(b.url, sizeof(b.url), "%s/x", b.wire.url);
    struct http_request requests[] = {{.url = b.url, .as = other}, {.url = b.url}};
    struct http_response answers[] = {HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT};
    struct err errs[] = {ERR_INIT, ERR_INIT};
    ck_assert_int_eq(http_do_all(b.http, requests, answers, errs, ARRAY_LEN(requests)), 0);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    size_t basic = 0, bearer = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request)) {
        const char *login = node_str(request, "/headers/authorization", "none");
        basic += strcmp(login, "Basic YW5uOnA=") == 0;
        bearer += strcmp(login, "Bearer own") == 0;
    }
    ck_assert_uint_eq(basic, 1);
    ck_assert_uint_eq(bearer, 2);
    for (size_t i = 0; i < ARRAY_LEN(requests); i++)
        http_response_release(&answers[i]);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.bearer = "t"), "{\"replies\":[{\"status\":307,\"headers\":{\"Location\":\"/elsewhere\"}}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_uint_eq(asked(&b), 1);
    ck_assert_int_eq(http_check(&b.res, &b.err, "cannot list"), -1);
    ck_assert_str_eq(b.err.why, "the server points elsewhere: /elsewhere (status 307)");
}
END_TEST

START_TEST(a_header_stays_one_header)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{}");
    static const char *const headers[] = {"X-Name: a\r\nX-Evil: b", "X-Empty:", NULL};
    ck_assert_int_eq(ask(&b, REQUEST(.headers = headers)), 0);
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    ck_assert_str_eq(node_str(log, "/0/headers/x-name", ""), "aX-Evil: b");
    ck_assert_str_eq(node_str(log, "/0/headers/x-evil", "none"), "none");
    ck_assert_str_eq(node_str(log, "/0/headers/x-empty", "none"), "");
}
END_TEST

START_TEST(many_go_at_once)
{
    enum { N = 200 };
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = -1),
                "{\"routes\":{\"/bad\":[{\"close\":true}]},\"replies\":[{\"body\":\"x\",\"delay_ms\":5}]}");
    struct http_request reqs[N] = {0};
    struct http_response results[N];
    struct err errs[N];
    AUTOFREE char *bad = xasprintf("%s/bad", b.wire.url);
    for (int i = 0; i < N; i++) {
        reqs[i] = REQUEST(.url = i == 77 ? bad : b.url);
        results[i] = HTTP_RESPONSE_INIT;
        errs[i] = ERR_INIT;
    }
    ck_assert_int_eq(http_do_all(b.http, reqs, results, errs, N), 1);
    for (int i = 0; i < N; i++) {
        ck_assert_int_eq(errs[i].code, i == 77 ? ERR_UNREACHABLE : ERR_OK);
        ck_assert_int_eq(results[i].status, i == 77 ? 0 : 200);
        http_response_release(&results[i]);
        err_release(&errs[i]);
    }
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    ck_assert_uint_eq(node_len(log), N);
    for (size_t i = 0; i < N; i++) {
        AUTOFREE char *pointer = xasprintf("/%zu/connection", i);
        ck_assert_int_le(node_int(log, pointer, 0), 40); /* kept: not one a request */
    }
}
END_TEST

/* Of those that were open at once, none is closed between two rounds. */
START_TEST(connections_last_from_round_to_round)
{
    enum { N = 64, ROUNDS = 4, AT_ONCE = 16 };
    CLEANUP(bench_end) struct bench b;
    CLEANUP(str_release) struct str replies = STR_INIT;
    for (int i = 0; i < AT_ONCE; i++)
        str_addf(&replies, "{\"after\":%d},", AT_ONCE);
    for (int i = AT_ONCE; i < N * ROUNDS; i++)
        str_addf(&replies, "{\"delay_ms\":%d},", i % AT_ONCE * 3); /* so that one ends after the other */
    AUTOFREE char *script = xasprintf("{\"replies\":[%s{}]}", replies.buf);
    bench_start(&b, SETTINGS(.at_once = AT_ONCE), script);
    for (int round = 0; round < ROUNDS; round++) {
        struct http_request reqs[N];
        struct http_response results[N];
        struct err errs[N];
        for (int i = 0; i < N; i++) {
            reqs[i] = REQUEST(.url = b.url);
            results[i] = HTTP_RESPONSE_INIT;
            errs[i] = ERR_INIT;
        }
        ck_assert_int_eq(http_do_all(b.http, reqs, results, errs, N), 0);
        for (int i = 0; i < N; i++)
            http_response_release(&results[i]);
    }
    CLEANUP(node_free) node_t *log = wire_log(&b.wire);
    int most = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request))
        if (node_int(request, "/connection", 0) > most)
            most = (int)node_int(request, "/connection", 0);
    ck_assert_int_le(most, AT_ONCE);
}
END_TEST

START_TEST(an_interrupt_ends_it_at_once)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"replies\":[{\"hang\":true}]}");
    sig_install(); /* Check has put its own handlers in place */
    pid_t self = getpid();
    pid_t killer = fork();
    if (killer == 0) {
        for (int i = 0; i < 4000 && !asked(&b); i++)
            clock_sleep_ms(5);
        kill(self, SIGINT);
        _exit(0);
    }
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
    waitpid(killer, NULL, 0);
    sig_reset();
    ck_assert_int_eq(b.err.code, ERR_INTERRUPTED);
    ck_assert_int_lt(clock_mono_ms() - start, 10000);
}
END_TEST

Suite *suite_net_http(void)
{
    enum { LIMIT_S = 120 };
    Suite *suite = suite_create("net_http");
    TCase *tcase = tcase_create("http");
    tcase_set_timeout(tcase, LIMIT_S);
    tcase_add_test(tcase, an_answer_comes_whole);
    tcase_add_test(tcase, bodies_are_sent);
    tcase_add_test(tcase, files_are_streamed);
    tcase_add_test(tcase, an_early_answer_counts);
    tcase_add_test(tcase, a_cut_answer_is_an_error);
    tcase_add_test(tcase, an_answer_has_a_ceiling);
    tcase_add_test(tcase, headers_have_a_ceiling);
    tcase_add_test(tcase, deadlines_hold);
    tcase_add_test(tcase, a_pause_in_an_answer_has_a_limit_of_its_own);
    tcase_add_test(tcase, answers_are_streamed);
    tcase_add_test(tcase, a_stream_is_not_repeated);
    tcase_add_test(tcase, what_is_no_http_is_said);
    tcase_add_loop_test(tcase, what_cannot_be_reached_is_named, 0, 4);
    tcase_add_test(tcase, proxies_come_from_the_environment);
    tcase_add_test(tcase, traces_have_no_secrets);
    tcase_add_test(tcase, a_login_goes_to_its_origin_only);
    tcase_add_test(tcase, one_goes_as_another_client_beside_ones_own);
    tcase_add_test(tcase, a_redirect_is_not_followed);
    tcase_add_test(tcase, a_header_stays_one_header);
    tcase_add_test(tcase, many_go_at_once);
    tcase_add_test(tcase, connections_last_from_round_to_round);
    tcase_add_test(tcase, an_interrupt_ends_it_at_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
