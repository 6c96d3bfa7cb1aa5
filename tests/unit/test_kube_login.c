#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "kube/auth.h"
#include "kube/config.h"
#include "kube/login.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static void put(const char *path, const char *text, mode_t mode)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(file_write_atomic(path, text, strlen(text), mode, &err), 0);
}

static void folder_end(char *folder) { scratch_end(folder); }
DEFINE_CLEANUP_PTR(char, folder_end)

/* ---- merging ---- */

static const char first[] = "apiVersion: v1\nkind: Config\n"
                            "clusters: [{name: c, cluster: {server: 'https://one', certificate-authority: pki/ca.pem}}]\n"
                            "contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]\n"
                            "users: [{name: u, user: {token: t1}}]\n";
static const char second[] =
    "current-context: x\n"
    "clusters: [{name: c, cluster: {server: 'https://two', tls-server-name: t}}, {name: d, cluster: {}}]\n"
    "contexts: [{name: x, context: {cluster: d, user: v}}, {name: y, context: {cluster: c}}]\n"
    "users: null\n";

START_TEST(the_first_file_that_names_a_thing_wins)
{
    CLEANUP(folder_end) char *folder = scratch_new();
    AUTOFREE char *a = path_join(folder, "a/one"), *b = path_join(folder, "two");
    AUTOFREE char *list = xasprintf("%s/none::%s:%s", folder, a, b);
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_config_release) struct kube_config config = {0};
    put(a, first, 0600);
    put(b, second, 0600);
    setenv("KUBECONFIG", list, 1);
    ck_assert_msg(kube_config_load(&config, NULL, &err) == 0, "%s %s", err.what, err.why);
    ck_assert_uint_eq(config.n, 2);
    ck_assert_str_eq(kube_config_current(&config), "x");
    struct kube_entry entry;
    ck_assert(kube_config_find(&config, "clusters", "c", &entry));
    ck_assert_str_eq(node_str(entry.node, "/server", ""), "https://one");
    ck_assert_str_eq(node_str(entry.node, "/tls-server-name", "none"), "none");
    AUTOFREE char *ca = kube_config_path(entry.file, "../b/./pki/ca.pem"), *expected = path_join(folder, "b/pki/ca.pem");
    ck_assert_str_eq(ca, expected);
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    kube_config_names(&config, "contexts", &names);
    ck_assert_uint_eq(names.n, 2);
    ck_assert_str_eq(names.v[1], "y");
}
END_TEST

static const struct {
    const char *text, *words;
} broken[] = {
    {"clusters: {}\n", "k:1:11: clusters must be a list"},
    {"users:\n- name: u\n  user:\n    token: 12\n", "k:4:12: token must be a string"},
    {"users:\n- name: u\n  user:\n    client-key-data: '*'\n", "k:4:22: client-key-data is not base64"},
    {"clusters: [{name: c, cluster: {insecure-skip-tls-verify: 'true'}}]\n", "insecure-skip-tls-verify must be true or false"},
    {"users: [{name: u, user: {exec: {args: [1]}}}]\n", "args must be a list of strings"},
    {"users: [{name: u, user: []}]\n", "user must be a mapping"},
    {"users: [{user: {}}]\n", "must have a name"},
    {"users: [{name: u}, {name: u}]\n", "there is another user \"u\" before it"},
    {"kind: Pod\n", "this is no kubeconfig"},
    {"- 1\n", "a kubeconfig must be a mapping"},
    {"users: [\n", "k:2:1: "},
    {"current-context: [a]\n", "current-context must be a string"},
};

