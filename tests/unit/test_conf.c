#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/conf.h"
#include "suites.h"

static char folder[] = "/tmp/aiwf-conf-XXXXXX";
static char *config_path;

static void setup(void)
{
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("OPENFAAS_CONFIG", folder, 1);
    unsetenv("AIWF_CONTEXT");
    for (size_t i = 0; i < SETTING_COUNT; i++)
        unsetenv(setting_infos[i].env);
    config_path = path_config("config.yaml");
}

static void teardown(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    dir_remove(folder, &err);
    free(TAKE(config_path));
}

static void write_config(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(file_write_atomic(config_path, text, strlen(text), 0600, &err), 0);
}

static char *read_config(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct str text = STR_INIT_MAX(1 << 20);
    ck_assert_msg(file_read(config_path, &text, &err) == 0, "%s", err.what);
    return str_detach(&text);
}

static int resolve(const char *flag, const char *const flags[SETTING_COUNT], struct context *context, struct err *err)
{
    CLEANUP(conf_release) struct conf conf = {0};
    return conf_load(&conf, err) != 0 ? -1 : conf_resolve(&conf, flag, flags, context, err);
}

START_TEST(without_a_file_there_is_local)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(context_release) struct context context = {0};
    ck_assert_int_eq(resolve(NULL, NULL, &context, &err), 0);
    ck_assert_str_eq(context.name, "local");
    ck_assert(context.is_local && !context.is_protected);
    ck_assert_int_eq(context.name_origin, ORIGIN_DEFAULT);
    ck_assert_ptr_null(context_get(&context, SETTING_openfaas));
}
END_TEST

START_TEST(flags_beat_environment_beats_file)
{
    write_config("current-context: prod\ncontexts:\n  prod:\n    cloud: dc1\n    openfaas: http://gw:8080/\n    protected: true\n"
                 "    price-kwh: 0.25\n    ca-file: certs/ca.pem\n");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(context_release) struct context context = {0};
    setenv("AIWF_OPENFAAS", "http://other:1", 1);
    setenv("AIWF_CLOUD", "dc2", 1);
    const char *flags[SETTING_COUNT] = {[SETTING_cloud] = "dc3"};
    ck_assert_msg(resolve(NULL, flags, &context, &err) == 0, "%s: %s", err.what, err.why);
    ck_assert_str_eq(context.name, "prod");
    ck_assert_int_eq(context.name_origin, ORIGIN_FILE);
    ck_assert_str_eq(context_get(&context, SETTING_cloud), "dc3");
    ck_assert_int_eq(context.origins[SETTING_cloud], ORIGIN_FLAG);
    ck_assert_str_eq(context_get(&context, SETTING_openfaas), "http://other:1");
    ck_assert_int_eq(context.origins[SETTING_openfaas], ORIGIN_ENV);
    ck_assert_str_eq(context_get(&context, SETTING_price_kwh), "0.25");
    ck_assert_int_eq(context.origins[SETTING_price_kwh], ORIGIN_FILE);
    ck_assert(context.is_protected && !context.is_local);
    AUTOFREE char *ca = xasprintf("%s/aiwf/certs/ca.pem", folder);
    ck_assert_str_eq(context_get(&context, SETTING_ca_file), ca);
    unsetenv("AIWF_CLOUD");
    context_release(&context);
    ck_assert_int_eq(resolve(NULL, NULL, &context, &err), 0);
    ck_assert_str_eq(context_get(&context, SETTING_cloud), "dc1");
    ck_assert_int_eq(context.origins[SETTING_cloud], ORIGIN_FILE);
}
END_TEST

