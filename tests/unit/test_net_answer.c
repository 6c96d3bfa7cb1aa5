#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "suites.h"

static const struct {
    int status;
    const char *body, *why;
    enum err_code code;
} answers[] = {
    {400, "{\"error\":{\"code\":400,\"message\":\"Expecting to find domain\",\"title\":\"Bad Request\"}}",
     "Expecting to find domain (status 400)", ERR_FAILED},
    {404, "{\"error\":{\"code\":\"not_found\",\"message\":\"no function x\"}}", "no function x (status 404)", ERR_NOT_FOUND},
    {400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error at char 3\"}",
     "parse error at char 3 (status 400)", ERR_FAILED},
    {403, "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"pods is forbidden\",\"reason\":\"Forbidden\",\"code\":403}",
     "pods is forbidden (status 403)", ERR_AUTH},
    {409, "{\"conflictingRequest\":{\"code\":409,\"message\":\"in use\"}}", "in use (status 409)", ERR_CONFLICT},
    {403, "{\"forbidden\":{\"message\":\"Quota exceeded for cores\"}}", "Quota exceeded for cores (status 403)", ERR_AUTH},
    {409, "{\"NeutronError\":{\"type\":\"X\",\"message\":\"Unable\",\"detail\":\"\"}}", "Unable (status 409)", ERR_CONFLICT},
    {404, "{\"errors\":[{\"status\":404,\"detail\":\"Cluster ml could not be found.\",\"title\":\"gone\"}]}",
     "Cluster ml could not be found. (status 404)", ERR_NOT_FOUND},
    {500, "{\"faultcode\":\"Client\",\"faultstring\":\"boom\",\"debuginfo\":null}", "boom (status 500)", ERR_FAILED},
    {500, "server busy\nsecond line", "server busy (status 500)", ERR_FAILED},
    {400, "{\"error\":\"was malformed:\\nmemory 1024 is too much\\nmore\"}",
     "was malformed: memory 1024 is too much (status 400)", ERR_FAILED},
    {400, "bad:\n", "bad: (status 400)", ERR_FAILED},
    {502, "<html><head><title>502</title></head></html>", "(an HTML page of 44 bytes) (status 502)", ERR_FAILED},
    {504, "", "the server answered with status 504", ERR_TIMEOUT},
    {413, "{}", "the server answered with status 413", ERR_CAPACITY},
    {429, "\"slow down\"", "slow down (status 429)", ERR_CAPACITY},
    {400, "{\"error\":{\"message\":\"\"}}", "the server answered with status 400", ERR_FAILED},
    {500, "a\033[31mred", "a\\x1b[31mred (status 500)", ERR_FAILED},
    {500, "[[[[", "[[[[ (status 500)", ERR_FAILED},
    {410, "gone", "gone (status 410)", ERR_NOT_FOUND},
};

START_TEST(the_servers_words_are_kept)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    res.status = answers[_i].status;
    str_add(&res.body, answers[_i].body);
    strv_add(&res.headers, "x-openstack-request-id: req-1");
    ck_assert_int_eq(http_check(&res, &err, "cannot do %s", "it"), -1);
    ck_assert_str_eq(err.what, "cannot do it");
    ck_assert_str_eq(err.why, answers[_i].why);
    ck_assert_int_eq(err.code, answers[_i].code);
    ck_assert_str_eq(err.request_id, "req-1");
}
END_TEST

START_TEST(good_answers_are_no_errors)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    for (res.status = 200; res.status < 300; res.status++)
        ck_assert_int_eq(http_check(&res, &err, "x"), 0);
    ck_assert_ptr_null(err.what);
}
END_TEST

START_TEST(long_words_are_cut)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    res.status = 500;
    for (int i = 0; i < 10000; i++)
        str_add(&res.body, "\xc3\xa4");
    http_check(&res, &err, "x");
    ck_assert_uint_lt(strlen(err.why), 600);
    ck_assert_ptr_null(strstr(err.why, "\\x"));
}
END_TEST

Suite *suite_net_answer(void)
{
    Suite *suite = suite_create("net_answer");
    TCase *tcase = tcase_create("answer");
    tcase_add_loop_test(tcase, the_servers_words_are_kept, 0, (int)ARRAY_LEN(answers));
    tcase_add_test(tcase, good_answers_are_no_errors);
    tcase_add_test(tcase, long_words_are_cut);
    suite_add_tcase(suite, tcase);
    return suite;
}
