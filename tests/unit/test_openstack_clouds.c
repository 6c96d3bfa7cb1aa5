#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openstack/clouds.h"
#include "scratch.h"
#include "suites.h"

static char *folder;
static struct cloud cloud;
static struct err err;

static void write_in(const char *name, const char *text)
{
    AUTOFREE char *path = xasprintf("openstack/%s", name);
    scratch_write(folder, path, text);
}

static void setup(void)
{
    folder = scratch_new();
    cloud = (struct cloud){0};
    err = ERR_INIT;
    for (bool again = true; again;) {
        again = false;
        for (char **entry = environ; *entry && !again; entry++) {
            AUTOFREE char *name = xstrndup(*entry, strcspn(*entry, "="));
            again = str_starts(name, "OS_") && unsetenv(name) == 0;
        }
    }
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
}

static void teardown(void)
{
    cloud_release(&cloud);
    err_release(&err);
    scratch_end(folder);
}

static void load(const char *name)
{
    cloud_release(&cloud);
    err_clear(&err);
    ck_assert_msg(cloud_load(name, &cloud, &err) == 0, "%s: %s", err.what, err.why);
}

static void refuses(const char *name, enum err_code code, const char *words)
{
    cloud_release(&cloud);
    err_clear(&err);
    ck_assert_int_eq(cloud_load(name, &cloud, &err), -1);
    ck_assert_int_eq(err.code, code);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what, err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(strstr(all, words) != NULL, "%s", all);
}

static const char two_clouds[] = "clouds:\n"
                                 "  one:\n"
                                 "    auth: {auth_url: 'http://one:5000', username: u, password: open, project_name: p}\n"
                                 "  two:\n"
                                 "    auth: {auth_url: 'http://two:5000', username: v, password: w}\n"
                                 "    regions: [A, {name: B, values: {interface: internal, auth: {username: in-b}}}]\n";

START_TEST(secure_is_merged_over_clouds)
{
    write_in("clouds.yaml", two_clouds);
    write_in("secure.yaml", "clouds: {one: {auth: {password: secret}}, three: {auth: {auth_url: 'http://three'}}}\n");
    load("one");
    ck_assert_str_eq(cloud_auth(&cloud, "password"), "secret");
    ck_assert_str_eq(cloud_auth(&cloud, "username"), "u");
    ck_assert_str_eq(cloud_auth(&cloud, "auth_url"), "http://one:5000");
    load("three");
    load("two");
    ck_assert_str_eq(cloud_auth(&cloud, "password"), "w");
}
END_TEST

START_TEST(the_first_file_is_the_only_one)
{
    write_in("clouds.yaml", two_clouds);
    scratch_write(folder, "other.yaml", "clouds: {mine: {auth: {auth_url: 'http://mine'}}}\n");
    AUTOFREE char *path = path_join(folder, "other.yaml");
    setenv("OS_CLIENT_CONFIG_FILE", path, 1);
    load("mine");
    ck_assert_str_eq(cloud.source, path);
    refuses("one", ERR_NOT_FOUND, "known in");
    setenv("OS_CLIENT_CONFIG_FILE", "/nonexistent/clouds.yaml", 1);
    load("one");
}
END_TEST

START_TEST(files_are_found_by_their_other_endings)
{
    write_in("clouds.json", "{\"clouds\":{\"j\":{\"auth\":{\"auth_url\":\"http://j\"}}}}");
    load("j");
    write_in("clouds.yml", "clouds: {y: {auth: {auth_url: 'http://y'}}}\n");
    load("y");
    refuses("j", ERR_NOT_FOUND, "no cloud named j");
}
END_TEST

START_TEST(regions_are_chosen)
{
    write_in("clouds.yaml", two_clouds);
    load("two");
    ck_assert_str_eq(cloud.region, "A");
    ck_assert_ptr_null(cloud_get(&cloud, "interface"));
    setenv("OS_REGION_NAME", "B", 1);
    load("two");
    ck_assert_str_eq(cloud.region, "B");
    ck_assert_str_eq(cloud_get(&cloud, "interface"), "internal");
    ck_assert_str_eq(cloud_auth(&cloud, "username"), "in-b");
    ck_assert_str_eq(cloud_auth(&cloud, "password"), "w");
    load("one"); /* it names none, so any will do */
    ck_assert_str_eq(cloud.region, "B");
    setenv("OS_REGION_NAME", "b", 1);
    refuses("two", ERR_USAGE, "it has: A, B");
}
END_TEST

