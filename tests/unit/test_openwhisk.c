#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench.h"
#include "scratch.h"
#include "serverless/openwhisk.h"
#include "serverless/secrets.h"
#include "serverless/whisk_props.h"
#include "serverless/whisk_trigger.h"
#include "serverless/zip.h"
#include "suites.h"

static const struct {
    const char *text, *host, *user, *password, *ns;
} props[] = {
    {"APIHOST=whisk.example\nAUTH=id:key\n", "https://whisk.example", "id", "key", NULL},
    {"  APIHOST = http://10.0.0.1:3233/ \r\nAUTH=id:k:e:y\r\nNAMESPACE=guest\r\n", "http://10.0.0.1:3233", "id", "k:e:y",
     "guest"},
    {"# APIHOST=no\nno equals\n=x\nAPIHOST=\nOTHER=1\nAUTH=a:b\nAUTH=c:d", NULL, "c", "d", NULL},
    {"", NULL, NULL, NULL, NULL},
};

START_TEST(properties_are_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(whisk_props_release) struct whisk_props got = {0};
    ck_assert_int_eq(whisk_props_parse(props[_i].text, "f", &got, &err), 0);
    ck_assert_pstr_eq(got.host, props[_i].host);
    ck_assert_pstr_eq(got.user, props[_i].user);
    ck_assert_pstr_eq(got.password, props[_i].password);
    ck_assert_pstr_eq(got.ns, props[_i].ns);
}
END_TEST

static const char *const bad_props[] = {"AUTH=secret\n", "AUTH=:secret\n", "AUTH=secret:\n", "APIHOST=ftp://secret.example\n",
                                        "APIHOST=http://u:secret@h\n"};

START_TEST(a_bad_login_is_not_shown)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(whisk_props_release) struct whisk_props got = {0};
    ck_assert_int_eq(whisk_props_parse(bad_props[_i], "f", &got, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    if (str_starts(bad_props[_i], "AUTH"))
        ck_assert_msg(!strstr(err.what, "secret") && (!err.why || !strstr(err.why, "secret")), "%s", err.what);
}
END_TEST

static const struct {
    const char *json;
    double wait, init, run;
} times[] = {
    {"{\"duration\":150,\"annotations\":[{\"key\":\"waitTime\",\"value\":38},{\"key\":\"initTime\",\"value\":120}]}", 38, 120,
     30},
    {"{\"duration\":5,\"annotations\":[{\"key\":\"waitTime\",\"value\":3}]}", 3, (double)NAN, 5},
    {"{\"duration\":5,\"annotations\":[{\"key\":\"initTime\",\"value\":9}]}", (double)NAN, 9, 5},
    {"{\"annotations\":{\"waitTime\":1}}", (double)NAN, (double)NAN, (double)NAN},
};

START_TEST(an_activation_tells_its_times)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *activation = json_parse(times[_i].json, strlen(times[_i].json), "x", &err);
    struct whisk_times got = whisk_times(activation);
    const double pairs[][2] = {{got.wait_ms, times[_i].wait}, {got.init_ms, times[_i].init}, {got.run_ms, times[_i].run}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        ck_assert_msg(isnan(pairs[i][1]) ? isnan(pairs[i][0]) : fabs(pairs[i][0] - pairs[i][1]) < 1e-9, "%zu: %g", i,
                      pairs[i][0]);
}
END_TEST

static const struct {
    const char *text, *json;
} lines[] = {
    {"2026-01-01T00:00:00.0Z stdout: hi",
     "{\"timestamp\":\"2026-01-01T00:00:00.0Z\",\"stream\":\"stdout\",\"instance\":\"a\",\"text\":\"hi\"}"},
    {"2026-01-01T00:00:00.0Z        stderr: stdout: x",
     "{\"timestamp\":\"2026-01-01T00:00:00.0Z\",\"stream\":\"stderr\",\"instance\":\"a\",\"text\":\"stdout: x\"}"},
    {"stdout: no stamp", "{\"instance\":\"a\",\"text\":\"stdout: no stamp\"}"},
    {"", "{\"instance\":\"a\",\"text\":\"\"}"},
};

START_TEST(a_line_of_a_log_is_split)
{
    CLEANUP(str_release) struct str got = STR_INIT;
    CLEANUP(node_free) node_t *line = whisk_log_line(lines[_i].text, "a");
    json_print(line, &got);
    ck_assert_str_eq(got.buf, lines[_i].json);
}
END_TEST

START_TEST(a_list_by_name_has_those_of_other_packages)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    static const char text[] = "{\"annotations\":[{\"key\":\"path\",\"value\":\"guest/vision/hello\"}]}";
    CLEANUP(node_free) node_t *activation = json_parse(text, strlen(text), "x", &err);
    ck_assert(whisk_is_of(activation, "vision/hello"));
    ck_assert(!whisk_is_of(activation, "hello"));
}
END_TEST

