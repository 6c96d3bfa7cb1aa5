/* Clouds as openstacksdk merges them: cases with its own answers, made by tests/tools/cloud_cases.py. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "openstack/clouds.h"
#include "scratch.h"
#include "suites.h"

static char *folder, *before;

/* "@" is the scratch folder. */
static char *placed(const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (; *text; text++)
        *text == '@' ? str_add(&s, folder) : str_addc(&s, *text);
    return xstrdup(s.buf);
}

static void lay_out(const node_t *one)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    clearenv();
    AUTOFREE char *home = placed("@/home"), *work = placed("@/work");
    setenv("HOME", home, 1);
    for (const node_t *variable = node_first(node_get(one, "env")); variable; variable = node_next(variable)) {
        AUTOFREE char *value = placed(node_text(variable));
        setenv(node_key(variable), value, 1);
    }
    ck_assert_int_eq(dir_make(home, 0700, &err), 0);
    ck_assert_int_eq(dir_make(work, 0700, &err), 0);
    for (const node_t *file = node_first(node_get(one, "files")); file; file = node_next(file)) {
        AUTOFREE char *path = placed(node_key(file)), *text = placed(node_text(file));
        ck_assert_msg(file_write_atomic(path, text, strlen(text), 0600, &err) == 0, "%s", err.what);
    }
    ck_assert_int_eq(chdir(work), 0);
}

static const char *shown(const char *text) { return text ? text : "(none)"; }

/* got against the text at the pointer of want, which may be null. */
static void same(const node_t *want, const char *pointer, const char *got, struct str *differences)
{
    const char *text = node_str(want, pointer, NULL);
    AUTOFREE char *wanted = text ? placed(text) : NULL;
    if (!str_eq(wanted, got))
        str_addf(differences, "  %s: %s, openstacksdk has %s\n", pointer, shown(got), shown(wanted));
}

static char *expanded(const char *path) { return path && str_starts(path, "~/") ? path_home(path + 2) : xstrdup_or_null(path); }

static void same_path(const node_t *want, const char *pointer, const char *got, struct str *differences)
{
    AUTOFREE char *path = expanded(got);
    same(want, pointer, path, differences);
}

static void same_services(const node_t *want, const struct cloud *cloud, struct str *differences)
{
    const char *interface = cloud_get(cloud, "interface");
    for (const node_t *service = node_first(node_get(want, "services")); service; service = node_next(service)) {
        const char *type = node_key(service);
        const char *endpoint = cloud_service(cloud, type, "endpoint_override");
        const char *own_interface = cloud_service(cloud, type, "interface"),
                   *own_region = cloud_service(cloud, type, "region_name");
        same(service, "/endpoint", endpoint ? endpoint : cloud_service(cloud, type, "endpoint"), differences);
        same(service, "/interface", own_interface ? own_interface : interface ? interface : "public", differences);
        same(service, "/region", own_region ? own_region : cloud->region, differences);
    }
}

static void same_cloud(const node_t *want, const struct cloud *cloud, struct str *differences)
{
    const char *interface = cloud_get(cloud, "interface"), *type = cloud_get(cloud, "auth_type");
    same(want, "/region", cloud->region, differences);
    same(want, "/interface", interface ? interface : "public", differences);
    same(want, "/auth_type", type ? type : "password", differences);
    same_path(want, "/cert", cloud_get(cloud, "cert"), differences);
    same_path(want, "/key", cloud_get(cloud, "cert") ? cloud_get(cloud, "key") : NULL, differences);
    if (cloud_is_insecure(cloud) == node_bool(want, "/verify", true))
        str_addf(differences, "  verify: %s\n", cloud_is_insecure(cloud) ? "off" : "on");
    if (!cloud_is_insecure(cloud))
        same_path(want, "/verify", cloud_get(cloud, "cacert"), differences);
    for (const node_t *option = node_first(node_get(want, "auth")); option; option = node_next(option)) {
        AUTOFREE char *pointer = xasprintf("/auth/%s", node_key(option));
        same(want, pointer, cloud_auth(cloud, node_key(option)), differences);
    }
    same_services(want, cloud, differences);
}

static void check_case(const node_t *one, struct str *differences)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(cloud_release) struct cloud cloud = {0};
    const node_t *want = node_get(one, "want");
    lay_out(one);
    int rc = cloud_load(node_str(one, "/cloud", NULL), &cloud, &err);
    bool fails = node_get(want, "error");
    if (fails != (rc != 0))
        str_addf(differences, "  %s, and openstacksdk %s\n", rc ? err.what : "it loads", fails ? "fails" : "does not");
    else if (!fails)
        same_cloud(want, &cloud, differences);
}

static void setup(void)
{
    before = getcwd(NULL, 0);
    folder = scratch_new();
}

static void teardown(void)
{
    ck_assert_int_eq(chdir(before), 0);
    free(before);
    scratch_end(folder);
}

START_TEST(clouds_are_merged_as_openstacksdk_does_it)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT, all = STR_INIT;
    const char *given = getenv("CLOUD_CASES");
    AUTOFREE char *path = xstrdup(given ? given : "testdata/openstack/clouds.jsonl");
    ck_assert_msg(file_read(path, &text, &err) == 0, "%s", err.what);
    size_t n = 0;
    for (char *line = text.buf, *end; (end = strchr(line, '\n')); line = end + 1) {
        CLEANUP(node_free) node_t *one = json_parse(line, (size_t)(end - line), path, &err);
        ck_assert_msg(one != NULL, "%s", err.what);
        CLEANUP(str_release) struct str differences = STR_INIT;
        check_case(one, &differences);
        n++;
        if (differences.len)
            str_addf(&all, "case %zu:\n%s", n, differences.buf);
        ck_assert_int_eq(chdir(before), 0);
        ck_assert_int_eq(dir_remove(folder, &err), 0);
    }
    ck_assert_uint_ge(n, 100);
    fputs(all.buf, stderr); /* more than a message of Check can hold */
    ck_assert_msg(!all.len, "they differ");
}
END_TEST

Suite *suite_openstack_sdk(void)
{
    Suite *suite = suite_create("openstack_sdk");
    TCase *tcase = tcase_create("clouds");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, clouds_are_merged_as_openstacksdk_does_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