START_TEST(a_broken_file_is_told_by_its_place)
{
    CLEANUP(folder_end) char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "k");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_config_release) struct kube_config config = {0};
    put(path, broken[_i].text, 0600);
    ck_assert_int_eq(kube_config_load(&config, path, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_msg(strstr(err.what, broken[_i].words) != NULL, "%s", err.what);
}
END_TEST

/* ---- logging in ---- */

struct desk {
    char *folder;
    struct wire wire;
    char *path; /* of the kubeconfig */
    struct context context;
    struct kube kube;
    struct err err;
};

/* user, cluster: members in YAML flow; $D is the folder. */
static void desk_begin(struct desk *d, const char *case_json, const char *user, const char *cluster)
{
    *d = (struct desk){.err = ERR_INIT};
    d->folder = scratch_new();
    wire_start(&d->wire, case_json);
    AUTOFREE char *ca = wire_file(&d->wire, strstr(case_json, "tls") ? "ca.pem" : "case.json");
    d->path = path_join(d->folder, "config");
    AUTOFREE char *cache = path_join(d->folder, "cache");
    AUTOFREE char *text = xasprintf("current-context: x\n"
                                    "contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]\n"
                                    "clusters: [{name: c, cluster: {server: '%s/pre', certificate-authority: %s%s}}]\n"
                                    "users: [{name: u, user: {%s}}]\n",
                                    d->wire.url, ca, cluster, user);
    put(d->path, text, 0600);
    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("KUBECONFIG", d->path, 1);
}

static void desk_end(struct desk *d)
{
    kube_release(&d->kube);
    err_release(&d->err);
    free(d->path);
    wire_stop(&d->wire);
    scratch_end(d->folder);
}
DEFINE_CLEANUP(struct desk, desk_end)

static int open_desk(struct desk *d)
{
    kube_release(&d->kube);
    err_clear(&d->err);
    return kube_open_context(&d->kube, &d->context, &(struct kube_settings){.retries = -1}, &d->err);
}

/* Opens it anew and asks for /x. */
static int ask(struct desk *d)
{
    if (open_desk(d) != 0)
        return -1;
    CLEANUP(node_free) node_t *answer = kube_get(&d->kube, "/x", "cannot ask", &d->err);
    return answer ? 0 : -1;
}

static void seen(const struct desk *d, int i, const char *header, const char *expected)
{
    CLEANUP(node_free) node_t *log = wire_log(&d->wire);
    AUTOFREE char *pointer = xasprintf("/%d/headers/%s", i, header);
    ck_assert_str_eq(node_str(log, pointer, "(nothing)"), expected);
}

static size_t times(const struct desk *d)
{
    CLEANUP(node_free) node_t *log = wire_log(&d->wire);
    return node_len(log);
}

static const char good[] = "{\"tls\":{},\"replies\":[{\"body\":\"{}\"}]}";
static const char refuses_once[] = "{\"tls\":{},\"replies\":[{\"status\":401,\"body\":\"{}\"},{\"body\":\"{}\"}]}";
static const char refuses[] = "{\"tls\":{},\"replies\":[{\"status\":401,\"body\":\"{}\"}]}";

static const struct {
    const char *user, *header, *value;
} logins[] = {
    {"token: t1", "authorization", "Bearer t1"},
    {"username: a, password: b", "authorization", "Basic YTpi"},
    {"token: t1, exec: {apiVersion: client.authentication.k8s.io/v1, command: /none, interactiveMode: Never}", "authorization",
     "Bearer t1"},
    {"token: t, as: jane, as-uid: '7', as-groups: [g1]", "impersonate-user", "jane"},
    {"token: t, as: jane, as-uid: '7', as-groups: [g1]", "impersonate-uid", "7"},
    {"token: t, as: jane, as-groups: [g1]", "impersonate-group", "g1"},
    {"token: t, as: jane, as-user-extra: {'a/b': [v]}", "impersonate-extra-a%2fb", "v"},
    {"token: t, as-groups: [g1]", "impersonate-group", "(nothing)"},
};

START_TEST(each_login_goes_its_way)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, logins[_i].user, "");
    ck_assert_msg(ask(&d) == 0, "%s: %s", d.err.what, d.err.why);
    seen(&d, 0, logins[_i].header, logins[_i].value);
    CLEANUP(node_free) node_t *log = wire_log(&d.wire);
    ck_assert_str_eq(node_str(log, "/0/path", ""), "/pre/x");
    ck_assert_str_eq(d.kube.ns, "n");
}
END_TEST

START_TEST(a_tokens_file_beats_the_token_and_is_read_again)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, refuses_once, "token: old, tokenFile: t.txt", "");
    AUTOFREE char *file = path_join(d.folder, "t.txt");
    put(file, " one\n", 0600);
    ck_assert_int_eq(open_desk(&d), 0);
    CLEANUP(node_free) node_t *answer = kube_get(&d.kube, "/x", "cannot ask", &d.err);
    ck_assert_ptr_nonnull(answer);
    seen(&d, 0, "authorization", "Bearer one");
    put(file, "two\n", 0600);
    kube_release(&d.kube);
    ck_assert_int_eq(ask(&d), 0);
    seen(&d, 2, "authorization", "Bearer two");
    put(file, "\n", 0600);
    ck_assert_int_eq(ask(&d), -1);
    ck_assert_int_eq(d.err.code, ERR_AUTH);
}
END_TEST

