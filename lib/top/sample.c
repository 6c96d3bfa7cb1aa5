#include "top/sample.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/map.h"
#include "metrics/label_sets.h"
#include "metrics/vocabulary.h"
#include "top/places.h"
#include "top/plan.h"
#include "top/warn.h"

enum { LOOK_EVERY_MS = 15000 };

struct batch *batch_new(const struct plan *plan, const struct span *span, int64_t at_ms)
{
    struct batch *batch = xcalloc(1, sizeof(*batch));
    *batch = (struct batch){
        .span = *span,
        .at_ms = at_ms,
        .n = plan->n,
        .asked = plan->n,
        .curve_end_ms = at_ms,
        .curve_ms = span->range_ms,
        .has = xcalloc(plan->n + 1, sizeof(*batch->has)),
        .results = xcalloc(plan->n + 1, sizeof(*batch->results)),
        .errs = xcalloc(plan->n + 1, sizeof(*batch->errs)),
    };
    for (size_t i = 0; i < plan->n; i++)
        batch->has[i] = ANSWER_ASKED;
    return batch;
}

static bool is_live(const struct batch *batch) { return !batch->span.at_ms; }

/* What is there is asked for; the rest is not. A server that cannot say is asked for what it had. */
static int look(struct plan *plan, const struct prom *prom, struct err *err)
{
    int64_t now = clock_mono_ms();
    if (plan->looked_ms && now - plan->looked_ms < LOOK_EVERY_MS)
        return 0;
    CLEANUP(node_free) node_t *names = plan->vocabulary ? vocabulary_names(plan->vocabulary, prom, NULL, err) : NULL;
    if (!names)
        return plan->looked_ms ? 0 : -1;
    CLEANUP(map_release) struct map has = MAP_INIT(NULL);
    for (const node_t *name = node_first(names); name; name = node_next(name))
        if (node_text(name))
            map_set(&has, node_text(name), plan);
    for (size_t i = 0; i < plan->n; i++) {
        bool was_absent = plan->asked[i].is_absent;
        plan->asked[i].is_absent = plan->asked[i].needs && !map_has(&has, plan->asked[i].needs);
        if (plan->asked[i].is_trend && was_absent && !plan->asked[i].is_absent)
            plan_forget_curves(plan);
    }
    plan->looked_ms = now;
    return 0;
}

/* Nobody keeps places of the past. */
static enum answer places_due(const struct plan *plan, const struct asked *asked, bool is_now, int64_t now_ms)
{
    enum { PAUSE_MS = 60000 };
    if (!plan->kube || !is_now)
        return ANSWER_ABSENT;
    if (!asked->last_ms)
        return plan->is_patient && !plan->asked_ms ? ANSWER_LATER : ANSWER_ASKED;
    int64_t pause_ms = asked->is_failing ? PAUSE_MS : (int64_t)asked->every_s * 1000;
    return now_ms - asked->last_ms < pause_ms ? ANSWER_LATER : ANSWER_ASKED;
}

static enum answer due(const struct plan *plan, const struct asked *asked, const struct batch *batch, int64_t now_ms)
{
    bool is_now = is_live(batch);
    if (asked->is_absent)
        return ANSWER_ABSENT;
    if (asked->is_trend && !batch->curve_ms)
        return ANSWER_LATER;
    if (asked->of == OF_PLACES)
        return places_due(plan, asked, is_now, now_ms);
    bool is_early = is_now && asked->last_ms && now_ms - asked->last_ms < (int64_t)asked->every_s * 1000;
    return is_early ? ANSWER_LATER : ANSWER_ASKED;
}

/* Live curves grow at their end: only the steps since the last ones are asked for, and those lie on one grid. Of the newest
 * one the server may not have had all when it was asked: it is asked for with the next. */
static void choose_curves(const struct plan *plan, struct batch *batch)
{
    int64_t step_ms = span_step_ms(&batch->span);
    batch->curve_end_ms = batch->at_ms - batch->at_ms % step_ms;
    int64_t since = batch->curve_end_ms - plan->curves_ms;
    if (plan->curves_ms && plan->curve_step_ms == step_ms && since >= 0 && since < batch->span.range_ms)
        batch->curve_ms = since ? since + step_ms : 0;
}

/* Since midnight, local time, but no less than a minute. */
static const char *todays_expr(struct asked *asked, int64_t at_ms)
{
    enum { LEAST_S = 60 };
    time_t now = (time_t)(at_ms / 1000);
    struct tm local;
    if (!localtime_r(&now, &local))
        return asked->expr;
    long long passed_s = local.tm_hour * 3600LL + local.tm_min * 60LL + local.tm_sec;
    AUTOFREE char *window = xasprintf("%llds", passed_s > LEAST_S ? passed_s : LEAST_S);
    free(asked->today);
    asked->today = vocabulary_expr(asked->expr, window);
    return asked->today;
}

