/* What is measured, and by whom. */
#include <check.h>
#include <string.h>

#include "metrics/vocabulary.h"
#include "suites.h"

static node_t *load(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    node_t *vocabulary = vocabulary_load(&err);
    ck_assert_msg(vocabulary != NULL, "%s", err.what ? err.what : "");
    return vocabulary;
}

static node_t *match(const char *const *names)
{
    CLEANUP(node_free) node_t *vocabulary = load();
    CLEANUP(node_free) node_t *list = node_new_array();
    for (; *names; names++)
        node_push(list, node_new_str(*names));
    return vocabulary_match(vocabulary, list);
}

/* Of the index-th item of this figure. */
static const char *source_of(const node_t *figures, const char *name, size_t index)
{
    for (const node_t *figure = node_first(figures); figure; figure = node_next(figure))
        if (strcmp(node_str(figure, "/name", ""), name) == 0 && index-- == 0)
            return node_str(figure, "/source", NULL);
    return NULL;
}

START_TEST(every_entry_is_of_a_figure_that_there_is)
{
    CLEANUP(node_free) node_t *vocabulary = load();
    const node_t *figures = node_get(vocabulary, "figures");
    for (const node_t *source = node_first(node_get(vocabulary, "sources")); source; source = node_next(source)) {
        ck_assert_ptr_nonnull(node_str(source, "/name", NULL));
        ck_assert_ptr_nonnull(node_str(source, "/title", NULL));
        for (const node_t *entry = node_first(node_get(source, "figures")); entry; entry = node_next(entry)) {
            ck_assert_ptr_nonnull(node_get(figures, node_str(entry, "/figure", "")));
            ck_assert_ptr_nonnull(node_str(entry, "/needs", NULL));
            ck_assert_ptr_nonnull(node_str(entry, "/expr", NULL));
        }
    }
    for (const node_t *board = node_first(node_get(vocabulary, "dashboards")); board; board = node_next(board))
        for (const node_t *panel = node_first(node_get(board, "panels")); panel; panel = node_next(panel))
            ck_assert_ptr_nonnull(node_get(figures, node_str(panel, "/figure", "")));
}
END_TEST

START_TEST(a_figure_is_of_whoever_measures_it)
{
    static const char *const old[] = {"revision_app_request_count", "kepler_node_package_joules_total", NULL};
    static const char *const new[] = {"kn_serving_invocation_duration_seconds_count",
                                      "gateway_function_invocation_total",
                                      "kepler_node_cpu_watts",
                                      "node_rapl_package_joules_total",
                                      "kepler_node_gpu_watts",
                                      NULL};
    CLEANUP(node_free) node_t *first = match(old);
    CLEANUP(node_free) node_t *second = match(new);
    ck_assert_str_eq(source_of(first, "function.rate", 0), "knative-118");
    ck_assert_str_eq(source_of(first, "node.power", 0), "kepler-09");
    ck_assert_ptr_null(source_of(first, "gpu.util", 0));
    ck_assert_str_eq(source_of(second, "function.rate", 0), "knative");
    ck_assert_str_eq(source_of(second, "function.rate", 1), "openfaas");
    ck_assert_str_eq(source_of(second, "node.power", 0), "kepler");
    ck_assert_str_eq(source_of(second, "node.power", 1), "node");
    ck_assert_str_eq(source_of(second, "gpu.power", 0), "kepler-gpu");
}
END_TEST

/* Knative's latencies were milliseconds until 1.18, and are seconds since: the figure is milliseconds. */
START_TEST(units_of_sources_become_the_figures)
{
    static const char *const names[] = {"revision_app_request_latencies_bucket", "kn_queueproxy_app_duration_seconds_bucket",
                                        NULL};
    CLEANUP(node_free) node_t *figures = match(names);
    for (const node_t *figure = node_first(figures); figure; figure = node_next(figure)) {
        if (strcmp(node_str(figure, "/name", ""), "function.latency") != 0)
            continue;
        bool is_seconds = strcmp(node_str(figure, "/source", ""), "knative-119") == 0;
        ck_assert_int_eq(str_starts(node_str(figure, "/expr", ""), "1000 * "), is_seconds);
        ck_assert_str_eq(node_str(figure, "/unit", ""), "ms");
    }
}
END_TEST

START_TEST(the_window_is_put_in_everywhere)
{
    AUTOFREE char *expr = vocabulary_expr("a[$W] / b[$W] + \"$1\"", "5m");
    ck_assert_str_eq(expr, "a[5m] / b[5m] + \"$1\"");
    AUTOFREE char *none = vocabulary_expr("up", "5m");
    ck_assert_str_eq(none, "up");
}
END_TEST

Suite *suite_vocabulary(void)
{
    Suite *suite = suite_create("vocabulary");
    TCase *tcase = tcase_create("vocabulary");
    tcase_add_test(tcase, every_entry_is_of_a_figure_that_there_is);
    tcase_add_test(tcase, a_figure_is_of_whoever_measures_it);
    tcase_add_test(tcase, units_of_sources_become_the_figures);
    tcase_add_test(tcase, the_window_is_put_in_everywhere);
    suite_add_tcase(suite, tcase);
    return suite;
}
