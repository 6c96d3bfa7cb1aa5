#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "bench/coldstart.h"
#include "pool/warm.h"
#include "serverless/invoke.h"
#include "serverless/knative.h"
#include "serverless/openfaas.h"
#include "suites.h"
#include "train/trainer.h"
#include "wire.h"

static struct function_spec empty_spec(void)
{
    return (struct function_spec){.name = "f", .scale_min = -1, .scale_max = -1, .idle_ms = -1, .queue = -1};
}

static void expect_json(const node_t *node, const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *wanted = json_parse(text, strlen(text), "expected", &err);
    CLEANUP(str_release) struct str got = STR_INIT;
    json_print(node, &got);
    ck_assert_msg(wanted && node_equal(node, wanted), "got %s\nwanted %s", got.buf, text);
}

START_TEST(what_is_not_said_is_not_sent)
{
    struct function_spec spec = empty_spec();
    spec.command = "cat";
    CLEANUP(node_free) node_t *body = openfaas_deployment(&spec);
    expect_json(body, "{\"service\":\"f\",\"image\":\"\",\"envProcess\":\"cat\"}");
}
END_TEST

START_TEST(all_that_is_said_is_sent)
{
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    strv_add(&env, "A=b=c");
    strv_add(&env, "EMPTY=");
    struct function_spec spec = empty_spec();
    spec.command = "./serve";
    spec.mode = "http";
    spec.source = "/src";
    spec.env = &env;
    spec.scale_min = 0;
    spec.scale_max = 4;
    spec.idle_ms = 1500;
    spec.concurrency = 3;
    spec.queue = 0;
    spec.memory_bytes = 256 << 20;
    spec.cpus = 0.25;
    spec.timeout_ms = 30000;
    spec.ready_path = "/ready";
    CLEANUP(node_free) node_t *body = openfaas_deployment(&spec);
    expect_json(
        body,
        "{\"service\":\"f\",\"image\":\"\",\"envProcess\":\"./serve\","
        "\"envVars\":{\"A\":\"b=c\",\"EMPTY\":\"\",\"exec_timeout\":\"30s\",\"max_inflight\":\"0\"},"
        "\"labels\":{\"com.openfaas.scale.min\":\"0\",\"com.openfaas.scale.zero\":\"true\",\"com.openfaas.scale.max\":\"4\","
        "\"com.openfaas.scale.zero-duration\":\"1500ms\",\"com.openfaas.scale.target\":\"3\"},"
        "\"annotations\":{\"io.aiwf.mode\":\"http\",\"io.aiwf.source\":\"/src\",\"com.openfaas.ready.http.path\":\"/ready\"},"
        "\"limits\":{\"memory\":\"256Mi\",\"cpu\":\"250m\"}}");
}
END_TEST

START_TEST(a_knative_service_says_all_of_it)
{
    struct function_spec spec = empty_spec();
    struct strv env = STRV_INIT;
    strv_add(&env, "A=b=c");
    spec.image = "i";
    spec.mode = "http";
    spec.env = &env;
    spec.scale_min = 0;
    spec.scale_max = 4;
    spec.idle_ms = 30500;
    spec.concurrency = 8;
    spec.timeout_ms = 1500;
    spec.gpus = 1;
    spec.cpus = 0.25;
    spec.ready_path = "/healthz";
    CLEANUP(node_free) node_t *service = knative_service(&spec, "ns");
    expect_json(
        service,
        "{\"apiVersion\":\"serving.knative.dev/v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"f\",\"namespace\":\"ns\","
        "\"labels\":{\"app.kubernetes.io/managed-by\":\"aiwf\"}},\"spec\":{\"template\":{\"metadata\":{\"annotations\":{"
        "\"autoscaling.knative.dev/min-scale\":\"0\",\"autoscaling.knative.dev/max-scale\":\"4\","
        "\"autoscaling.knative.dev/window\":\"31s\"}},\"spec\":{\"containerConcurrency\":8,\"timeoutSeconds\":2,\"containers\":["
        "{\"image\":\"i\",\"env\":[{\"name\":\"A\",\"value\":\"b=c\"}],\"resources\":{\"limits\":{\"cpu\":\"250m\","
        "\"nvidia.com/gpu\":\"1\"}},\"readinessProbe\":{\"httpGet\":{\"path\":\"/healthz\"}}}]}}}}");
    strv_release(&env);
}
END_TEST

