#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "net/oauth2.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

#define TOKEN(name, lasts) "{\"body\":\"{\\\"access_token\\\":\\\"" name "\\\",\\\"token_type\\\":\\\"Bearer\\\"" lasts "}\"}"
#define LASTS              ",\\\"expires_in\\\":300"
#define SECRET             "s&cret"

/* One of each, as a command has them. */
struct desk {
    struct wire wire;
    struct http *asking, *using;
    struct oauth2 *oauth2;
    char *folder;
};

static void open_desk(struct desk *desk)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *url = xasprintf("%s/token", desk->wire.url);
    desk->asking = http_new(&(struct http_settings){.retries = -1}, &err);
    const struct oauth2_settings how = {
        .url = url, .client_id = "aiwf", .client_secret = SECRET, .scope = "a b", .audience = "gateway"};
    desk->oauth2 = oauth2_new(desk->asking, &how);
    const struct http_settings settings = {
        .retries = -1, .auth_url = desk->wire.url, .login = oauth2_login, .login_arg = desk->oauth2};
    desk->using = http_new(&settings, &err);
    ck_assert_ptr_nonnull(desk->using);
}

static void close_desk(struct desk *desk)
{
    http_free(desk->using);
    oauth2_free(desk->oauth2);
    http_free(desk->asking);
}

static void desk_end(struct desk *desk)
{
    close_desk(desk);
    wire_stop(&desk->wire);
    scratch_end(desk->folder);
}
DEFINE_CLEANUP(struct desk, desk_end)

/* tokens: what the endpoint answers, answers: the gateway; in order. */
static void begin(struct desk *desk, const char *tokens, const char *answers)
{
    AUTOFREE char *script = xasprintf("{\"routes\":{\"/token\":[%s]},\"replies\":[%s]}", tokens, answers);
    desk->folder = scratch_new();
    setenv("XDG_CACHE_HOME", desk->folder, 1);
    wire_start(&desk->wire, script);
    open_desk(desk);
}

static int get(const struct desk *desk, struct http_response *res, struct err *err)
{
    AUTOFREE char *url = xasprintf("%s/system/functions", desk->wire.url);
    const struct http_request req = {.url = url};
    return http_do(desk->using, &req, res, err);
}

/* "TOKEN TOKEN ...": with which the gateway was asked; *ret_asked: how often the endpoint was. */
static char *used(const struct desk *desk, size_t *ret_asked)
{
    CLEANUP(node_free) node_t *log = wire_log(&desk->wire);
    CLEANUP(str_release) struct str tokens = STR_INIT;
    *ret_asked = 0;
    for (const node_t *one = node_first(log); one; one = node_next(one)) {
        bool is_endpoint = strcmp(node_str(one, "/path", ""), "/token") == 0;
        const char *login = node_str(one, "/headers/authorization", node_str(one, "/headers/Authorization", "-"));
        *ret_asked += is_endpoint;
        if (is_endpoint)
            ck_assert_str_eq(node_str(one, "/body", ""),
                             "grant_type=client_credentials&client_id=aiwf&client_secret=s%26cret&scope=a%20b&audience=gateway");
        else
            str_addf(&tokens, "%s%s", tokens.len ? " " : "", str_starts(login, "Bearer ") ? login + strlen("Bearer ") : login);
    }
    return str_detach(&tokens);
}

static void asks(const struct desk *desk, int status)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    ck_assert_msg(get(desk, &res, &err) == 0, "%s", err.what);
    ck_assert_int_eq(res.status, status);
}

static void expect(const struct desk *desk, const char *tokens, size_t asked)
{
    size_t n;
    AUTOFREE char *seen = used(desk, &n);
    ck_assert_str_eq(seen, tokens);
    ck_assert_uint_eq(n, asked);
}

START_TEST(a_token_is_asked_for_once_and_kept_for_the_next_command)
{
    CLEANUP(desk_end) struct desk desk;
    begin(&desk, TOKEN("one", LASTS) "," TOKEN("two", LASTS), "{\"body\":\"[]\"}");
    asks(&desk, 200);
    asks(&desk, 200);
    close_desk(&desk);
    open_desk(&desk);
    asks(&desk, 200);
    expect(&desk, "one one one", 1);
}
END_TEST

START_TEST(one_that_is_refused_is_renewed_once)
{
    CLEANUP(desk_end) struct desk desk;
    begin(&desk, TOKEN("one", LASTS) "," TOKEN("two", LASTS), "{\"status\":401},{\"body\":\"[]\"},{\"status\":401}");
    asks(&desk, 200);
    asks(&desk, 401);
    expect(&desk, "one two two two", 3);
}
END_TEST

START_TEST(one_of_unknown_end_is_not_kept_and_one_at_its_end_is_renewed)
{
    CLEANUP(desk_end) struct desk desk;
    begin(&desk, TOKEN("one", "") "," TOKEN("two", ",\\\"expires_in\\\":5"), "{\"body\":\"[]\"}");
    asks(&desk, 200);
    close_desk(&desk);
    open_desk(&desk);
    asks(&desk, 200);
    asks(&desk, 200);
    expect(&desk, "one two two", 3);
}
END_TEST

static const struct {
    const char *answer;
    enum err_code code;
    const char *says;
} refusals[] = {
    {"{\"status\":401,\"body\":\"{\\\"error\\\":\\\"invalid_client\\\",\\\"error_description\\\":\\\"Bad secret\\\"}\"}",
     ERR_AUTH, "invalid_client: Bad secret"},
    {"{\"status\":400,\"body\":\"{\\\"error\\\":\\\"invalid_scope\\\"}\"}", ERR_AUTH, "invalid_scope"},
    {"{\"status\":404,\"body\":\"nothing\"}", ERR_AUTH, "nothing"},
    {"{\"body\":\"{}\"}", ERR_AUTH, NULL},
    {"{\"body\":\"<html>\"}", ERR_AUTH, NULL},
    {"{\"body\":\"{\\\"access_token\\\":\\\"a\\\\u000db\\\"}\"}", ERR_AUTH, NULL},
    {"{\"close\":true}", ERR_UNREACHABLE, NULL},
};

START_TEST(without_a_token_nothing_is_asked)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(desk_end) struct desk desk;
    begin(&desk, refusals[_i].answer, "{\"body\":\"[]\"}");
    ck_assert_int_eq(get(&desk, &res, &err), -1);
    ck_assert_msg(err.code == refusals[_i].code, "%d: %s", err.code, err.what);
    ck_assert_msg(!refusals[_i].says || strstr(err.why, refusals[_i].says), "%s", err.why);
    ck_assert_ptr_null(strstr(err.what, SECRET));
    CLEANUP(node_free) node_t *log = wire_log(&desk.wire);
    for (const node_t *one = node_first(log); one; one = node_next(one))
        ck_assert_str_eq(node_str(one, "/path", ""), "/token");
}
END_TEST

Suite *suite_net_oauth2(void)
{
    Suite *suite = suite_create("net_oauth2");
    TCase *tcase = tcase_create("net_oauth2");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_token_is_asked_for_once_and_kept_for_the_next_command);
    tcase_add_test(tcase, one_that_is_refused_is_renewed_once);
    tcase_add_test(tcase, one_of_unknown_end_is_not_kept_and_one_at_its_end_is_renewed);
    tcase_add_loop_test(tcase, without_a_token_nothing_is_asked, 0, (int)ARRAY_LEN(refusals));
    suite_add_tcase(suite, tcase);
    return suite;
}
