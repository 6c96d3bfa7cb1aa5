/* aiwf top --assert: an exit code of figures. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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

/* An assertion, and what to ask for it. */
struct asked {
    struct assertion assertion;
    const node_t *figure;
    char *expr; /* NULL: nobody measures it */
};

static int ask(const node_t *figures, const char *text, struct asked *ret, struct err *err)
{
    if (assert_parse(&ret->assertion, text, err) != 0)
        return -1;
    ret->figure = figure_of(figures, &ret->assertion, err);
    const char *expr = node_str(ret->figure, "/expr", NULL);
    ret->expr = expr ? vocabulary_expr(expr, QUERY_WINDOW) : NULL;
    return ret->figure ? 0 : -1;
}

static struct prom_query query_of(const struct asked *asked, int64_t at_ms)
{
    return (struct prom_query){
        .expr = asked->expr, .at_ms = at_ms, .range_ms = asked->assertion.for_ms, .step_ms = assert_step_ms(&asked->assertion)};
}

static node_t *judge(const struct prom *prom, const struct asked *asked, int64_t at_ms, struct err *err)
{
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = query_of(asked, at_ms);
    if (asked->expr && prom_query(prom, &query, &result, err) != 0)
        return NULL;
    node_t *verdict = assert_judge(&asked->assertion, &result);
    node_set_str(verdict, "unit", node_str(asked->figure, "/unit", NULL));
    node_set_str(verdict, "source", node_str(asked->figure, "/source", NULL));
    return verdict;
}

/* Exporters know only what is now: they are read for as long as the longest assertion is about. */
static int watch(struct cli *cli, const struct prom *prom, const struct asked *asked, size_t n, struct err *err)
{
    AUTOFREE struct prom_query *queries = xcalloc(n, sizeof(*queries));
    CLEANUP(str_release) struct str time = STR_INIT;
    int64_t longest_ms = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        longest_ms = asked[i].expr && asked[i].assertion.for_ms > longest_ms ? asked[i].assertion.for_ms : longest_ms;
        if (asked[i].expr)
            queries[count++] = query_of(&asked[i], 0);
    }
    duration_print(&time, longest_ms);
    if (longest_ms && prom->scrape)
        cli_note(cli, "reads %s for %s", prom->base, time.buf);
    return longest_ms ? prom_watch(prom, queries, count, err) : 0;
}

static const struct column columns[] = {
    {"ASSERT", "/name", CELL_TEXT, false}, {"STATE", "/state", CELL_STATE, false},  {"VALUE", "/value", CELL_NUMBER, false},
    {"UNIT", "/unit", CELL_TEXT, true},    {"TIME", "/time", CELL_TEXT, false},     {"SOURCE", "/source", CELL_TEXT, true},
    {"WHY", "/why", CELL_TEXT, false},     {"SERIES", "/series", CELL_TEXT, false}, {0},
};

static int judge_all(struct cli *cli, const struct prom *prom, const struct strv *asserts, struct asked *asked, int64_t at_ms,
                     struct err *err)
{
    CLEANUP(node_free) node_t *verdicts = node_new_array();
    size_t broken = 0;
    for (size_t i = 0; i < asserts->n; i++) {
        node_t *verdict = judge(prom, &asked[i], at_ms, err);
        if (!verdict)
            return -1;
        node_set_str(verdict, "name", asserts->v[i]);
        node_push(verdicts, verdict);
        broken += strcmp(node_str(verdict, "/state", ""), "passed") != 0;
    }
    if (print_list(&cli->print, "assert", columns, verdicts, err) != 0)
        return -1;
    return broken ? err_set(err, ERR_THRESHOLD, "%zu of %zu asserts do not hold", broken, asserts->n) : 0;
}

int top_assert(struct cli *cli, const struct prom *prom, const struct strv *asserts, int64_t at_ms, struct err *err)
{
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    CLEANUP(node_free) node_t *figures = vocabulary ? vocabulary_find(vocabulary, prom, NULL, err) : NULL;
    struct asked *asked = xcalloc(asserts->n, sizeof(*asked));
    int rc = figures ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < asserts->n; i++)
        rc = ask(figures, asserts->v[i], &asked[i], err);
    if (rc == 0)
        rc = watch(cli, prom, asked, asserts->n, err);
    if (rc == 0)
        rc = judge_all(cli, prom, asserts, asked, at_ms, err);
    for (size_t i = 0; i < asserts->n; i++) {
        assert_release(&asked[i].assertion);
        free(asked[i].expr);
    }
    free(asked);
    return rc;
}
