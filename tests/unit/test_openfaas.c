#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "serverless/openfaas.h"
#include "serverless/secrets.h"
#include "suites.h"
#include "wire.h"

/* A gateway that answers as scripted, and what works with it. */
struct gateway {
    struct wire wire;
    struct context context;
    struct runtime_env env;
    struct err err;
};

static void gateway_start(struct gateway *gateway, const char *replies)
{
    *gateway = (struct gateway){.err = ERR_INIT};
    AUTOFREE char *script = xasprintf("{\"replies\":[%s]}", replies);
    wire_start(&gateway->wire, script);
    gateway->context.name = xstrdup("test");
    gateway->context.values[SETTING_openfaas] = xstrdup(gateway->wire.url);
    gateway->env.context = &gateway->context;
    gateway->env.http = http_new(&(struct http_settings){.retries = -1}, &gateway->err);
    ck_assert_ptr_nonnull(gateway->env.http);
}

static void gateway_end(struct gateway *gateway)
{
    http_free(gateway->env.http);
    context_release(&gateway->context);
    wire_stop(&gateway->wire);
    err_release(&gateway->err);
}

#define TAKEN     "{\"status\":202}"
#define RUNS(n)   "{\"body\":\"{\\\"name\\\":\\\"f\\\",\\\"replicas\\\":" #n ",\\\"availableReplicas\\\":1}\"}"
#define GONE_AWAY "{\"status\":404,\"body\":\"not found\"}"

static const struct {
    const char *replies;
    int64_t asked;
    enum err_code code;
    size_t requests; /* 0: any number */
} scales[] = {
    {TAKEN, 3, ERR_OK, 1},                         /* within what every edition does: nobody looks */
    {TAKEN "," RUNS(0), 0, ERR_OK, 2},             /* it was taken */
    {TAKEN "," RUNS(1) "," RUNS(0), 0, ERR_OK, 3}, /* the provider's view was a moment old */
    {TAKEN "," RUNS(1), 0, ERR_FAILED, 0},         /* the Community Edition */
    {TAKEN "," RUNS(5), 9, ERR_FAILED, 0},         /* likewise */
    {TAKEN "," RUNS(3), 9, ERR_OK, 0},             /* something else scales it */
    {TAKEN "," GONE_AWAY, 0, ERR_NOT_FOUND, 2},
    {"{\"status\":500,\"body\":\"no\"}", 0, ERR_FAILED, 1},
};

START_TEST(a_number_that_is_not_kept_is_a_refusal)
{
    struct gateway gateway;
    gateway_start(&gateway, scales[_i].replies);
    int rc = runtime_find("openfaas")->scale(&gateway.env, "f", scales[_i].asked, &gateway.err);
    ck_assert_msg(gateway.err.code == scales[_i].code && (rc == 0) == (gateway.err.code == ERR_OK), "%d: %s", gateway.err.code,
                  gateway.err.what);
    CLEANUP(node_free) node_t *log = wire_log(&gateway.wire);
    if (scales[_i].requests)
        ck_assert_uint_eq(node_len(log), scales[_i].requests);
    if (scales[_i].code == ERR_FAILED && !scales[_i].requests)
        ck_assert_ptr_nonnull(strstr(gateway.err.why, "Community Edition"));
    gateway_end(&gateway);
}
END_TEST

static const struct {
    const char *metric, *schedule, *topic, *says; /* says NULL: it is fine */
    int64_t concurrency;
} autoscaling[] = {
    {"rps=50", NULL, NULL, NULL, 0},
    {NULL, "schedule=0 6 * * 1-5", "topic=a, cron-function", NULL, 0},
    {NULL, NULL, "topic=a", NULL, 0},
    {"rps=50", NULL, NULL, "one thing", 3},
    {"rps", NULL, NULL, "nothing that OpenFaaS", 0},
    {"rps=0", NULL, NULL, "nothing that OpenFaaS", 0},
    {"memory=80", NULL, NULL, "nothing that OpenFaaS", 0},
    {NULL, "schedule=0 6 * * 1-5", NULL, "only functions of the topic", 0},
    {NULL, NULL, "topic=cron-function", "there is no schedule", 0},
    {NULL, "schedule=61 6 * * *", "topic=cron-function", "schedule", 0},
};