START_TEST(a_tokens_file_is_read_again_after_a_minute)
{
    enum { MINUTE_MS = 60000 };
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, "tokenFile: t.txt", "");
    AUTOFREE char *file = path_join(d.folder, "t.txt");
    put(file, "one", 0600);
    ck_assert_int_eq(open_desk(&d), 0);
    static const char *const expected[] = {"Bearer one", "Bearer one", "Bearer two"};
    for (int i = 0; i < 3; i++) {
        if (i == 2)
            d.kube.auth->read_at_ms -= MINUTE_MS;
        CLEANUP(node_free) node_t *answer = kube_get(&d.kube, "/x", "cannot ask", &d.err);
        ck_assert_ptr_nonnull(answer);
        seen(&d, i, "authorization", expected[i]);
        put(file, "two", 0600);
    }
}
END_TEST

/* RFC 7234: once each, whatever it holds is shown by the caller as text. */
static void hear(const char *text, void *arg) { strv_add(arg, text); }

START_TEST(a_warning_is_told_once)
{
    static const char script[] = "{\"tls\":{},\"replies\":[{\"body\":\"{}\",\"headers\":{\"Warning\":"
                                 "\"299 - \\\"v1 \\\\\\\"Endpoints\\\\\\\" is deprecated\\\"\"}},"
                                 "{\"body\":\"{}\",\"headers\":{\"Warning\":\"199 - \\\"of no concern\\\"\"}}]}";
    CLEANUP(desk_end) struct desk d;
    CLEANUP(strv_release) struct strv heard = STRV_INIT;
    desk_begin(&d, script, "token: t", "");
    const struct kube_settings settings = {.retries = -1, .warn = hear, .warn_arg = &heard};
    ck_assert_int_eq(kube_open_context(&d.kube, &d.context, &settings, &d.err), 0);
    for (int i = 0; i < 3; i++)
        node_free(kube_get(&d.kube, "/x", "cannot ask", &d.err));
    ck_assert_uint_eq(heard.n, 1);
    ck_assert_str_eq(heard.v[0], "v1 \"Endpoints\" is deprecated");
}
END_TEST

static const struct {
    const char *user, *cluster, *words;
} refused[] = {
    {"auth-provider: {name: gcp}", "", "auth-provider is no longer supported"},
    {"client-certificate: a, client-certificate-data: ''", "", "no client-key"},
    {"client-certificate: a, client-certificate-data: YQ==, client-key: b", "", "client-certificate-data too"},
    {"token: t, username: a", "", "there is a token too"},
    {"token: t", ", insecure-skip-tls-verify: true", "contradict each other"},
    {"token: t", ", certificate-authority-data: YQ==", "certificate-authority-data too"},
    {"token: t", ", proxy-url: 'ftp://x'", "proxy-url must begin with"},
    {"token: t", ", tls-server-name: 'a b'", "tls-server-name is no host name"},
    {"exec: {command: x}", "", "apiVersion"},
    {"exec: {apiVersion: client.authentication.k8s.io/v1, command: x}", "", "interactiveMode"},
    {"exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}", "", "no command"},
};

START_TEST(what_contradicts_itself_is_refused_with_its_place)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, refused[_i].user, refused[_i].cluster);
    ck_assert_int_eq(open_desk(&d), -1);
    ck_assert_int_eq(d.err.code, ERR_USAGE);
    ck_assert_msg(strstr(d.err.what, refused[_i].words) && strstr(d.err.what, "/config:"), "%s", d.err.what);
}
END_TEST

START_TEST(no_login_goes_over_http)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, "{\"replies\":[{\"status\":401,\"body\":\"{}\"}]}", "token: t, as: jane", "");
    ck_assert_int_eq(ask(&d), -1);
    seen(&d, 0, "authorization", "(nothing)");
    ck_assert_str_eq(d.err.why, "the server wants a login (401), which is not sent over http");
}
END_TEST

START_TEST(a_missing_part_names_the_known_ones)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, "{}", "token: t", "");
    put(d.path,
        "current-context: x\ncontexts: [{name: x, context: {cluster: c}}, {name: z, context: {}}]\nclusters: [{name: d}]\n",
        0600);
    ck_assert_int_eq(open_desk(&d), -1);
    ck_assert_int_eq(d.err.code, ERR_NOT_FOUND);
    ck_assert_str_eq(d.err.what, "the kubeconfig has no cluster \"c\"");
    ck_assert_msg(strstr(d.err.why, "are: d") != NULL, "%s", d.err.why);
    d.context.values[SETTING_kube_context] = xstrdup("zz");
    ck_assert_int_eq(open_desk(&d), -1);
    ck_assert_str_eq(d.err.hint, "did you mean z?");
    free(d.context.values[SETTING_kube_context]);
    d.context.values[SETTING_kube_context] = NULL;
    put(d.path, "contexts: [{name: x, context: {cluster: c}}]\n", 0600);
    ck_assert_int_eq(open_desk(&d), -1);
    ck_assert_str_eq(d.err.hint, "--kube-context x");
}
END_TEST

