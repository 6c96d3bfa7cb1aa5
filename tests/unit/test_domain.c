#include <check.h>
#include <string.h>

#include "serverless/domain.h"
#include "suites.h"
#include "wire.h"

static const struct {
    const char *host;
    bool good;
} hosts[] = {
    {"ocr.example.org", true},
    {"a.b", true},
    {"1.example.org", true},
    {"localhost", false},
    {"", false},
    {"Ocr.example.org", false},
    {"https://a.b", false},
    {"a.b:80", false},
    {"a.b/c", false},
    {"a..b", false},
    {"a.b.", false},
    {".a.b", false},
    {"-a.b", false},
    {"a.\xc3\xa4.b", false},
};

START_TEST(a_host_is_a_full_name)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct domain_spec spec = {.host = hosts[_i].host, .function = "f"};
    ck_assert_int_eq(domain_check(&spec, &err), hosts[_i].good ? 0 : -1);
    ck_assert_int_eq(err.code, hosts[_i].good ? ERR_OK : ERR_USAGE);
}
END_TEST

static node_t *read_json(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    node_t *node = json_parse(text, strlen(text), "test", &err);
    ck_assert_msg(node, "%s", text);
    return node;
}

START_TEST(a_mapping_names_function_and_certificate)
{
    const struct domain_spec spec = {.host = "a.b", .function = "f", .tls = "cert"};
    CLEANUP(node_free) node_t *object = domain_object(&spec, "n");
    CLEANUP(node_free)
    node_t *wanted =
        read_json("{\"apiVersion\":\"serving.knative.dev/v1beta1\",\"kind\":\"DomainMapping\",\"metadata\":{\"name\":\"a.b\","
                  "\"namespace\":\"n\",\"labels\":{\"app.kubernetes.io/managed-by\":\"aiwf\"}},\"spec\":{\"ref\":{\"apiVersion\":"
                  "\"serving.knative.dev/v1\",\"kind\":\"Service\",\"name\":\"f\"},\"tls\":{\"secretName\":\"cert\"}}}");
    ck_assert(node_equal(object, wanted));
}
END_TEST

static const struct {
    const char *status, *state, *message;
} states[] = {
    {"{\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}", "Ready", NULL},
    {"{\"observedGeneration\":1,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}", "Starting", NULL},
    {"{\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"R\",\"message\":\"m\"}]}",
     "Failed", "m"},
    {"{\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"Unknown\",\"reason\":\"R\"}]}", "Starting", "R"},
    {"{}", "Starting", NULL},
};

START_TEST(a_mapping_is_ready_when_its_latest_is)
{
    AUTOFREE char *text =
        xasprintf("{\"metadata\":{\"name\":\"a.b\",\"generation\":2},\"spec\":{\"ref\":{\"name\":\"f\"}},\"status\":%s}",
                  states[_i].status);
    CLEANUP(node_free) node_t *object = read_json(text);
    CLEANUP(node_free) node_t *document = domain_document(object);
    ck_assert_str_eq(node_str(document, "/state", ""), states[_i].state);
    ck_assert_pstr_eq(node_str(document, "/message", NULL), states[_i].message);
}
END_TEST

#define OBJECT(body) "[{\"body\":\"" body "\"}]"
#define NONE         "[{\"status\":404,\"body\":\"{\\\"kind\\\":\\\"Status\\\",\\\"code\\\":404}\"}]"
#define DENIED       "[{\"status\":403,\"body\":\"{\\\"kind\\\":\\\"Status\\\",\\\"code\\\":403}\"}]"
#define OF(ns)       OBJECT("{\\\"spec\\\":{\\\"namespace\\\":\\\"" ns "\\\"}}")
#define AUTO(value)  OBJECT("{\\\"data\\\":{\\\"autocreate-cluster-domain-claims\\\":\\\"" value "\\\"}}")