static const struct {
    const char *status, *state, *message;
} knative_states[] = {
    {"\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"traffic\":[{\"revisionName\":\"r\"}]",
     "Ready", NULL},
    {"\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"traffic\":[{\"revisionName\":\"old\"}"
     "]",
     "Idle", NULL},
    {"\"observedGeneration\":1,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]", "Deploying", NULL},
    {"\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"Unknown\",\"message\":\"wait\"}]", "Deploying",
     "wait"},
    {"\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"RevisionMissing\"}]",
     "Failed", "RevisionMissing"},
    {"\"observedGeneration\":2,\"conditions\":[{\"type\":\"ConfigurationsReady\",\"status\":\"Unknown\"},"
     "{\"type\":\"Ready\",\"status\":\"False\",\"message\":\"r failed\"}]",
     "Deploying", "r failed"},
};

START_TEST(the_state_of_a_knative_service)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *text =
        xasprintf("{\"metadata\":{\"name\":\"f\",\"generation\":2},\"status\":{%s}}", knative_states[_i].status);
    const char revisions_text[] = "[{\"metadata\":{\"name\":\"r\"},\"status\":{\"actualReplicas\":2}}]";
    CLEANUP(node_free) node_t *service = json_parse(text, strlen(text), "it", &err);
    CLEANUP(node_free) node_t *revisions = json_parse(revisions_text, strlen(revisions_text), "it", &err);
    CLEANUP(knative_counts_release) struct knative_counts counts = KNATIVE_COUNTS_INIT;
    knative_counts_add(&counts, revisions);
    CLEANUP(node_free) node_t *function = knative_function(service);
    knative_function_count(function, node_at(service, "/status/traffic"), &counts);
    ck_assert_str_eq(node_str(function, "/state", ""), knative_states[_i].state);
    ck_assert(str_eq(node_str(function, "/message", NULL), knative_states[_i].message));
}
END_TEST

START_TEST(the_context_tells_the_runtime)
{
    char name[] = "c";
    struct context context = {.name = name, .is_local = true};
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_ptr_eq(runtime_for(&context, NULL, &err), runtime_find("local"));
    context.is_local = false;
    ck_assert_ptr_null(runtime_for(&context, NULL, &err));
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_null(runtime_for(&context, "locol", &err));
    ck_assert_str_eq(err.hint, "--runtime local");
    ck_assert_ptr_eq(runtime_for(&context, "local", &err), runtime_find("local"));
}
END_TEST

START_TEST(a_missing_operation_is_one_error)
{
    struct runtime runtime = {.name = "openwhisk"};
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(runtime_lacks(&runtime, "scale a function", &err), -1);
    ck_assert_str_eq(err.what, "openwhisk cannot scale a function");
}
END_TEST

static const char samples_json[] = "{\"samples\":["
                                   "{\"total_ms\":100,\"stages\":{\"spawn\":20,\"listen\":70,\"client\":10}},"
                                   "{\"total_ms\":200,\"stages\":{\"spawn\":40,\"listen\":140,\"client\":20}},"
                                   "{\"total_ms\":300,\"stages\":{\"spawn\":60,\"listen\":210,\"client\":30}}]}";

START_TEST(a_cold_start_adds_up)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *doc = json_parse(samples_json, strlen(samples_json), "samples", &err);
    coldstart_summarise(doc);
    ck_assert_double_eq(node_num(doc, "/total_p50_ms", 0), 200);
    ck_assert_double_eq(node_num(doc, "/total_p95_ms", 0), 290);
    ck_assert_str_eq(node_str(doc, "/biggest", ""), "listen");
    double sum = 0, shares = 0;
    for (const node_t *stage = node_first(node_get(doc, "stages")); stage; stage = node_next(stage)) {
        sum += node_num(stage, "/p50_ms", 0);
        shares += node_num(stage, "/share", 0);
    }
    ck_assert_double_eq_tol(sum, 200, 1e-9);
    ck_assert_double_eq_tol(shares, 1, 1e-9);
}
END_TEST

