#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "net/url.h"
#include "suites.h"

START_TEST(values_in_paths_are_escaped)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    ck_assert_str_eq(url_path(&s, "http://h:1/", "/system/function/{}/logs", "a/../b?c#d e", NULL),
                     "http://h:1/system/function/a%2F..%2Fb%3Fc%23d%20e/logs");
    str_reset(&s);
    ck_assert_str_eq(url_path(&s, "http://h", "/f/{}/{}", "..", ".", NULL), "http://h/f/%2E%2E/%2E");
    str_reset(&s);
    ck_assert_str_eq(url_path(&s, "http://h//", "/x", NULL), "http://h/x");
}
END_TEST

START_TEST(queries_are_escaped)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    url_path(&s, "http://h", "/q", NULL);
    url_query(&s, "query", "rate(x{a=\"b\"}[1m]) & 1");
    url_query(&s, "none", NULL);
    url_query(&s, "t", "1");
    ck_assert_str_eq(s.buf, "http://h/q?query=rate%28x%7Ba%3D%22b%22%7D%5B1m%5D%29%20%26%201&t=1");
}
END_TEST

static const struct {
    const char *text, *normal; /* NULL: refused */
} checks[] = {
    {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
    {"HTTPS://Gateway.Example.ORG/Base/", "https://gateway.example.org/Base"},
    {"http://[::1]:31112//", "http://[::1]:31112"},
    {"http://h:65535", "http://h:65535"},
    {"", NULL},
    {"gateway:8080", NULL},
    {"ftp://h", NULL},
    {"http://", NULL},
    {"http:///x", NULL},
    {"http://h:0", NULL},
    {"http://h:65536", NULL},
    {"http://h:", NULL},
    {"http://h:80x", NULL},
    {"http://h?x=1", NULL},
    {"http://h/#x", NULL},
    {"http://user:secret@h", NULL},
    {"http://h/a b", NULL},
    {"http://h\n", NULL},
    {"http://h\\evil", NULL},
    {"http://[::1", NULL},
    {"http://a,b", NULL},
};

START_TEST(urls_are_checked)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *url = url_check(checks[_i].text, &err);
    if (checks[_i].normal) {
        ck_assert_msg(url != NULL, "%s: %s", checks[_i].text, err.why);
        ck_assert_str_eq(url, checks[_i].normal);
        return;
    }
    ck_assert_msg(url == NULL, "%s", checks[_i].text);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_null(strstr(err.what, "secret"));
}
END_TEST

static const struct {
    const char *url, *shown;
} masks[] = {
    {"http://h/x", "http://h/x"},
    {"http://u:s3cret@h/x@y", "http://***@h/x@y"},
    {"https://h/a?token=s3cret&n=1&X-Amz-Signature=s3cret#f", "https://h/a?token=***&n=1&X-Amz-Signature=***#f"},
    {"/path?api_key=s3cret&&flag&password=", "/path?api_key=***&&flag&password=***"},
    {"http://u@p@h?q", "http://***@h?q"},
};

START_TEST(secrets_in_urls_are_masked)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    url_mask(&s, masks[_i].url);
    ck_assert_str_eq(s.buf, masks[_i].shown);
}
END_TEST

static const struct {
    const char *url, *origin;
} origins[] = {
    {"http://H/x", "http://h:80"},
    {"https://h", "https://h:443"},
    {"https://u:p@H:8443/x@y:1", "https://h:8443"},
    {"http://[::1]/x", "http://[::1]:80"},
    {"http://[::1]:80/x", "http://[::1]:80"},
    {"ftp://h", ""},
    {"http://h?x=a:b/c", "http://h:80"},
};

START_TEST(origins_are_compared_whole)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    url_origin(&s, origins[_i].url);
    ck_assert_str_eq(s.buf, origins[_i].origin);
}
END_TEST

START_TEST(base64_goes_round)
{
    /* RFC 4648, section 10 */
    static const char *const pairs[][2] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                                           {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        CLEANUP(str_release) struct str coded = STR_INIT;
        CLEANUP(str_release) struct str plain = STR_INIT;
        base64_encode(&coded, pairs[i][0], strlen(pairs[i][0]));
        ck_assert_str_eq(coded.buf, pairs[i][1]);
        ck_assert(base64_decode(&plain, pairs[i][1]));
        ck_assert_str_eq(plain.buf, pairs[i][0]);
    }
    static const char *const bad[] = {"Z", "Zg=", "Zg==Zg==", "Z===", "Z!==", "=Zg="};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(str_release) struct str plain = STR_INIT;
        ck_assert_msg(!base64_decode(&plain, bad[i]), "%s", bad[i]);
    }
}
END_TEST

Suite *suite_net_url(void)
{
    Suite *suite = suite_create("net_url");
    TCase *tcase = tcase_create("url");
    tcase_add_test(tcase, values_in_paths_are_escaped);
    tcase_add_test(tcase, queries_are_escaped);
    tcase_add_loop_test(tcase, urls_are_checked, 0, (int)ARRAY_LEN(checks));
    tcase_add_loop_test(tcase, secrets_in_urls_are_masked, 0, (int)ARRAY_LEN(masks));
    tcase_add_loop_test(tcase, origins_are_compared_whole, 0, (int)ARRAY_LEN(origins));
    tcase_add_test(tcase, base64_goes_round);
    suite_add_tcase(suite, tcase);
    return suite;
}
