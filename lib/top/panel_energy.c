/* Energy and cost: what all draws now, by whom, and what nobody's work explains. */
#include <math.h>

#include "base/num.h"
#include "top/top.h"
#include "tui/spark.h"

static const struct metric metrics[] = {
    {.id = "gpus_power_w", .figure = "namespace.gpus.power", .unit = UNIT_W},
    {.id = "nodes_power_w", .figure = "namespace.power", .unit = UNIT_W},
    {.id = "power_w", .made = true, .unit = UNIT_W},
    {.id = "share_ratio", .made = true, .unit = UNIT_RATIO},
    {.id = "gpus", .figure = "gpu.allocated", .unit = UNIT_COUNT},
    {.id = "cost_per_hour", .made = true, .unit = UNIT_MONEY},
    {.id = "gpus_power_w", .figure = "gpu.power", .over = OVER_SUM, .unit = UNIT_W},
    {.id = "nodes_power_w", .figure = "node.power", .over = OVER_SUM, .unit = UNIT_W},
    {.id = "gpus_curve_w", .figure = "gpu.power", .over = OVER_SUM, .unit = UNIT_W, .trend = true},
    {.id = "nodes_curve_w", .figure = "node.power", .over = OVER_SUM, .unit = UNIT_W, .trend = true},
    {.id = "gpus_1h_j", .figure = "gpu.energy", .over = OVER_SUM, .unit = UNIT_J, .window = WINDOW_HOUR, .every_s = 15},
    {.id = "nodes_1h_j", .figure = "node.energy", .over = OVER_SUM, .unit = UNIT_J, .window = WINDOW_HOUR, .every_s = 15},
    {.id = "gpus_today_j", .figure = "gpu.energy", .over = OVER_SUM, .unit = UNIT_J, .window = WINDOW_TODAY, .every_s = 60},
    {.id = "nodes_today_j", .figure = "node.energy", .over = OVER_SUM, .unit = UNIT_J, .window = WINDOW_TODAY, .every_s = 60},
    {.id = "idle_ratio", .figure = "gpu.idle", .whole = true, .unit = UNIT_RATIO, .scale = 0.01},
    {.id = "gpus", .figure = "gpu.total", .over = OVER_SUM, .unit = UNIT_COUNT, .every_s = 15},
    {.id = "nodes_cost_per_hour", .figure = "cost.rate", .over = OVER_SUM, .unit = UNIT_MONEY, .every_s = 15},
    {.id = "power_w", .whole = true, .made = true, .unit = UNIT_W},
    {.id = "energy_1h_j", .whole = true, .made = true, .unit = UNIT_J},
    {.id = "energy_today_j", .whole = true, .made = true, .unit = UNIT_J},
    {.id = "source", .whole = true, .made = true, .unit = UNIT_TEXT},
    {.id = "estimated", .whole = true, .made = true, .unit = UNIT_TEXT},
    {.id = "cost_per_hour", .whole = true, .made = true, .unit = UNIT_MONEY},
    {0},
};

static const struct top_column columns[] = {
    {.title = "DRAWN BY", .id = "name", .width = 14, .max_width = 32},
    {.title = "power", .id = "power_w", .width = 14, .importance = 90, .has_error = true},
    {.title = "share", .id = "share_ratio", .width = 5, .importance = 80},
    {.title = "GPUs", .id = "gpus", .width = 5, .importance = 60, .only_if_any = true},
    {.title = "cost/h", .id = "cost_per_hour", .width = 9, .importance = 70, .only_if_any = true},
    {0},
};

static struct reading *whole_of(struct table *table, const char *id) { return reading_of(table, &table->whole, id); }

/* a + b, where either may be unknown. */
static struct reading sum_of(const struct reading *a, const struct reading *b)
{
    struct reading sum = {0};
    reading_add(&sum, a);
    reading_add(&sum, b);
    return sum;
}

static void put(struct table *table, struct row *row, const char *id, struct reading value)
{
    struct reading *reading = reading_of(table, row, id);
    reading_clear(reading);
    *reading = value;
}

/* Energy of both: unknown when one draws power and nobody counts its joules. */
static void put_energy(struct table *table, const char *id, const char *gpus_id, const char *nodes_id)
{
    const struct reading *gpus = whole_of(table, gpus_id), *nodes = whole_of(table, nodes_id);
    bool is_part = (reading_has(whole_of(table, "gpus_power_w")) && !reading_has(gpus)) ||
                   (reading_has(whole_of(table, "nodes_power_w")) && !reading_has(nodes));
    const struct reading unknown = {0}, sum = sum_of(gpus, nodes);
    put(table, &table->whole, id, is_part ? unknown : sum);
}

static void put_text(struct table *table, const char *id, const char *text, const struct reading *as)
{
    struct reading value = {.sample = as->sample, .text = xstrdup_or_null(text)};
    put(table, &table->whole, id, value);
}

