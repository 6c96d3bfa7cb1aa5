/* aiwf top --assert: an exit code of figures. */
#include <stdlib.h>
#include <string.h>

#include "metrics/assert.h"
#include "metrics/vocabulary.h"
#include "query.h"
#include "top.h"

static const node_t *figure_of(const node_t *figures, const struct assertion *assertion, struct err *err)
{
    for (const node_t *figure = node_first(figures); figure; figure = node_next(figure))
        if (strcmp(node_str(figure, "/name", ""), assertion->figure) == 0)
            return figure;
    err_set(err, ERR_USAGE, "there is no figure \"%s\"", assertion->figure);
    err_hint(err, "aiwf query --list figures");
    return NULL;
}

static node_t *judge(const struct prom *prom, const node_t *figure, const struct assertion *assertion, int64_t at_ms,
                     struct err *err)
{
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    if (!node_str(figure, "/expr", NULL))
        return assert_judge(assertion, &result);
    AUTOFREE char *expr = vocabulary_expr(node_str(figure, "/expr", ""), QUERY_WINDOW);
    struct prom_query query = {.expr = expr, .at_ms = at_ms, .range_ms = assertion->for_ms, .step_ms = assert_step_ms(assertion)};
    return prom_query(prom, &query, &result, err) == 0 ? assert_judge(assertion, &result) : NULL;
}

static node_t *judge_text(const struct prom *prom, const node_t *figures, const char *text, int64_t at_ms, struct err *err)
{
    CLEANUP(assert_release) struct assertion assertion = {0};
    if (assert_parse(&assertion, text, err) != 0)
        return NULL;
    const node_t *figure = figure_of(figures, &assertion, err);
    node_t *verdict = figure ? judge(prom, figure, &assertion, at_ms, err) : NULL;
    if (!verdict)
        return NULL;
    node_set_str(verdict, "name", text);
    node_set_str(verdict, "unit", node_str(figure, "/unit", NULL));
    node_set_str(verdict, "source", node_str(figure, "/source", NULL));
    return verdict;
}

static const struct column columns[] = {
    {"ASSERT", "/name", CELL_TEXT, false}, {"STATE", "/state", CELL_STATE, false},  {"VALUE", "/value", CELL_NUMBER, false},
    {"UNIT", "/unit", CELL_TEXT, true},    {"TIME", "/time", CELL_TEXT, false},     {"SOURCE", "/source", CELL_TEXT, true},
    {"WHY", "/why", CELL_TEXT, false},     {"SERIES", "/series", CELL_TEXT, false}, {0},
};

int top_assert(struct cli *cli, const struct prom *prom, const struct strv *asserts, int64_t at_ms, struct err *err)
{
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    CLEANUP(node_free) node_t *figures = vocabulary ? vocabulary_find(vocabulary, prom, NULL, err) : NULL;
    CLEANUP(node_free) node_t *verdicts = node_new_array();
    size_t broken = 0;
    for (size_t i = 0; i < asserts->n; i++) {
        node_t *verdict = figures ? judge_text(prom, figures, asserts->v[i], at_ms, err) : NULL;
        if (!verdict)
            return -1;
        node_push(verdicts, verdict);
        broken += strcmp(node_str(verdict, "/state", ""), "passed") != 0;
    }
    if (print_list(&cli->print, "assert", columns, verdicts, err) != 0)
        return -1;
    return broken ? err_set(err, ERR_THRESHOLD, "%zu of %zu asserts do not hold", broken, asserts->n) : 0;
}
