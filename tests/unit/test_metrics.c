#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/label_sets.h"
#include "metrics/prom.h"
#include "metrics/scan.h"
#include "suites.h"

static int parse(int status, const char *body, struct prom_result *result, struct err *err)
{
    return prom_parse(status, body, strlen(body), NULL, result, err);
}

START_TEST(a_vector_keeps_labels_and_odd_values)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result;
    const char *body =
        "{\"status\":\"success\",\"warnings\":[\"w\"],\"infos\":[\"i\"],\"data\":{\"resultType\":\"vector\",\"result\":["
        "{\"metric\":{\"z\":\"1\",\"a\":\"2\"},\"value\":[1700000000.123,\"NaN\"]},"
        "{\"metric\":{},\"value\":[1700000000,\"+Inf\"]},{\"metric\":{},\"value\":[1,\"-Inf\"]},"
        "{\"metric\":{\"__name__\":\"up\"},\"value\":[1,\"1e-3\"]}]}}";
    ck_assert_int_eq(parse(200, body, &result, &err), 0);
    ck_assert_uint_eq(result.n, 4);
    ck_assert_int_eq(result.type, PROM_VECTOR);
    ck_assert_str_eq(result.series[0].labels[0].name, "a");
    ck_assert_int_eq(result.series[0].points[0].at_ms, 1700000000123);
    ck_assert(isnan(result.series[0].points[0].value));
    ck_assert(isinf(result.series[1].points[0].value) && result.series[1].points[0].value > 0);
    ck_assert(isinf(result.series[2].points[0].value) && result.series[2].points[0].value < 0);
    ck_assert_double_eq_tol(result.series[3].points[0].value, 0.001, 1e-12);
    ck_assert_str_eq(prom_label(&result.series[3], "__name__"), "up");
    ck_assert_ptr_null(prom_label(&result.series[3], "none"));
    ck_assert_uint_eq(result.warnings.n, 2);
}
END_TEST

START_TEST(documents_have_null_for_what_is_not_finite)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result;
    const char *body = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
                       "{\"metric\":{\"a\":\"b\"},\"values\":[[10,\"1\"],[20,\"NaN\"],[30,\"3\"]]}]}}";
    ck_assert_int_eq(parse(200, body, &result, &err), 0);
    CLEANUP(node_free) node_t *doc = prom_document(&result);
    ck_assert_double_eq_tol(node_num(doc, "/0/avg", 0), 2, 1e-9);
    ck_assert_double_eq_tol(node_num(doc, "/0/last", 0), 3, 1e-9);
    ck_assert_int_eq(node_type(node_at(doc, "/0/samples/1/value")), NODE_NULL);
    ck_assert_str_eq(node_str(doc, "/0/samples/1/exact", ""), "NaN");
    ck_assert_str_eq(node_str(doc, "/0/samples/0/time", ""), "1970-01-01T00:00:10Z");
    ck_assert_str_eq(node_str(doc, "/0/metric/a", ""), "b");
}
END_TEST

START_TEST(scalars_strings_and_nothing_are_answers)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct prom_result result;
    ck_assert_int_eq(
        parse(200, "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1.5,\"42\"]}}", &result, &err), 0);
    ck_assert_double_eq_tol(result.series[0].points[0].value, 42, 1e-9);
    prom_result_release(&result);
    ck_assert_int_eq(
        parse(200, "{\"status\":\"success\",\"data\":{\"resultType\":\"string\",\"result\":[1,\"no number\"]}}", &result, &err),
        0);
    ck_assert_str_eq(result.series[0].points[0].text, "no number");
    prom_result_release(&result);
    ck_assert_int_eq(parse(200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}", &result, &err), 0);
    ck_assert_uint_eq(result.n, 0);
    prom_result_release(&result);
}
END_TEST

START_TEST(native_histograms_are_told)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result;
    const char *body = "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"histogram\":[1,{"
                       "\"count\":\"1\"}]}]}}";
    ck_assert_int_eq(parse(200, body, &result, &err), 0);
    ck_assert_uint_eq(result.n, 0);
    ck_assert_uint_eq(result.warnings.n, 1);
}
END_TEST

