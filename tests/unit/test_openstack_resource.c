#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "openstack/magnum.h"
#include "openstack_cloud.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static struct wire wire;
static struct openstack os;
static struct err err;
static char *folder;

#define TOKEN                                                             \
    "{\"status\":201,\"headers\":{\"X-Subject-Token\":\"tok\"},\"body\":" \
    "\"{\\\"token\\\":{\\\"expires_at\\\":\\\"2999-01-01T00:00:00Z\\\"}}\"}"
#define CASE(clusters) \
    "{\"routes\":{\"/v3/auth/tokens\":[" TOKEN "],\"/v1/clusters\":[" clusters "],\"/v1/clusters/c\":[" clusters "]}}"
#define ONE "{\"body\":\"{\\\"clusters\\\":[{\\\"name\\\":\\\"a\\\",\\\"links\\\":[1]}]}\"}"

static void start(const char *case_json)
{
    err = ERR_INIT;
    folder = scratch_new();
    wire_start(&wire, case_json);
    AUTOFREE char *config = xasprintf("{\"auth\":{\"auth_url\":\"%s\",\"username\":\"u\",\"password\":\"s3cret\"},\"container_"
                                      "infra_endpoint_override\":\"%s\"}",
                                      wire.url, wire.url);
    os = (struct openstack){.cloud = cloud_of(config), .cache_path = path_join(folder, "t.json")};
    struct http_settings settings = {.retries = -1};
    os.http = http_new(&settings, &err);
    ck_assert_ptr_nonnull(os.http);
}

static void end(void)
{
    openstack_release(&os);
    err_release(&err);
    wire_stop(&wire);
    scratch_end(folder);
}

/* "POST /v3/auth/tokens, GET /v1/clusters" */
static void were_asked(const char *wanted)
{
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    CLEANUP(str_release) struct str asked = STR_INIT;
    for (const node_t *request = node_first(log); request; request = node_next(request))
        str_addf(&asked, "%s%s %s", asked.len ? ", " : "", node_str(request, "/method", ""), node_str(request, "/path", ""));
    ck_assert_str_eq(asked.buf, wanted);
}

#define LOGIN "POST /v3/auth/tokens"
#define LIST  "GET /v1/clusters"

START_TEST(pages_are_followed_at_our_own_address)
{
    start(CASE("{\"body\":\"{\\\"clusters\\\":[{\\\"name\\\":\\\"a\\\"}],\\\"next\\\":\\\"http://192.0.2.1:9/"
               "x?limit=1&marker=m\\\"}\"}," ONE));
    CLEANUP(node_free) node_t *items = resource_list(&os, &magnum_cluster, NULL, &err);
    ck_assert_msg(items != NULL, "%s", err.what);
    ck_assert_uint_eq(node_len(items), 2);
    ck_assert_ptr_null(node_at(items, "/1/links"));
    were_asked(LOGIN ", " LIST ", " LIST "?limit=1&marker=m");
    end();
}
END_TEST

#define BEGUN                                                                                                                 \
    "{\"status\":400,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"Invalid input for field/attribute master_count. Value: " \
    "'0'. "                                                                                                                   \
    "Value should be greater or equal to 1\\\"}]}\"}"

START_TEST(a_list_waits_until_a_cluster_has_begun)
{
    start(CASE(BEGUN "," ONE));
    struct http_settings settings = {.retries = 1};
    http_free(os.http);
    os.http = http_new(&settings, &err);
    CLEANUP(node_free) node_t *items = resource_list(&os, &magnum_cluster, NULL, &err);
    ck_assert_msg(items != NULL, "%s", err.what);
    were_asked(LOGIN ", " LIST ", " LIST);
    end();
}
END_TEST

