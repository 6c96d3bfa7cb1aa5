/* GPUs, one by one. */
#include <math.h>

#include "top/heat.h"
#include "top/top.h"

static const struct metric metrics[] = {
    {.id = "model", .figure = "gpu.model", .unit = UNIT_TEXT},
    {.id = "busy_ratio", .figure = "gpu.util", .unit = UNIT_RATIO, .scale = 0.01, .is_mean = true},
    {.id = "busy_curve_ratio", .figure = "gpu.util", .unit = UNIT_RATIO, .scale = 0.01, .is_mean = true, .trend = true},
    {.id = "memory_used_bytes", .figure = "gpu.memory.used", .unit = UNIT_BYTES},
    {.id = "memory_total_bytes", .figure = "gpu.memory.total", .unit = UNIT_BYTES, .every_s = 15},
    {.id = "power_w", .figure = "gpu.power", .unit = UNIT_W},
    {.id = "temperature_c", .figure = "gpu.temperature", .unit = UNIT_C, .every_s = 10},
    {.id = "xid", .figure = "gpu.errors", .unit = UNIT_COUNT, .every_s = 10},
    {.id = "state", .figure = "gpu.state", .unit = UNIT_TEXT},
    {.id = "holder", .figure = "gpu.holder", .unit = UNIT_TEXT},
    {.id = "works_for", .made = true, .unit = UNIT_TEXT},
    {.id = "gpus", .of = "busy_ratio", .over = OVER_COUNT, .unit = UNIT_COUNT},
    {.id = "busy_ratio", .of = "busy_ratio", .over = OVER_AVG, .unit = UNIT_RATIO},
    {.id = "power_w", .of = "power_w", .over = OVER_SUM, .unit = UNIT_W},
    {0},
};

static const struct top_column columns[] = {
    {.title = "GPU", .id = "name", .width = 12, .max_width = 16},
    {.title = "model", .id = "model", .width = 10, .max_width = 24, .importance = 10},
    {.title = "util", .id = "busy_ratio", .width = 5, .importance = 90},
    {.title = "state", .id = "state", .width = 5, .importance = 85, .only_if_any = true},
    {.title = "last 15m", .id = "busy_curve_ratio", .width = 17, .max_width = 18, .importance = 40},
    {.title = "mem", .id = "memory_used_bytes", .width = 6, .importance = 80},
    {.title = "power", .id = "power_w", .width = 6, .importance = 70},
    {.title = "temp", .id = "temperature_c", .width = 4, .importance = 60},
    {.title = "XID", .id = "xid", .width = 3, .importance = 20, .only_if_any = true},
    {.title = "held by",
     .id = "works_for",
     .otherwise = "holder",
     .width = 14,
     .max_width = 40,
     .importance = 50,
     .only_if_any = true},
    {0},
};

/* Of the pod that holds it. */
static void derive(const struct state *state, struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct reading *holder = row_reading(table, &table->rows[i], "holder");
        struct reading *work = reading_of(table, &table->rows[i], "works_for");
        const char *text = holder->text ? map_get(&state->pod_works, holder->text) : NULL;
        reading_clear(work);
        if (text)
            *work = (struct reading){.sample = holder->sample, .text = xstrdup(text)};
    }
}

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double gpus = reading_value(row_reading(table, &table->whole, "gpus")),
           busy = reading_value(row_reading(table, &table->whole, "busy_ratio"));
    if (!isfinite(gpus) || gpus == 0)
        return;
    str_addf(s, "GPUs %.0f", gpus);
    if (!isfinite(busy))
        return;
    str_add(s, "  busy ");
    unit_print(s, UNIT_RATIO, busy);
}

/* More than fit as a list: the fleet as a map, and as much of the list as is left room for. */
static void draw(const struct state *state, const struct table *table, struct surface *s)
{
    enum { LEAST_MAP = 4, LEAST_LIST = 4 };
    int map = (int)table_shown(table) > s->rows - 1 ? heat_rows(table, s->cols) : 0;
    if (map > s->rows - LEAST_LIST && s->rows >= LEAST_MAP + LEAST_LIST)
        map = s->rows - LEAST_LIST;
    if (!map || s->rows < LEAST_MAP + LEAST_LIST) {
        list_draw(state, table, s);
        return;
    }
    struct surface top = surface_window(s, (struct rect){.rows = map, .cols = s->cols});
    struct surface rest = surface_window(s, (struct rect){.row = map, .rows = s->rows - map, .cols = s->cols});
    heat_draw(state, table, &top);
    list_draw(state, table, &rest);
}

const struct panel panel_gpus = {
    .name = "gpus",
    .title = "GPUs",
    .order = 10,
    .importance = 35,
    .only_if_any = true,
    .metrics = metrics,
    .columns = columns,
    .derive = derive,
    .summary = summary,
    .draw = draw,
};