static struct prom_query query_of(struct asked *asked, const struct batch *batch)
{
    struct prom_query query = {.expr = asked->expr, .at_ms = batch->span.at_ms, .sets = batch->sets};
    if (asked->of == OF_ALERTS)
        query.expr = PAST_ALERTS;
    if (asked->is_today)
        query.expr = todays_expr(asked, batch->at_ms);
    if (!asked->is_trend)
        return query;
    query.at_ms = batch->curve_end_ms;
    query.range_ms = batch->curve_ms;
    query.step_ms = span_step_ms(&batch->span);
    return query;
}

static void fail_all(struct batch *batch, const struct err *why)
{
    for (size_t i = 0; i < batch->n; i++)
        err_copy(&batch->errs[i], why);
    batch->failed = batch->n;
}

static bool is_query(const struct asked *asked, const struct batch *batch)
{
    return asked->of == OF_QUERY || (asked->of == OF_ALERTS && !is_live(batch));
}

/* The answers of what was asked, one after another, to where they belong. */
static void spread(const struct plan *plan, struct batch *batch, struct prom_result *results, struct err *errs)
{
    size_t from = batch->asked;
    for (size_t i = batch->n; i-- > 0;) {
        if (batch->has[i] != ANSWER_ASKED || !is_query(&plan->asked[i], batch))
            continue;
        from--;
        batch->results[i] = results[from];
        batch->errs[i] = errs[from];
    }
}

static void remember(struct plan *plan, const struct batch *batch)
{
    int64_t now = clock_mono_ms();
    bool is_whole = true;
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->has[i] != ANSWER_ASKED)
            continue;
        plan->asked[i].is_failing = batch->errs[i].code != 0;
        if (!batch->errs[i].code || plan->asked[i].of == OF_PLACES)
            plan->asked[i].last_ms = is_live(batch) ? now : 0; /* what is from the past is asked again at once */
        else if (plan->asked[i].is_trend)
            is_whole = false;
    }
    plan->curves_ms = is_live(batch) && is_whole ? batch->curve_end_ms : 0;
    plan->curve_step_ms = span_step_ms(&batch->span);
    plan->asked_ms = now;
}

static void ask_all(struct plan *plan, struct batch *batch, const struct prom *prom)
{
    AUTOFREE struct prom_query *queries = xcalloc(plan->n + 1, sizeof(*queries));
    AUTOFREE struct prom_result *results = xcalloc(plan->n + 1, sizeof(*results));
    AUTOFREE struct err *errs = xcalloc(plan->n + 1, sizeof(*errs));
    int64_t now = clock_mono_ms();
    plan->sets = label_sets_turn(plan->sets);
    batch->sets = label_sets_ref(plan->sets);
    batch->asked = 0;
    for (size_t i = 0; i < plan->n; i++) {
        batch->has[i] = due(plan, &plan->asked[i], batch, now);
        if (batch->has[i] == ANSWER_ASKED && is_query(&plan->asked[i], batch))
            queries[batch->asked++] = query_of(&plan->asked[i], batch);
    }
    batch->failed = (size_t)prom_query_all(prom, queries, results, errs, batch->asked);
    spread(plan, batch, results, errs);
}

/* Alerts are no query now, and one without names for states of the past. */
static void ask_alerts(const struct plan *plan, struct batch *batch, const struct prom *prom)
{
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->asked[i].of != OF_ALERTS)
            continue;
        if (is_live(batch))
            alerts_fetch(prom, plan->alertmanager, &batch->results[i], &batch->note, &batch->errs[i]);
        else
            alerts_of_past(&batch->results[i]);
    }
}

static void ask_places(const struct plan *plan, struct batch *batch)
{
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->asked[i].of != OF_PLACES || batch->has[i] != ANSWER_ASKED)
            continue;
        if (places_fetch(plan->kube, &batch->results[i], &batch->errs[i]) == 1)
            batch->has[i] = ANSWER_ABSENT; /* no Kueue there */
    }
}

void plan_forget_curves(struct plan *plan) { plan->curves_ms = 0; }

struct batch *plan_fetch(struct plan *plan, const struct prom *prom, const struct span *span)
{
    struct batch *batch = batch_new(plan, span, span->at_ms ? span->at_ms : clock_wall_ms());
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (look(plan, prom, &err) != 0) {
        fail_all(batch, &err);
        return batch;
    }
    if (is_live(batch))
        choose_curves(plan, batch);
    ask_all(plan, batch, prom);
    ask_alerts(plan, batch, prom);
    ask_places(plan, batch);
    remember(plan, batch);
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
    free(batch->has);
    free(batch->note);
    free(batch->results);
    free(batch->errs);
    label_sets_unref(batch->sets);
    free(batch);
}

int batch_error(const struct batch *batch, struct err *err)
{
    if (!batch->asked || batch->failed < batch->asked)
        return 0;
    const struct err *worst = &batch->errs[0];
    for (size_t i = 1; i < batch->n; i++)
        if (batch->errs[i].code > worst->code)
            worst = &batch->errs[i];
    return err_copy(err, worst);
}
