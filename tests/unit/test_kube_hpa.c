#include <check.h>
#include <string.h>

#include "kube/hpa.h"
#include "serverless/deployment.h"
#include "suites.h"

static node_t *parsed(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str json = STR_INIT;
    for (const char *c = text; *c; c++)
        str_addc(&json, *c == '\'' ? '"' : *c);
    node_t *node = json_parse(json.buf, json.len, "test", &err);
    ck_assert_msg(node, "%s", err.what);
    return node;
}

#define CPU(target) \
    "{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':" target "}}}"
#define CPU_NOW(now) "{'type':'Resource','resource':{'name':'cpu','current':{'averageUtilization':" now ",'averageValue':'83m'}}}"
#define PODS         "{'type':'Pods','pods':{'metric':{'name':'rps'},'target':{'type':'AverageValue','averageValue':'10'}}}"
#define PODS_NOW     "{'type':'Pods','pods':{'metric':{'name':'rps'},'current':{'averageValue':'12500m'}}}"
#define CUSTOM       "unable to get metric rps: unable to fetch metrics from custom metrics API: "
#define CONDITION(type, status, reason, message) \
    "{'type':'" type "','status':'" status "','reason':'" reason "','message':'" message "'}"
#define HPA(max, metrics, status) "{'spec':{'minReplicas':1,'maxReplicas':" max ",'metrics':[" metrics "]},'status':{" status "}}"