START_TEST(a_profile_is_under_the_cloud)
{
    write_in("clouds-public.yaml",
             "public-clouds: {vendor: {auth: {auth_url: 'http://{region_name}.vendor/v3', username: theirs},\n"
             "  interface: internal, regions: [R1, R2]}}\n");
    write_in("clouds.yaml", "clouds: {c: {profile: vendor, auth: {username: mine}}, d: {profile: vendor, region-name: R9},\n"
                            "  e: {profile: nobody}, f: {profile: 'https://vendor.test'}}\n");
    load("c");
    ck_assert_str_eq(cloud_auth(&cloud, "auth_url"), "http://R1.vendor/v3");
    ck_assert_str_eq(cloud_auth(&cloud, "username"), "mine");
    ck_assert_str_eq(cloud_get(&cloud, "interface"), "internal");
    load("d");
    ck_assert_str_eq(cloud_auth(&cloud, "auth_url"), "http://R9.vendor/v3");
    refuses("e", ERR_USAGE, "the profile nobody is not known");
    refuses("f", ERR_USAGE, "the profile https://vendor.test is not known");
}
END_TEST

START_TEST(the_environment_makes_a_cloud_of_its_own)
{
    write_in("clouds.yaml", two_clouds);
    refuses(NULL, ERR_USAGE, "one, two");
    setenv("OS_REGION_NAME", "A", 1);
    refuses(NULL, ERR_USAGE, "no cloud is chosen"); /* a selector alone makes none */
    setenv("OS_AUTH_URL", "http://env:5000", 1);
    setenv("OS_USERNAME", "e", 1);
    setenv("OS_PASSWORD", "x", 1);
    setenv("OS_TENANT_NAME", "t", 1);
    load(NULL);
    ck_assert_str_eq(cloud.name, "envvars");
    ck_assert_str_eq(cloud.source, "the environment");
    ck_assert_str_eq(cloud.region, "A");
    ck_assert_str_eq(cloud_auth(&cloud, "project_name"), "t");
    load("one");
    ck_assert_str_eq(cloud_auth(&cloud, "password"), "open"); /* not the environment's */
    setenv("OS_CLOUD", "two", 1);
    load(NULL);
    ck_assert_str_eq(cloud.name, "two");
    load("one"); /* a given name wins */
    ck_assert_str_eq(cloud.name, "one");
    setenv("OS_CLOUD_NAME", "one", 1);
    refuses("one", ERR_USAGE, "OS_CLOUD_NAME");
}
END_TEST

START_TEST(the_only_cloud_is_the_one)
{
    refuses(NULL, ERR_USAGE, "no OpenStack cloud is configured");
    refuses("x", ERR_NOT_FOUND, "there is no clouds.yaml");
    write_in("clouds.yaml", "clouds: {only: {auth: {auth_url: 'http://only'}}}\n");
    load(NULL);
    ck_assert_str_eq(cloud.name, "only");
    refuses("onyl", ERR_NOT_FOUND, "did you mean only?");
}
END_TEST

START_TEST(old_spellings_are_known)
{
    write_in("clouds.yaml",
             "clouds: {c: {auth-plugin: v3password, endpoint_type: admin, username: top, tenant-id: 12,\n"
             "  auth: {auth-url: 'http://c', user-name: low, password: 1234, domain_id: d, user_domain_name: n}}}\n");
    load("c");
    ck_assert_str_eq(cloud_get(&cloud, "auth_type"), "v3password");
    ck_assert_str_eq(cloud_get(&cloud, "interface"), "admin");
    ck_assert_str_eq(cloud_auth(&cloud, "auth_url"), "http://c");
    ck_assert_str_eq(cloud_auth(&cloud, "username"), "low");
    ck_assert_str_eq(cloud_auth(&cloud, "password"), "1234");
    ck_assert_str_eq(cloud_auth(&cloud, "project_id"), "12");
    ck_assert_str_eq(cloud_auth(&cloud, "user_domain_id"), "d"); /* with a project, a domain is both domains */
    ck_assert_str_eq(cloud_auth(&cloud, "project_domain_id"), "d");
    ck_assert_ptr_null(cloud_auth(&cloud, "domain_id"));
}
END_TEST