START_TEST(a_kube_context_alone_is_where_to_work)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(context_release) struct context context = {0};
    const char *flags[SETTING_COUNT] = {[SETTING_kube_context] = "ml"};
    ck_assert_int_eq(resolve(NULL, flags, &context, &err), 0);
    ck_assert_str_eq(context.name, "ml");
    ck_assert(!context.is_local);
    context_release(&context);
    write_config("current-context: local\n");
    ck_assert_int_eq(resolve(NULL, flags, &context, &err), 0);
    ck_assert(!context.is_local);
    context_release(&context);
    ck_assert_int_eq(resolve("local", flags, &context, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    context_release(&context);
    err_clear(&err);
    setenv("AIWF_KUBE_CONTEXT", "ml", 1);
    ck_assert_int_eq(resolve("local", NULL, &context, &err), 0);
    ck_assert(context.is_local);
    unsetenv("AIWF_KUBE_CONTEXT");
}
END_TEST

START_TEST(a_wrong_name_is_no_other_context)
{
    write_config("contexts:\n  prod: {}\n");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(context_release) struct context context = {0};
    ck_assert_int_eq(resolve("prdo", NULL, &context, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_str_eq(err.hint, "did you mean prod?");
    context_release(&context);
    setenv("AIWF_CONTEXT", "staging", 1);
    ck_assert_int_eq(resolve(NULL, NULL, &context, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.why, "AIWF_CONTEXT"));
    context_release(&context);
    ck_assert_int_eq(resolve("prod", NULL, &context, &err), 0);
    ck_assert_int_eq(context.name_origin, ORIGIN_FLAG);
}
END_TEST

static const struct {
    const char *text, *words;
} faults[] = {
    {"contexts:\n  prod:\n    clowd: x\n", "config.yaml:3:5: unknown key \"clowd\""},
    {"contexts:\n  prod:\n    clowd: x\n", "did you mean \"cloud\"?"},
    {"context: {}\n", "did you mean \"contexts\"?"},
    {"contexts:\n  prod:\n    protected: maybe\n", "config.yaml:3:"},
    {"contexts:\n  prod:\n    price-kwh: -1\n", "config.yaml:3:"},
    {"contexts: [a]\n", "config.yaml:1:"},
    {"- a\n", "config.yaml:1:"},
    {"contexts: {\n", "config.yaml:"},
    {"contexts:\n  prod: {}\n  prod: {}\n", "config.yaml:3:"},
    {"current-context: prod\ncontexts:\n  prod:\n    openfaas: nonsense\n", "config.yaml:4: contexts.prod.openfaas"},
    {"current-context: prod\ncontexts:\n  prod:\n    openfaas: ''\n", "config.yaml:4: contexts.prod.openfaas"},
};

START_TEST(faults_name_their_place)
{
    write_config(faults[_i].text);
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(context_release) struct context context = {0};
    ck_assert_int_eq(resolve(NULL, NULL, &context, &err), -1);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what, err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(strstr(all, faults[_i].words) != NULL, "%s", all);
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

START_TEST(values_are_checked)
{
    static const struct {
        enum setting setting;
        const char *text, *value; /* NULL: refused */
    } cases[] = {
        {SETTING_insecure, "true", "true"},        {SETTING_insecure, "yes", NULL},
        {SETTING_price_kwh, "0.3", "0.3"},         {SETTING_price_kwh, "-1", NULL},
        {SETTING_price_kwh, "nan", NULL},          {SETTING_openfaas, "HTTP://GW/", "http://gw"},
        {SETTING_openfaas, "http://u:p@gw", NULL}, {SETTING_ca_file, "a.pem", "/b/a.pem"},
        {SETTING_ca_file, "/a.pem", "/a.pem"},     {SETTING_cloud, "", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        AUTOFREE char *value = setting_value(cases[i].setting, cases[i].text, "AIWF_X", "/b", &err);
        ck_assert_msg(str_eq(value, cases[i].value), "%zu: %s", i, value ? value : err.what);
        if (!value)
            ck_assert(str_starts(err.what, "AIWF_X"));
    }
}
END_TEST

/* A change to a file, and the file after it. */
static const struct {
    const char *before;
    char what; /* s: set "new", d: delete "b", u: use "b" */
    const char *after;
} edits[] = {
    {"", 's', "contexts:\n  new:\n    cloud: dc9\n"},
    {"# mine\n", 's', "# mine\ncontexts:\n  new:\n    cloud: dc9\n"},
    {"contexts: {}\n", 's', "contexts:\n  new:\n    cloud: dc9\n"},
    {"contexts:\n  # about a\n  a: {}   # none\n\n# end\n", 's',
     "contexts:\n  # about a\n  a: {}   # none\n  new:\n    cloud: dc9\n\n# end\n"},
    {"contexts:\n    b:\n        cloud: x\ncurrent-context: b", 's',
     "contexts:\n    b:\n        cloud: x\n    new:\n        cloud: dc9\ncurrent-context: b"},
    {"contexts:\n  new:\n    user: u # old\n  b: {}\n", 's', "contexts:\n  new:\n    cloud: dc9\n  b: {}\n"},
    {"contexts: {b: {cloud: x}}\n", 's', "contexts:\n  b:\n    cloud: x\n  new:\n    cloud: dc9\n"},
    {"contexts:\n  a:\n    cloud: x\n  # about b\n  b:\n    cloud: y\n  # about c\n  c: {}\n", 'd',
     "contexts:\n  a:\n    cloud: x\n  # about b\n  # about c\n  c: {}\n"},
    {"# top\ncurrent-context: b\ncontexts:\n  b:\n    cloud: y\n# end\n", 'd', "# top\ncontexts: {}\n# end\n"},
    {"contexts:\n  b: {}\n", 'u', "current-context: b\ncontexts:\n  b: {}\n"},
    {"# top\ncurrent-context: a # now\ncontexts:\n  a: {}\n  b: {}\n", 'u',
     "# top\ncurrent-context: b\ncontexts:\n  a: {}\n  b: {}\n"},
};

START_TEST(edits_keep_what_they_do_not_touch)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    write_config(edits[_i].before);
    CLEANUP(node_free) node_t *settings = node_new_object();
    node_set_str(settings, "cloud", "dc9");
    int rc = -1;
    if (edits[_i].what == 's')
        rc = conf_set_context("new", settings, CONF_REPLACE, &err);
    else if (edits[_i].what == 'd')
        rc = conf_delete_context("b", &err);
    else
        rc = conf_use_context("b", &err);
    ck_assert_msg(rc == 0, "%s %s", err.what, err.why);
    AUTOFREE char *text = read_config();
    ck_assert_str_eq(text, edits[_i].after);
    struct stat st;
    ck_assert_int_eq(stat(config_path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(edits_refuse_what_is_wrong)
{
    write_config("contexts:\n  prod: {}\n");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *settings = node_new_object();
    ck_assert_int_eq(conf_set_context("prod", settings, CONF_NEW, &err), -1);
    ck_assert_int_eq(err.code, ERR_CONFLICT);
    static const char *const names[] = {"", "-x", "a b", "a\nb", "../x", "{", "\xc3\xa4"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ck_assert_msg(conf_set_context(names[i], settings, CONF_NEW, &err) == -1, "%s", names[i]);
        ck_assert_int_eq(err.code, ERR_USAGE);
    }
    ck_assert_int_eq(conf_delete_context("prd", &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_int_eq(conf_use_context("prd", &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_int_eq(conf_delete_context("local", &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    AUTOFREE char *text = read_config();
    ck_assert_str_eq(text, "contexts:\n  prod: {}\n");
}
END_TEST

START_TEST(names_that_yaml_could_misread_work)
{
    static const char *const names[] = {"123", "true", "a:b", "admin@cluster", "0x1f", "null", "1e3"};
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *settings = node_new_object();
    node_set_str(settings, "user", "yes");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        ck_assert_msg(conf_set_context(names[i], settings, CONF_NEW, &err) == 0, "%s: %s", names[i], err.what);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        CLEANUP(context_release) struct context context = {0};
        ck_assert_int_eq(conf_use_context(names[i], &err), 0);
        ck_assert_msg(resolve(NULL, NULL, &context, &err) == 0, "%s: %s", names[i], err.what);
        ck_assert_str_eq(context.name, names[i]);
        ck_assert_str_eq(context_get(&context, SETTING_user), "yes");
    }
}
END_TEST

START_TEST(concurrent_writers_lose_nothing)
{
    enum { WRITERS = 20 };
    for (int i = 0; i < WRITERS; i++) {
        if (fork() == 0) {
            CLEANUP(err_release) struct err err = ERR_INIT;
            AUTOFREE char *name = xasprintf("c%d", i);
            CLEANUP(node_free) node_t *settings = node_new_object();
            node_set_str(settings, "cloud", name);
            _exit(conf_set_context(name, settings, CONF_NEW, &err) == 0 ? 0 : 1);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(conf_release) struct conf conf = {0};
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    ck_assert_int_eq(conf_load(&conf, &err), 0);
    conf_names(&conf, &names);
    ck_assert_uint_eq(names.n, WRITERS + 1);
    ck_assert_str_eq(names.v[0], "local");
}
END_TEST

START_TEST(a_linked_file_stays_a_link)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *real = path_join(folder, "real.yaml");
    AUTOFREE char *parent = path_config(NULL);
    ck_assert_int_eq(dir_make(parent, 0700, &err), 0);
    ck_assert_int_eq(file_write_atomic(real, "contexts:\n  b: {}\n", 18, 0600, &err), 0);
    ck_assert_int_eq(symlink(real, config_path), 0);
    ck_assert_int_eq(conf_use_context("b", &err), 0);
    struct stat st;
    ck_assert_int_eq(lstat(config_path, &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    AUTOFREE char *text = read_config();
    ck_assert_ptr_nonnull(strstr(text, "current-context: b"));
}
END_TEST

START_TEST(logins_go_round_and_others_stay)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, "config.yml");
    static const char other[] = "auths:\n- gateway: https://prod.example\n  auth: oauth2\n  token: tok\n  options:\n  - name: "
                                "a\n    value: b\nextra: 1\n";
    ck_assert_int_eq(file_write_atomic(path, other, strlen(other), 0600, &err), 0);
    ck_assert_int_eq(openfaas_login_save("HTTP://127.0.0.1:31112/", "admin", "p:ä\"x", &err), 0);
    ck_assert_int_eq(openfaas_login_save("http://127.0.0.1:31112", "admin", "second:one", &err), 0);
    CLEANUP(openfaas_login_release) struct openfaas_login login = {0};
    ck_assert_int_eq(openfaas_login_load("http://127.0.0.1:31112/", &login, &err), 0);
    ck_assert_str_eq(login.user, "admin");
    ck_assert_str_eq(login.password, "second:one");
    ck_assert_ptr_null(login.token);
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    ck_assert_int_eq(doc_load(&doc, path, &err), 0);
    ck_assert_uint_eq(node_len(node_at(doc.root, "/auths")), 2);
    ck_assert_str_eq(node_str(doc.root, "/auths/0/options/0/value", ""), "b");
    ck_assert_int_eq(node_int(doc.root, "/extra", 0), 1);
    ck_assert_str_eq(node_str(doc.root, "/auths/1/auth", ""), "basic");
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    openfaas_login_release(&login);
    ck_assert_int_eq(openfaas_login_load("https://prod.example", &login, &err), 0);
    ck_assert_str_eq(login.token, "tok");
    ck_assert_ptr_null(login.user);
    openfaas_login_release(&login);
    ck_assert_int_eq(openfaas_login_load("https://other.example", &login, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(logins_are_where_faas_cli_looks)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    unsetenv("OPENFAAS_CONFIG");
    setenv("HOME", folder, 1);
    ck_assert_int_eq(chdir(folder), 0);
    setenv("CI", "true", 1);
    ck_assert_int_eq(openfaas_login_save("http://gw", "a", "b", &err), 0);
    ck_assert(file_exists(".openfaas/config.yml"));
    unsetenv("CI");
    CLEANUP(openfaas_login_release) struct openfaas_login login = {0};
    ck_assert_int_eq(openfaas_login_load("http://gw", &login, &err), 0); /* the same folder here */
    ck_assert_str_eq(login.password, "b");
    openfaas_login_release(&login);
    setenv("OPENFAAS_CONFIG", "/nowhere", 1);
    ck_assert_int_eq(openfaas_login_load("http://gw", &login, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

Suite *suite_conf(void)
{
    Suite *suite = suite_create("conf");
    TCase *tcase = tcase_create("conf");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, without_a_file_there_is_local);
    tcase_add_test(tcase, flags_beat_environment_beats_file);
    tcase_add_test(tcase, a_kube_context_alone_is_where_to_work);
    tcase_add_test(tcase, a_wrong_name_is_no_other_context);
    tcase_add_loop_test(tcase, faults_name_their_place, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(tcase, values_are_checked);
    tcase_add_loop_test(tcase, edits_keep_what_they_do_not_touch, 0, (int)ARRAY_LEN(edits));
    tcase_add_test(tcase, edits_refuse_what_is_wrong);
    tcase_add_test(tcase, names_that_yaml_could_misread_work);
    tcase_add_test(tcase, concurrent_writers_lose_nothing);
    tcase_add_test(tcase, a_linked_file_stays_a_link);
    tcase_add_test(tcase, logins_go_round_and_others_stay);
    tcase_add_test(tcase, logins_are_where_faas_cli_looks);
    suite_add_tcase(suite, tcase);
    return suite;
}
