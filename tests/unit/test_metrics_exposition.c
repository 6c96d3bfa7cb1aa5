#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "metrics/exposition.h"
#include "suites.h"

static int parse(struct exposition *ret, const char *text, enum exposition_format format, struct err *err)
{
    return exposition_parse(ret, text, strlen(text), format, err);
}

static bool text_is(struct exposition_text text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.at, expected, text.len) == 0;
}

START_TEST(samples_of_the_text_format)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(exposition_release) struct exposition said;
    const char *text = "# HELP a_total Help with \\n and \\\\.\n# TYPE a_total counter\n\n# a comment\n#TYPE none\n"
                       "a_total{b=\"c\",d=\"e\\\"f\\\\g\\nh\",} 1.5 1700000000123\n"
                       "  a_total { b = \"x\" } +2e3\nnan NaN\ninf +Inf\nminus -inf\nlast 7";
    ck_assert_int_eq(parse(&said, text, EXPOSITION_TEXT, &err), 0);
    ck_assert_uint_eq(said.n, 6);
    ck_assert(text_is(said.samples[0].series, "a_total{b=\"c\",d=\"e\\\"f\\\\g\\nh\",}"));
    ck_assert_double_eq_tol(said.samples[0].value, 1.5, 1e-12);
    ck_assert(said.samples[0].has_time);
    ck_assert_int_eq(said.samples[0].at_ms, 1700000000123);
    ck_assert_double_eq_tol(said.samples[1].value, 2000, 1e-9);
    ck_assert(!said.samples[1].has_time);
    ck_assert(isnan(said.samples[2].value));
    ck_assert(isinf(said.samples[3].value) && said.samples[3].value > 0);
    ck_assert(isinf(said.samples[4].value) && said.samples[4].value < 0);
    ck_assert_double_eq_tol(said.samples[5].value, 7, 1e-12);
    ck_assert_uint_eq(said.n_abouts, 1);
    ck_assert(text_is(said.abouts[0].type, "counter"));
    ck_assert(text_is(said.abouts[0].help, "Help with \\n and \\\\."));
}
END_TEST

START_TEST(labels_have_their_escapes_undone)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(exposition_release) struct exposition said;
    struct exposition_label labels[EXPOSITION_MAX_LABELS + 1];
    char value[64];
    ck_assert_int_eq(parse(&said, "a{b=\"\\\\n\\n\\\"\\x\",c=\"\"} 1\n", EXPOSITION_TEXT, &err), 0);
    ck_assert_uint_eq(exposition_labels(said.samples[0].series, labels), 3);
    ck_assert(text_is(labels[0].name, "__name__") && text_is(labels[0].value, "a"));
    size_t len = exposition_unescape(labels[1].value, value);
    ck_assert(text_is((struct exposition_text){.at = value, .len = len}, "\\n\n\"\\x"));
    ck_assert_uint_eq(labels[2].value.len, 0);
}
END_TEST

START_TEST(samples_of_openmetrics)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(exposition_release) struct exposition said;
    const char *text = "# TYPE a histogram\n# UNIT a seconds\n# HELP a h\n"
                       "a_bucket{le=\"1.0\"} 3 1700000000.25 # {trace_id=\"x\"} 0.5 1700000000\n"
                       "a_bucket{le=\"+Inf\"} 3 # {} 0.5\na_created 1.7e9\n# EOF\n";
    ck_assert_int_eq(parse(&said, text, EXPOSITION_OPENMETRICS, &err), 0);
    ck_assert_uint_eq(said.n, 3);
    ck_assert_int_eq(said.samples[0].at_ms, 1700000000250);
    ck_assert(text_is(said.abouts[0].unit, "seconds"));
}
END_TEST

