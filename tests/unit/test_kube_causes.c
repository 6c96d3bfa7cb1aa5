#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "kube/causes.h"
#include "suites.h"

static const char file[] = "kind: Deployment\n"
                           "metadata:\n"
                           "  name: web\n"
                           "  annotations: {a.b/c: x}\n"
                           "spec:\n"
                           "  replicas: -1\n"
                           "  template:\n"
                           "    spec:\n"
                           "      containers:\n"
                           "        - name: a\n"
                           "          ports: [{containerPort: 80, protocol: TCP}]\n"
                           "        - name: 'b]'\n"
                           "          imagee: x\n";

static void is_at(const struct doc *doc, const char *field, int line, bool wanted_whole)
{
    bool whole;
    const node_t *node = kube_field(doc->root, field, &whole);
    ck_assert_msg(node != NULL && doc_place(doc, node).line == line, "%s is at %d", field, doc_place(doc, node).line);
    ck_assert_msg(whole == wanted_whole, "%s", field);
}

START_TEST(fields_are_found_by_their_paths)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    ck_assert_int_eq(doc_parse(&doc, file, sizeof(file) - 1, "web.yaml", &err), 0);
    is_at(&doc, "spec.replicas", 6, true);
    is_at(&doc, ".spec.template.spec.containers[1].imagee", 13, true);
    is_at(&doc, ".spec.template.spec.containers[name=\"b]\"].imagee", 13, true);
    is_at(&doc, ".spec.template.spec.containers[name=\"a\"].ports[containerPort=80,protocol=\"TCP\"].protocol", 11, true);
    is_at(&doc, "metadata.annotations[a.b/c]", 4, true);
    is_at(&doc, ".metadata.annotations.a.b/c", 4, true);
    is_at(&doc, "spec.template.spec.containers[0].image", 10, false);
    is_at(&doc, "spec.template.spec.containers[7].image", 10, false);
    is_at(&doc, "spec.replicasx", 6, false);
    is_at(&doc, "spec.template.spec.containers[name=\"b", 10, false);
}
END_TEST

struct answer {
    const char *body, *why;
};

static const struct kube_flag flags[] = {
    {"spec.replicas", "--replicas"}, {"spec.template.spec.containers[0].image", "--image"}, {0}};

static void explained(const char *body, const struct kube_source *source, const char *why)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    str_add(&res.body, body);
    err_set(&err, ERR_FAILED, "cannot");
    err_why(&err, "as it was");
    kube_explain(&res, source, &err);
    ck_assert_str_eq(err.why, why);
}

#define INVALID                                                                                                \
    "{\"message\":\"m\",\"details\":{\"causes\":[{\"reason\":\"FieldValueInvalid\",\"message\":\"must not be " \
    "-1\",\"field\":\"spec.replicas\"},"                                                                       \
    "{\"reason\":\"FieldValueRequired\",\"message\":\"Required value\",\"field\":\"spec.template.spec.containers[0].image\"}]}}"

START_TEST(causes_name_the_field_the_flag_or_the_line)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    ck_assert_int_eq(doc_parse(&doc, file, sizeof(file) - 1, "web.yaml", &err), 0);
    const struct kube_source by_flag = {.flags = flags}, by_line = {.doc = &doc, .object = doc.root};
    explained(INVALID, NULL, "spec.replicas: must not be -1\nspec.template.spec.containers[0].image: Required value");
    explained(INVALID, &by_flag, "--replicas: must not be -1\n--image: Required value");
    explained(
        INVALID, &by_line,
        "web.yaml:6:3: spec.replicas: must not be -1\nweb.yaml:10:11: spec.template.spec.containers[0].image: Required value");
    explained(
        "{\"message\":\"Deployment in version \\\"v1\\\" cannot be handled as a Deployment: strict decoding error: unknown field "
        "\\\"spec.template.spec.containers[1].imagee\\\", duplicate field \\\"spec.replicas\\\"\"}",
        &by_line,
        "web.yaml:13:11: spec.template.spec.containers[1].imagee: unknown field\nweb.yaml:6:3: spec.replicas: duplicate field");
    explained(
        "{\"message\":\"x: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32\"}",
        &by_line, "web.yaml:6:3: spec.replicas: expected int32, got string");
    explained(
        "{\"message\":\"failed to create typed patch object (a/web; apps/v1, Kind=Deployment): errors:\\n  "
        ".spec.template.spec.containers[name=\\\"b]\\\"].imagee: field not declared in schema\\n  .spec.foo: not declared\"}",
        &by_line,
        "web.yaml:13:11: spec.template.spec.containers[name=\"b]\"].imagee: field not declared in schema\n"
        "web.yaml:6:3: spec.foo: not declared");
    explained("{\"message\":\"failed to create typed patch object (a/web; apps/v1, Kind=Deployment): .spec.replicas: expected "
              "numeric\"}",
              &by_flag, "--replicas: expected numeric");
}
END_TEST