/* A runtime whose function is warm although it was made cold; and one that answers. */
static int warm_invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res,
                       struct err *err)
{
    (void)env, (void)req, (void)err;
    res->status = 200;
    strv_add(&res->headers, "x-aiwf-start: warm");
    return 0;
}
static int cold_invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res,
                       struct err *err)
{
    (void)env, (void)req, (void)err;
    res->status = 200;
    res->total_us = 5000;
    strv_add(&res->headers, "x-aiwf-start: cold");
    return 0;
}
static int make_cold(const struct runtime_env *env, const char *name, struct err *err)
{
    (void)env, (void)name, (void)err;
    return 0;
}
static node_t *cold_stages(const struct runtime_env *env, const char *name, struct err *err)
{
    (void)env, (void)name;
    static const char text[] = "{\"total_ms\":4,\"stages\":[{\"stage\":\"spawn\",\"ms\":1},{\"stage\":\"listen\",\"ms\":3}]}";
    return json_parse(text, strlen(text), "stages", err);
}

START_TEST(a_function_that_is_never_cold_is_told)
{
    struct runtime runtime = {.name = "x", .invoke = warm_invoke, .make_cold = make_cold};
    struct invoke_request request = {.name = "f"};
    struct coldstart run = {.runtime = &runtime, .request = &request, .rounds = 2};
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_ptr_null(coldstart_measure(&run, &err));
    ck_assert_int_eq(err.code, ERR_FAILED);
}
END_TEST

START_TEST(the_rest_of_a_cold_start_is_a_stage)
{
    struct runtime runtime = {.name = "x", .invoke = cold_invoke, .make_cold = make_cold, .cold_stages = cold_stages};
    struct invoke_request request = {.name = "f"};
    struct coldstart run = {.runtime = &runtime, .request = &request, .rounds = 2};
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *doc = coldstart_measure(&run, &err);
    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(node_len(node_get(doc, "samples")), 2);
    ck_assert_str_eq(node_str(doc, "/stages/2/stage", ""), COLDSTART_REST);
    ck_assert_double_eq_tol(node_num(doc, "/stages/2/p50_ms", 0), 1, 1e-9);
}
END_TEST

START_TEST(schedules_are_read)
{
    static const struct {
        const char *text;
        double min; /* -1: refused */
    } cases[] = {{"0 8 * * 1-5=3", 3}, {"@daily=0", 0},     {"0 8 * * *", -1},   {"=3", -1},
                 {"0 8 * * *=x", -1},  {"0 8 * * *=5", -1}, {"61 8 * * *=2", -1}};
    CLEANUP(strv_release) struct strv schedule = STRV_INIT;
    strv_add(&schedule, cases[_i].text);
    struct warm_pool_spec spec = {.name = "p", .function = "f", .min = 0, .max = 4, .schedule = &schedule};
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *body = warm_pool_json(&spec, &err);
    ck_assert_double_eq(node_num(body, "/schedule/0/min", -1), cases[_i].min);
    ck_assert_int_eq(err.code, cases[_i].min < 0 ? ERR_USAGE : ERR_OK);
}
END_TEST

