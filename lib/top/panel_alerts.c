/* Alerts: what Prometheus warns of, and what became of it in Alertmanager. */
#include <math.h>

#include "top/top.h"

#define KEY    "alertname target"
#define ALERTS TOP_ALERTS

static const struct metric metrics[] = {
    {.id = "state", .expr = ALERTS, .key = KEY, .label = "state", .unit = UNIT_TEXT},
    {.id = "severity", .expr = ALERTS, .key = KEY, .label = "severity", .unit = UNIT_TEXT},
    {.id = "age_s", .expr = ALERTS, .key = KEY, .unit = UNIT_SECONDS},
    {.id = "summary", .expr = ALERTS, .key = KEY, .label = "summary", .unit = UNIT_TEXT},
    {0},
};

static const struct top_column columns[] = {
    {.title = "ALERT", .id = "name", .width = 24, .max_width = 60},
    {.title = "state", .id = "state", .width = 9, .max_width = 9, .importance = 90},
    {.title = "severity", .id = "severity", .width = 8, .max_width = 8, .importance = 60},
    {.title = "since", .id = "age_s", .width = 6, .importance = 80},
    {.title = "summary", .id = "summary", .width = 20, .max_width = 120, .importance = 50},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    size_t firing = 0;
    for (size_t i = 0; i < table->n; i++)
        firing += !table->rows[i].is_group && str_eq(row_reading(table, &table->rows[i], "state")->text, "firing");
    if (firing)
        str_addf(s, "alerts %zu", firing);
}

const struct panel panel_alerts = {
    .name = "alerts",
    .title = "Alerts",
    .order = 5,
    .importance = 50,
    .only_if_any = true,
    .sort = 1,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
