#include "top/sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct asked {
    char *expr;
    bool is_trend;
};

struct place {
    const struct panel *panel;
    size_t metric;
    size_t index;
};

struct plan {
    struct asked *asked;
    size_t n, cap;
    struct place *places;
    size_t n_places, places_cap;
};

/* $W: the rate window, in PromQL's spelling. */
static char *expand(const char *expr, int64_t window_ms)
{
    struct str s = STR_INIT;
    for (; *expr; expr++) {
        if (str_starts(expr, "$W")) {
            str_addf(&s, "%lldms", (long long)window_ms);
            expr++;
        } else {
            str_addc(&s, *expr);
        }
    }
    return str_detach(&s);
}

static size_t ask(struct plan *plan, const struct metric *metric, int64_t window_ms)
{
    AUTOFREE char *expr = expand(metric->expr, window_ms);
    for (size_t i = 0; i < plan->n; i++)
        if (plan->asked[i].is_trend == metric->trend && strcmp(plan->asked[i].expr, expr) == 0)
            return i;
    GROW(plan->asked, plan->n, plan->cap);
    plan->asked[plan->n] = (struct asked){.expr = TAKE(expr), .is_trend = metric->trend};
    return plan->n++;
}

static void add_panel(struct plan *plan, const struct panel *panel, int64_t window_ms)
{
    for (size_t i = 0; panel->metrics[i].id; i++) {
        GROW(plan->places, plan->n_places, plan->places_cap);
        plan->places[plan->n_places++] =
            (struct place){.panel = panel, .metric = i, .index = ask(plan, &panel->metrics[i], window_ms)};
    }
}

struct plan *plan_new(const struct panel *only, int64_t window_ms)
{
    struct plan *plan = xcalloc(1, sizeof(*plan));
    add_panel(plan, &top_targets, window_ms);
    for (const struct panel *const *panel = top_panels; *panel; panel++)
        if (!only || only == *panel)
            add_panel(plan, *panel, window_ms);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n; i++)
        free(plan->asked[i].expr);
    free(plan->asked);
    free(plan->places);
    free(plan);
}

size_t plan_count(const struct plan *plan) { return plan->n; }

size_t plan_index(const struct plan *plan, const struct panel *panel, size_t metric)
{
    for (size_t i = 0; i < plan->n_places; i++)
        if (plan->places[i].panel == panel && plan->places[i].metric == metric)
            return plan->places[i].index;
    return SIZE_MAX;
}

struct batch *plan_fetch(const struct plan *plan, const struct prom *prom, const struct span *span)
{
    struct batch *batch = xcalloc(1, sizeof(*batch));
    struct prom_query *queries = xcalloc(plan->n, sizeof(*queries));
    *batch = (struct batch){
        .span = *span,
        .at_ms = span->at_ms ? span->at_ms : clock_wall_ms(),
        .n = plan->n,
        .results = xcalloc(plan->n, sizeof(*batch->results)),
        .errs = xcalloc(plan->n, sizeof(*batch->errs)),
    };
    for (size_t i = 0; i < plan->n; i++) {
        queries[i] = (struct prom_query){.expr = plan->asked[i].expr, .at_ms = span->at_ms};
        if (plan->asked[i].is_trend) {
            queries[i].range_ms = span->range_ms;
            queries[i].step_ms = span_step_ms(span);
        }
    }
    batch->failed = (size_t)prom_query_all(prom, queries, batch->results, batch->errs, plan->n);
    free(queries);
    return batch;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->n; i++) {
        prom_result_release(&batch->results[i]);
        err_release(&batch->errs[i]);
    }
    free(batch->results);
    free(batch->errs);
    free(batch);
}

int batch_error(const struct batch *batch, struct err *err)
{
    if (!batch->n || batch->failed < batch->n)
        return 0;
    const struct err *worst = &batch->errs[0];
    for (size_t i = 1; i < batch->n; i++)
        if (batch->errs[i].code > worst->code)
            worst = &batch->errs[i];
    err_set(err, worst->code, "%s", worst->what);
    if (worst->why)
        err_why(err, "%s", worst->why);
    if (worst->hint)
        err_hint(err, "%s", worst->hint);
    return -1;
}
