/* With PROMQL_ORACLE=FOLDER (tests/tools/promql_oracle.py): the same answers as Prometheus' own evaluator. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "metrics/promql.h"
#include "suites.h"

enum { BEGIN_MS = 1000000, LARGEST = 64 << 20 };

static void read_file(const char *folder, const char *name, struct str *ret)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = xasprintf("%s/%s", folder, name);
    *ret = STR_INIT_MAX(LARGEST);
    ck_assert_int_eq(file_read(path, ret, &err), 0);
}

static void remember(struct memory *memory, const char *folder, const node_t *oracle)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    memory_init(memory);
    ck_assert_int_eq(memory_add_target(memory, "j", "i", &err), 0);
    memory_want(memory, NULL, 3600000);
    for (int i = 0; i < (int)node_int(oracle, "/rounds", 0); i++) {
        int64_t at_ms = BEGIN_MS + i * node_int(oracle, "/interval_ms", 0);
        AUTOFREE char *name = xasprintf("rounds/%03d.prom", i);
        CLEANUP(str_release) struct str text = STR_INIT;
        CLEANUP(exposition_release) struct exposition said;
        read_file(folder, name, &text);
        ck_assert_int_eq(exposition_parse(&said, text.buf, text.len, EXPOSITION_TEXT, &err), 0);
        ck_assert_int_eq(memory_take(memory, 0, &said, at_ms, &err), 0);
        memory_end_round(memory, at_ms);
    }
}

static bool has_labels(const struct prom_series *series, const node_t *labels)
{
    if (series->n_labels != node_len(labels))
        return false;
    for (const node_t *label = node_first(labels); label; label = node_next(label)) {
        const char *value = prom_label(series, node_key(label));
        if (!value || strcmp(value, node_text(label)) != 0)
            return false;
    }
    return true;
}

static bool is_near(double ours, const char *text)
{
    double theirs = strtod(text, NULL), size = fmax(fabs(ours), fabs(theirs));
    if (isnan(theirs) || isinf(theirs))
        return isnan(theirs) ? isnan(ours) : isinf(ours) && (ours > 0) == (theirs > 0);
    return fabs(ours - theirs) <= 1e-9 * fmax(size, 1e-3);
}

/* NULL: as it should be. The caller frees. */
static char *difference(const node_t *answer, const struct prom_result *result)
{
    const node_t *list = node_get(answer, "series");
    if (node_len(list) != result->n)
        return xasprintf("%zu series instead of %zu", result->n, node_len(list));
    for (const node_t *theirs = node_first(list); theirs; theirs = node_next(theirs)) {
        size_t i = 0;
        CLEANUP(str_release) struct str name = STR_INIT;
        prom_labels_print(node_get(theirs, "labels"), &name);
        while (i < result->n && !has_labels(&result->series[i], node_get(theirs, "labels")))
            i++;
        if (i == result->n)
            return xasprintf("no %s", name.buf);
        if (!is_near(result->series[i].points[0].value, node_str(theirs, "/value", "")))
            return xasprintf("%s is %s, not %s", name.buf, result->series[i].points[0].text, node_str(theirs, "/value", ""));
    }
    return NULL;
}

static char *judge(const struct memory *memory, const node_t *answer, int64_t at_ms)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(promql_free) struct promql *promql = promql_parse(node_str(answer, "/expr", ""), &err);
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = {.at_ms = at_ms};
    bool is_refused = !promql || promql_eval(promql, memory, &query, &result, &err) != 0;
    const char *error = node_str(answer, "/error", NULL);
    if (is_refused != (error != NULL))
        return is_refused ? xasprintf("refused: %s: %s", err.what, err.why ? err.why : "") : xasprintf("not refused: %s", error);
    return error ? NULL : difference(answer, &result);
}

START_TEST(answers_are_those_of_prometheus)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const char *folder = getenv("PROMQL_ORACLE");
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(memory_release) struct memory memory;
    size_t differ = 0, n = 0;
    read_file(folder, "answers.json", &text);
    CLEANUP(node_free) node_t *oracle = json_parse(text.buf, text.len, "answers.json", &err);
    remember(&memory, folder, oracle);
    for (const node_t *answer = node_first(node_get(oracle, "answers")); answer; answer = node_next(answer)) {
        AUTOFREE char *fault = judge(&memory, answer, BEGIN_MS + node_int(oracle, "/at_ms", 0));
        n++;
        differ += fault != NULL;
        if (fault)
            fprintf(stderr, "%s\n    %s\n", node_str(answer, "/expr", ""), fault);
    }
    ck_assert_uint_gt(n, 0);
    ck_assert_msg(differ == 0, "%zu of %zu differ", differ, n);
}
END_TEST

Suite *suite_metrics_oracle(void)
{
    Suite *suite = suite_create("metrics_oracle");
    TCase *tc = tcase_create("promql_oracle");
    if (getenv("PROMQL_ORACLE"))
        tcase_add_test(tc, answers_are_those_of_prometheus);
    suite_add_tcase(suite, tc);
    return suite;
}