static const struct {
    int status;
    const char *body;
    enum err_code code;
    const char *why;
} refusals[] = {
    {400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}", ERR_USAGE, "parse error"},
    {422, "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many-to-many\"}", ERR_FAILED, "many-to-many"},
    {503, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"too slow\"}", ERR_TIMEOUT, "too slow"},
    {200, "{\"status\":\"error\",\"errorType\":\"new_one\",\"error\":\"x\"}", ERR_FAILED, "x"},
    {404, "404 page not found\n", ERR_FAILED, "HTTP 404 with something else than its API's JSON"},
    {200, " <html><body>login</body>", ERR_FAILED, "HTTP 200 with a web page"},
    {401, "", ERR_AUTH, NULL},
    {503, "Service Unavailable", ERR_UNREACHABLE, NULL},
    {200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[\"x\",\"1\"]}]}}",
     ERR_FAILED, NULL},
    {200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,\"1x\"]}]}}",
     ERR_FAILED, NULL},
    {200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":{}}}", ERR_FAILED, NULL},
    {200, "{\"status\":\"success\",\"data\":{\"resultType\":\"riddle\",\"result\":[]}}", ERR_FAILED, NULL},
    {200, "{\"status\":\"success\"}", ERR_FAILED, NULL},
    {200, "{\"status\":", ERR_FAILED, NULL},
    {200, "[1]", ERR_FAILED, NULL},
    {200, "", ERR_FAILED, "HTTP 200 with an empty body"},
};

START_TEST(refusals_have_their_code_and_words)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct prom_result result;
    ck_assert_int_eq(parse(refusals[_i].status, refusals[_i].body, &result, &err), -1);
    ck_assert_int_eq(err.code, refusals[_i].code);
    if (refusals[_i].why)
        ck_assert_str_eq(err.why, refusals[_i].why);
}
END_TEST