/* Of Knative Serving 0.42's webhook. */
START_TEST(a_webhooks_fields_are_found)
{
    static const char body[] =
        "{\"kind\":\"Status\",\"message\":\"admission webhook \\\"validation.webhook.serving.knative.dev\\\" denied the request: "
        "validation failed: max-scale=1 is less than min-scale=2: spec.template.metadata.annotations.max-scale, spec.replicas\\n"
        "must not set the field(s): spec.template.spec.containers[0].image: x\\nsome detail\"}";
    const struct kube_source source = {.flags = flags};
    explained(body, &source,
              "spec.template.metadata.annotations.max-scale: max-scale=1 is less than min-scale=2\n"
              "--replicas: max-scale=1 is less than min-scale=2\n"
              "x: must not set the field(s): spec.template.spec.containers[0].image");
    explained("{\"kind\":\"Status\",\"message\":\"denied: validation failed: must not set the field(s): "
              "spec.template.spec.containers[0].image, spec.template.spec.containers[0].image.x\"}",
              &source, "--image: must not set the field(s)");
}
END_TEST

START_TEST(conflicts_name_the_owner)
{
    explained(
        "{\"details\":{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"field\":\".spec.replicas\",\"message\":\"conflict with "
        "\\\"kubectl-edit\\\" using apps/v1 at "
        "2026-01-01T00:00:00Z\"},{\"reason\":\"FieldManagerConflict\",\"field\":\".spec.x\","
        "\"message\":\"conflict with "
        "\\\"ci\\\"\"},{\"reason\":\"FieldManagerConflict\",\"field\":\".spec.y\",\"message\":\"hm\"}]}}",
        NULL, "spec.replicas: is owned by kubectl-edit (since 2026-01-01T00:00:00Z)\nspec.x: is owned by ci\nspec.y: hm");
}
END_TEST

START_TEST(other_answers_stay_as_they_are)
{
    static const char *const bodies[] = {"",
                                         "<html>",
                                         "[]",
                                         "{\"message\":\"no\"}",
                                         "{\"message\":\"strict decoding error: \"}",
                                         "{\"message\":\"failed to create typed patch object\"}",
                                         "{\"message\":\"cannot unmarshal x into Go struct field y of type z\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        explained(bodies[i], NULL, "as it was");
    explained("{\"details\":{\"causes\":[{\"field\":\"a\\u001b[2J\",\"message\":\"b\\nc\"}]}}", NULL, "a\\x1b[2J: b\\x0ac");
}
END_TEST

Suite *suite_kube_causes(void)
{
    Suite *suite = suite_create("kube_causes");
    TCase *tcase = tcase_create("kube_causes");
    tcase_add_test(tcase, fields_are_found_by_their_paths);
    tcase_add_test(tcase, causes_name_the_field_the_flag_or_the_line);
    tcase_add_test(tcase, a_webhooks_fields_are_found);
    tcase_add_test(tcase, conflicts_name_the_owner);
    tcase_add_test(tcase, other_answers_stay_as_they_are);
    suite_add_tcase(suite, tcase);
    return suite;
}