START_TEST(a_floor_above_the_ceiling_is_refused)
{
    struct warm_pool_spec spec = {.name = "p", .function = "f", .min = 5, .max = 4};
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_ptr_null(warm_pool_json(&spec, &err));
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

START_TEST(a_job_is_judged)
{
    static const struct {
        const char *json;
        enum err_code code;
        const char *what;
    } cases[] = {
        {"{\"name\":\"j\",\"state\":\"Succeeded\",\"exit_code\":0}", ERR_OK, NULL},
        {"{\"name\":\"j\",\"state\":\"Failed\",\"exit_code\":3}", ERR_WORKLOAD, "job j failed: exit 3"},
        {"{\"name\":\"j\",\"state\":\"Failed\",\"exit_code\":null,\"signal\":\"KILL\"}", ERR_WORKLOAD,
         "job j failed: killed by SIGKILL"},
        {"{\"name\":\"j\",\"state\":\"Failed\",\"exit_code\":null,\"reason\":\"no such command\"}", ERR_WORKLOAD, "job j failed"},
        {"{\"name\":\"j\",\"state\":\"Failed\",\"exit_code\":3,\"reason\":\"exit code 3\"}", ERR_WORKLOAD,
         "job j failed: exit 3"},
        {"{\"name\":\"j\",\"state\":\"Cancelled\"}", ERR_WORKLOAD, "job j was cancelled"},
        {"{\"name\":\"j\",\"state\":\"Running\"}", ERR_FAILED, "job j is not over: Running"},
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *job = json_parse(cases[_i].json, strlen(cases[_i].json), "job", &err);
    job_result(job, &err);
    ck_assert_int_eq(err.code, cases[_i].code);
    ck_assert(str_eq(err.what, cases[_i].what));
}
END_TEST

#define COLUMNS \
    "\"columnDefinitions\":[{\"name\":\"Name\"},{\"name\":\"DesiredScale\"},{\"name\":\"ActualScale\"},{\"name\":\"Ready\"}]"
#define ROW(n, w, a)   "{\"cells\":[\"" n "\"," w "," a ",\"True\"]}"
#define REVISION(n, a) "{\"metadata\":{\"name\":\"" n "\"},\"status\":{\"desiredReplicas\":" a ",\"actualReplicas\":" a "}}"
#define KNATIVE        "/apis/serving.knative.dev/v1/namespaces/n/"
#define SCALERS        "/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/n/podautoscalers"

/* What the autoscalers' table answers, and what is known of f-1 then, whose revision says 7. */
static const struct {
    int status;
    const char *table;
    int64_t wanted, actual;
} counted[] = {
    {200, "{" COLUMNS ",\"rows\":[" ROW("f-1", "3", "2") "," ROW("g-1", "1", "1") "]}", 3, 2},
    {200, "{" COLUMNS ",\"rows\":[" ROW("f-1", "null", "null") "]}", 0, 0},
    {200, "{" COLUMNS ",\"rows\":[]}", 0, 0},
    {200, "{\"columnDefinitions\":[{\"name\":\"Name\"},{\"name\":\"Age\"}],\"rows\":[" ROW("f-1", "3", "2") "]}", 7, 7},
    {403, "{\"kind\":\"Status\",\"code\":403}", 7, 7},
    {404, "404 page not found", 7, 7},
};

static node_t *reply_of(int status, const char *body)
{
    node_t *replies = node_new_array(), *reply = node_push(replies, node_new_object());
    node_set_num(reply, "status", status);
    node_set_str(reply, "body", body);
    return replies;
}

START_TEST(instances_are_counted_by_autoscalers_else_by_revisions)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube;
    CLEANUP(knative_counts_release) struct knative_counts counts = KNATIVE_COUNTS_INIT;
    CLEANUP(node_free) node_t *script = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    node_t *routes = node_set(script, "routes", node_new_object());
    node_set(script, "replies", reply_of(200, "{}"));
    node_set(routes, SCALERS, reply_of(counted[_i].status, counted[_i].table));
    node_set(routes, KNATIVE "revisions", reply_of(200, "{\"items\":[" REVISION("f-1", "7") "]}"));
    json_print(script, &text);
    wire_start(&wire, text.buf);
    const struct kube_access access = {.server = wire.url, .ns = "n"};
    ck_assert_int_eq(kube_open(&kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
    const struct kube_each each = knative_counts_list(&kube, &counts);
    kube_each(&kube, &each, &err);
    ck_assert_msg(knative_counts_take(&kube, &counts, &err) == 0, "%s", err.what);
    ck_assert_int_eq(knative_count_of(&counts, "f-1").wanted, counted[_i].wanted);
    ck_assert_int_eq(knative_count_of(&counts, "f-1").actual, counted[_i].actual);
    ck_assert_int_eq(knative_count_of(&counts, "nobody").actual, 0);
}
END_TEST

#define LISTED(name, revision)                                                                                               \
    "{\"metadata\":{\"name\":\"" name "\",\"generation\":1},\"status\":{\"observedGeneration\":1,\"conditions\":[{\"type\":" \
    "\"Ready\",\"status\":\"True\"}]" revision "}}"
#define TRAFFIC(revision) ",\"traffic\":[{\"revisionName\":\"" revision "\"}]"

/* The server forgets the list after its first page, which is then not there twice, nor counted as another. */
START_TEST(a_list_counts_the_instances_of_each)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube;
    CLEANUP(node_free) node_t *script = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    node_t *routes = node_set(script, "routes", node_new_object());
    node_set(script, "replies", reply_of(404, "{}"));
    node_set(routes, SCALERS, reply_of(200, "{" COLUMNS ",\"rows\":[" ROW("f-1", "3", "2") "]}"));
    node_t *pages = node_set(routes, KNATIVE "services",
                             reply_of(200, "{\"metadata\":{\"continue\":\"c\"},\"items\":[" LISTED("f", TRAFFIC("f-1")) "]}"));
    node_t *gone = reply_of(410, "{\"kind\":\"Status\",\"code\":410}");
    node_t *whole =
        reply_of(200, "{\"items\":[" LISTED("e", "") "," LISTED("f", TRAFFIC("f-1")) "," LISTED("g", TRAFFIC("g-1")) "]}");
    node_push(pages, node_detach(gone, node_first(gone)));
    node_push(pages, node_detach(whole, node_first(whole)));
    node_free(gone);
    node_free(whole);
    json_print(script, &text);
    wire_start(&wire, text.buf);
    const struct kube_access access = {.server = wire.url, .ns = "n"};
    ck_assert_int_eq(kube_open(&kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
    CLEANUP(node_free) node_t *functions = runtime_find("knative")->list(&(struct runtime_env){.kube = &kube}, &err);
    ck_assert_msg(functions != NULL, "%s", err.what);
    ck_assert_uint_eq(node_len(functions), 3);
    ck_assert_str_eq(node_str(functions, "/0/state", ""), "Idle");
    ck_assert_str_eq(node_str(functions, "/1/state", ""), "Ready");
    ck_assert_int_eq(node_int(functions, "/1/available", 0), 2);
    ck_assert_int_eq(node_int(functions, "/1/replicas", 0), 3);
    ck_assert_str_eq(node_str(functions, "/2/state", ""), "Idle");
}
END_TEST

/* Of a base that ends with a slash, as that of the API server's proxy must, the path is its rest. */
static const struct {
    const char *base, *path, *asked;
} ways[] = {
    {"/proxy/", NULL, "/proxy/"},
    {"/proxy/", "/a?b=c", "/proxy/a?b=c"},
    {"/proxy/", "?b=c", "/proxy/?b=c"},
    {"/proxy/", "a", "/proxy/a"},
    {"/f", NULL, "/f"},
    {"/f", "a", "/f/a"},
    {"/f", "/a", "/f/a"},
    {"/f", "?b=c", "/f?b=c"},
};

START_TEST(a_path_follows_the_base)
{
    CLEANUP(bench_end) struct bench b;
    bench_start(&b, SETTINGS(.retries = -1), "{\"replies\":[{\"body\":\"ok\"}]}");
    AUTOFREE char *base = xasprintf("%s%s", b.wire.url, ways[_i].base);
    const struct invoke_way way = {.http = b.http, .base = base};
    ck_assert_int_eq(invoke_send(&way, &(struct invoke_request){.path = ways[_i].path}, &b.res, &b.err), 0);
    AUTOFREE char *path = logged(&b, "/0/path");
    ck_assert_str_eq(path, ways[_i].asked);
}
END_TEST

Suite *suite_serverless(void)
{
    Suite *suite = suite_create("serverless");
    TCase *tcase = tcase_create("serverless");
    tcase_add_test(tcase, what_is_not_said_is_not_sent);
    tcase_add_test(tcase, all_that_is_said_is_sent);
    tcase_add_test(tcase, a_knative_service_says_all_of_it);
    tcase_add_loop_test(tcase, the_state_of_a_knative_service, 0, ARRAY_LEN(knative_states));
    tcase_add_test(tcase, the_context_tells_the_runtime);
    tcase_add_test(tcase, a_missing_operation_is_one_error);
    tcase_add_test(tcase, a_cold_start_adds_up);
    tcase_add_test(tcase, a_function_that_is_never_cold_is_told);
    tcase_add_test(tcase, the_rest_of_a_cold_start_is_a_stage);
    tcase_add_loop_test(tcase, schedules_are_read, 0, 7);
    tcase_add_test(tcase, a_floor_above_the_ceiling_is_refused);
    tcase_add_loop_test(tcase, a_job_is_judged, 0, 7);
    tcase_add_loop_test(tcase, instances_are_counted_by_autoscalers_else_by_revisions, 0, (int)ARRAY_LEN(counted));
    tcase_add_test(tcase, a_list_counts_the_instances_of_each);
    tcase_add_loop_test(tcase, a_path_follows_the_base, 0, (int)ARRAY_LEN(ways));
    suite_add_tcase(suite, tcase);
    return suite;
}