START_TEST(without_a_url_the_hint_says_how)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {.name = xstrdup("local"), .is_local = true};
    struct prom prom = {0};
    ck_assert_int_eq(prom_open(&prom, &context, &(struct prom_settings){0}, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.hint, "--prometheus"));
    ck_assert_int_eq(prom_open(&prom, &context, &(struct prom_settings){.url = "ftp://x"}, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    context_release(&context);
}
END_TEST

#define SCANNED(type, result) "{\"status\":\"success\",\"data\":{\"resultType\":\"" type "\",\"result\":[" result "]}}"
#define SET(labels)           "{\"metric\":{" labels "},\"value\":[1,\"1\"]}"

/* What is read in one pass is what the document says; what is spelled otherwise is left to it. */
START_TEST(one_pass_reads_the_same)
{
    static const struct {
        const char *body;
        bool is_usual;
    } cases[] = {
        {SCANNED("vector", "{\"metric\":{\"a\":\"1\",\"b\":\"x y\"},\"value\":[1795514400.5,\"-1.5e+3\"]},{\"metric\":{},"
                           "\"value\":[1795514400,\"NaN\"]}"),
         true},
        {SCANNED("matrix", "{\"metric\":{\"a\":\"1\"},\"values\":[[1.25,\"1\"],[2,\"+Inf\"]]}"), true},
        {SCANNED("vector",
                 "{\"metric\":{\"a\":\"1\",\"b\":\"2\"},\"value\":[1,\"1\"]},{\"metric\":{\"a\":\"12\",\"c\":\"2\"},"
                 "\"value\":[1,\"1\"]},{\"metric\":{\"a\":\"12\"},\"value\":[1,\"1\"]},{\"metric\":{\"a\":\"1\",\"c\":\"2\"},"
                 "\"value\":[1,\"1\"]}"),
         true},
        {SCANNED("vector", "{\"metric\":{\"a\":\"\\\\\"},\"value\":[1,\"1\"]},{\"metric\":{\"a\":\"\\\"\"},\"value\":[1,\"1\"]}"),
         true},
        {SCANNED("vector", ""), true},
        {SCANNED("vector", "{\"metric\":{\"a\":\"\\u001b\"},\"value\":[1,\"1\"]}"), true},
        {SCANNED("vector", "{\"metric\":{\"a\":\"x\\\"y\\\\\",\"b\":\"gr\303\274n\\ud83d\\ude00\"},\"value\":[1,\"1\"]}"), true},
        {SCANNED("vector", "{\"metric\":{\"a\":\"\\x\"},\"value\":[1,\"1\"]}"), false},
        {SCANNED("vector", "{\"metric\":{\"a\":\"\\"), false},
        {SCANNED("vector", "{\"metric\":{\"b\":\"1\",\"a\":\"2\"},\"value\":[1,\"1\"]}"), false},
        {SCANNED("vector", "{\"metric\":{},\"value\":[1,\"1x\"]}"), false},
        {SCANNED("vector", "{\"metric\":{},\"value\":[1,\"1\"]"), false},
        {SCANNED("vector", "{\"metric\":{},\"value\":[1.23456,\"1\"]}"), false},
        {"{\"status\":\"error\"}", false},
        {"", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        CLEANUP(prom_result_release) struct prom_result quick = PROM_RESULT_INIT;
        CLEANUP(prom_result_release) struct prom_result slow = PROM_RESULT_INIT;
        ck_assert_int_eq(prom_scan(cases[i].body, strlen(cases[i].body), NULL, &quick), cases[i].is_usual);
        AUTOFREE char *other = xasprintf(" %s", cases[i].body);
        if (!cases[i].is_usual)
            continue;
        ck_assert(!prom_scan(other, strlen(other), NULL, &slow));
        ck_assert_int_eq(prom_parse(200, other, strlen(other), NULL, &slow, &err), 0);
        CLEANUP(node_free) node_t *a = prom_document(&quick);
        CLEANUP(node_free) node_t *b = prom_document(&slow);
        ck_assert(node_equal(a, b));
        ck_assert_int_eq(quick.type, slow.type);
    }
}
END_TEST

/* Over the same sets, twice each: what was met before is the same set, and says the same. */
START_TEST(label_sets_are_read_once)
{
    static const struct {
        const char *items;
        bool is_usual;
        size_t numbers[3]; /* from 1 on; 0: no more */
    } cases[] = {
        {SET("\"a\":\"1\"") "," SET("\"a\":\"1\",\"b\":\"2\"") "," SET(""), true, {1, 2, 3}},
        {SET("") "," SET("\"a\":\"1\"") "," SET("\"a\":\"1\",\"b\":\"2\""), true, {3, 1, 2}},
        {SET("\"a\":\"1\"") "," SET("\"a\":\"1\",\"b\":\"3\""), true, {1, 4}},
        {SET("\"a\":\"},\",\"value\":\"x\"") "," SET("\"a\":\"},\\\"value\""), true, {5, 6}},
        {SET("\"a\":\"1\"") "," SET("\"b\":\"1\",\"a\":\"2\""), false, {0}},
        {"{\"metric\":{\"a\":\"1\"}}", false, {0}},
        {"{\"metric\":{\"a\":\"1\"}],\"value\":[1,\"1\"]}", false, {0}},
        {SET("\"z\":\"1\"") "," SET("\"a\":\"1\""), true, {7, 1}},
    };
    struct label_sets *sets = label_sets_turn(NULL);
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        size_t one = i / 2;
        AUTOFREE char *body = xasprintf(SCANNED("vector", "%s"), cases[one].items);
        CLEANUP(prom_result_release) struct prom_result plain = PROM_RESULT_INIT;
        CLEANUP(prom_result_release) struct prom_result known = PROM_RESULT_INIT;
        ck_assert_int_eq(prom_scan(body, strlen(body), sets, &known), cases[one].is_usual);
        ck_assert_int_eq(prom_scan(body, strlen(body), NULL, &plain), cases[one].is_usual);
        CLEANUP(node_free) node_t *a = prom_document(&plain);
        CLEANUP(node_free) node_t *b = prom_document(&known);
        ck_assert(node_equal(a, b));
        for (size_t k = 0; k < known.n; k++)
            ck_assert_uint_eq(known.series[k].set->number + 1, cases[one].numbers[k]);
    }
    label_sets_unref(sets);
}
END_TEST

/* Results keep what they refer to. */
START_TEST(label_sets_end_when_few_are_met)
{
    enum { MANY = 3000, ROUNDS = 64 };
    CLEANUP(str_release) struct str items = STR_INIT;
    for (int i = 0; i < MANY; i++)
        str_addf(&items, "%s{\"metric\":{\"a\":\"%d\"},\"value\":[1,\"1\"]}", i ? "," : "", i);
    AUTOFREE char *all = xasprintf(SCANNED("vector", "%s"), items.buf);
    const char *few = SCANNED("vector", SET("\"a\":\"7\""));
    struct label_sets *sets = label_sets_turn(NULL), *first = sets;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    for (int i = 1; i < 3 * ROUNDS; i++) {
        const char *body = i < ROUNDS ? all : few;
        prom_result_release(&result);
        ck_assert(prom_scan(body, strlen(body), sets, &result));
        sets = label_sets_turn(sets);
        ck_assert_int_eq(sets == first, i < 2 * ROUNDS);
    }
    label_sets_unref(sets);
    ck_assert_str_eq(prom_label(&result.series[0], "a"), "7");
}
END_TEST

/* The nearest double, as strtod finds it. */
START_TEST(a_value_is_as_exact_as_its_digits)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "-17.25",
                                        "0.1",
                                        "0.3",
                                        "123456789012345",
                                        "0.000000000000001",
                                        "1234567890123456789",
                                        "9007199254740993",
                                        "0.30000000000000004",
                                        "1e-7",
                                        "5.",
                                        "72057594037927937.5"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        double value = NAN, nearest = strtod(texts[i], NULL);
        ck_assert_msg(prom_value_parse(texts[i], &value) && memcmp(&value, &nearest, sizeof(value)) == 0, "%s", texts[i]);
    }
    for (int i = 1; i < 2000; i++) {
        AUTOFREE char *text = xasprintf("%.*f", i % 18, fmod(i * 0.6180339887498949, 1) * i);
        double value = NAN, nearest = strtod(text, NULL);
        ck_assert_msg(prom_value_parse(text, &value) && memcmp(&value, &nearest, sizeof(value)) == 0, "%s", text);
    }
    static const char *const others[] = {"", "-", ".", "1.2.3", "1x", "+1", " 1", "0x"};
    double value;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        ck_assert_msg(!prom_value_parse(others[i], &value), "%s", others[i]);
}
END_TEST

