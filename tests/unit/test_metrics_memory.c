/* What is kept of what exporters said, and how much of it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/promql.h"
#include "metrics/vocabulary.h"
#include "suites.h"
#include "top/top.h"

enum { START_MS = 1000000, ROUND_MS = 1000 };

static void start(struct memory *memory)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    memory_init(memory);
    ck_assert_int_eq(memory_add_target(memory, "node", "a:9100", &err), 0);
}

static int take(struct memory *memory, const char *text, int64_t at_ms, struct err *err)
{
    CLEANUP(exposition_release) struct exposition said;
    ck_assert_int_eq(exposition_parse(&said, text, strlen(text), EXPOSITION_TEXT, err), 0);
    int rc = memory_take(memory, 0, &said, at_ms, err);
    memory_end_round(memory, at_ms);
    return rc;
}

static void take_rounds(struct memory *memory, const char *text, int n)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    int64_t from_ms = memory->latest_ms ? memory->latest_ms + ROUND_MS : START_MS;
    for (int i = 0; i < n; i++)
        ck_assert_int_eq(take(memory, text, from_ms + (int64_t)i * ROUND_MS, &err), 0);
}

static size_t points_of(const struct memory *memory, const char *name)
{
    const struct memory_metric *metric = memory_metric(memory, name);
    return metric ? metric->series[0]->n : 0;
}

/* The first value of it; "" when there is none. */
static char *ask(const struct memory *memory, const char *expr)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(promql_free) struct promql *promql = promql_parse(expr, &err);
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = {0};
    ck_assert_msg(promql && promql_eval(promql, memory, &query, &result, &err) == 0, "%s: %s", expr, err.what);
    return xstrdup(result.n ? result.series[0].points[0].text : "");
}

START_TEST(the_targets_labels_win)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    ck_assert_int_eq(take(&memory, "a{job=\"own\",instance=\"x\",exported_job=\"before\",empty=\"\"} 1\n", START_MS, &err), 0);
    const struct memory_series *series = memory_metric(&memory, "a")->series[0];
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < series->n_labels; i++)
        str_addf(&text, "%s=%s ", series->labels[i].name, series->labels[i].value);
    ck_assert_str_eq(text.buf,
                     "__name__=a exported_exported_job=own exported_instance=x exported_job=before instance=a:9100 job=node ");
}
END_TEST

START_TEST(two_targets_are_not_one)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    ck_assert_int_eq(memory_add_target(&memory, "node", "b:9100", &err), 0);
    ck_assert_int_eq(memory_add_target(&memory, "node", "a:9100", &err), -1);
    ck_assert_int_eq(err.code, ERR_CONFLICT);
}
END_TEST

START_TEST(labels_in_another_order_are_the_same_series)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    memory_want(&memory, "a", 60000);
    ck_assert_int_eq(take(&memory, "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 5\n", START_MS, &err), 0);
    ck_assert_int_eq(take(&memory, "a{y=\"2\",x=\"1\"} 3\n", START_MS + ROUND_MS, &err), 0);
    ck_assert_uint_eq(memory_metric(&memory, "a")->n, 1);
    AUTOFREE char *value = ask(&memory, "sum_over_time(a[1m])");
    ck_assert_str_eq(value, "4");
}
END_TEST

START_TEST(a_counter_that_begins_again_is_no_loss)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    static const char *const said[] = {"c_total 100\n", "c_total 110\n", "c_total 4\n", "c_total 4\n"};
    start(&memory);
    memory_want(&memory, NULL, 3600000);
    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        ck_assert_int_eq(take(&memory, said[i], START_MS + (int64_t)i * ROUND_MS, &err), 0);
    AUTOFREE char *resets = ask(&memory, "resets(c_total[10m])"), *rate = ask(&memory, "rate(c_total[10m]) > 0");
    ck_assert_str_eq(resets, "1");
    ck_assert_str_ne(rate, "");
}
END_TEST

/* Ours, by an hour, in the middle of it; and on again. */
START_TEST(a_clock_that_is_set_back_hides_nothing)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    memory_want(&memory, NULL, 600000);
    take_rounds(&memory, "a 1\n", 3);
    int64_t back_ms = START_MS - 3600000;
    ck_assert_int_eq(take(&memory, "a 2\nb 1\n", back_ms, &err), 0);
    AUTOFREE char *at_once = ask(&memory, "a");
    ck_assert_str_eq(at_once, "2");
    ck_assert_int_eq(take(&memory, "a 3\nb 1\n", back_ms + ROUND_MS, &err), 0);
    ck_assert_uint_eq(points_of(&memory, "a"), 2);
    AUTOFREE char *rate = ask(&memory, "count_over_time(a[5m])");
    ck_assert_str_eq(rate, "2");
    ck_assert_int_eq(take(&memory, "a 4\nb 1\n", START_MS + 3600000, &err),
                     0); /* what is too old goes, and nothing else happens */
    AUTOFREE char *on = ask(&memory, "a");
    ck_assert_str_eq(on, "4");
}
END_TEST

START_TEST(an_exporters_own_time_counts)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    memory_want(&memory, NULL, 60000);
    ck_assert_int_eq(take(&memory, "a 1 990000\nfuture 1 9990000\npast 1 1000\n", START_MS, &err), 0);
    ck_assert_int_eq(take(&memory, "a 1 990000\n", START_MS + ROUND_MS, &err), 0);
    ck_assert_int_eq(memory_metric(&memory, "a")->series[0]->points[0].at_ms, 990000);
    ck_assert_uint_eq(points_of(&memory, "a"), 1);
    AUTOFREE char *future = ask(&memory, "future"), *past = ask(&memory, "past"), *known = ask(&memory, "a");
    ck_assert_str_eq(future, "");
    ck_assert_str_eq(past, "");
    ck_assert_str_eq(known, "1");
}
END_TEST

