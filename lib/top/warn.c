#include "top/warn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/alerts.h"

enum { LABELS = 5, MANY = 10000 };

/* What it is about: the labels besides those with a column. */
static void add_target(const node_t *alert, struct str *target)
{
    for (const node_t *label = node_first(node_get(alert, "labels")); label; label = node_next(label)) {
        bool has_column = str_eq(node_key(label), "alertname") || str_eq(node_key(label), "severity");
        if (!has_column && node_text(label) && *node_text(label))
            str_addf(target, "%s%s=%s", target->len ? " " : "", node_key(label), node_text(label));
    }
}

/* Labels in the order of their names. */
static struct prom_series series_of(const node_t *alert, int64_t now_ms, struct arena *arena)
{
    struct prom_series series = {.labels = arena_get(arena, LABELS * sizeof(*series.labels)),
                                 .points = arena_get(arena, sizeof(*series.points)),
                                 .n_points = 1};
    CLEANUP(str_release) struct str target = STR_INIT_MAX(512);
    add_target(alert, &target);
    prom_add_label(&series, "alertname", node_str(alert, "/name", NULL), arena);
    prom_add_label(&series, "severity", node_str(alert, "/severity", NULL), arena);
    prom_add_label(&series, "state", node_str(alert, "/state", NULL), arena);
    prom_add_label(&series, "summary", node_str(alert, "/summary", NULL), arena);
    prom_add_label(&series, "target", target.buf, arena);
    int64_t since_ms;
    bool has_since = rfc3339_parse(node_str(alert, "/since", ""), &since_ms);
    series.points[0] = (struct prom_point){.at_ms = now_ms, .value = has_since ? (double)(now_ms - since_ms) / 1000 : NAN};
    return series;
}

static void fill(const node_t *items, struct prom_result *ret)
{
    int64_t now_ms = clock_wall_ms();
    size_t cap = 0;
    *ret = PROM_RESULT_INIT;
    for (const node_t *item = node_first(items); item && ret->n < MANY; item = node_next(item)) {
        GROW(ret->series, ret->n, cap);
        ret->series[ret->n++] = series_of(item, now_ms, &ret->arena);
    }
}

int alerts_fetch(const struct prom *prom, const struct prom *alertmanager, struct prom_result *ret, char **ret_note,
                 struct err *err)
{
    struct prom_read read = {.path = "/api/v1/alerts"};
    CLEANUP(err_release) struct err away = ERR_INIT;
    CLEANUP(node_free) node_t *alerts = prom_read(prom, &read, NULL, err);
    if (!alerts)
        return -1;
    CLEANUP(node_free) node_t *told = alertmanager ? alertmanager_alerts(alertmanager, &away) : NULL;
    if (alertmanager && !told)
        *ret_note = xasprintf("what is silenced is unknown: %s", away.why ? away.why : away.what);
    CLEANUP(node_free) node_t *items = alerts_join(alerts, told);
    fill(items, ret);
    return 0;
}

/* With room for one more; those of a set are not its own. */
static void own_labels(struct prom_series *series, struct arena *arena)
{
    struct prom_label *labels = arena_get(arena, (series->n_labels + 1) * sizeof(*labels));
    if (series->n_labels)
        memcpy(labels, series->labels, series->n_labels * sizeof(*labels));
    series->labels = labels;
    series->set = NULL;
}

static void rename_label(struct prom_series *series, const char *from, const char *to)
{
    for (size_t i = 0; i < series->n_labels; i++)
        if (strcmp(series->labels[i].name, from) == 0)
            series->labels[i].name = to;
}

static node_t *alert_of(const struct prom_series *series)
{
    node_t *item = node_new_object();
    node_t *labels = node_set(item, "labels", node_new_object());
    for (size_t i = 0; i < series->n_labels; i++)
        if (strcmp(series->labels[i].name, "state") != 0)
            node_set_str(labels, series->labels[i].name, series->labels[i].value);
    return item;
}

void alerts_of_past(struct prom_result *result)
{
    for (size_t i = 0; i < result->n; i++) {
        struct prom_series *series = &result->series[i];
        own_labels(series, &result->arena);
        rename_label(series, "alertstate", "state");
        CLEANUP(node_free) node_t *alert = alert_of(series);
        CLEANUP(str_release) struct str target = STR_INIT_MAX(512);
        add_target(alert, &target);
        prom_add_label(series, "target", target.buf, &result->arena);
    }
}
