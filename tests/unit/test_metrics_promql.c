#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/promql.h"
#include "suites.h"

/* A target read every 10 s from 0 s on (1000 s of the clock): each text is what it says; NULL: it does not answer. */
enum { START_MS = 1000000, ROUND_MS = 10000 };

static void say(struct memory *memory, const char *const *texts, size_t n)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    for (size_t i = 0; i < n; i++) {
        int64_t at_ms = START_MS + (int64_t)i * ROUND_MS;
        CLEANUP(exposition_release) struct exposition said = EXPOSITION_INIT;
        memory_put(memory, 0, "up", texts[i] != NULL, at_ms);
        if (!texts[i]) {
            memory_lose(memory, 0, at_ms);
        } else {
            ck_assert_int_eq(exposition_parse(&said, texts[i], strlen(texts[i]), EXPOSITION_TEXT, &err), 0);
            ck_assert_int_eq(memory_take(memory, 0, &said, at_ms, &err), 0);
        }
        memory_end_round(memory, at_ms);
    }
}

static void start(struct memory *memory)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    memory_init(memory);
    ck_assert_int_eq(memory_add_target(memory, "j", "i", &err), 0);
    memory_want(memory, NULL, 3600000);
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* "NAME{LABELS} VALUE" of each, sorted, without job and instance; a line each. */
static char *answer(const struct memory *memory, const char *expr, int64_t at_ms, struct err *err)
{
    CLEANUP(promql_free) struct promql *promql = promql_parse(expr, err);
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    struct prom_query query = {.at_ms = at_ms};
    struct str text = STR_INIT;
    if (!promql || promql_eval(promql, memory, &query, &result, err) != 0)
        return NULL;
    for (size_t i = 0; i < result.n; i++) {
        CLEANUP(str_release) struct str line = STR_INIT;
        const char *comma = "";
        const char *name = prom_label(&result.series[i], "__name__");
        str_addf(&line, "%s{", name ? name : "");
        for (size_t k = 0; k < result.series[i].n_labels; k++) {
            const struct prom_label *label = &result.series[i].labels[k];
            if (strcmp(label->name, "job") == 0 || strcmp(label->name, "instance") == 0 || strcmp(label->name, "__name__") == 0)
                continue;
            str_addf(&line, "%s%s=%s", comma, label->name, label->value);
            comma = ",";
        }
        str_addf(&line, "} %s", result.series[i].n_points ? result.series[i].points[0].text : "");
        strv_add(&lines, line.buf);
    }
    if (lines.n)
        qsort(lines.v, lines.n, sizeof(*lines.v), compare_lines);
    for (size_t i = 0; i < lines.n; i++)
        str_addf(&text, "%s%s", i ? "; " : "", lines.v[i]);
    return str_detach(&text);
}

#define HISTOGRAM                                                                                      \
    "h_bucket{le=\"0.1\"} 0\nh_bucket{le=\"0.5\"} 5\nh_bucket{le=\"1\"} 9\nh_bucket{le=\"+Inf\"} 10\n" \
    "h_none_bucket{le=\"1\"} 0\nh_none_bucket{le=\"+Inf\"} 0\nh_cut_bucket{le=\"1\"} 1\n"
#define MANY                                                                                                       \
    "m{a=\"1\",b=\"x\"} 1\nm{a=\"1\",b=\"y\"} 2\nm{a=\"2\",b=\"x\"} 3\nm{a=\"2\",b=\"y\"} NaN\n"                   \
    "o{a=\"1\",c=\"p\"} 10\no{a=\"2\",c=\"q\"} 20\no{a=\"3\",c=\"r\"} 30\nonly{b=\"x\"} -5\ndup{a=\"1\",c=\"p\"} " \
    "1\ndup{a=\"1\",c=\"q\"} 2\n"

/* c: 0 5 10 2 7 (a reset). At 1040 s all five are there. */
static const char *const history[] = {
    "c 0\ng 1\n" HISTOGRAM MANY, "c 5\ng 4\n" HISTOGRAM MANY, "c 10\ng -2\n" HISTOGRAM MANY,
    "c 2\ng 3\n" HISTOGRAM MANY, "c 7\ng 8\n" HISTOGRAM MANY,
};

