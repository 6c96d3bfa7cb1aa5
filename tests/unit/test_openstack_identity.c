#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "openstack/magnum.h"
#include "openstack/versions.h"
#include "openstack_cloud.h"
#include "scratch.h"
#include "suites.h"

static struct err err;

static void setup(void) { err = ERR_INIT; }

static void teardown(void) { err_release(&err); }

/* ---- the login's body ---- */

#define URL        "\"auth_url\":\"http://k\","
#define U_P        "\"username\":\"u\",\"password\":\"p\""
#define USER       "\"password\":{\"user\":{\"name\":\"u\",\"password\":\"p\",\"domain\":{\"id\":\"default\"}}}"
#define PASSWORD   "{\"auth\":{\"identity\":{\"methods\":[\"password\"]," USER "}"
#define CREDENTIAL "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":"

static node_t *request(const struct cloud *cloud)
{
    CLEANUP(strv_release) struct strv methods = STRV_INIT;
    return identity_methods(cloud, &methods, &err) == 0 ? identity_body(cloud, &methods, &err) : NULL;
}

static const struct {
    const char *config, *body;
} logins[] = {
    {"{\"auth\":{" URL U_P "}}", PASSWORD "}}"},
    {"{\"auth\":{" U_P ",\"project_id\":\"i\",\"project_name\":\"n\"}}", PASSWORD ",\"scope\":{\"project\":{\"id\":\"i\"}}}}"},
    {"{\"auth\":{" U_P ",\"project_name\":\"n\",\"project_domain_name\":\"D\"}}",
     PASSWORD ",\"scope\":{\"project\":{\"name\":\"n\",\"domain\":{\"name\":\"D\"}}}}}"},
    {"{\"auth\":{" U_P ",\"domain_name\":\"D\"}}", PASSWORD ",\"scope\":{\"domain\":{\"name\":\"D\"}}}}"},
    {"{\"auth\":{" U_P ",\"system_scope\":\"all\",\"project_id\":\"i\"}}", PASSWORD ",\"scope\":{\"system\":{\"all\":true}}}}"},
    {"{\"auth\":{" U_P ",\"trust_id\":\"t\"}}", PASSWORD ",\"scope\":{\"OS-TRUST:trust\":{\"id\":\"t\"}}}}"},
    {"{\"auth\":{" U_P ",\"unscoped\":\"true\"}}", PASSWORD ",\"scope\":\"unscoped\"}}"},
    {"{\"auth\":{\"user_id\":\"i\",\"password\":\"p\"}}",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"id\":\"i\",\"password\":\"p\"}}}}}"},
    {"{\"auth_type\":\"v3token\",\"auth\":{\"token\":\"t\",\"project_id\":\"i\"}}",
     "{\"auth\":{\"identity\":{\"methods\":[\"token\"],\"token\":{\"id\":\"t\"}},\"scope\":{\"project\":{\"id\":\"i\"}}}}"},
    {"{\"auth\":{\"application_credential_id\":\"i\",\"application_credential_secret\":\"s\",\"project_id\":\"no\"}}",
     CREDENTIAL "{\"id\":\"i\",\"secret\":\"s\"}}}}"},
    {"{\"auth_type\":\"v3applicationcredential\",\"auth\":{\"application_credential_name\":\"n\","
     "\"application_credential_secret\":\"s\",\"username\":\"u\",\"user_domain_id\":\"d\"}}",
     CREDENTIAL "{\"name\":\"n\",\"secret\":\"s\",\"user\":{\"name\":\"u\",\"domain\":{\"id\":\"d\"}}}}}}"},
};

START_TEST(a_login_says_who_and_where)
{
    CLEANUP(cloud_release) struct cloud cloud = cloud_of(logins[_i].config);
    CLEANUP(node_free) node_t *body = request(&cloud);
    ck_assert_msg(body != NULL, "%s", err.what);
    CLEANUP(node_free) node_t *wanted = json_parse(logins[_i].body, strlen(logins[_i].body), "wanted", &err);
    ck_assert_ptr_nonnull(wanted);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(body, &text);
    ck_assert_msg(node_equal(body, wanted), "%s", text.buf);
}
END_TEST

