/* The login at a Prometheus: which one, and to whom. */
#include <check.h>
#include <string.h>

#include "metrics/prom.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

#define ESCAPED "{\\\"status\\\":\\\"success\\\",\\\"data\\\":{\\\"resultType\\\":\\\"scalar\\\",\\\"result\\\":[1,\\\"7\\\"]}}"

static void set(struct context *context, enum setting setting, const char *value, enum origin origin)
{
    free(context->values[setting]);
    context->values[setting] = xstrdup_or_null(value);
    context->origins[setting] = origin;
}

static int ask_settings(const struct context *context, const struct prom_settings *settings, struct err *err)
{
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = {.expr = "up"};
    if (prom_open(&prom, context, settings, err) != 0)
        return -1;
    return prom_query(&prom, &query, &result, err);
}

static int ask(const struct context *context, const char *url, struct err *err)
{
    struct prom_settings settings = {.url = url, .retries = -1};
    return ask_settings(context, &settings, err);
}

START_TEST(a_token_and_a_tenant_go_to_their_server)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {.name = xstrdup("c")};
    char *folder = scratch_new();
    AUTOFREE char *token = path_join(folder, "token");
    AUTOFREE char *headers = path_join(folder, "headers");
    scratch_write(folder, "token", "s3cret\n");
    scratch_write(folder, "headers", "# of the team\n\nX-Scope-OrgID: team-a\n");
    wire_start(&wire, "{\"replies\":[{\"body\":\"" ESCAPED "\"}]}");
    set(&context, SETTING_prometheus, wire.url, ORIGIN_FILE);
    set(&context, SETTING_prometheus_token_file, token, ORIGIN_FILE);
    set(&context, SETTING_prometheus_headers_file, headers, ORIGIN_FILE);
    ck_assert_int_eq(ask(&context, NULL, &err), 0);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/0/headers/authorization", ""), "Bearer s3cret");
    ck_assert_str_eq(node_str(log, "/0/headers/x-scope-orgid", ""), "team-a");
    context_release(&context);
    scratch_end(folder);
}
END_TEST

/* 0: --prometheus names another server; 1: AIWF_PROMETHEUS does. */
START_TEST(the_files_login_goes_to_the_files_server_only)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {.name = xstrdup("c")};
    char *folder = scratch_new();
    AUTOFREE char *secret = path_join(folder, "secret");
    AUTOFREE char *headers = path_join(folder, "headers");
    scratch_write(folder, "secret", "s3cret\n");
    scratch_write(folder, "headers", "X-Scope-OrgID: team-a\n");
    wire_start(&wire, "{\"replies\":[{\"body\":\"" ESCAPED "\"}]}");
    set(&context, SETTING_prometheus, _i ? wire.url : "https://prometheus.test", _i ? ORIGIN_ENV : ORIGIN_FILE);
    set(&context, SETTING_prometheus_user, "ann", ORIGIN_FILE);
    set(&context, SETTING_prometheus_password_file, secret, ORIGIN_FILE);
    set(&context, SETTING_prometheus_headers_file, headers, ORIGIN_FILE);
    ck_assert_int_eq(ask(&context, _i ? NULL : wire.url, &err), 0);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_ptr_null(node_str(log, "/0/headers/authorization", NULL));
    ck_assert_ptr_null(node_str(log, "/0/headers/x-scope-orgid", NULL));
    context_release(&context);
    scratch_end(folder);
}
END_TEST

/* 0: on another server than Prometheus; 1: on its server. */
START_TEST(an_alertmanager_gets_the_login_on_prometheus_server_only)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {.name = xstrdup("c")};
    char *folder = scratch_new();
    AUTOFREE char *token = path_join(folder, "token");
    scratch_write(folder, "token", "s3cret\n");
    wire_start(&wire, "{\"replies\":[{\"body\":\"" ESCAPED "\"}]}");
    struct prom_settings settings = {.url = wire.url, .kind = "Alertmanager", .retries = -1};
    set(&context, SETTING_prometheus, _i ? wire.url : "https://prometheus.test", ORIGIN_ENV);
    set(&context, SETTING_prometheus_token_file, token, ORIGIN_ENV);
    ck_assert_int_eq(ask_settings(&context, &settings, &err), 0);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/0/headers/authorization", "none"), _i ? "Bearer s3cret" : "none");
    context_release(&context);
    scratch_end(folder);
}
END_TEST

