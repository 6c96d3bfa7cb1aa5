/* aiwf top --assert: an exit code of figures. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/assert.h"
#include "metrics/vocabulary.h"
#include "query.h"
#include "top.h"

/* The same text, or a number, as the assertion is about. */
static int check_unit(const struct assertion *assertion, const node_t *figure, struct err *err)
{
    bool is_text = str_eq(node_str(figure, "/unit", NULL), "text");
    if (is_text == (assertion->word != NULL))
        return 0;
    if (!is_text)
        return err_set(err, ERR_USAGE, "%s is a number, not \"%s\"", assertion->figure, assertion->word);
    err_set(err, ERR_USAGE, "%s is a text, not a number", assertion->figure);
    return err_hint(err, "'node.ready == Ready', 'job.state != Failed'");
}

static const node_t *figure_of(const node_t *figures, const struct assertion *assertion, struct err *err)
{
    const node_t *figure = node_find(figures, "/name", assertion->figure);
    if (figure)
        return figure;
    err_set(err, ERR_USAGE, "there is no figure \"%s\"", assertion->figure);
    err_hint(err, "aiwf query --list figures");
    return NULL;
}

/* An assertion, and one whom to ask for it: each that measures the figure is a row of its own. */
struct asked {
    size_t which; /* of the assertions */
    struct assertion assertion;
    const node_t *figure;
    char *expr; /* NULL: nobody measures it */
};
struct asking {
    const node_t *figures;
    struct asked *v;
    size_t n, cap;
};

static void asking_release(struct asking *asking)
{
    for (size_t i = 0; i < asking->n; i++) {
        assert_release(&asking->v[i].assertion);
        free(asking->v[i].expr);
    }
    free(asking->v);
}

static int add(struct asking *asking, size_t which, const char *text, const node_t *figure, struct err *err)
{
    GROW(asking->v, asking->n, asking->cap);
    struct asked *asked = &asking->v[asking->n++];
    const char *expr = node_str(figure, "/expr", NULL);
    *asked = (struct asked){.which = which, .figure = figure, .expr = expr ? vocabulary_expr(expr, QUERY_WINDOW) : NULL};
    if (assert_parse(&asked->assertion, text, err) != 0)
        return -1;
    asked->assertion.text = node_str(figure, "/text", "");
    return 0;
}

static int ask(struct asking *asking, size_t which, const char *text, struct err *err)
{
    CLEANUP(assert_release) struct assertion assertion = {0};
    if (assert_parse(&assertion, text, err) != 0)
        return -1;
    const node_t *first = figure_of(asking->figures, &assertion, err);
    if (!first || check_unit(&assertion, first, err) != 0)
        return -1;
    for (const node_t *figure = first; figure; figure = node_next(figure))
        if (str_eq(node_str(figure, "/name", NULL), assertion.figure) && add(asking, which, text, figure, err) != 0)
            return -1;
    return 0;
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

/* What does not hold by one of its sources does not; a source without any series says nothing, unless none has one. */
static int weight(const node_t *verdict)
{
    const char *state = node_str(verdict, "/state", "");
    if (strcmp(state, "failed") == 0)
        return 3;
    if (strcmp(state, "unknown") == 0)
        return node_str(verdict, "/series", NULL) ? 2 : 0;
    return 1;
}

static node_t *judge_one(const struct prom *prom, const struct asking *asking, size_t which, int64_t at_ms, struct err *err)
{
    CLEANUP(node_free) node_t *worst = NULL;
    for (size_t i = 0; i < asking->n; i++) {
        if (asking->v[i].which != which)
            continue;
        node_t *verdict = judge(prom, &asking->v[i], at_ms, err);
        if (!verdict)
            return NULL;
        node_t *other = worst && weight(verdict) <= weight(worst) ? verdict : worst;
        worst = other == verdict ? worst : verdict;
        node_free(other);
    }
    return TAKE(worst);
}

/* Exporters know only what is now: they are read for as long as the longest assertion is about. */
static int watch(struct cli *cli, const struct prom *prom, const struct asking *asking, struct err *err)
{
    AUTOFREE struct prom_query *queries = xcalloc(asking->n + 1, sizeof(*queries));
    CLEANUP(str_release) struct str time = STR_INIT;
    int64_t longest_ms = 0;
    size_t count = 0;
    for (size_t i = 0; i < asking->n; i++) {
        const struct asked *asked = &asking->v[i];
        longest_ms = asked->expr && asked->assertion.for_ms > longest_ms ? asked->assertion.for_ms : longest_ms;
        if (asked->expr)
            queries[count++] = query_of(asked, 0);
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

static int judge_all(struct cli *cli, const struct prom *prom, const struct strv *asserts, const struct asking *asking,
                     int64_t at_ms, struct err *err)
{
    CLEANUP(node_free) node_t *verdicts = node_new_array();
    size_t broken = 0;
    for (size_t i = 0; i < asserts->n; i++) {
        node_t *verdict = judge_one(prom, asking, i, at_ms, err);
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
    struct asking asking = {.figures = figures};
    int rc = figures ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < asserts->n; i++)
        rc = ask(&asking, i, asserts->v[i], err);
    if (rc == 0)
        rc = watch(cli, prom, &asking, err);
    if (rc == 0)
        rc = judge_all(cli, prom, asserts, &asking, at_ms, err);
    asking_release(&asking);
    return rc;
}
