/* Which queries there are: those of the panels, and for a figure one for each source that the vocabulary knows. */
#include "top/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/label_sets.h"
#include "metrics/vocabulary.h"

static struct measure *add_measure(struct plan *plan)
{
    GROW(plan->measures, plan->n_measures, plan->measures_cap);
    struct measure *measure = xcalloc(1, sizeof(*measure));
    *measure = (struct measure){.rank = (int)plan->n_measures, .error = NAN};
    plan->measures[plan->n_measures++] = measure;
    return measure;
}

static struct measure *measure_of_query(struct plan *plan, const struct metric *metric)
{
    struct measure *measure = add_measure(plan);
    measure->names = xstrdup_or_null(metric->key);
    measure->text = xstrdup_or_null(metric->label);
    return measure;
}

static int adds_of(const char *what)
{
    if (str_eq(what, "totals"))
        return ADDS_TO_TOTALS;
    return str_eq(what, "rows") ? ADDS_TO_ROWS : ADDS_NOTHING;
}

static struct measure *measure_of_figure(struct plan *plan, const struct metric *metric, const node_t *figure)
{
    struct measure *measure = add_measure(plan);
    measure->figure = xstrdup_or_null(node_str(figure, "/name", NULL));
    measure->source = xstrdup_or_null(node_str(figure, "/source", NULL));
    measure->title = xstrdup_or_null(node_str(figure, "/title", NULL));
    measure->jobs = xstrdup_or_null(node_str(figure, "/jobs", NULL));
    measure->names = xstrdup_or_null(node_str(figure, "/names", NULL));
    measure->text = xstrdup_or_null(metric->label ? metric->label : node_str(figure, "/text", NULL));
    measure->needs = xstrdup_or_null(node_str(figure, "/needs", NULL));
    measure->error = node_num(figure, "/error", NAN);
    measure->is_estimate = node_bool(figure, "/estimated", false);
    measure->adds = adds_of(node_str(figure, "/adds", NULL));
    return measure;
}

static void measure_free(struct measure *measure)
{
    free(measure->figure);
    free(measure->source);
    free(measure->title);
    free(measure->jobs);
    free(measure->names);
    free(measure->text);
    free(measure->needs);
    free(measure);
}

/* Of today's the window changes with the time: it stays as it is. */
static char *windowed(const struct plan *plan, const struct metric *metric, const char *expr)
{
    if (metric->window == WINDOW_TODAY)
        return xstrdup(expr);
    AUTOFREE char *window = xasprintf("%lldms", (long long)plan->window_ms);
    return vocabulary_expr(expr, metric->window == WINDOW_HOUR ? "1h" : window);
}

static bool is_same(const struct asked *asked, const struct metric *metric, const char *expr)
{
    return asked->is_trend == metric->trend && asked->every_s == metric->every_s &&
           asked->is_today == (metric->window == WINDOW_TODAY) && strcmp(asked->expr, expr) == 0;
}

static int kind_of(const char *expr)
{
    return strcmp(expr, TOP_ALERTS) == 0 ? OF_ALERTS : strcmp(expr, TOP_PLACES) == 0 ? OF_PLACES : OF_QUERY;
}

static size_t ask(struct plan *plan, const struct metric *metric, const char *text, const char *needs)
{
    AUTOFREE char *expr = windowed(plan, metric, text);
    for (size_t i = 0; i < plan->n; i++)
        if (is_same(&plan->asked[i], metric, expr))
            return i;
    int of = kind_of(expr);
    GROW(plan->asked, plan->n, plan->cap);
    plan->asked[plan->n] = (struct asked){.of = of,
                                          .expr = TAKE(expr),
                                          .needs = xstrdup_or_null(needs),
                                          .is_trend = metric->trend,
                                          .is_today = metric->window == WINDOW_TODAY,
                                          .every_s = metric->every_s};
    return plan->n++;
}

static void add_place(struct plan *plan, struct place place)
{
    GROW(plan->places, plan->n_places, plan->places_cap);
    plan->places[plan->n_places++] = place;
}

/* Of a figure that is one value for the panel: over all of a source's series; what is estimated stays apart. */
static char *figure_expr(const struct metric *metric, const char *expr)
{
    static const char *const overs[] = {[OVER_SUM] = "sum by (source, estimated)", [OVER_AVG] = "avg", [OVER_COUNT] = "count"};
    return metric->over ? xasprintf("%s (%s)", overs[metric->over], expr) : xstrdup(expr);
}

static void add_figure(struct plan *plan, const struct panel *panel, size_t index, const node_t *figures)
{
    const struct metric *metric = &panel->metrics[index];
    for (const node_t *figure = node_first(figures); figure; figure = node_next(figure)) {
        if (strcmp(node_str(figure, "/name", ""), metric->figure) != 0 || !node_str(figure, "/expr", NULL))
            continue;
        AUTOFREE char *expr = figure_expr(metric, node_str(figure, "/expr", ""));
        size_t asked = ask(plan, metric, expr, node_str(figure, "/needs", NULL));
        add_place(plan, (struct place){
                            .panel = panel, .metric = index, .index = asked, .measure = measure_of_figure(plan, metric, figure)});
    }
}

static void add_panel(struct plan *plan, const struct panel *panel, const node_t *figures)
{
    for (size_t i = 0; panel->metrics[i].id; i++) {
        const struct metric *metric = &panel->metrics[i];
        if (metric->of || metric->made)
            continue;
        if (metric->figure)
            add_figure(plan, panel, i, figures);
        else
            add_place(plan, (struct place){.panel = panel,
                                           .metric = i,
                                           .index = ask(plan, metric, metric->expr, NULL),
                                           .measure = measure_of_query(plan, metric)});
    }
}

struct plan *plan_new(const struct panel *only, int64_t window_ms)
{
    struct plan *plan = xcalloc(1, sizeof(*plan));
    CLEANUP(err_release) struct err ignored = ERR_INIT; /* the vocabulary is a part of the program */
    plan->window_ms = window_ms;
    plan->vocabulary = vocabulary_load(&ignored);
    CLEANUP(node_free) node_t *figures = plan->vocabulary ? vocabulary_match(plan->vocabulary, NULL) : NULL;
    add_panel(plan, &top_targets, figures);
    add_panel(plan, &top_nodes, figures);
    add_panel(plan, &top_works, figures);
    for (const struct panel *const *panel = top_panels; *panel; panel++)
        if (!only || only == *panel || only->needs_all)
            add_panel(plan, *panel, figures);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n; i++) {
        free(plan->asked[i].expr);
        free(plan->asked[i].today);
        free(plan->asked[i].needs);
    }
    for (size_t i = 0; i < plan->n_measures; i++)
        measure_free(plan->measures[i]);
    free(plan->asked);
    free(plan->places);
    free(plan->measures);
    node_free(plan->vocabulary);
    label_sets_unref(plan->sets);
    free(plan);
}

void plan_alertmanager(struct plan *plan, const struct prom *alertmanager) { plan->alertmanager = alertmanager; }

void plan_kube(struct plan *plan, struct kube *kube, bool is_patient)
{
    plan->kube = kube;
    plan->is_patient = is_patient;
}

size_t plan_count(const struct plan *plan) { return plan->n; }

const struct place *plan_places(const struct plan *plan, size_t *ret_n)
{
    *ret_n = plan->n_places;
    return plan->places;
}