static void put_scaled(struct table *table, struct row *row, const char *id, const struct reading *from, double factor)
{
    struct reading value = {.sample = from->sample, .is_estimate = from->is_estimate, .error = fabs(from->error * factor)};
    value.sample.value *= factor;
    if (!isfinite(factor) || !reading_has(from))
        value = (struct reading){0};
    put(table, row, id, value);
}

static void add_source(struct str *s, const struct reading *reading)
{
    if (!reading_has(reading) || !reading->measure)
        return;
    str_addf(s, "%s%s", s->len ? " + " : "", reading->text ? reading->text : reading->measure->source);
}

/* What nodes cost by their provider's list, or GPUs by the context's price, or power. */
static void put_cost(const struct state *state, struct table *table)
{
    const struct reading *nodes = whole_of(table, "nodes_cost_per_hour"), *gpus = whole_of(table, "gpus"),
                         *power = whole_of(table, "power_w");
    if (reading_has(nodes))
        put_scaled(table, &table->whole, "cost_per_hour", nodes, 1);
    else if (isfinite(state->prices.gpu_hour) && reading_has(gpus))
        put_scaled(table, &table->whole, "cost_per_hour", gpus, state->prices.gpu_hour);
    else
        put_scaled(table, &table->whole, "cost_per_hour", power, state->prices.kwh / 1000);
}

static void put_row(const struct state *state, struct table *table, struct row *row)
{
    struct reading power = sum_of(reading_of(table, row, "gpus_power_w"), reading_of(table, row, "nodes_power_w"));
    const struct reading *total = whole_of(table, "power_w"), *gpus = reading_of(table, row, "gpus");
    put(table, row, "power_w", power);
    bool is_share = reading_has(total) && total->sample.value > 0;
    put_scaled(table, row, "share_ratio", &power, is_share ? 1 / total->sample.value : NAN);
    if (isfinite(state->prices.gpu_hour) && reading_has(gpus))
        put_scaled(table, row, "cost_per_hour", gpus, state->prices.gpu_hour);
    else
        put_scaled(table, row, "cost_per_hour", &power, isfinite(state->prices.gpu_hour) ? NAN : state->prices.kwh / 1000);
}

/* What is drawn and nobody's: less than nothing is an error of the meters, and shown as nothing. */
static struct reading rest_of(const struct table *table, const struct reading *total, const char *id)
{
    struct reading held = {0};
    for (size_t i = 0; i < table->n; i++)
        if (!table->rows[i].is_rest)
            reading_add(&held, row_reading(table, &table->rows[i], id));
    struct reading rest = {.sample = total->sample, .error = total->error + held.error};
    if (!reading_has(total) || !reading_has(&held))
        return (struct reading){0};
    rest.sample.value = num_max(total->sample.value - held.sample.value, 0);
    rest.is_estimate = total->is_estimate || held.is_estimate;
    if (held.sample.state > rest.sample.state)
        rest.sample.state = held.sample.state;
    return rest;
}

static void put_rest(const struct state *state, struct table *table)
{
    struct reading power = rest_of(table, whole_of(table, "power_w"), "power_w"),
                   gpus = rest_of(table, whole_of(table, "gpus"), "gpus");
    if (!reading_has(&power) && !reading_has(&gpus))
        return;
    struct row *row = table_row(table, "unattributed");
    row->is_rest = true;
    const struct reading *total = whole_of(table, "power_w");
    put(table, row, "power_w", power);
    put(table, row, "gpus", gpus);
    put_scaled(table, row, "share_ratio", &power, total->sample.value > 0 ? 1 / total->sample.value : NAN);
    bool is_rent = isfinite(state->prices.gpu_hour) && reading_has(&gpus);
    put_scaled(table, row, "cost_per_hour", is_rent ? &gpus : &power,
               is_rent ? state->prices.gpu_hour : state->prices.kwh / 1000);
}

static void derive(const struct state *state, struct table *table)
{
    const struct reading *gpus = whole_of(table, "gpus_power_w"), *nodes = whole_of(table, "nodes_power_w");
    CLEANUP(str_release) struct str source = STR_INIT;
    struct reading power = sum_of(gpus, nodes);
    put(table, &table->whole, "power_w", power);
    put_energy(table, "energy_1h_j", "gpus_1h_j", "nodes_1h_j");
    put_energy(table, "energy_today_j", "gpus_today_j", "nodes_today_j");
    add_source(&source, gpus);
    add_source(&source, nodes);
    put_text(table, "source", source.len ? source.buf : NULL, &power);
    put_text(table, "estimated", reading_has(&power) ? (power.is_estimate ? "true" : "false") : NULL, &power);
    put_cost(state, table);
    for (size_t i = 0; i < table->n; i++)
        if (!table->rows[i].is_rest)
            put_row(state, table, &table->rows[i]);
    put_rest(state, table);
}