static const struct {
    const char *expr, *expected;
} answers[] = {
    {"up", "up{} 1"},
    {"c", "c{} 7"},
    {"c offset 10s", "c{} 2"},
    {"m{a=\"1\"}", "m{a=1,b=x} 1; m{a=1,b=y} 2"},
    {"m{a!=\"1\",b=~\"x|z\"}", "m{a=2,b=x} 3"},
    {"m{b=~\"x.\"}", ""},
    {"m{b!~\"[x-z]\"}", ""},
    {"m{c=\"\",a=\"2\",b=\"x\"}", "m{a=2,b=x} 3"},
    {"{__name__=~\"o.*\",a=~\"3|\"}", "only{b=x} -5; o{a=3,c=r} 30"},
    /* 0..7 with a reset of 10: 17 in 40 s, as far as the window that is known. */
    {"increase(c[40s])", "{} 17"},
    {"rate(c[40s])", "{} 0.42500000000000004"},
    {"rate(c[1h])", "{} 0.42500000000000004"},
    {"irate(c[40s])", "{} 0.5"},
    {"irate(c[40s] offset 10s)", "{} 0.2"},
    {"delta(g[40s])", "{} 7"},
    {"idelta(g[40s])", "{} 5"},
    {"resets(c[40s])", "{} 1"},
    {"changes(g[40s])", "{} 4"},
    {"sum_over_time(g[20s])", "{} 9"},
    {"avg_over_time(g[20s])", "{} 3"},
    {"max_over_time(g[40s])", "{} 8"},
    {"min_over_time(g[40s])", "{} -2"},
    {"count_over_time(g[20s])", "{} 3"},
    {"last_over_time(g[20s])", "g{} 8"},
    {"quantile_over_time(0.5, g[40s])", "{} 3"},
    {"histogram_quantile(0.5, h_bucket)", "{} 0.5"},
    {"histogram_quantile(0.25, h_bucket)", "{} 0.30000000000000004"},
    {"histogram_quantile(0.95, h_bucket)", "{} 1"},
    {"histogram_quantile(2, h_bucket)", "{} +Inf"},
    {"histogram_quantile(0.5, h_none_bucket)", "{} NaN"},
    {"histogram_quantile(0.5, h_cut_bucket)", "{} NaN"},
    {"sum(o)", "{} 60"},
    {"sum by (a) (m)", "{a=1} 3; {a=2} NaN"},
    {"sum(m) by (b)", "{b=x} 4; {b=y} NaN"},
    {"count without (a, instance, job) (m)", "{b=x} 2; {b=y} 2"},
    {"max(m)", "{} 3"},
    {"min(m)", "{} 1"},
    {"avg(o)", "{} 20"},
    {"stddev(o)", "{} 8.16496580927726"},
    {"quantile(0.75, o)", "{} 25"},
    {"topk(2, o)", "o{a=2,c=q} 20; o{a=3,c=r} 30"},
    {"bottomk(1, m)", "m{a=1,b=x} 1"},
    {"topk(0, o)", ""},
    {"topk by (a) (1, m)", "m{a=1,b=y} 2; m{a=2,b=x} 3"},
    {"1 + 2 * 3 ^ 2 ^ 0.5", "{} 10.457608775674831"},
    {"-2 ^ 2", "{} -4"},
    {"2 - 1 - 1", "{} 0"},
    {"7 % 4", "{} 3"},
    {"1 > bool 2", "{} 0"},
    {"-only", "{b=x} 5"},
    {"o > 15", "o{a=2,c=q} 20; o{a=3,c=r} 30"},
    {"15 < o", "o{a=2,c=q} 20; o{a=3,c=r} 30"},
    {"o > bool 15", "{a=1,c=p} 0; {a=2,c=q} 1; {a=3,c=r} 1"},
    {"o / 10", "{a=1,c=p} 1; {a=2,c=q} 2; {a=3,c=r} 3"},
    {"10 - o", "{a=1,c=p} 0; {a=2,c=q} -10; {a=3,c=r} -20"},
    {"sum by (a) (m) * on (a) sum by (a) (o)", "{a=1} 30; {a=2} NaN"},
    {"m * on (a) group_left o", "{a=1,b=x} 10; {a=1,b=y} 20; {a=2,b=x} 60; {a=2,b=y} NaN"},
    {"m * on (a) group_left (c) o", "{a=1,b=x,c=p} 10; {a=1,b=y,c=p} 20; {a=2,b=x,c=q} 60; {a=2,b=y,c=q} NaN"},
    {"o - on (a) group_right m", "{a=1,b=x} 9; {a=1,b=y} 8; {a=2,b=x} 17; {a=2,b=y} NaN"},
    {"o > on (a) group_right m", "m{a=1,b=x} 10; m{a=1,b=y} 10; m{a=2,b=x} 20"},
    {"o / ignoring (c) sum by (a, instance, job) (o)", "{a=1} 1; {a=2} 1; {a=3} 1"},
    {"o and on (a) m", "o{a=1,c=p} 10; o{a=2,c=q} 20"},
    {"o unless on (a) m", "o{a=3,c=r} 30"},
    {"m{a=\"1\"} or on (a) o", "m{a=1,b=x} 1; m{a=1,b=y} 2; o{a=2,c=q} 20; o{a=3,c=r} 30"},
    {"no_such or vector(3)", "{} 3"},
    {"absent(no_such{a=\"b\"})", "{a=b} 1"},
    {"scalar(only) + time()", "{} 1035"},
    {"scalar(o)", "{} NaN"},
    {"timestamp(c)", "{} 1040"},
    {"abs(only)", "{b=x} 5"},
    {"round(o / 7, 0.5)", "{a=1,c=p} 1.5; {a=2,c=q} 3; {a=3,c=r} 4.5"},
    {"clamp_max(o, 15)", "{a=1,c=p} 10; {a=2,c=q} 15; {a=3,c=r} 15"},
    {"clamp_min(o, 15)", "{a=1,c=p} 15; {a=2,c=q} 20; {a=3,c=r} 30"},
    {"clamp(o, 15, 25)", "{a=1,c=p} 15; {a=2,c=q} 20; {a=3,c=r} 25"},
    {"label_replace(o{a=\"1\"}, \"d\", \"${1}-$1x$$\", \"c\", \"(p)\")", "o{a=1,c=p,d=p-$} 10"},
    {"label_replace(o{a=\"1\"}, \"c\", \"\", \"a\", \".*\")", "o{a=1} 10"},
    {"label_replace(o{a=\"1\"}, \"c\", \"z\", \"a\", \"2\")", "o{a=1,c=p} 10"},
    {"o / 0", "{a=1,c=p} +Inf; {a=2,c=q} +Inf; {a=3,c=r} +Inf"},
    {"\"te\\x78t\"", "{} text"},
    {"1e-7", "{} 1e-7"},
    {"0.1 + 0.2", "{} 0.30000000000000004"},
    {"123456789012345678901", "{} 123456789012345680000"},
    {"1e21", "{} 1e+21"},
    {"0x1F", "{} 31"},
    {"Inf", "{} +Inf"},
    {"up # what is up", "up{} 1"},
};