START_TEST(what_it_scales_by_and_is_called_by)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv metrics = STRV_INIT;
    struct function_detail detail = {0};
    struct function_spec spec = {.name = "f",
                                 .image = "i",
                                 .metrics = &metrics,
                                 .detail = &detail,
                                 .scale_min = -1,
                                 .scale_max = -1,
                                 .idle_ms = -1,
                                 .queue = -1,
                                 .concurrency = autoscaling[_i].concurrency};
    if (autoscaling[_i].metric)
        strv_add(&metrics, autoscaling[_i].metric);
    if (autoscaling[_i].schedule)
        strv_add(&detail.annotations, autoscaling[_i].schedule);
    if (autoscaling[_i].topic)
        strv_add(&detail.annotations, autoscaling[_i].topic);
    int rc = openfaas_check(&spec, &err);
    if (autoscaling[_i].says)
        ck_assert_msg(rc != 0 && err.code == ERR_USAGE && strstr(err.what, autoscaling[_i].says), "%s", err.what);
    else
        ck_assert_msg(rc == 0, "%s", err.what);
    strv_release(&detail.annotations);
}
END_TEST

#define LISTED "{\"body\":\"[{\\\"name\\\":\\\"s\\\"}]\"}"

static const struct {
    const char *replies, *name;
    bool is_new;
    enum err_code code;
} secrets[] = {
    {"{\"status\":201}", "s", true, ERR_OK},
    {"{\"status\":500,\"body\":\"already exists\"}," LISTED, "s", true, ERR_CONFLICT},
    {"{\"status\":400,\"body\":\"bad name\"}," LISTED, "other", true, ERR_FAILED},
    {"{\"status\":500,\"body\":\"broken\"},{\"status\":500}", "s", true, ERR_FAILED},
    {LISTED ",{\"status\":200}", "s", false, ERR_OK},
    {LISTED, "other", false, ERR_NOT_FOUND},
    {"{\"body\":\"null\"}", "s", false, ERR_NOT_FOUND},
};

START_TEST(secrets_that_are_there_or_not)
{
    struct gateway gateway;
    gateway_start(&gateway, secrets[_i].replies);
    CLEANUP(str_release) struct str value = STR_INIT;
    str_addn(&value, "a\0b", 3);
    struct secret secret = {.name = secrets[_i].name, .value = &value};
    const struct secret_store *store = runtime_find("openfaas")->secrets;
    (secrets[_i].is_new ? store->create : store->update)(&gateway.env, &secret, &gateway.err);
    ck_assert_msg(gateway.err.code == secrets[_i].code, "%d: %s", gateway.err.code, gateway.err.what);
    gateway_end(&gateway);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_sent_whole)
{
    struct gateway gateway;
    gateway_start(&gateway, "{\"status\":201}");
    CLEANUP(str_release) struct str value = STR_INIT;
    str_addn(&value, "a\0b", 3);
    struct secret secret = {.name = "s", .value = &value};
    ck_assert_int_eq(secrets_openfaas.create(&gateway.env, &secret, &gateway.err), 0);
    CLEANUP(node_free) node_t *log = wire_log(&gateway.wire);
    ck_assert_str_eq(node_str(log, "/0/body", ""), "{\"name\":\"s\",\"rawValue\":\"YQBi\"}");
    gateway_end(&gateway);
}
END_TEST

START_TEST(its_url_names_the_namespace_that_was_asked_for)
{
    static const char *const cases[][2] = {{NULL, "/function/f"}, {"lab", "/function/f.lab"}};
    struct gateway gateway;
    gateway_start(&gateway, RUNS(1));
    if (cases[_i][0])
        gateway.context.values[SETTING_namespace] = xstrdup(cases[_i][0]);
    CLEANUP(node_free) node_t *function = runtime_find("openfaas")->show(&gateway.env, "f", &gateway.err);
    const char *url = node_str(function, "/url", "");
    ck_assert_msg(str_starts(url, gateway.wire.url), "%s", url);
    ck_assert_str_eq(url + strlen(gateway.wire.url), cases[_i][1]);
    gateway_end(&gateway);
}
END_TEST

Suite *suite_openfaas(void)
{
    Suite *suite = suite_create("openfaas");
    TCase *tcase = tcase_create("gateway");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_number_that_is_not_kept_is_a_refusal, 0, (int)ARRAY_LEN(scales));
    tcase_add_loop_test(tcase, what_it_scales_by_and_is_called_by, 0, (int)ARRAY_LEN(autoscaling));
    tcase_add_loop_test(tcase, secrets_that_are_there_or_not, 0, (int)ARRAY_LEN(secrets));
    tcase_add_test(tcase, bytes_that_are_no_text_are_sent_whole);
    tcase_add_loop_test(tcase, its_url_names_the_namespace_that_was_asked_for, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
