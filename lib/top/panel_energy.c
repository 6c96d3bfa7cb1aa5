/* Energy of the host in one line: by a meter (RAPL) or, marked with "~", by a model. */
#include <math.h>

#include "top/top.h"
#include "tui/spark.h"

/* Zones do not overlap: the exporter has only packages and memory, or the whole machine. */
#define POWER "sum by (source, estimated) (aiwf_power_watts)"

static const struct metric metrics[] = {
    {.id = "power_w", .unit = UNIT_W, .expr = POWER, .trend = true},
    {.id = "source", .unit = UNIT_TEXT, .expr = POWER, .label = "source"},
    {.id = "estimated", .unit = UNIT_TEXT, .expr = POWER, .label = "estimated"},
    {.id = "energy_1h_j", .unit = UNIT_J, .expr = "sum by (source, estimated) (increase(aiwf_energy_joules_total[1h]))"},
    {.id = "functions_power_w",
     .unit = UNIT_W,
     .expr = "sum by (source) (rate(aiwf_workload_energy_joules_total{kind=\"function\"}[$W]))"},
    {.id = "jobs_power_w", .unit = UNIT_W, .expr = "sum by (source) (rate(aiwf_workload_energy_joules_total{kind=\"job\"}[$W]))"},
    {0},
};

static int add_figure(const struct state *state, const struct table *table, struct surface *s, int col, const char *label,
                      size_t metric)
{
    const struct reading *reading = &table->whole.readings[metric];
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!reading_has(reading) || !isfinite(reading_value(reading)))
        return col;
    reading_print(&text, &metrics[metric], reading);
    col = surface_textf(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), "%s ", label);
    return surface_text(s, 0, col, reading_style(state, reading), text.buf) + 3;
}

static void draw_curve(const struct reading *power, struct surface *s, int col)
{
    enum { WIDTH = 24, LEAST = 6 };
    int room = s->cols - col - 1;
    CLEANUP(str_release) struct str curve = STR_INIT;
    struct spark spark = {.width = room < WIDTH ? room : WIDTH, .utf8 = s->utf8};
    if (room < LEAST || !power->n_trend)
        return;
    spark_add(&curve, &spark, power->trend, power->n_trend);
    surface_text(s, 0, col, STYLE(TINT_GREEN, power->sample.state == SAMPLE_KNOWN ? 0 : STYLE_DIM), curve.buf);
}

static void draw(const struct state *state, const struct table *table, struct surface *s)
{
    const struct reading *power = row_reading(table, &table->whole, "power_w"),
                         *source = row_reading(table, &table->whole, "source");
    CLEANUP(str_release) struct str text = STR_INIT;
    int col = surface_text(s, 0, 1, STYLE(TINT_CYAN, STYLE_BOLD), "ENERGY") + 3;
    if (!reading_has(power)) {
        empty_reason(state, table, "no meter and no model of this host's energy", &text);
        surface_text(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), text.buf);
        return;
    }
    col = add_figure(state, table, s, col, "now", 0) - 2;
    str_addf(&text, "(%s)", source->text ? source->text : "?");
    col = surface_text(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), text.buf) + 3;
    col = add_figure(state, table, s, col, "functions", 4);
    col = add_figure(state, table, s, col, "jobs", 5);
    col = add_figure(state, table, s, col, "1h", 3);
    draw_curve(power, s, col);
}

static int want_rows(const struct state *state, const struct table *table)
{
    (void)state, (void)table;
    return 1;
}

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    const struct reading *power = row_reading(table, &table->whole, "power_w");
    if (isfinite(reading_value(power)))
        reading_print(s, &metrics[0], power);
}

const struct panel panel_energy = {
    .name = "energy",
    .title = "Energy",
    .order = 40,
    .importance = 30,
    .metrics = metrics,
    .summary = summary,
    .want_rows = want_rows,
    .draw = draw,
};