static const struct {
    const char *function, *claim, *network;
    bool claims;
    enum err_code code;
    const char *says, *made; /* in the error; what was sent to claim it */
} claimed[] = {
    {NONE, NONE, NONE, false, ERR_NOT_FOUND, "there is no function \"f\"", NULL},
    {OBJECT("{}"), OF("mine"), NONE, false, ERR_OK, NULL, NULL},
    {OBJECT("{}"), OF("theirs"), NONE, true, ERR_CONFLICT, "is claimed by namespace theirs", NULL},
    {OBJECT("{}"), NONE, AUTO("false"), false, ERR_FAILED, "is not claimed for namespace mine", NULL},
    {OBJECT("{}"), NONE, AUTO("true"), false, ERR_OK, NULL, NULL},
    {OBJECT("{}"), NONE, DENIED, false, ERR_OK, NULL, NULL},
    {OBJECT("{}"), DENIED, NONE, false, ERR_OK, NULL, NULL},
    {OBJECT("{}"), NONE, NONE, true, ERR_OK, NULL, "mine"},
};

static void open_kube(struct kube *kube, const struct wire *wire)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct kube_access access = {.server = wire->url, .ns = "mine"};
    ck_assert_int_eq(kube_open(kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
}

START_TEST(a_host_is_claimed_before_it_is_mapped)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube;
    AUTOFREE char *script =
        xasprintf("{\"replies\":[{\"body\":\"{}\"}],\"routes\":{\"/apis/serving.knative.dev/v1/namespaces/mine/services/f\":%s,"
                  "\"/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims/a.b\":%s,"
                  "\"/api/v1/namespaces/knative-serving/configmaps/config-network\":%s}}",
                  claimed[_i].function, claimed[_i].claim, claimed[_i].network);
    wire_start(&wire, script);
    open_kube(&kube, &wire);
    const struct domain_spec spec = {.host = "a.b", .function = "f", .claim = claimed[_i].claims};
    ck_assert_int_eq(domain_prepare(&kube, &spec, false, &err), claimed[_i].code ? -1 : 0);
    ck_assert_int_eq(err.code, claimed[_i].code);
    ck_assert_msg(!claimed[_i].says || strstr(err.what, claimed[_i].says), "%s", err.what);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    const node_t *last = NULL;
    for (const node_t *one = node_first(log); one; one = node_next(one))
        last = strcmp(node_str(one, "/method", ""), "POST") == 0 && strstr(node_str(one, "/path", ""), "clusterdomainclaims")
                   ? one
                   : last;
    ck_assert_int_eq(last != NULL, claimed[_i].made != NULL);
    ck_assert(!last || strstr(node_str(last, "/body", ""), "\"namespace\":\"mine\""));
}
END_TEST

#define LABELLED(maker)                                                                                       \
    OBJECT("{\\\"metadata\\\":{\\\"labels\\\":{\\\"app.kubernetes.io/managed-by\\\":\\\"" maker "\\\"}},\\\"" \
           "spec\\\":{\\\"namespace\\\":\\\"mine\\\"}}")

static const struct {
    const char *claim;
    bool goes;
} left[] = {{LABELLED("aiwf"), true}, {LABELLED("someone"), false}, {OF("mine"), false}, {OF("theirs"), false}, {NONE, false}};

START_TEST(only_our_own_claim_goes_with_its_mapping)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube;
    AUTOFREE char *script = xasprintf("{\"replies\":%s}", left[_i].claim);
    wire_start(&wire, script);
    open_kube(&kube, &wire);
    ck_assert_int_eq(domain_unclaim(&kube, "a.b", &err), 0);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_uint_eq(node_len(log), left[_i].goes ? 2 : 1);
}
END_TEST

Suite *suite_domain(void)
{
    Suite *suite = suite_create("domain");
    TCase *tc = tcase_create("domain");
    tcase_add_loop_test(tc, a_host_is_a_full_name, 0, (int)ARRAY_LEN(hosts));
    tcase_add_test(tc, a_mapping_names_function_and_certificate);
    tcase_add_loop_test(tc, a_mapping_is_ready_when_its_latest_is, 0, (int)ARRAY_LEN(states));
    tcase_add_loop_test(tc, a_host_is_claimed_before_it_is_mapped, 0, (int)ARRAY_LEN(claimed));
    tcase_add_loop_test(tc, only_our_own_claim_goes_with_its_mapping, 0, (int)ARRAY_LEN(left));
    suite_add_tcase(suite, tc);
    return suite;
}