START_TEST(expressions_are_worth_what_prometheus_says)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    say(&memory, history, ARRAY_LEN(history));
    AUTOFREE char *got = answer(&memory, answers[_i].expr, 0, &err);
    ck_assert_msg(got != NULL, "%s: %s: %s", answers[_i].expr, err.what, err.why);
    ck_assert_msg(strcmp(got, answers[_i].expected) == 0, "%s is %s, not %s", answers[_i].expr, got, answers[_i].expected);
}
END_TEST

static const struct {
    const char *expr, *part; /* of what, why or hint */
} refused[] = {
    {"", "it ends where something is missing"},
    {"up +", "it ends where something is missing"},
    {"up)", "\")\" cannot stand here"},
    {"{}", "at least one non-empty matcher"},
    {"{a=~\".*\"}", "at least one non-empty matcher"},
    {"up{a=1}", "a label's value is a string in quotes"},
    {"rate(c)", "expected type range vector in call to function \"rate\", got instant vector"},
    {"sum(c[5m])", "expected type instant vector in aggregation expression, got range vector"},
    {"rate(c[5m], 1)", "rate takes 1 argument, not 2"},
    {"1 > 2", "comparisons between scalars must use BOOL modifier"},
    {"1 and up", "set operators are of vectors"},
    {"up + bool up", "bool modifier can only be used on comparison operators"},
    {"up * on (a) group_left (a) up", "must not occur in ON and GROUP clause at once"},
    {"predict_linear(c[5m], 60)", "the function \"predict_linear\" cannot be had without a Prometheus"},
    {"max_over_time(c[5m:10s])", "a subquery cannot be had without a Prometheus"},
    {"c @ 1700000000", "@ cannot be had without a Prometheus"},
    {"count_values(\"v\", c)", "count_values cannot be had without a Prometheus"},
    {"c[0s]", "[] holds how long it looks back"},
    {"c[5x]", "this is no number and no duration"},
    {"up{a=~\"(?:b)\"}", "has a group with \"(?\""},
    {"up{a=~\"b\\\\1\"}", "has an escape that is not known here"},
    {"up{a=~\"u++\"}", "a repetition of nothing, or of a repetition"},
    {"up{a=~\"a{2}*\"}", "a repetition of nothing, or of a repetition"},
    {"up{a=~\"*a\"}", "a repetition of nothing, or of a repetition"},
    {"up{a=~\"a|+\"}", "a repetition of nothing, or of a repetition"},
    {"up{a=~\"a)\"}", "a group ends that did not begin"},
    {"up{a=~\"a{1001}\"}", "has a repetition of more than 1000"},
    {"up{a=~\"((a{100}b){100}c){100}\"}", "has more repetitions than there is room for"},
    {"up{a=~\"((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+\"}", "has more repetitions than there is room for"},
    {"up{a=~\"(\"}", "the pattern \"(\" cannot be read"},
    {"'up", "the string has no end"},
    {"up $", "nothing of PromQL begins like this"},
    {"m * o", "" /* nothing in common: no error, see below */},
    {"m * on (a) o", "many-to-one matching must be explicit"},
    {"o * on (a) m", "many-to-many matching not allowed"},
    {"dup * on (a) group_left m", "many-to-many matching not allowed"},
    {"rate({__name__=~\"c|g\"}[1m])", "vector cannot contain metrics with the same labelset"},
    {"label_replace(o, \"9\", \"\", \"a\", \"\")", "invalid destination label name"},
};