static const struct {
    const char *config, *words;
} poor[] = {
    {"{\"auth\":{" U_P ",\"token\":\"t\"}}", "two ways to log in at once"},
    {"{\"auth\":{" U_P ",\"application_credential_secret\":\"t\"}}", "two ways to log in at once"},
    {"{\"auth_type\":\"v3oidcpassword\",\"auth\":{" U_P "}}", "auth_type v3oidcpassword is not supported"},
    {"{\"auth\":{" U_P ",\"unscoped\":\"true\",\"project_id\":\"i\"}}", "two scopes at once"},
    {"{\"auth\":{\"username\":\"u\"}}", "no password"},
    {"{\"auth\":{\"password\":\"p\"}}", "no username"},
    {"{\"auth_type\":\"token\",\"auth\":{" U_P "}}", "no token"},
    {"{\"auth_type\":\"v3applicationcredential\",\"auth\":{" U_P "}}", "no application_credential_secret"},
    {"{\"auth\":{\"application_credential_secret\":\"s\"}}", "no application_credential_id"},
};

START_TEST(what_a_login_lacks_is_told)
{
    CLEANUP(cloud_release) struct cloud cloud = cloud_of(poor[_i].config);
    ck_assert_ptr_null(request(&cloud));
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_msg(strstr(err.what, poor[_i].words) != NULL, "%s", err.what);
}
END_TEST

static const struct {
    const char *given, *url;
} auth_urls[] = {
    {"http://k:5000", "http://k:5000/v3"},
    {"http://k:5000/v3", "http://k:5000/v3"},
    {"http://k:5000/v3/", "http://k:5000/v3"},
    {"http://k/identity", "http://k/identity/v3"},
    {"http://k:5000/v2.0", "http://k:5000/v3"},
    {"ftp://k", NULL},
    {"http://u:p@k", NULL},
    {"k:5000", NULL},
};

START_TEST(keystone_is_found_by_auth_url)
{
    AUTOFREE char *config = xasprintf("{\"auth\":{\"auth_url\":\"%s\"}}", auth_urls[_i].given);
    CLEANUP(cloud_release) struct cloud cloud = cloud_of(config);
    AUTOFREE char *url = identity_url(&cloud, &err);
    ck_assert(str_eq(url, auth_urls[_i].url));
    ck_assert_int_eq(err.code, auth_urls[_i].url ? ERR_OK : ERR_USAGE);
}
END_TEST

/* ---- the answer ---- */

static const struct {
    const char *id, *body, *words;
} answers[] = {
    {"t", "{\"token\":{\"expires_at\":\"2030-01-01T00:00:00.000000Z\"}}", NULL},
    {NULL, "{\"token\":{\"expires_at\":\"2030-01-01T00:00:00.000000Z\"}}", "no token"},
    {"", "{}", "no token"},
    {"a b", "{\"token\":{\"expires_at\":\"2030-01-01T00:00:00.000000Z\"}}", "no token"},
    {"a\r\nX-Evil: 1", "{\"token\":{\"expires_at\":\"2030-01-01T00:00:00.000000Z\"}}", "no token"},
    {"t", "<html></html>", "answer to the login"},
    {"t", "{\"token\":{\"expires_at\":\"20", "answer to the login"},
    {"t", "[]", "when its token expires"},
    {"t", "{\"token\":{\"expires_at\":3}}", "when its token expires"},
    {"t", "{\"token\":{\"expires_at\":\"soon\"}}", "when its token expires"},
};