/* The reasons are those of pkg/controller/podautoscaler/horizontal.go, v1.37. */
static const struct {
    const char *hpa, *decision;
} decisions[] = {
    {HPA("10", CPU("70"),
         "'currentReplicas':4,'currentMetrics':[" CPU_NOW("83") "],'conditions':[" CONDITION(
             "AbleToScale", "True", "ReadyForNewScale", "x") "," CONDITION("ScalingActive", "True", "ValidMetricFound",
                                                                           "x") "," CONDITION("ScalingLimited", "True",
                                                                                              "TooManyReplicas", "x") "]"),
     "4 of 10: cpu 83% of 70% asked; limited by max: it would have more"},
    {HPA("10", CPU("70") "," PODS,
         "'currentReplicas':2,'currentMetrics':[" PODS_NOW
         "," CPU_NOW("0") "],'conditions':[" CONDITION("AbleToScale", "True", "ScaleDownStabilized", "x") "," CONDITION(
             "ScalingActive", "True", "ValidMetricFound", "x") "," CONDITION("ScalingLimited", "False", "DesiredWithinRange",
                                                                             "x") "]"),
     "2 of 10: cpu 0% of 70% asked, rps 12.5 of 10 asked; it waits before it scales down: a higher number was right lately"},
    {HPA("4", CPU("70"),
         "'currentReplicas':1,'conditions':[" CONDITION("AbleToScale", "True", "SucceededGetScale", "x") "," CONDITION(
             "ScalingActive", "False", "FailedGetResourceMetric",
             "the HPA was unable to compute the replica count: the server could not find the requested resource (get "
             "pods.metrics.k8s.io)") "]"),
     "1 of 4: cpu unknown of 70% asked; it cannot decide: nobody measures the pods (is metrics-server installed?): the server "
     "could not find the requested resource (get pods.metrics.k8s.io)"},
    {HPA("4", CPU("70"),
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetResourceMetric",
                                    "the server is currently unable to handle the request") "]"),
     "0 of 4: cpu unknown of 70% asked; it cannot decide: whoever measures the pods does not answer: the server is currently "
     "unable to handle the request"},
    {HPA("4", CPU("70"),
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetResourceMetric",
                                    "missing request for cpu in container x of Pod y") "]"),
     "0 of 4: cpu unknown of 70% asked; it cannot decide: a container does not say what it requests, and a share of that is "
     "asked: missing request for cpu in container x of Pod y"},
    {HPA("4", CPU("70"),
         "'currentReplicas':1,'desiredReplicas':3,'conditions':[" CONDITION(
             "ScalingActive", "False", "FailedGetResourceMetric",
             "did not receive metrics for targeted pods (pods might be unready)") "]"),
     "1 of 4, 3 wanted: cpu unknown of 70% asked; it cannot decide yet: its pods have not been measured"},
    {HPA("4", PODS, "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric", "no such metric") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide: no such metric"},
    {HPA("4", PODS,
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric",
                                    CUSTOM "no custom metrics API (custom.metrics.k8s.io) registered") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide: nobody has the metric (is a custom metrics adapter installed?): " CUSTOM
     "no custom metrics API (custom.metrics.k8s.io) registered"},
    {HPA("4", PODS,
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric",
                                    CUSTOM "the server is currently unable to handle the request") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide: the custom metrics adapter does not answer: " CUSTOM
     "the server is currently unable to handle the request"},
    {HPA("4", PODS,
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric",
                                    CUSTOM "no known available metric versions found") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide: the custom metrics adapter does not answer"},
    {HPA("4", PODS,
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric",
                                    CUSTOM "the server could not find the metric rps for pods") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide: no pod has the metric, or the custom metrics adapter has no rule for "
     "it: " CUSTOM "the server could not find the metric rps for pods"},
    {HPA("4", PODS,
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric",
                                    "unable to get metric rps: no metrics returned from custom metrics API") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide: none of its pods has the metric"},
    {HPA("4", PODS,
         "'conditions':[" CONDITION("ScalingActive", "False", "FailedGetPodsMetric",
                                    "did not receive metrics for targeted pods (pods might be unready)") "]"),
     "0 of 4: rps unknown of 10 asked; it cannot decide yet: its pods have not been measured"},
    {HPA("2", CPU("70"),
         "'currentReplicas':2,'conditions':[" CONDITION("AbleToScale", "True", "ScaleDownStabilized",
                                                        "x") "," CONDITION("ScalingLimited", "True", "TooManyReplicas", "x") "]"),
     "2 of 2: cpu unknown of 70% asked; it waits before it scales down: a higher number was right lately"},
    {HPA("4", CPU("70"), "'currentReplicas':0,'conditions':[" CONDITION("ScalingActive", "False", "ScalingDisabled", "x") "]"),
     "0 of 4: cpu unknown of 70% asked; off while the deployment is scaled to zero"},
    {HPA("4", CPU("70"), "'conditions':[" CONDITION("AbleToScale", "False", "FailedGetScale", "not found") "]"),
     "0 of 4: cpu unknown of 70% asked; its deployment cannot be read: not found"},
    {HPA("4", CPU("70"), ""), "0 of 4: cpu unknown of 70% asked; it has not decided yet"},
    {"{}", "0 of 0; it has not decided yet"},
};

START_TEST(decisions_are_told_in_words)
{
    CLEANUP(node_free) node_t *hpa = parsed(decisions[_i].hpa);
    CLEANUP(node_free) node_t *explained = hpa_explain(hpa);
    ck_assert_str_eq(node_str(explained, "/decision", ""), decisions[_i].decision);
}
END_TEST

static const struct {
    const char *conditions, *state;
} states[] = {
    {"", "Undecided"},
    {CONDITION("AbleToScale", "True", "SucceededGetScale", "x"), "Undecided"},
    {CONDITION("ScalingActive", "True", "ValidMetricFound", "x"), "Active"},
    {CONDITION("ScalingActive", "True", "ValidMetricFound", "x") "," CONDITION("ScalingLimited", "True", "TooManyReplicas", "x"),
     "Limited"},
    {CONDITION("ScalingActive", "False", "ScalingDisabled", "x"), "Off"},
    {CONDITION("ScalingActive", "False", "FailedGetPodsMetric", "x"), "Undecided"},
    {CONDITION("AbleToScale", "False", "FailedGetScale", "x") "," CONDITION("ScalingActive", "True", "ValidMetricFound", "x"),
     "Undecided"},
};

START_TEST(what_keeps_it_from_deciding_is_a_state)
{
    AUTOFREE char *text = xasprintf("{'status':{'conditions':[%s]}}", states[_i].conditions);
    CLEANUP(node_free) node_t *hpa = parsed(text);
    CLEANUP(node_free) node_t *explained = hpa_explain(hpa);
    ck_assert_str_eq(node_str(explained, "/state", ""), states[_i].state);
}
END_TEST

static const struct {
    const char *text, *type, *target;
} metrics[] = {
    {"cpu=70", "Resource", "70"},
    {"memory=80%", "Resource", "80"},
    {"requests_per_second=2.5", "Pods", "2.5"},
    {"cpu=0", NULL, NULL},
    {"cpu=", NULL, NULL},
    {"=70", NULL, NULL},
    {"rps=-1", NULL, NULL},
    {"rps", NULL, NULL},
    {"memory=1.5", NULL, NULL},
};

START_TEST(metrics_are_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *list = node_new_array();
    int rc = hpa_add_metric(list, metrics[_i].text, &err);
    ck_assert_int_eq(rc, metrics[_i].type ? 0 : -1);
    if (rc != 0) {
        ck_assert_int_eq(err.code, ERR_USAGE);
        return;
    }
    const node_t *metric = node_first(list);
    ck_assert_str_eq(node_str(metric, "/type", ""), metrics[_i].type);
    AUTOFREE char *percent = xasprintf("%lld", (long long)node_int(metric, "/resource/target/averageUtilization", 0));
    ck_assert_str_eq(node_str(metric, "/pods/target/averageValue", percent), metrics[_i].target);
}
END_TEST

#define SPEC .name = "f", .image = "i", .mode = "http", .idle_ms = -1, .queue = -1

START_TEST(an_autoscaler_owns_the_number)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct function_spec spec = {SPEC, .scale_min = 2, .scale_max = 5, .cpus = 0.5};
    ck_assert_int_eq(deployment_check(&spec, &err), 0);
    CLEANUP(node_free) node_t *list = deployment_manifest(&spec);
    ck_assert_ptr_null(node_at(list, "/items/0/spec/replicas"));
    ck_assert_str_eq(node_str(list, "/items/0/spec/template/spec/containers/0/resources/limits/cpu", ""), "500m");
    ck_assert_int_eq(node_int(list, "/items/2/spec/minReplicas", 0), 2);
    ck_assert_int_eq(node_int(list, "/items/2/spec/metrics/0/resource/target/averageUtilization", 0), 80);
    spec.scale_min = spec.scale_max = 3;
    CLEANUP(node_free) node_t *fixed = deployment_manifest(&spec);
    ck_assert_int_eq(node_int(fixed, "/items/0/spec/replicas", 0), 3);
    ck_assert_uint_eq(node_len(node_get(fixed, "items")), 2);
    spec.scale_min = 0;
    ck_assert_int_eq(deployment_check(&spec, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

Suite *suite_kube_hpa(void)
{
    Suite *suite = suite_create("kube_hpa");
    TCase *tc = tcase_create("hpa");
    tcase_add_loop_test(tc, what_keeps_it_from_deciding_is_a_state, 0, (int)ARRAY_LEN(states));
    tcase_add_loop_test(tc, decisions_are_told_in_words, 0, (int)ARRAY_LEN(decisions));
    tcase_add_loop_test(tc, metrics_are_read, 0, (int)ARRAY_LEN(metrics));
    tcase_add_test(tc, an_autoscaler_owns_the_number);
    suite_add_tcase(suite, tc);
    return suite;
}