/* ---- programs ---- */

#define PROGRAM(mode) "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [a b], interactiveMode: " mode
#define ANSWER(status)                                     \
    "#!/bin/sh\necho run >>\"${0%/*}/runs\"\nprintf '%s' " \
    "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":" status "}'\n"

static void put_plugin(const struct desk *d, const char *text)
{
    AUTOFREE char *path = path_join(d->folder, "plugin");
    put(path, text, 0700);
}

static size_t runs(const struct desk *d)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(4096);
    AUTOFREE char *path = path_join(d->folder, "runs");
    return file_read(path, &text, &none) == 0 ? text.len / strlen("run\n") : 0;
}

START_TEST(a_programs_token_is_kept_until_it_expires)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, PROGRAM("Never") "}", "");
    put_plugin(&d,
               _i ? ANSWER("{\"token\":\"p1\"}") : ANSWER("{\"token\":\"p1\",\"expirationTimestamp\":\"2999-01-01T00:00:00Z\"}"));
    ck_assert_msg(ask(&d) == 0, "%s: %s", d.err.what, d.err.why);
    ck_assert_int_eq(ask(&d), 0);
    seen(&d, 1, "authorization", "Bearer p1");
    ck_assert_uint_eq(runs(&d), _i ? 2 : 1);
    setenv("AWS_PROFILE", "other", 1);
    ck_assert_int_eq(ask(&d), 0);
    unsetenv("AWS_PROFILE");
    ck_assert_uint_eq(runs(&d), _i ? 3 : 2);
}
END_TEST

START_TEST(an_expired_answer_is_not_kept)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, PROGRAM("Never") "}", "");
    put_plugin(&d, ANSWER("{\"token\":\"p1\",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\"}"));
    ck_assert_int_eq(ask(&d), 0);
    ck_assert_int_eq(ask(&d), 0);
    ck_assert_uint_eq(runs(&d), 2);
}
END_TEST

START_TEST(a_refused_answer_is_asked_for_once_more)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, _i ? refuses : refuses_once, PROGRAM("Never") "}", "");
    put_plugin(&d, ANSWER("{\"token\":\"p1\",\"expirationTimestamp\":\"2999-01-01T00:00:00Z\"}"));
    ck_assert_int_eq(ask(&d), _i ? -1 : 0);
    ck_assert_uint_eq(times(&d), 2);
    ck_assert_uint_eq(runs(&d), 2);
    if (_i)
        ck_assert_msg(strstr(d.err.why, "the program ./plugin") != NULL, "%s", d.err.why);
}
END_TEST

static const struct {
    const char *script, *words;
} bad_programs[] = {
    {"#!/bin/sh\nexit 3\n", "it ended with code 3"},
    {"#!/bin/sh\nkill -9 $$\n", "ended by signal 9"},
    {"#!/bin/sh\necho no\n", "not usable"},
    {ANSWER("{}"), "neither a token nor a certificate"},
    {ANSWER("{\"clientCertificateData\":\"x\"}"), "not both"},
    {ANSWER("{\"token\":\"a b\"}"), "white space"},
    {ANSWER("{\"token\":\"a\",\"expirationTimestamp\":\"soon\"}"), "RFC 3339"},
    {"#!/bin/sh\necho '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{}}'\n",
     "its apiVersion is not that"},
    {"#!/bin/sh\nhead -c 1100000 /dev/zero | tr '\\0' x\n", "over 1 MiB"},
};

START_TEST(a_program_that_fails_says_how_to_install_it)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, PROGRAM("Never") ", installHint: \"get \\e[1mit\"}", "");
    put_plugin(&d, bad_programs[_i].script);
    ck_assert_int_eq(ask(&d), -1);
    ck_assert_int_eq(d.err.code, ERR_AUTH);
    ck_assert_msg(strstr(d.err.why, bad_programs[_i].words) != NULL, "%s: %s", d.err.what, d.err.why);
    ck_assert_uint_eq(times(&d), 0);
    if (_i < 2)
        ck_assert_str_eq(d.err.hint, "get \\x1b[1mit");
}
END_TEST