START_TEST(what_cannot_be_evaluated_says_why)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    CLEANUP(str_release) struct str said = STR_INIT;
    start(&memory);
    say(&memory, history, ARRAY_LEN(history));
    AUTOFREE char *got = answer(&memory, refused[_i].expr, 0, &err);
    ck_assert_msg((got == NULL) == (*refused[_i].part != '\0'), "%s is %s", refused[_i].expr, got ? got : "refused");
    str_addf(&said, "%s %s %s", err.what ? err.what : "", err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(strstr(said.buf, refused[_i].part) != NULL, "%s: %s", refused[_i].expr, said.buf);
}
END_TEST

START_TEST(depth_is_bounded)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    for (int i = 0; i < 5000; i++)
        str_add(&text, "(");
    ck_assert_ptr_null(promql_parse(text.buf, &err));
    ck_assert_ptr_nonnull(strstr(err.why, "too deep"));
    str_reset(&text);
    for (int i = 0; i < 5000; i++)
        str_add(&text, "1+");
    str_add(&text, "1");
    ck_assert_ptr_null(promql_parse(text.buf, &err));
    ck_assert_ptr_nonnull(strstr(err.why, "too deep"));
}
END_TEST

START_TEST(what_is_gone_is_stale_at_once)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    const char *const texts[] = {"a 1\nb 1\n", "a 2\n", NULL, "a 9\n"};
    start(&memory);
    say(&memory, texts, ARRAY_LEN(texts));
    static const struct {
        int64_t at_ms;
        const char *expr, *expected;
    } then[] = {
        {START_MS, "a + b", "{} 2"},
        {START_MS + 9999, "b", "b{} 1"},
        {START_MS + 10000, "b", ""},
        {START_MS + 10000, "a", "a{} 2"},
        {START_MS + 20000, "a", ""},
        {START_MS + 20000, "up", "up{} 0"},
        {START_MS + 20000, "a or up", "up{} 0"},
        {START_MS + 30000, "a", "a{} 9"},
        {START_MS + 30000, "count_over_time(a[1m])", "{} 3"},
        {START_MS + 30000, "last_over_time(b[1m])", "b{} 1"},
        {START_MS + 330000, "a", ""} /* and what nobody reads any more, after five minutes */,
    };
    for (size_t i = 0; i < ARRAY_LEN(then); i++) {
        AUTOFREE char *got = answer(&memory, then[i].expr, then[i].at_ms, &err);
        ck_assert_msg(got && strcmp(got, then[i].expected) == 0, "%s at %lld is %s, not %s", then[i].expr,
                      (long long)then[i].at_ms, got ? got : "refused", then[i].expected);
    }
}
END_TEST