static const struct {
    const char *settings;
    bool insecure;
} verifies[] = {
    {"{}", false},
    {"{verify: false}", true},
    {"{verify: 'false'}", false}, /* a text */
    {"{verify: true}", false},
    {"{insecure: true}", true},
    {"{insecure: 'True', verify: true}", true},
    {"{insecure: false}", false},
};

START_TEST(tls_is_verified_unless_told)
{
    AUTOFREE char *text = xasprintf("clouds: {c: %s}\n", verifies[_i].settings);
    write_in("clouds.yaml", text);
    load("c");
    ck_assert(cloud_is_insecure(&cloud) == verifies[_i].insecure);
}
END_TEST

static const struct {
    const char *text, *words;
} hostile[] = {
    {"clouds: [a]\n", "clouds.yaml:1"},   {"- a\n", "expected a mapping"},          {"clouds: {a: 3}\n", "a: expected a mapping"},
    {"clouds: {a: [\n", "clouds.yaml:2"}, {"clouds: {a: {}, a: {}}\n", "a"},        {"clouds: {}\n", "there is no clouds.yaml"},
    {"", "there is no clouds.yaml"},      {"clouds:\n", "there is no clouds.yaml"},
};

START_TEST(broken_files_are_named)
{
    write_in("clouds.yaml", hostile[_i].text);
    cloud_release(&cloud);
    ck_assert_int_eq(cloud_load("c", &cloud, &err), -1);
    AUTOFREE char *all = xasprintf("%s | %s", err.what, err.why ? err.why : "");
    ck_assert_msg(strstr(all, hostile[_i].words) != NULL, "%s", all);
}
END_TEST

static const char *const odd[] = {
    "clouds: {c: null}\n",
    "clouds: {c: {auth: null, regions: null}}\n",
    "clouds: {c: {auth: [1], regions: [], region_name: ''}}\n",
    "clouds: {c: {auth: {auth_url: 'http://{', username: {a: b}, password: [1]}, regions: [3, null, {values: 1}]}}\n",
    "clouds: {c: {auth: {auth_url: '{}{x}{region_name'}, region_name: ',,'}}\n",
};

START_TEST(odd_values_are_no_values)
{
    write_in("clouds.yaml", odd[_i]);
    load("c");
    ck_assert_ptr_null(cloud_auth(&cloud, "username"));
    ck_assert_ptr_null(cloud_auth(&cloud, "password"));
}
END_TEST

Suite *suite_openstack_clouds(void)
{
    Suite *suite = suite_create("openstack_clouds");
    TCase *tcase = tcase_create("clouds");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, secure_is_merged_over_clouds);
    tcase_add_test(tcase, the_first_file_is_the_only_one);
    tcase_add_test(tcase, files_are_found_by_their_other_endings);
    tcase_add_test(tcase, regions_are_chosen);
    tcase_add_test(tcase, a_profile_is_under_the_cloud);
    tcase_add_test(tcase, the_environment_makes_a_cloud_of_its_own);
    tcase_add_test(tcase, the_only_cloud_is_the_one);
    tcase_add_test(tcase, old_spellings_are_known);
    tcase_add_loop_test(tcase, tls_is_verified_unless_told, 0, (int)ARRAY_LEN(verifies));
    tcase_add_loop_test(tcase, broken_files_are_named, 0, (int)ARRAY_LEN(hostile));
    tcase_add_loop_test(tcase, odd_values_are_no_values, 0, (int)ARRAY_LEN(odd));
    suite_add_tcase(suite, tcase);
    return suite;
}
