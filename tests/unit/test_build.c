#include <check.h>
#include <string.h>

#include "scratch.h"
#include "serverless/build.h"
#include "suites.h"

static const struct {
    const char *image, *base, *command, *own, *says; /* own: the file that the folder has; says NULL: it is fine */
} builds[] = {
    {"a:1", NULL, NULL, "Containerfile", NULL},        {"host:5000/a/b:1@x", NULL, NULL, "Dockerfile", NULL},
    {"a:1", "python:3", "python3 app.py", NULL, NULL}, {"a:1", NULL, NULL, NULL, "neither"},
    {"a:1", "python:3", NULL, NULL, "neither"},        {"a:1", "python:3", "x", "Dockerfile", "says already"},
    {"-t", NULL, NULL, "Dockerfile", "no name"},       {"", NULL, NULL, "Dockerfile", "no name"},
    {"a b", NULL, NULL, "Dockerfile", "no name"},      {"../a", NULL, NULL, "Dockerfile", "no name"},
    {"a:1", "x\nRUN y", "z", NULL, "not one line"},    {"a:1", "x", "y\nRUN z", NULL, "not one line"},
};

START_TEST(what_can_be_built)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char *folder = scratch_new();
    struct build_spec spec = {
        .image = builds[_i].image, .folder = folder, .base = builds[_i].base, .command = builds[_i].command};
    if (builds[_i].own)
        scratch_write(folder, builds[_i].own, "FROM scratch\n");
    int rc = build_check(&spec, &err);
    if (builds[_i].says)
        ck_assert_msg(rc != 0 && err.code == ERR_USAGE && strstr(err.what, builds[_i].says), "%s", err.what);
    else
        ck_assert_msg(rc == 0, "%s", err.what);
    scratch_end(folder);
}
END_TEST

START_TEST(a_command_is_one_word_of_its_file)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct build_spec spec = {.base = "python:3", .command = "echo \"a\" \\ $B"};
    build_containerfile(&spec, &text);
    ck_assert_str_eq(text.buf, "FROM python:3\nWORKDIR /app\nCOPY . /app\nCMD [\"/bin/sh\",\"-c\",\"echo \\\"a\\\" \\\\ $B\"]\n");
}
END_TEST

START_TEST(a_job_builds_once_with_the_registrys_login)
{
    CLEANUP(strv_release) struct strv args = STRV_INIT;
    strv_add(&args, "A=b");
    char *folder = scratch_new();
    struct build_spec spec = {.image = "r/a:1", .folder = folder, .base = "x", .command = "y", .args = &args};
    struct build_job job = {.builder = BUILD_JOB_IMAGE, .login = "registry"};
    CLEANUP(node_free) node_t *object = build_job_object(&spec, &job, "build-1");
    CLEANUP(str_release) struct str words = STR_INIT;
    json_print(node_at(object, "/spec/template/spec/containers/0/args"), &words);
    ck_assert_str_eq(words.buf, "[\"--context=tar:///aiwf-context/context.tar.gz\",\"--dockerfile=Containerfile\","
                                "\"--destination=r/a:1\",\"--build-arg=A=b\"]");
    ck_assert_int_eq(node_int(object, "/spec/backoffLimit", -1), 0);
    ck_assert_str_eq(node_str(object, "/spec/template/spec/restartPolicy", ""), "Never");
    ck_assert_str_eq(node_str(object, "/spec/template/spec/volumes/0/configMap/name", ""), "build-1");
    ck_assert_str_eq(node_str(object, "/spec/template/spec/volumes/1/secret/items/0/path", ""), "config.json");
    ck_assert_str_eq(node_str(object, "/spec/template/spec/containers/0/volumeMounts/1/mountPath", ""), "/kaniko/.docker");
    scratch_end(folder);
}
END_TEST

Suite *suite_build(void)
{
    Suite *suite = suite_create("build");
    TCase *tcase = tcase_create("images");
    tcase_add_loop_test(tcase, what_can_be_built, 0, (int)ARRAY_LEN(builds));
    tcase_add_test(tcase, a_command_is_one_word_of_its_file);
    tcase_add_test(tcase, a_job_builds_once_with_the_registrys_login);
    suite_add_tcase(suite, tcase);
    return suite;
}