START_TEST(hostile_answers_give_no_token)
{
    CLEANUP(token_release) struct token token = {0};
    int rc = identity_parse(answers[_i].id, answers[_i].body, strlen(answers[_i].body), &token, &err);
    ck_assert_int_eq(rc, answers[_i].words ? -1 : 0);
    ck_assert_msg(!answers[_i].words || strstr(err.what, answers[_i].words) != NULL, "%s", err.what);
    ck_assert(!answers[_i].words == (token.id != NULL));
}
END_TEST

START_TEST(a_token_is_not_too_long)
{
    char *text = xmalloc(TOKEN_MAX_BYTES + 2);
    memset(text, 'a', TOKEN_MAX_BYTES + 1);
    text[TOKEN_MAX_BYTES + 1] = '\0';
    ck_assert(!token_id_is_sane(text));
    text[TOKEN_MAX_BYTES] = '\0';
    ck_assert(token_id_is_sane(text));
    free(text);
}
END_TEST

/* ---- the catalog ---- */

#define ENDPOINT(interface, region, url) "{\"interface\":\"" interface "\",\"region_id\":\"" region "\",\"url\":\"" url "\"}"

static const char catalog_text[] =
    "[{\"type\":\"container-infra\",\"endpoints\":[" ENDPOINT("internal", "A", "http://ia") "," ENDPOINT(
        "public", "B", "http://pb") "," ENDPOINT("public", "A",
                                                 "http://pa") "]},"
                                                              "{\"type\":\"volumev3\",\"endpoints\":[{\"interface\":\"public\","
                                                              "\"region\":\"A\",\"url\":\"http://va\"}]},"
                                                              "3,null,{\"type\":7,\"endpoints\":{}},{\"endpoints\":[null]},{"
                                                              "\"type\":\"image\",\"endpoints\":[" ENDPOINT("public", "A",
                                                                                                            "") "]}]";

static const struct {
    const char *config, *region, *service, *url;
} choices[] = {
    {"{}", "A", "container-infra", "http://pa"},
    {"{}", "B", "container-infra", "http://pb"},
    {"{}", NULL, "container-infra", "http://pb"}, /* the catalog's first */
    {"{\"interface\":\"internal\"}", "A", "container-infra", "http://ia"},
    {"{\"interface\":\"internalURL\"}", "A", "container-infra", "http://ia"},
    {"{\"interface\":\"internal\"}", "B", "container-infra", NULL},
    {"{}", "a", "container-infra", NULL},
    {"{}", "A", "container", "http://pa"},
    {"{}", "A", "block-storage", "http://va"},
    {"{}", "A", "volumev3", "http://va"},
    {"{}", "A", "image", NULL},
    {"{}", "A", "compute", NULL},
    {"{\"compute_endpoint_override\":\"http://mine\"}", "A", "compute", "http://mine"},
    {"{\"container_infra_endpoint_override\":\"http://mine\"}", "A", "container-infra", "http://mine"},
};

START_TEST(the_endpoint_fits_type_interface_and_region)
{
    CLEANUP(cloud_release) struct cloud cloud = cloud_of(choices[_i].config);
    CLEANUP(node_free) node_t *catalog = json_parse(catalog_text, strlen(catalog_text), "catalog", &err);
    ck_assert_ptr_nonnull(catalog);
    cloud.region = xstrdup_or_null(choices[_i].region);
    const char *url = identity_endpoint(&cloud, catalog, choices[_i].service, &err);
    ck_assert_msg(str_eq(url, choices[_i].url), "%s", url ? url : err.what);
    ck_assert_int_eq(err.code, choices[_i].url ? ERR_OK : ERR_FAILED);
}
END_TEST

START_TEST(a_token_without_catalog_is_told_so)
{
    CLEANUP(cloud_release) struct cloud cloud = cloud_of("{}");
    CLEANUP(node_free) node_t *catalog = node_new_array();
    ck_assert_ptr_null(identity_endpoint(&cloud, catalog, "compute", &err));
    ck_assert_msg(strstr(err.why, "not scoped") != NULL, "%s", err.why);
}
END_TEST

