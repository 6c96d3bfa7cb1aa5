#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench.h"
#include "suites.h"

struct keeper {
    int calls, refusals;
    int answer; /* to a refusal */
};

static int login(struct http *http, bool refused, void *arg, struct err *err)
{
    struct keeper *keeper = arg;
    keeper->calls++;
    keeper->refusals += refused;
    if (refused && keeper->answer > 0)
        http_set_bearer(http, "new");
    if (!refused && keeper->answer < 0)
        return err_set(err, ERR_AUTH, "the keeper has none");
    return refused ? keeper->answer : 0;
}

static const char refuse_once[] = "{\"replies\":[{\"status\":401},{}]}";
static const char refuse_always[] = "{\"replies\":[{\"status\":401}]}";

static void authorization(const struct bench *b, int i, const char *expected)
{
    AUTOFREE char *pointer = xasprintf("/%d/headers/authorization", i);
    AUTOFREE char *got = logged(b, pointer);
    ck_assert_str_eq(got, expected);
}

START_TEST(a_refused_login_is_renewed_once)
{
    CLEANUP(bench_end) struct bench b;
    struct keeper keeper = {.answer = 1};
    bench_start(&b, SETTINGS(.bearer = "old", .login = login, .login_arg = &keeper), _i ? refuse_always : refuse_once);
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = "x", .body_len = 1)), 0);
    ck_assert_int_eq(b.res.status, _i ? 401 : 200);
    ck_assert_uint_eq(asked(&b), 2);
    ck_assert_int_eq(keeper.refusals, 1);
    ck_assert_int_eq(keeper.calls, 3);
    authorization(&b, 0, "Bearer old");
    authorization(&b, 1, "Bearer new");
}
END_TEST

START_TEST(several_refusals_renew_a_login_once)
{
    enum { N = 4 };
    CLEANUP(bench_end) struct bench b;
    struct keeper keeper = {.answer = 1};
    bench_start(&b, SETTINGS(.bearer = "old", .login = login, .login_arg = &keeper),
                "{\"replies\":[{\"status\":401,\"after\":4},{\"status\":401,\"after\":4},{\"status\":401,\"after\":4},"
                "{\"status\":401,\"after\":4},{}]}");
    struct http_request requests[N];
    struct http_response results[N] = {HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT};
    struct err errs[N] = {ERR_INIT, ERR_INIT, ERR_INIT, ERR_INIT};
    for (int round = 1; round <= 2; round++) {
        for (size_t i = 0; i < N; i++)
            requests[i] = REQUEST(.url = b.url);
        ck_assert_int_eq(http_do_all(b.http, requests, results, errs, N), 0);
        for (size_t i = 0; i < N; i++)
            ck_assert_int_eq(results[i].status, 200);
        ck_assert_int_eq(keeper.refusals, 1);
        ck_assert_uint_eq(asked(&b), (size_t)N * ((size_t)round + 1));
    }
    for (size_t i = 0; i < N; i++)
        http_response_release(&results[i]);
}
END_TEST

START_TEST(a_login_that_stays_is_not_tried_again)
{
    CLEANUP(bench_end) struct bench b;
    struct keeper keeper = {.answer = 0};
    bench_start(&b, SETTINGS(.bearer = "old", .login = login, .login_arg = &keeper), refuse_once);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(b.res.status, 401);
    ck_assert_uint_eq(asked(&b), 1);
}
END_TEST