START_TEST(a_token_that_was_renewed_in_its_file_is_read_again)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct context context = {.name = xstrdup("c")};
    char *folder = scratch_new();
    AUTOFREE char *token = path_join(folder, "token");
    scratch_write(folder, "token", "old");
    wire_start(&wire, "{\"replies\":[{\"status\":401},{\"body\":\"" ESCAPED "\"}]}");
    set(&context, SETTING_prometheus, wire.url, ORIGIN_FILE);
    set(&context, SETTING_prometheus_token_file, token, ORIGIN_FILE);
    ck_assert_int_eq(prom_open(&prom, &context, &(struct prom_settings){.retries = -1}, &err), 0);
    scratch_write(folder, "token", "new");
    ck_assert_int_eq(prom_query(&prom, &(struct prom_query){.expr = "up"}, &result, &err), 0);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/0/headers/authorization", ""), "Bearer old");
    ck_assert_str_eq(node_str(log, "/1/headers/authorization", ""), "Bearer new");
    context_release(&context);
    scratch_end(folder);
}
END_TEST

START_TEST(what_contradicts_itself_is_refused)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {.name = xstrdup("c")};
    char *folder = scratch_new();
    AUTOFREE char *headers = path_join(folder, "headers");
    scratch_write(folder, "headers", "X-Scope-OrgID: a\nno header\n");
    set(&context, SETTING_prometheus, "http://prometheus.test", ORIGIN_FILE);
    set(&context, SETTING_prometheus_user, "ann", ORIGIN_FILE);
    ck_assert_int_eq(ask(&context, NULL, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.what, "prometheus-password-file"));
    set(&context, SETTING_prometheus_token_file, headers, ORIGIN_FILE);
    ck_assert_int_eq(ask(&context, NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "one of them"));
    set(&context, SETTING_prometheus_user, NULL, ORIGIN_FILE);
    set(&context, SETTING_prometheus_token_file, NULL, ORIGIN_FILE);
    set(&context, SETTING_prometheus_headers_file, headers, ORIGIN_FILE);
    ck_assert_int_eq(ask(&context, NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "line 2"));
    context_release(&context);
    scratch_end(folder);
}
END_TEST

START_TEST(a_refusal_says_which_settings_log_in)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {.name = xstrdup("c")};
    wire_start(&wire, "{\"replies\":[{\"status\":403,\"body\":\"no\"}]}");
    ck_assert_int_eq(ask(&context, wire.url, &err), -1);
    ck_assert_int_eq(err.code, ERR_AUTH);
    ck_assert_ptr_nonnull(strstr(err.hint, "prometheus-token-file"));
    context_release(&context);
}
END_TEST

START_TEST(other_answers_are_their_data)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv warnings = STRV_INIT;
    const char *body = "{\"status\":\"success\",\"warnings\":[\"w\"],\"data\":[\"a\",\"b\"]}";
    CLEANUP(node_free) node_t *data = prom_parse_data(200, body, strlen(body), &warnings, &err);
    ck_assert_uint_eq(node_len(data), 2);
    ck_assert_uint_eq(warnings.n, 1);
    const char *page = "<html>";
    ck_assert_ptr_null(prom_parse_data(200, page, strlen(page), NULL, &err));
    ck_assert_str_eq(err.what, "this is not a Prometheus server");
}
END_TEST

START_TEST(series_are_named_as_promql_writes_them)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const char *text = "{\"__name__\":\"up\",\"a\":\"b\\\"c\",\"d\":\"e\"}";
    CLEANUP(node_free) node_t *labels = json_parse(text, strlen(text), "labels", &err);
    CLEANUP(node_free) node_t *none = node_new_object();
    CLEANUP(str_release) struct str name = STR_INIT;
    ck_assert_ptr_nonnull(labels);
    prom_labels_print(labels, &name);
    ck_assert_str_eq(name.buf, "up{a=\"b\\\"c\", d=\"e\"}");
    str_reset(&name);
    prom_labels_print(none, &name);
    ck_assert_str_eq(name.buf, "{}");
}
END_TEST

Suite *suite_metrics_login(void)
{
    Suite *suite = suite_create("metrics_login");
    TCase *tcase = tcase_create("metrics_login");
    tcase_add_test(tcase, a_token_and_a_tenant_go_to_their_server);
    tcase_add_loop_test(tcase, the_files_login_goes_to_the_files_server_only, 0, 2);
    tcase_add_loop_test(tcase, an_alertmanager_gets_the_login_on_prometheus_server_only, 0, 2);
    tcase_add_test(tcase, a_token_that_was_renewed_in_its_file_is_read_again);
    tcase_add_test(tcase, what_contradicts_itself_is_refused);
    tcase_add_test(tcase, a_refusal_says_which_settings_log_in);
    tcase_add_test(tcase, other_answers_are_their_data);
    tcase_add_test(tcase, series_are_named_as_promql_writes_them);
    suite_add_tcase(suite, tcase);
    return suite;
}