static int add_figure(const struct state *state, const struct table *table, struct surface *s, int col, const char *label,
                      const char *id)
{
    const struct reading *reading = row_reading(table, &table->whole, id);
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!reading_has(reading) || !isfinite(reading_value(reading)))
        return col;
    whole_print(&text, state, table, id);
    if (*label)
        col = surface_textf(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), "%s ", label);
    return surface_text(s, 0, col, reading_style(state, reading), text.buf) + 3;
}

static int add_today(const struct state *state, const struct table *table, struct surface *s, int col)
{
    enum { J_A_KWH = 3600000 };
    const struct reading *today = row_reading(table, &table->whole, "energy_today_j");
    if (!isfinite(reading_value(today)))
        return col;
    double kwh = reading_value(today) / J_A_KWH;
    col = surface_text(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), "today ");
    return surface_textf(s, 0, col, reading_style(state, today), kwh < 10 ? "%s%.2fkWh" : "%s%.0fkWh",
                         today->is_estimate ? "~" : "", kwh) +
           3;
}

static int add_cost(const struct state *state, const struct table *table, struct surface *s, int col)
{
    int after = add_figure(state, table, s, col, "", "cost_per_hour");
    return after == col ? col : surface_text(s, 0, after - 3, STYLE_PLAIN, "/h") + 3;
}

/* GPUs and nodes together; where only one is known, that one. */
static void add_curves(const struct reading *a, const struct reading *b, double *values)
{
    for (size_t i = 0; i < TREND_STEPS; i++) {
        double x = i < a->n_trend ? a->trend[i] : NAN, y = i < b->n_trend ? b->trend[i] : NAN;
        values[i] = isfinite(x) && isfinite(y) ? x + y : isfinite(x) ? x : y;
    }
}

static void draw_curve(const struct state *state, const struct table *table, struct surface *s, int col)
{
    enum { WIDTH = 24, LEAST = 6 };
    int room = s->cols - col - 1;
    const struct reading *gpus = row_reading(table, &table->whole, "gpus_curve_w"),
                         *nodes = row_reading(table, &table->whole, "nodes_curve_w"),
                         *power = row_reading(table, &table->whole, "power_w");
    CLEANUP(str_release) struct str curve = STR_INIT;
    struct spark spark = {.width = room < WIDTH ? room : WIDTH, .style = view_curves(&state->view, s->utf8)};
    double values[TREND_STEPS];
    if (room < LEAST || (!gpus->n_trend && !nodes->n_trend))
        return;
    add_curves(gpus, nodes, values);
    spark_add(&curve, &spark, values, TREND_STEPS);
    surface_text(s, 0, col, STYLE(TINT_GREEN, power->sample.state == SAMPLE_KNOWN ? 0 : STYLE_DIM), curve.buf);
}

static void draw(const struct state *state, const struct table *table, struct surface *s)
{
    const struct reading *power = row_reading(table, &table->whole, "power_w"),
                         *source = row_reading(table, &table->whole, "source");
    CLEANUP(str_release) struct str text = STR_INIT;
    int col = surface_text(s, 0, 1, STYLE(TINT_CYAN, STYLE_BOLD), "ENERGY") + 3;
    if (!reading_has(power)) {
        empty_reason(state, table, "no meter and no model of energy", &text);
        surface_text(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), text.buf);
        return;
    }
    col = add_figure(state, table, s, col, "now", "power_w") - 2;
    str_addf(&text, "(%s)", source->text ? source->text : "?");
    col = surface_text(s, 0, col, STYLE(TINT_NONE, STYLE_DIM), text.buf) + 3;
    col = add_figure(state, table, s, col, "1h", "energy_1h_j");
    col = add_today(state, table, s, col);
    col = add_figure(state, table, s, col, "idle", "idle_ratio");
    col = add_cost(state, table, s, col);
    draw_curve(state, table, s, col);
    struct surface rows = surface_window(s, (struct rect){.row = 1, .rows = s->rows - 1, .cols = s->cols});
    if (s->rows > 2)
        list_draw(state, table, &rows);
}

static int want_rows(const struct state *state, const struct table *table)
{
    (void)state;
    return table->n ? 1 + list_want_rows(table) : 1;
}

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    if (isfinite(reading_value(row_reading(table, &table->whole, "power_w"))))
        whole_print(s, state, table, "power_w");
    if (!isfinite(reading_value(row_reading(table, &table->whole, "cost_per_hour"))))
        return;
    str_add(s, s->len ? "  " : "");
    whole_print(s, state, table, "cost_per_hour");
    str_add(s, "/h");
}

const struct panel panel_energy = {
    .name = "energy",
    .rows_name = "consumers",
    .title = "Energy",
    .order = 40,
    .importance = 30,
    .sort = 1,
    .metrics = metrics,
    .columns = columns,
    .derive = derive,
    .summary = summary,
    .want_rows = want_rows,
    .draw = draw,
};