START_TEST(a_refused_login_is_tried_once_for_many)
{
    start("{\"routes\":{\"/v3/auth/tokens\":[{\"status\":401,\"body\":\"{}\"}]}}");
    const struct openstack_call calls[] = {{.service = "container-infra", .path = "/v1/clusters"},
                                           {.service = "container-infra", .path = "/v1/clusters"}};
    struct http_response results[] = {HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT};
    struct err errs[] = {ERR_INIT, ERR_INIT};
    ck_assert_int_eq(openstack_do_all(&os, calls, results, errs, 2), 2);
    ck_assert_int_eq(errs[0].code, ERR_AUTH);
    ck_assert_int_eq(errs[1].code, ERR_AUTH);
    ck_assert_str_eq(errs[1].what, errs[0].what);
    were_asked(LOGIN);
    err_release(&errs[0]);
    err_release(&errs[1]);
    end();
}
END_TEST

START_TEST(each_of_many_says_what_it_was_for)
{
    start("{\"routes\":{\"/v3/auth/tokens\":[" TOKEN "],\"/v1/clusters\":[{\"close\":true},{\"close\":true}]}}");
    const struct openstack_call calls[] = {
        {.service = "container-infra", .path = "/v1/clusters", .failing = "cannot see a"},
        {.service = "container-infra", .path = "/v1/clusters", .failing = "cannot see b"},
    };
    struct http_response results[] = {HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT};
    struct err errs[] = {ERR_INIT, ERR_INIT};
    ck_assert_int_eq(openstack_do_all(&os, calls, results, errs, 2), 2);
    ck_assert_str_eq(errs[0].what, "cannot see a");
    ck_assert_str_eq(errs[1].what, "cannot see b");
    ck_assert_msg(errs[1].why && strstr(errs[1].why, wire.url), "%s", errs[1].why);
    err_release(&errs[0]);
    err_release(&errs[1]);
    end();
}
END_TEST

START_TEST(pages_that_do_not_end_are_an_error)
{
    start(CASE("{\"body\":\"{\\\"clusters\\\":[{}],\\\"next\\\":\\\"?marker=m\\\"}\"}"));
    ck_assert_ptr_null(resource_list(&os, &magnum_cluster, NULL, &err));
    ck_assert_str_eq(err.why, "the server's pages do not end");
    were_asked(LOGIN ", " LIST ", " LIST "?marker=m");
    end();
}
END_TEST

START_TEST(a_kept_token_saves_the_login)
{
    start(CASE(ONE));
    node_free(resource_list(&os, &magnum_cluster, NULL, &err));
    token_release(&os.token); /* the next command */
    CLEANUP(node_free) node_t *items = resource_list(&os, &magnum_cluster, NULL, &err);
    ck_assert_ptr_nonnull(items);
    were_asked(LOGIN ", " LIST ", " LIST);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/2/headers/x-auth-token", ""), "tok");
    ck_assert_str_eq(node_str(log, "/2/headers/openstack-api-version", ""), "container-infra 1.10");
    end();
}
END_TEST

START_TEST(a_refused_token_is_renewed_once)
{
    start(CASE("{\"status\":401}," ONE));
    CLEANUP(node_free) node_t *items = resource_list(&os, &magnum_cluster, NULL, &err);
    ck_assert_ptr_nonnull(items);
    were_asked(LOGIN ", " LIST ", " LOGIN ", " LIST);
    end();
}
END_TEST

START_TEST(a_second_refusal_is_final)
{
    start(CASE("{\"status\":401}"));
    ck_assert_ptr_null(resource_list(&os, &magnum_cluster, NULL, &err));
    ck_assert_int_eq(err.code, ERR_AUTH);
    were_asked(LOGIN ", " LIST ", " LOGIN ", " LIST);
    end();
}
END_TEST

START_TEST(an_older_server_is_asked_in_its_version)
{
    start(CASE("{\"status\":406,\"headers\":{\"OpenStack-API-Maximum-Version\":\"container-infra 1.7\"}}," ONE));
    CLEANUP(node_free) node_t *items = resource_list(&os, &magnum_cluster, NULL, &err);
    ck_assert_ptr_nonnull(items);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/2/headers/openstack-api-version", ""), "container-infra 1.7");
    end();
}
END_TEST