static const struct {
    enum exposition_format format;
    const char *text, *why;
} refused[] = {
    {EXPOSITION_TEXT, "a 1\r\nb 2\r\n", "lines of metrics end with LF alone, not with CR and LF"},
    {EXPOSITION_TEXT, "a{b=\"\xff\"} 1\n", "a label's value is not UTF-8"},
    {EXPOSITION_TEXT, "a{b=\"c\",b=\"d\"} 1\n", "a series has a label twice"},
    {EXPOSITION_TEXT, "a{__name__=\"d\"} 1\n", "a series has a label twice"},
    {EXPOSITION_TEXT, "a{b=\"c} 1\n", "a label's value has no end"},
    {EXPOSITION_TEXT, "a{b=\"c\\", "a label's value has no end"},
    {EXPOSITION_TEXT, "a{b=\"c\"", "there is neither \",\" nor \"}\" behind a label"},
    {EXPOSITION_TEXT, "a{b} 1\n", "a label has no value"},
    {EXPOSITION_TEXT, "a{b=c} 1\n", "a label's value is not in quotes"},
    {EXPOSITION_TEXT, "a{9=\"c\"} 1\n", "a label has no name, or a name with other characters than letters, digits and _"},
    {EXPOSITION_TEXT, "a{b=\"c\" d=\"e\"} 1\n", "there is neither \",\" nor \"}\" behind a label"},
    {EXPOSITION_TEXT, "9a 1\n", "it begins with no metric's name"},
    {EXPOSITION_TEXT, "<html>\n", "it begins with no metric's name"},
    {EXPOSITION_TEXT, "a\n", "its value is no number"},
    {EXPOSITION_TEXT, "a 0x1p3\n", "its value is no number"},
    {EXPOSITION_TEXT, "a 1_000\n", "its value is no number"},
    {EXPOSITION_TEXT, "a 1e999\n", "its value is no number"},
    {EXPOSITION_TEXT, "a nan(1)\n", "its value is no number"},
    {EXPOSITION_TEXT, "a 1 1.5\n", "its time is no time"},
    {EXPOSITION_TEXT, "a 1 99999999999999999999\n", "its time is no time"},
    {EXPOSITION_TEXT, "a 1 2 3\n", "there is more than a value and a time"},
    {EXPOSITION_TEXT, "# TYPE a number\n", "it names no type that there is"},
    {EXPOSITION_TEXT, "# TYPE 9 counter\n", "it is about no metric"},
    {EXPOSITION_OPENMETRICS, "a 1\n", "OpenMetrics ends with # EOF, and this does not"},
    {EXPOSITION_OPENMETRICS, "a 1\n# EOF\nb 1\n", "it stands behind # EOF"},
    {EXPOSITION_OPENMETRICS, "a  1\n# EOF\n", "its value is no number"},
    {EXPOSITION_OPENMETRICS, "\na 1\n# EOF\n", "OpenMetrics has no empty lines"},
    {EXPOSITION_OPENMETRICS, "# a comment\n# EOF\n", "OpenMetrics has no such comment"},
    {EXPOSITION_OPENMETRICS, "a 1 # {b=\"c\"} x\n# EOF\n", "an exemplar's value is no number"},
};

START_TEST(what_is_wrong_is_refused_as_a_whole)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct exposition said;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "good 1\n%s", refused[_i].text);
    ck_assert_int_eq(parse(&said, text.buf, refused[_i].format, &err), -1);
    ck_assert_str_eq(err.why, refused[_i].why);
    ck_assert_uint_eq(said.n, 0);
    ck_assert_ptr_null(said.samples);
}
END_TEST

START_TEST(there_are_limits)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct exposition said;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_add(&text, "a{b=\"");
    for (int i = 0; i <= EXPOSITION_MAX_VALUE; i++)
        str_addc(&text, 'x');
    str_add(&text, "\"} 1\n");
    ck_assert_int_eq(parse(&said, text.buf, EXPOSITION_TEXT, &err), -1);
    ck_assert_str_eq(err.why, "a label's value is too long");

    str_reset(&text);
    str_add(&text, "a{");
    for (int i = 0; i <= EXPOSITION_MAX_LABELS; i++)
        str_addf(&text, "b%d=\"\",", i);
    str_add(&text, "} 1\n");
    ck_assert_int_eq(parse(&said, text.buf, EXPOSITION_TEXT, &err), -1);
    ck_assert_str_eq(err.why, "a series has too many labels");

    ck_assert_int_eq(exposition_parse(&said, "a 1\0b", 5, EXPOSITION_TEXT, &err), -1);
    ck_assert_str_eq(err.why, "it has a NUL");
}
END_TEST

START_TEST(the_format_is_what_the_answer_says)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    enum exposition_format format;
    ck_assert_int_eq(exposition_format_of(NULL, &format, &err), 0);
    ck_assert_int_eq(format, EXPOSITION_TEXT);
    ck_assert_int_eq(exposition_format_of("application/openmetrics-text; version=1.0.0; charset=utf-8", &format, &err), 0);
    ck_assert_int_eq(format, EXPOSITION_OPENMETRICS);
    ck_assert_int_eq(exposition_format_of("text/html", &format, &err), -1);
    ck_assert_int_eq(exposition_format_of("application/vnd.google.protobuf; proto=x", &format, &err), -1);
}
END_TEST

Suite *suite_metrics_exposition(void)
{
    Suite *suite = suite_create("metrics_exposition");
    TCase *tc = tcase_create("exposition");
    tcase_add_test(tc, samples_of_the_text_format);
    tcase_add_test(tc, labels_have_their_escapes_undone);
    tcase_add_test(tc, samples_of_openmetrics);
    tcase_add_loop_test(tc, what_is_wrong_is_refused_as_a_whole, 0, (int)ARRAY_LEN(refused));
    tcase_add_test(tc, there_are_limits);
    tcase_add_test(tc, the_format_is_what_the_answer_says);
    suite_add_tcase(suite, tc);
    return suite;
}