/* Against Prometheus the first reading would count as the whole window's. */
START_TEST(a_window_is_as_long_as_what_is_known)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    const char *const texts[] = {"c 100\n", "c 120\n"};
    start(&memory);
    say(&memory, texts, ARRAY_LEN(texts));
    CLEANUP(promql_free) struct promql *promql = promql_parse("rate(c[5m])", &err);
    struct prom_query query = {0};
    ck_assert_int_eq(promql_eval(promql, &memory, &query, &result, &err), 0);
    ck_assert_str_eq(result.series[0].points[0].text, "2");
    ck_assert_uint_eq(result.warnings.n, 1);
    ck_assert_ptr_nonnull(strstr(result.warnings.v[0], "is 10s long"));
}
END_TEST

/* In the middle of a window that is known: extrapolated as Prometheus does. Points at 1020 and 1030 s in [985, 1040]: 10 s
 * apart, 5 s on the left (half of it), 10 s on the right (it is within 11): 25 s of 10. */
START_TEST(rates_go_on_to_the_ends)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    const char *const texts[] = {"x 1\n", "x 1\n", "x 1\nc 100\n", "x 1\nc 120\n", "x 1\n"};
    start(&memory);
    say(&memory, texts, ARRAY_LEN(texts));
    AUTOFREE char *got = answer(&memory, "increase(c[40s])", 0, &err);
    ck_assert_str_eq(got, "{} 50");
    /* A counter that began at zero did not begin before: 5 of 20 in 10 s is 2.5 s. */
    CLEANUP(memory_release) struct memory young;
    const char *const begun[] = {"x 1\n", "x 1\n", "x 1\nc 5\n", "x 1\nc 25\n"};
    start(&young);
    say(&young, begun, ARRAY_LEN(begun));
    AUTOFREE char *of_young = answer(&young, "increase(c[30s])", 0, &err);
    ck_assert_str_eq(of_young, "{} 25");
}
END_TEST

START_TEST(a_range_has_a_value_each_step)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    start(&memory);
    say(&memory, history, ARRAY_LEN(history));
    CLEANUP(promql_free) struct promql *promql = promql_parse("c + 0", &err);
    struct prom_query query = {.at_ms = START_MS + 40000, .range_ms = 60000, .step_ms = 20000};
    ck_assert_int_eq(promql_eval(promql, &memory, &query, &result, &err), 0);
    ck_assert_int_eq(result.type, PROM_MATRIX);
    ck_assert_uint_eq(result.n, 1);
    ck_assert_uint_eq(result.series[0].n_points, 3);
    ck_assert_int_eq(result.series[0].points[0].at_ms, START_MS);
    ck_assert_str_eq(result.series[0].points[1].text, "10");
    ck_assert_str_eq(result.series[0].points[2].text, "7");
    query.step_ms = 1;
    prom_result_release(&result);
    ck_assert_int_eq(promql_eval(promql, &memory, &query, &result, &err), -1);
}
END_TEST

Suite *suite_metrics_promql(void)
{
    Suite *suite = suite_create("metrics_promql");
    TCase *tc = tcase_create("promql");
    tcase_add_loop_test(tc, expressions_are_worth_what_prometheus_says, 0, (int)ARRAY_LEN(answers));
    tcase_add_loop_test(tc, what_cannot_be_evaluated_says_why, 0, (int)ARRAY_LEN(refused));
    tcase_add_test(tc, depth_is_bounded);
    tcase_add_test(tc, what_is_gone_is_stale_at_once);
    tcase_add_test(tc, a_window_is_as_long_as_what_is_known);
    tcase_add_test(tc, rates_go_on_to_the_ends);
    tcase_add_test(tc, a_range_has_a_value_each_step);
    suite_add_tcase(suite, tc);
    return suite;
}