static const struct {
    const char *reply;
    enum err_code code;
    const char *words;
} faults[] = {
    {"{\"status\":404,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"Cluster c could not be found.\\\"}]}\"}", ERR_NOT_FOUND,
     "could not be found"},
    {"{\"status\":406,\"headers\":{\"OpenStack-API-Maximum-Version\":\"container-infra 1.99\"}}", ERR_FAILED, "406"},
    {"{\"status\":406,\"headers\":{\"OpenStack-API-Maximum-Version\":\"nonsense 1.x\"}}", ERR_FAILED, "406"},
    {"{\"status\":200,\"body\":\"<html>login</html>\"}", ERR_FAILED, ""},
    {"{\"status\":200,\"body\":\"[]\"}", ERR_FAILED, "not an object"},
    {"{\"status\":200,\"body\":\"\"}", ERR_FAILED, ""},
    {"{\"status\":403,\"body\":\"{}\"}", ERR_AUTH, "403"},
    {"{\"status\":500,\"body\":\"boom\"}", ERR_FAILED, "boom"},
    {"{\"body_bytes\":100,\"cut\":10}", ERR_UNREACHABLE, "cut"},
};

START_TEST(faults_are_told)
{
    AUTOFREE char *text = xasprintf("{\"routes\":{\"/v3/auth/tokens\":[" TOKEN "],\"/v1/clusters/c\":[%s]}}", faults[_i].reply);
    start(text);
    ck_assert_ptr_null(resource_show(&os, &magnum_cluster, "c", &err));
    AUTOFREE char *all = xasprintf("%s | %s", err.what, err.why ? err.why : "");
    ck_assert_msg(err.code == faults[_i].code && strstr(all, faults[_i].words), "%d %s", err.code, all);
    end();
}
END_TEST

START_TEST(a_name_of_two_names_both)
{
    start(
        "{\"routes\":{\"/v3/auth/tokens\":[" TOKEN
        "],\"/v1/clusters/c\":[{\"status\":409,\"body\":\"{}\"}],\"/v1/clusters\":[{\"body\":"
        "\"{\\\"clusters\\\":[{\\\"name\\\":\\\"c\\\",\\\"uuid\\\":\\\"u1\\\"},{\\\"name\\\":\\\"d\\\"},{\\\"name\\\":\\\"c\\\","
        "\\\"uuid\\\":\\\"u2\\\"}]}\"}]}}");
    ck_assert_ptr_null(resource_show(&os, &magnum_cluster, "c", &err));
    ck_assert_int_eq(err.code, ERR_CONFLICT);
    ck_assert_str_eq(err.why, "the name fits several: u1, u2");
    end();
}
END_TEST

START_TEST(a_name_stays_in_its_place)
{
    start("{\"routes\":{\"/v3/auth/tokens\":[" TOKEN "]},\"replies\":[{\"status\":404}]}");
    ck_assert_ptr_null(resource_show(&os, &magnum_cluster, "../v1?x#y", &err));
    were_asked(LOGIN ", GET /v1/clusters/..%2Fv1%3Fx%23y");
    end();
}
END_TEST

/* ---- a Keystone that misbehaves ---- */