static const struct {
    const char *endpoint, *path, *url;
} urls[] = {
    {"http://h:9511/v1", "/v1/clusters", "http://h:9511/v1/clusters"},
    {"http://h:9511", "/v1/clusters", "http://h:9511/v1/clusters"},
    {"http://h:9511/v1/", "/clusters", "http://h:9511/v1/clusters"},
    {"http://h/container-infra/v1", "/v1/clusters?limit=2", "http://h/container-infra/v1/clusters?limit=2"},
    {"http://h/compute/v2.1", "/servers", "http://h/compute/v2.1/servers"},
    {"http://h/v3/abc", "/v3/abc/volumes", "http://h/v3/abc/volumes"},
    {"http://h/v3/abc", "/volumes", "http://h/v3/abc/volumes"},
    {"http://h:9696/networking", "/v2.0/ports", "http://h:9696/networking/v2.0/ports"},
    {"http://v1.example", "/v1/x", "http://v1.example/v1/x"},
    {"http://h/v1", "/vip", "http://h/v1/vip"},
    {"http://h/vault/v1", "/v1", "http://h/vault/v1"},
    {"http://h", "/", "http://h/"},
};

static const struct {
    const char *config, *token, *url, *words;
} without_login[] = {
    {"{\"auth_type\":\"none\",\"auth\":{\"endpoint\":\"http://e\"}}", "notused", "http://e", NULL},
    {"{\"auth_type\":\"None\",\"endpoint\":\"http://e\",\"compute_endpoint_override\":\"http://c\"}", "notused", "http://c",
     NULL},
    {"{\"auth_type\":\"admin_token\",\"auth\":{\"token\":\"t\",\"endpoint\":\"http://e\"}}", "t", "http://e", NULL},
    {"{\"auth_type\":\"token_endpoint\",\"auth\":{\"token\":\"t\",\"url\":\"http://u\"}}", "t", "http://u", NULL},
    {"{\"auth_type\":\"none\",\"auth\":{}}", "notused", NULL, "has no endpoint"},
    {"{\"auth_type\":\"admin_token\",\"auth\":{\"token\":\"t\\n\"}}", NULL, NULL, "characters that no token has"},
    {"{\"auth_type\":\"admin_token\",\"auth\":{}}", NULL, NULL, "has no token"},
};

START_TEST(what_has_no_login_is_at_one_endpoint)
{
    CLEANUP(cloud_release) struct cloud cloud = cloud_of(without_login[_i].config);
    CLEANUP(token_release) struct token token = {0};
    ck_assert(identity_is_static(&cloud));
    int rc = identity_static(&cloud, &token, &err);
    const char *url = rc == 0 ? identity_endpoint(&cloud, token.catalog, "compute", &err) : NULL;
    ck_assert_pstr_eq(token.id, without_login[_i].token);
    ck_assert_pstr_eq(url, without_login[_i].url);
    ck_assert(url || strstr(err.what, without_login[_i].words));
    ck_assert(url == NULL || err.code == ERR_OK);
    ck_assert(url || err.code == ERR_USAGE);
}
END_TEST

START_TEST(a_path_counts_from_its_version)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    openstack_url(&url, urls[_i].endpoint, urls[_i].path);
    ck_assert_str_eq(url.buf, urls[_i].url);
}
END_TEST

#define VERSION(id, status, href)                                                                       \
    "{\"id\":\"" id "\",\"status\":\"" status "\",\"links\":[{\"rel\":\"describedby\",\"href\":\"x\"}," \
    "{\"rel\":\"self\",\"href\":\"" href "\"}]}"