START_TEST(a_program_that_is_not_there_says_so)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, PROGRAM("Never") "}", "");
    ck_assert_int_eq(ask(&d), -1);
    ck_assert_msg(strstr(d.err.why, "No such file") != NULL, "%s", d.err.why);
}
END_TEST

START_TEST(a_program_that_must_ask_needs_a_terminal)
{
    CLEANUP(desk_end) struct desk d;
    desk_begin(&d, good, PROGRAM("Always") "}", "");
    put_plugin(&d, ANSWER("{\"token\":\"p1\"}"));
    ck_assert_int_ne(freopen("/dev/null", "r", stdin) == NULL, 1);
    ck_assert_int_eq(ask(&d), -1);
    ck_assert_msg(strstr(d.err.why, "no terminal") != NULL, "%s", d.err.why);
    ck_assert_uint_eq(runs(&d), 0);
}
END_TEST

START_TEST(a_program_is_told_what_it_asked_for)
{
    CLEANUP(desk_end) struct desk d;
    CLEANUP(err_release) struct err err = ERR_INIT;
    desk_begin(&d, good, PROGRAM("IfAvailable") ", provideClusterInfo: true, env: [{name: E, value: v}]}",
               ", tls-server-name: localhost, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]");
    put_plugin(
        &d, "#!/bin/sh\nprintf '%s' \"$KUBERNETES_EXEC_INFO\" >\"${0%/*}/info\"\nprintf '%s|%s|%s' \"$#\" \"$1\" \"$E\" "
            ">\"${0%/*}/args\"\n"
            "printf '%s' "
            "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t\"}}'\n");
    ck_assert_msg(ask(&d) == 0, "%s: %s", d.err.what, d.err.why);
    AUTOFREE char *info = path_join(d.folder, "info"), *args = path_join(d.folder, "args");
    AUTOFREE char *server = xasprintf("%s/pre", d.wire.url);
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(4096);
    ck_assert_int_eq(doc_load(&doc, info, &err), 0);
    ck_assert_str_eq(node_str(doc.root, "/kind", ""), "ExecCredential");
    ck_assert(!node_bool(doc.root, "/spec/interactive", true));
    ck_assert_str_eq(node_str(doc.root, "/spec/cluster/server", ""), server);
    ck_assert_str_eq(node_str(doc.root, "/spec/cluster/tls-server-name", ""), "localhost");
    ck_assert_str_eq(node_str(doc.root, "/spec/cluster/config/audience", ""), "a");
    ck_assert_int_gt(strlen(node_str(doc.root, "/spec/cluster/certificate-authority-data", "")), 100);
    ck_assert_int_eq(file_read(args, &text, &err), 0);
    ck_assert_str_eq(text.buf, "1|a b|v");
}
END_TEST

Suite *suite_kube_login(void)
{
    Suite *suite = suite_create("kube_login");
    TCase *files = tcase_create("files");
    tcase_add_test(files, the_first_file_that_names_a_thing_wins);
    tcase_add_loop_test(files, a_broken_file_is_told_by_its_place, 0, ARRAY_LEN(broken));
    suite_add_tcase(suite, files);
    TCase *users = tcase_create("users");
    tcase_set_timeout(users, 30);
    tcase_add_loop_test(users, each_login_goes_its_way, 0, ARRAY_LEN(logins));
    tcase_add_test(users, a_tokens_file_beats_the_token_and_is_read_again);
    tcase_add_test(users, a_tokens_file_is_read_again_after_a_minute);
    tcase_add_test(users, a_warning_is_told_once);
    tcase_add_loop_test(users, what_contradicts_itself_is_refused_with_its_place, 0, ARRAY_LEN(refused));
    tcase_add_test(users, no_login_goes_over_http);
    tcase_add_test(users, a_missing_part_names_the_known_ones);
    suite_add_tcase(suite, users);
    TCase *programs = tcase_create("programs");
    tcase_set_timeout(programs, 30);
    tcase_add_loop_test(programs, a_programs_token_is_kept_until_it_expires, 0, 2);
    tcase_add_test(programs, an_expired_answer_is_not_kept);
    tcase_add_loop_test(programs, a_refused_answer_is_asked_for_once_more, 0, 2);
    tcase_add_loop_test(programs, a_program_that_fails_says_how_to_install_it, 0, ARRAY_LEN(bad_programs));
    tcase_add_test(programs, a_program_that_is_not_there_says_so);
    tcase_add_test(programs, a_program_that_must_ask_needs_a_terminal);
    tcase_add_test(programs, a_program_is_told_what_it_asked_for);
    suite_add_tcase(suite, programs);
    return suite;
}