START_TEST(only_what_is_wanted_is_kept)
{
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    memory_want(&memory, "a", 5000);
    take_rounds(&memory, "a 1\nb 1\n", 20);
    ck_assert_uint_eq(points_of(&memory, "a"), 6);
    ck_assert_uint_eq(points_of(&memory, "b"), 1);
}
END_TEST

/* b is wanted when it has been read for ten seconds: only what comes then is known of it. */
START_TEST(what_is_wanted_late_is_known_since_then)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    take_rounds(&memory, "b 1000\n", 10);
    memory_want(&memory, "b", 60000);
    ck_assert_int_eq(take(&memory, "b 1007\n", memory.latest_ms + ROUND_MS, &err), 0);
    AUTOFREE char *value = ask(&memory, "rate(b[1m])");
    ck_assert_str_eq(value, "7");
}
END_TEST

START_TEST(series_that_come_and_go_do_not_pile_up)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    memory_want(&memory, "a", 3000);
    for (int i = 0; i < 100; i++) {
        AUTOFREE char *text = xasprintf("a{pod=\"%d\"} 1\nb{pod=\"%d\"} 1\nc%d 1\n", i, i, i);
        ck_assert_int_eq(take(&memory, text, START_MS + i * ROUND_MS, &err), 0);
    }
    ck_assert_uint_le(memory.series.live, 10);
    ck_assert_uint_le(memory.metrics.live, 6);
    ck_assert_uint_le(memory.targets[0].written.live, 10);
    ck_assert_uint_eq(memory_metric(&memory, "b")->n, 2);
}
END_TEST

START_TEST(too_many_series_are_none)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    start(&memory);
    memory.max_series = 3;
    ck_assert_int_eq(take(&memory, "a 1\nb 1\n", START_MS, &err), 0);
    ck_assert_int_eq(take(&memory, "a 1\nb 1\nc 1\nd 1\n", START_MS + ROUND_MS, &err), -1);
    ck_assert_int_eq(err.code, ERR_CAPACITY);
    AUTOFREE char *value = ask(&memory, "a");
    ck_assert_str_eq(value, "");
}
END_TEST

START_TEST(too_much_of_the_past_is_cut)
{
    CLEANUP(memory_release) struct memory memory;
    CLEANUP(err_release) struct err err = ERR_INIT;
    start(&memory);
    memory_want(&memory, NULL, 3600000);
    memory.max_bytes = 2 * 64 * sizeof(struct memory_point);
    for (int i = 0; i < 200; i++) {
        AUTOFREE char *text = xasprintf("a %d\nb %d\n", i * 3, i);
        ck_assert_int_eq(take(&memory, text, START_MS + i * ROUND_MS, &err), 0);
        ck_assert_uint_le(memory.bytes, memory.max_bytes);
    }
    ck_assert_uint_ge(points_of(&memory, "a"), 11);
    ck_assert_uint_le(points_of(&memory, "a"), 64);
    AUTOFREE char *value = ask(&memory, "rate(a[1h])");
    ck_assert_double_eq_tol(strtod(value, NULL), 3, 1e-9);
}
END_TEST

/* ---- the vocabulary and the panels need no server */

static void check_expr(const char *expr)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *whole = vocabulary_expr(expr, "1m");
    CLEANUP(promql_free) struct promql *promql = promql_parse(whole, &err);
    ck_assert_msg(promql != NULL, "%s: %s: %s", whole, err.what, err.why ? err.why : "");
}

START_TEST(the_vocabulary_can_be_had_without_a_server)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(&err);
    for (const node_t *source = node_first(node_get(vocabulary, "sources")); source; source = node_next(source))
        for (const node_t *entry = node_first(node_get(source, "figures")); entry; entry = node_next(entry))
            check_expr(node_str(entry, "/expr", ""));
    for (const node_t *rule = node_first(node_get(vocabulary, "alerts")); rule; rule = node_next(rule))
        check_expr(node_str(rule, "/expr", ""));
    for (const struct panel *const *panel = top_panels; *panel; panel++)
        for (const struct metric *metric = (*panel)->metrics; metric->id; metric++)
            if (metric->expr)
                check_expr(metric->expr);
}
END_TEST

Suite *suite_metrics_memory(void)
{
    Suite *suite = suite_create("metrics_memory");
    TCase *tc = tcase_create("memory");
    tcase_add_test(tc, the_targets_labels_win);
    tcase_add_test(tc, two_targets_are_not_one);
    tcase_add_test(tc, labels_in_another_order_are_the_same_series);
    tcase_add_test(tc, an_exporters_own_time_counts);
    tcase_add_test(tc, only_what_is_wanted_is_kept);
    tcase_add_test(tc, what_is_wanted_late_is_known_since_then);
    tcase_add_test(tc, series_that_come_and_go_do_not_pile_up);
    tcase_add_test(tc, too_many_series_are_none);
    tcase_add_test(tc, too_much_of_the_past_is_cut);
    tcase_add_test(tc, the_vocabulary_can_be_had_without_a_server);
    tcase_add_test(tc, a_counter_that_begins_again_is_no_loss);
    tcase_add_test(tc, a_clock_that_is_set_back_hides_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