/* What is refused is not kept without bound either. */
START_TEST(label_sets_are_bounded)
{
    enum { LEN = 2 << 20, ROUNDS = 60 };
    AUTOFREE char *large = xcalloc(1, LEN + 1);
    for (size_t i = 0; i < LEN; i++)
        large[i] = 'x';
    AUTOFREE char *body = xasprintf(SCANNED("vector", SET("\"b\":\"%s\",\"a\":\"2\"")), large);
    struct label_sets *sets = label_sets_turn(NULL);
    /* Ours keeps its address from being given to the one that replaces it. */
    struct label_sets *first = label_sets_ref(sets);
    for (int i = 0; i < ROUNDS && sets == first; i++) {
        CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
        ck_assert(!prom_scan(body, strlen(body), sets, &result));
        sets = label_sets_turn(sets);
    }
    ck_assert_ptr_ne(sets, first);
    label_sets_unref(first);
    label_sets_unref(sets);
}
END_TEST

Suite *suite_metrics(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tcase = tcase_create("metrics");
    tcase_add_test(tcase, one_pass_reads_the_same);
    tcase_add_test(tcase, label_sets_are_read_once);
    tcase_add_test(tcase, label_sets_end_when_few_are_met);
    tcase_add_test(tcase, label_sets_are_bounded);
    tcase_add_test(tcase, a_value_is_as_exact_as_its_digits);
    tcase_add_test(tcase, a_vector_keeps_labels_and_odd_values);
    tcase_add_test(tcase, documents_have_null_for_what_is_not_finite);
    tcase_add_test(tcase, scalars_strings_and_nothing_are_answers);
    tcase_add_test(tcase, native_histograms_are_told);
    tcase_add_loop_test(tcase, refusals_have_their_code_and_words, 0, ARRAY_LEN(refusals));
    tcase_add_test(tcase, without_a_url_the_hint_says_how);
    suite_add_tcase(suite, tcase);
    return suite;
}