static const struct {
    const char *name;
    bool is_good;
} names[] = {{"a", true},   {"a-b.c1", true}, {"", false},    {"A", false},  {"a_b", false},
             {"-a", false}, {"a.", false},    {"a/b", false}, {"..", false}, {"a b", false}};

START_TEST(names_of_secrets)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(secret_check_name(names[_i].name, &err) == 0, names[_i].is_good);
}
END_TEST

/* Python's own reader has the last word in tests/cli/openwhisk.sh. */
START_TEST(a_folder_becomes_an_archive)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str zip = STR_INIT;
    CLEANUP(str_release) struct str again = STR_INIT;
    char *folder = scratch_new();
    AUTOFREE char *below = path_join(folder, "b");
    scratch_write(folder, "a", "1");
    scratch_write(below, "two", "22");
    ck_assert_int_eq(zip_folder(folder, 1000, &zip, &err), 0);
    ck_assert_int_eq(memcmp(zip.buf, "PK\3\4", 4), 0);
    ck_assert_ptr_nonnull(memmem(zip.buf, zip.len, "b/two22PK", 9));
    ck_assert_int_eq(zip_folder(folder, 1000, &again, &err), 0);
    ck_assert(again.len == zip.len && memcmp(again.buf, zip.buf, zip.len) == 0);
    str_reset(&again);
    ck_assert_int_eq(zip_folder(folder, 100, &again, &err), -1);
    ck_assert_int_eq(err.code, ERR_CAPACITY);
    scratch_end(folder);
}
END_TEST

START_TEST(rules_that_are_no_object_are_none)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = -1),
                "{\"replies\":[{\"body\":\"{\\\"name\\\":\\\"t\\\",\\\"rules\\\":[{\\\"status\\\":\\\"active\\\"}]}\"}]}");
    const struct whisk whisk = {.http = b.http, .props = {.host = b.wire.url}};
    CLEANUP(node_free) node_t *trigger = whisk_trigger_show(&whisk, "t", &b.err);
    ck_assert_msg(trigger, "%s: %s", b.err.what, b.err.why);
    ck_assert_str_eq(node_str(trigger, "/state", ""), "Idle");
    ck_assert_uint_eq(node_len(node_get(trigger, "rules")), 0);
}
END_TEST

Suite *suite_openwhisk(void)
{
    Suite *suite = suite_create("openwhisk");
    TCase *tcase = tcase_create("documents");
    tcase_add_loop_test(tcase, properties_are_read, 0, (int)ARRAY_LEN(props));
    tcase_add_loop_test(tcase, a_bad_login_is_not_shown, 0, (int)ARRAY_LEN(bad_props));
    tcase_add_loop_test(tcase, an_activation_tells_its_times, 0, (int)ARRAY_LEN(times));
    tcase_add_loop_test(tcase, a_line_of_a_log_is_split, 0, (int)ARRAY_LEN(lines));
    tcase_add_test(tcase, a_list_by_name_has_those_of_other_packages);
    tcase_add_loop_test(tcase, names_of_secrets, 0, (int)ARRAY_LEN(names));
    tcase_add_test(tcase, a_folder_becomes_an_archive);
    tcase_add_test(tcase, rules_that_are_no_object_are_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