static const struct {
    const char *endpoint, *root, *address;
} roots[] = {
    {"http://h:9292",
     "{\"versions\":[" VERSION("v2.15", "CURRENT", "http://in:9292/v2/") "," VERSION("v2.9", "SUPPORTED", "http://in/v2/") "]}",
     "http://h:9292/v2"},
    {"http://h/compute/",
     "{\"versions\":[" VERSION("v2.0", "SUPPORTED", "http://h/v2/") "," VERSION("v2.1", "CURRENT", "http://h/v2.1/") "]}",
     "http://h/compute/v2.1"},
    {"http://h", "{\"versions\":{\"values\":[" VERSION("v3.14", "stable", "http://h/identity/v3/") "]}}", "http://h/v3"},
    {"http://h", "{\"versions\":[" VERSION("v1.9", "SUPPORTED", "/v1.9") "," VERSION("v1.10", "SUPPORTED", "/v1.10") "]}",
     "http://h/v1.10"},
    {"http://h", "{\"versions\":[" VERSION("v1.0", "CURRENT", "") "]}", "http://h"},
    {"http://h", "{\"versions\":[3,null,{},{\"id\":7},{\"id\":\"v1\",\"links\":{}}]}", "http://h"},
    {"http://h/", "{\"versions\":3}", "http://h"},
    {"http://h", "[]", "http://h"},
    {"http://h", "{\"versions\":[" VERSION("v1", "CURRENT", "http://evil/v1/../../x") "]}", "http://h/v1"},
};

START_TEST(a_service_says_where_its_version_is)
{
    CLEANUP(node_free) node_t *root = json_parse(roots[_i].root, strlen(roots[_i].root), "root", &err);
    ck_assert_ptr_nonnull(root);
    AUTOFREE char *address = version_address(roots[_i].endpoint, root);
    ck_assert_str_eq(address, roots[_i].address);
    AUTOFREE char *without = version_address("http://h/", NULL);
    ck_assert_str_eq(without, "http://h");
}
END_TEST

/* ---- the cache ---- */

static char *key_of(const char *name, const char *config)
{
    struct cloud cloud = cloud_of(config);
    free(cloud.name);
    cloud.name = xstrdup(name);
    char *path = token_cache_path(&cloud, &err);
    ck_assert_msg(path != NULL, "%s", err.what);
    cloud_release(&cloud);
    return path;
}

START_TEST(another_login_is_another_key)
{
    static const struct {
        const char *name, *config;
    } others[] = {
        {"b", "{\"auth\":{" URL U_P ",\"project_id\":\"i\"}}"},
        {"a", "{\"auth\":{\"auth_url\":\"http://l\"," U_P ",\"project_id\":\"i\"}}"},
        {"a", "{\"auth\":{" URL "\"username\":\"u\",\"password\":\"q\",\"project_id\":\"i\"}}"},
        {"a", "{\"auth\":{" URL "\"username\":\"v\",\"password\":\"p\",\"project_id\":\"i\"}}"},
        {"a", "{\"auth\":{" URL U_P ",\"project_id\":\"j\"}}"},
        {"a", "{\"auth\":{" URL U_P "}}"},
    };
    AUTOFREE char *first = key_of("a", "{\"auth\":{" URL U_P ",\"project_id\":\"i\"}}");
    AUTOFREE char *again = key_of("a", "{\"region_name\":\"R\",\"auth\":{\"project_id\":\"i\"," URL U_P "}}");
    ck_assert_str_eq(first, again); /* one catalog has all regions */
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        AUTOFREE char *other = key_of(others[i].name, others[i].config);
        ck_assert_str_ne(first, other);
    }
    ck_assert_ptr_null(strstr(first, "p,"));
}
END_TEST

static struct token token_for(int64_t seconds)
{
    return (struct token){.id = xstrdup("tok"), .expires_ms = clock_wall_ms() + seconds * 1000, .catalog = node_new_array()};
}

