/* Assertions hold, do not, or are unknown. */
#include <check.h>
#include <string.h>

#include "metrics/assert.h"
#include "suites.h"

static const char *const wrong[] = {"",
                                    "gpu.util",
                                    "gpu.util <",
                                    "< 20",
                                    "gpu.util < x",
                                    "gpu.util < nan",
                                    "gpu.util = 20",
                                    "gpu.util < 20 for",

                                    "gpu.util < 20 for 0s",
                                    "gpu.util < 20 within 10m",
                                    "gpu.util < 20 for 10m x",
                                    "node.ready < Ready",
                                    "node.ready == -"};

START_TEST(what_is_no_assertion_is_refused)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct assertion assertion;
    ck_assert_int_eq(assert_parse(&assertion, wrong[_i], &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

START_TEST(an_assertion_is_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(assert_release) struct assertion assertion = {0};
    ck_assert_int_eq(assert_parse(&assertion, " gpu.util<=2e1 for 10m ", &err), 0);
    ck_assert_str_eq(assertion.figure, "gpu.util");
    ck_assert_int_eq(assertion.op, ASSERT_AT_MOST);
    ck_assert_int_eq((int)assertion.bound, 20);
    ck_assert_int_eq(assertion.for_ms, 600000);
    ck_assert_int_eq(assert_step_ms(&assertion), 15000);
}
END_TEST

/* Values of an instant at 20: more than, the same as, less than. */
static const struct {
    const char *text;
    bool holds[3];
} judged[] = {
    {"a < 20", {false, false, true}}, {"a <= 20", {false, true, true}},  {"a > 20", {true, false, false}},
    {"a >= 20", {true, true, false}}, {"a == 20", {false, true, false}}, {"a != 20", {true, false, true}},
};

static node_t *judge(const char *text, const char *body)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(assert_release) struct assertion assertion = {0};
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    ck_assert_int_eq(assert_parse(&assertion, text, &err), 0);
    ck_assert_int_eq(prom_parse(200, body, strlen(body), NULL, &result, &err), 0);
    return assert_judge(&assertion, &result);
}

START_TEST(every_operator_is_itself)
{
    static const char *const values[] = {"20.5", "20", "19.5"};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        AUTOFREE char *body =
            xasprintf("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"%s\"]}}", values[i]);
        CLEANUP(node_free) node_t *verdict = judge(judged[_i].text, body);
        ck_assert_str_eq(node_str(verdict, "/state", ""), judged[_i].holds[i] ? "passed" : "failed");
    }
}
END_TEST

#define STATE(state) "{\"metric\":{\"node\":\"a\",\"state\":\"" state "\"},\"values\":[[1,\"1\"],[2,\"1\"],[3,\"1\"]]}"
static const struct {
    const char *text, *series, *state;
} texts[] = {
    {"n == Ready for 2s", STATE("Ready"), "passed"},
    {"n == Ready for 2s", STATE("Ready") "," STATE("NotReady"), "failed"},
    {"n == Ready for 3s", STATE("Ready"), "unknown"}, /* not there all the time */
    {"n == Ready for 2s", "", "unknown"},
    {"n == ready for 2s", STATE("Ready"), "failed"},
    {"n != NotReady for 2s", STATE("Ready"), "passed"},
    {"n != NotReady for 2s", STATE("NotReady"), "failed"},
};

START_TEST(a_text_is_a_word_all_the_time)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(assert_release) struct assertion assertion = {0};
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    AUTOFREE char *body =
        xasprintf("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[%s]}}", texts[_i].series);
    ck_assert_int_eq(assert_parse(&assertion, texts[_i].text, &err), 0);
    ck_assert_ptr_nonnull(assertion.word);
    assertion.text = "missing|state";
    ck_assert_int_eq(prom_parse(200, body, strlen(body), NULL, &result, &err), 0);
    CLEANUP(node_free) node_t *verdict = assert_judge(&assertion, &result);
    ck_assert_str_eq(node_str(verdict, "/state", ""), texts[_i].state);
}
END_TEST

#define MATRIX(series) "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" series "]}}"
#define WHOLE          "{\"metric\":{\"g\":\"0\"},\"values\":[[1,\"1\"],[2,\"2\"],[3,\"3\"]]}"
static const struct {
    const char *body, *state;
} ranges[] = {
    {MATRIX(WHOLE), "passed"},
    {MATRIX(WHOLE ",{\"metric\":{\"g\":\"1\"},\"values\":[[1,\"1\"],[2,\"9\"],[3,\"1\"]]}"), "failed"},
    {MATRIX(WHOLE ",{\"metric\":{\"g\":\"1\"},\"values\":[[2,\"1\"],[3,\"1\"]]}"), "unknown"},
    {MATRIX("{\"metric\":{\"g\":\"1\"},\"values\":[[1,\"1\"],[2,\"NaN\"],[3,\"1\"]]}"), "unknown"},
    {MATRIX("{\"metric\":{\"g\":\"1\"},\"values\":[[3,\"9\"]]}"), "failed"},
    {MATRIX(""), "unknown"},
};

START_TEST(it_holds_for_all_all_the_time_or_not_at_all)
{
    CLEANUP(node_free) node_t *verdict = judge("gpu.util < 5 for 2s", ranges[_i].body);
    ck_assert_str_eq(node_str(verdict, "/state", ""), ranges[_i].state);
}
END_TEST

Suite *suite_assert(void)
{
    Suite *suite = suite_create("assert");
    TCase *tcase = tcase_create("assert");
    tcase_add_loop_test(tcase, what_is_no_assertion_is_refused, 0, ARRAY_LEN(wrong));
    tcase_add_test(tcase, an_assertion_is_read);
    tcase_add_loop_test(tcase, every_operator_is_itself, 0, ARRAY_LEN(judged));
    tcase_add_loop_test(tcase, it_holds_for_all_all_the_time_or_not_at_all, 0, ARRAY_LEN(ranges));
    tcase_add_loop_test(tcase, a_text_is_a_word_all_the_time, 0, ARRAY_LEN(texts));
    suite_add_tcase(suite, tcase);
    return suite;
}