START_TEST(without_a_login_nothing_is_sent)
{
    CLEANUP(bench_end) struct bench b;
    struct keeper keeper = {.answer = -1};
    bench_start(&b, SETTINGS(.login = login, .login_arg = &keeper), "{\"replies\":[{}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), -1);
    ck_assert_int_eq(b.err.code, ERR_AUTH);
    ck_assert_str_eq(b.err.what, "the keeper has none");
    ck_assert_uint_eq(asked(&b), 0);
}
END_TEST

START_TEST(another_server_gets_nothing_of_the_login)
{
    CLEANUP(bench_end) struct bench b;
    struct keeper keeper = {.answer = 1};
    static const char *const headers[] = {"Impersonate-User: jane", NULL};
    bench_start(
        &b, SETTINGS(.bearer = "old", .headers = headers, .auth_url = "http://127.0.0.1:1", .login = login, .login_arg = &keeper),
        refuse_once);
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    ck_assert_int_eq(b.res.status, 401);
    ck_assert_int_eq(keeper.calls, 0);
    AUTOFREE char *user = logged(&b, "/0/headers/impersonate-user");
    ck_assert_str_eq(user, "(nothing)");
    authorization(&b, 0, "(nothing)");
}
END_TEST

START_TEST(headers_go_with_every_request)
{
    CLEANUP(bench_end) struct bench b;
    static const char *const headers[] = {"Impersonate-User: jane", "Impersonate-Group: a", NULL};
    bench_start(&b, SETTINGS(.headers = headers, .plain = true), "{\"replies\":[{}]}");
    ck_assert_int_eq(ask(&b, REQUEST(0)), 0);
    AUTOFREE char *user = logged(&b, "/0/headers/impersonate-user");
    AUTOFREE char *encoding = logged(&b, "/0/headers/accept-encoding");
    ck_assert_str_eq(user, "jane");
    ck_assert_str_eq(encoding, "(nothing)");
}
END_TEST

START_TEST(a_certificate_of_another_name_is_taken_when_told)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    wire_start(&wire, "{\"tls\":{\"names\":[\"kube.test\"]}}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    AUTOFREE char *url = xasprintf("%s/a?b=c", wire.url);
    struct http_settings settings = {
        .ca_file = ca, .tls_name = _i ? "other.test" : "kube.test", .auth_url = wire.url, .retries = -1};
    CLEANUP(http_free) struct http *http = http_new(&settings, &err);
    struct http_request req = {.url = url};
    int rc = http_do(http, &req, &res, &err);
    if (_i) {
        ck_assert_int_eq(rc, -1);
        ck_assert_str_eq(err.why, "TLS: the server's certificate is for another name than other.test");
        return;
    }
    ck_assert_msg(rc == 0, "%s: %s", err.what, err.why);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    AUTOFREE char *host = xasprintf("127.0.0.1:%d", wire.port);
    ck_assert_str_eq(node_str(log, "/0/headers/host", ""), host);
    ck_assert_str_eq(node_str(log, "/0/path", ""), "/a?b=c");
}
END_TEST

START_TEST(another_certificate_is_shown_from_then_on)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    wire_start(&wire, "{\"tls\":{\"client\":true}}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    AUTOFREE char *cert_file = wire_file(&wire, "client.pem");
    AUTOFREE char *key_file = wire_file(&wire, "client.key");
    CLEANUP(str_release) struct str cert = STR_INIT;
    CLEANUP(str_release) struct str key = STR_INIT;
    ck_assert_int_eq(file_read(cert_file, &cert, &err), 0);
    ck_assert_int_eq(file_read(key_file, &key, &err), 0);
    CLEANUP(http_free) struct http *http = http_new(&(struct http_settings){.ca_file = ca, .retries = -1}, &err);
    struct http_request req = {.url = wire.url};
    ck_assert_int_eq(http_do(http, &req, &res, &err), -1);
    err_clear(&err);
    http_set_certificate(http, cert.buf, key.buf);
    ck_assert_msg(http_do(http, &req, &res, &err) == 0, "%s: %s", err.what, err.why);
    ck_assert_int_eq(res.status, 200);
}
END_TEST

START_TEST(a_refusal_without_its_body_is_an_answer)
{
    CLEANUP(bench_end) struct bench b;
    struct keeper keeper = {.answer = 1};
    bench_start(&b, SETTINGS(.bearer = "old", .login = login, .login_arg = &keeper),
                "{\"replies\":[{\"raw\":\"HTTP/1.1 401 Unauthorized\\r\\nContent-Length: 129\\r\\n\\r\\n\"},{}]}");
    ck_assert_int_eq(ask(&b, REQUEST(.method = "POST", .body = "x", .body_len = 1)), 0);
    ck_assert_int_eq(b.res.status, 200);
    ck_assert_int_eq(keeper.refusals, 1);
}
END_TEST

static const char *const proxies[] = {"http", "socks5h"};

/* Of this machine too, where the environment's proxies are never asked. */
START_TEST(a_proxy_that_is_given_is_used_for_all)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(0), "{\"greeting\":\"no\"}");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *proxy = xasprintf("%s://127.0.0.1:%d", proxies[_i], b.wire.port);
    struct http_settings settings = {.proxy = proxy, .proxy_setting = "proxy-url of cluster c", .retries = -1};
    CLEANUP(http_free) struct http *http = http_new(&settings, &err);
    struct http_request req = {.url = "https://127.0.0.1:1/x"};
    ck_assert_int_eq(http_do(http, &req, &res, &err), -1);
    ck_assert_ptr_null(strstr(err.why, "Connection refused"));
}
END_TEST

Suite *suite_net_auth(void)
{
    Suite *suite = suite_create("net_auth");
    TCase *tcase = tcase_create("logins");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, a_refused_login_is_renewed_once, 0, 2);
    tcase_add_test(tcase, several_refusals_renew_a_login_once);
    tcase_add_test(tcase, a_login_that_stays_is_not_tried_again);
    tcase_add_test(tcase, without_a_login_nothing_is_sent);
    tcase_add_test(tcase, another_server_gets_nothing_of_the_login);
    tcase_add_test(tcase, a_refusal_without_its_body_is_an_answer);
    tcase_add_test(tcase, headers_go_with_every_request);
    tcase_add_loop_test(tcase, a_certificate_of_another_name_is_taken_when_told, 0, 2);
    tcase_add_test(tcase, another_certificate_is_shown_from_then_on);
    tcase_add_loop_test(tcase, a_proxy_that_is_given_is_used_for_all, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