static const struct {
    const char *reply;
    enum err_code code;
    const char *words;
} keystones[] = {
    {"{\"status\":401,\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"The request you have made requires authentication.\\\"}}\"}",
     ERR_AUTH, "requires authentication"},
    {"{\"status\":401,\"headers\":{\"Openstack-Auth-Receipt\":\"r\"},\"body\":\"{}\"}", ERR_AUTH, "another factor"},
    {"{\"status\":300,\"body\":\"{\\\"versions\\\":{}}\"}", ERR_FAILED, "API version 3"},
    {"{\"status\":404}", ERR_NOT_FOUND, "API version 3"},
    {"{\"status\":413}", ERR_CAPACITY, "413"},
    {"{\"status\":429}", ERR_CAPACITY, "429"},
    {"{\"status\":500,\"body\":\"boom\"}", ERR_FAILED, "boom"},
    {"{\"status\":503,\"headers\":{\"Content-Type\":\"text/html\"},\"body\":\"<html>x</html>\"}", ERR_FAILED, "HTML page"},
    {"{\"status\":200,\"headers\":{\"Content-Type\":\"text/html\"},\"body\":\"<html>x</html>\"}", ERR_FAILED,
     "not lead to a Keystone"},
    {"{\"status\":201,\"headers\":{\"X-Subject-Token\":\"t\"},\"body\":\"{\\\"token\\\":\"}", ERR_FAILED,
     "not lead to a Keystone"},
    {"{\"body_bytes\":100,\"cut\":10}", ERR_UNREACHABLE, "cut"},
};

START_TEST(a_login_that_fails_says_why)
{
    AUTOFREE char *text = xasprintf("{\"replies\":[%s]}", keystones[_i].reply);
    start(text);
    ck_assert_ptr_null(resource_list(&os, &magnum_cluster, NULL, &err));
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what, err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(err.code == keystones[_i].code && strstr(all, keystones[_i].words), "%d %s", err.code, all);
    ck_assert_ptr_nonnull(strstr(err.what, "cannot log in to cloud c"));
    ck_assert_ptr_null(strstr(all, "s3cret"));
    were_asked(LOGIN);
    end();
}
END_TEST

static const struct {
    const char *next, *path;
} nexts[] = {
    {"http://h:9511/v1/clusters?limit=2&marker=x", "/p?limit=2&marker=x"},
    {"?marker=x", "/p?marker=x"},
    {"http://h/v1/clusters", NULL},
    {"http://h/v1/clusters?", NULL},
    {"http://h/?marker=a b", NULL},
    {"http://h/?marker=a\\r\\nX: 1", NULL},
};

START_TEST(only_the_query_of_next_counts)
{
    err = ERR_INIT;
    AUTOFREE char *text = xasprintf("{\"next\":\"%s\"}", nexts[_i].next);
    CLEANUP(node_free) node_t *page = json_parse(text, strlen(text), "page", &err);
    AUTOFREE char *path = resource_next(page, &magnum_cluster, "/p");
    ck_assert(str_eq(path, nexts[_i].path));
}
END_TEST

Suite *suite_openstack_resource(void)
{
    Suite *suite = suite_create("openstack_resource");
    TCase *tcase = tcase_create("magnum");
    tcase_add_test(tcase, a_refused_login_is_tried_once_for_many);
    tcase_add_test(tcase, a_list_waits_until_a_cluster_has_begun);
    tcase_add_test(tcase, pages_are_followed_at_our_own_address);
    tcase_add_test(tcase, each_of_many_says_what_it_was_for);
    tcase_add_test(tcase, pages_that_do_not_end_are_an_error);
    tcase_add_test(tcase, a_kept_token_saves_the_login);
    tcase_add_test(tcase, a_refused_token_is_renewed_once);
    tcase_add_test(tcase, a_second_refusal_is_final);
    tcase_add_test(tcase, an_older_server_is_asked_in_its_version);
    tcase_add_loop_test(tcase, faults_are_told, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(tcase, a_name_of_two_names_both);
    tcase_add_test(tcase, a_name_stays_in_its_place);
    tcase_add_loop_test(tcase, a_login_that_fails_says_why, 0, (int)ARRAY_LEN(keystones));
    tcase_add_loop_test(tcase, only_the_query_of_next_counts, 0, (int)ARRAY_LEN(nexts));
    suite_add_tcase(suite, tcase);
    return suite;
}