START_TEST(a_kept_token_comes_back)
{
    char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "new/t.json");
    CLEANUP(token_release) struct token token = token_for(3600);
    CLEANUP(token_release) struct token back = {0};
    ck_assert(!token_cache_load(path, &back));
    token_cache_save(path, &token);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert(token_cache_load(path, &back));
    ck_assert_str_eq(back.id, "tok");
    ck_assert_int_eq(back.expires_ms, token.expires_ms);
    scratch_end(folder);
}
END_TEST

START_TEST(a_token_about_to_end_is_not_used)
{
    char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "t.json");
    CLEANUP(token_release) struct token token = token_for(50);
    CLEANUP(token_release) struct token back = {0};
    token_cache_save(path, &token);
    ck_assert(!token_cache_load(path, &back));
    token.expires_ms += 30000;
    token_cache_save(path, &token);
    ck_assert(token_cache_load(path, &back));
    scratch_end(folder);
}
END_TEST

START_TEST(a_file_that_others_can_read_is_not_believed)
{
    char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "t.json");
    AUTOFREE char *link = path_join(folder, "link.json");
    CLEANUP(token_release) struct token token = token_for(3600);
    CLEANUP(token_release) struct token back = {0};
    token_cache_save(path, &token);
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert(!token_cache_load(link, &back));
    ck_assert_int_eq(chmod(path, 0640), 0);
    ck_assert(!token_cache_load(path, &back));
    scratch_end(folder);
}
END_TEST

static const char *const broken[] = {
    "",
    "{",
    "[]",
    "{\"id\":\"a\\nb\",\"expires_at\":\"2999-01-01T00:00:00Z\",\"catalog\":[]}",
    "{\"id\":3,\"expires_at\":\"2999-01-01T00:00:00Z\",\"catalog\":[]}",
    "{\"id\":\"t\",\"expires_at\":\"2999-01-01T00:00:00Z\"}",
    "{\"id\":\"t\",\"expires_at\":1,\"catalog\":[]}",
};

START_TEST(a_broken_cache_is_no_cache)
{
    char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "t.json");
    CLEANUP(token_release) struct token back = {0};
    scratch_write(folder, "t.json", broken[_i]);
    ck_assert(!token_cache_load(path, &back));
    scratch_end(folder);
}
END_TEST

Suite *suite_openstack_identity(void)
{
    Suite *suite = suite_create("openstack_identity");
    TCase *tcase = tcase_create("identity");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, a_login_says_who_and_where, 0, (int)ARRAY_LEN(logins));
    tcase_add_loop_test(tcase, what_a_login_lacks_is_told, 0, (int)ARRAY_LEN(poor));
    tcase_add_loop_test(tcase, keystone_is_found_by_auth_url, 0, (int)ARRAY_LEN(auth_urls));
    tcase_add_loop_test(tcase, hostile_answers_give_no_token, 0, (int)ARRAY_LEN(answers));
    tcase_add_test(tcase, a_token_is_not_too_long);
    tcase_add_loop_test(tcase, the_endpoint_fits_type_interface_and_region, 0, (int)ARRAY_LEN(choices));
    tcase_add_test(tcase, a_token_without_catalog_is_told_so);
    tcase_add_loop_test(tcase, what_has_no_login_is_at_one_endpoint, 0, (int)ARRAY_LEN(without_login));
    tcase_add_loop_test(tcase, a_path_counts_from_its_version, 0, (int)ARRAY_LEN(urls));
    tcase_add_loop_test(tcase, a_service_says_where_its_version_is, 0, (int)ARRAY_LEN(roots));
    tcase_add_test(tcase, another_login_is_another_key);
    tcase_add_test(tcase, a_kept_token_comes_back);
    tcase_add_test(tcase, a_token_about_to_end_is_not_used);
    tcase_add_test(tcase, a_file_that_others_can_read_is_not_believed);
    tcase_add_loop_test(tcase, a_broken_cache_is_no_cache, 0, (int)ARRAY_LEN(broken));
    suite_add_tcase(suite, tcase);
    return suite;
}
