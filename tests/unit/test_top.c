#include <check.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "suites.h"
#include "top/keys.h"
#include "top/sample.h"
#include "top/top.h"

/* Everything asked, every answer empty. */
static struct batch *new_round(const struct plan *of, int64_t at_ms)
{
    struct span span = {.range_ms = RANGE_USUAL_MS};
    return batch_new(of, &span, at_ms);
}

static const struct panel *panel_named(const char *name)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct panel *panel = panel_find(name, &err);
    ck_assert_ptr_nonnull(panel);
    return panel;
}

static bool is_local(const struct measure *measure)
{
    static const char *const sources[] = {"openfaas", "aiwf", "dcgm"};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (str_eq(measure->source, sources[i]))
            return true;
    return !measure->source;
}

/* Which answer is a panel's metric, as this source measures it; NULL: as the local gateway and dcgm-exporter do. */
static size_t slot_of(const struct plan *from, const char *panel, const char *id, bool keyed, const char *source)
{
    size_t n;
    const struct place *places = plan_places(from, &n);
    for (size_t i = 0; i < n; i++) {
        const struct metric *metric = &places[i].panel->metrics[places[i].metric];
        bool is_it = strcmp(places[i].panel->name, panel) == 0 && strcmp(metric->id, id) == 0 && metric_is_whole(metric) != keyed;
        if (is_it && (source ? str_eq(places[i].measure->source, source) : is_local(places[i].measure)))
            return places[i].index;
    }
    ck_abort_msg("no %s of %s", id, panel);
    return 0;
}

static size_t slot(const struct plan *from, const char *panel, const char *id, bool keyed)
{
    return slot_of(from, panel, id, keyed, NULL);
}

/* The answer to one of the queries: the items of a vector. */
static void answer(struct batch *batch, size_t index, const char *items)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *body = xasprintf("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}", items);
    prom_result_release(&batch->results[index]);
    ck_assert_int_eq(prom_parse(200, body, strlen(body), NULL, &batch->results[index], &err), 0);
}

static void fail_all(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        err_set(&batch->errs[i], ERR_UNREACHABLE, "gone");
    batch->failed = batch->n;
}

static void draw(const struct state *state, int rows, int cols, struct str *text)
{
    CLEANUP(surface_release) struct surface surface;
    surface_init(&surface, rows, cols, true);
    frame_draw(state, &surface);
    surface_print(&surface, false, text);
}

static struct plan *plan;
static struct state state;

static void start(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    state_init(&state);
    state.context = "unit";
    state.url = "http://127.0.0.1:9090";
    plan = plan_new(NULL, 60000);
}

static void stop(void)
{
    state_release(&state);
    plan_free(plan);
}

static void busy_round(int64_t at_ms)
{
    CLEANUP(batch_free) struct batch *batch = new_round(plan, at_ms);
    answer(batch, slot(plan, "functions", "rps", true),
           "{\"metric\":{\"function_name\":\"ocr.openfaas-fn\"},\"value\":[100,\"41.2\"]},"
           "{\"metric\":{\"function_name\":\"idle.other\"},\"value\":[100,\"0\"]},"
           "{\"metric\":{\"function_name\":\"\\u001b[31mevil\\u0007\"},\"value\":[100,\"2\"]},"
           "{\"metric\":{},\"value\":[100,\"7\"]}");
    answer(batch, slot(plan, "functions", "p95_ms", true),
           "{\"metric\":{\"function_name\":\"ocr\"},\"value\":[100,\"138\"]},{\"metric\":{\"function_name\":\"idle.other\"},"
           "\"value\":[100,\"NaN\"]}");
    answer(batch, slot(plan, "functions", "energy_per_request_j", true),
           "{\"metric\":{\"function_name\":\"ocr\",\"source\":\"model\"},\"value\":[100,\"38\"]}");
    answer(batch, slot(plan, "energy", "nodes_power_w", false),
           "{\"metric\":{\"source\":\"model\",\"estimated\":\"true\"},\"value\":[100,\"31\"]}");
    state_take(&state, plan, batch);
}

static const struct row *row_named(const char *name)
{
    const struct table *table = state_table(&state, "functions");
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->rows[i].key, name) == 0)
            return &table->rows[i];
    ck_abort_msg("no row %s", name);
    return NULL;
}

static const struct reading *function_reading(const char *name, const char *id)
{
    return row_reading(state_table(&state, "functions"), row_named(name), id);
}

START_TEST(answers_become_rows)
{
    busy_round(100000);
    ck_assert_uint_eq(state_table(&state, "functions")->n, 3);
    ck_assert_double_eq_tol(reading_value(function_reading("ocr", "rps")), 41.2, 1e-9);
    ck_assert_double_eq_tol(reading_value(function_reading("ocr", "p95_ms")), 138, 1e-9);
    ck_assert(function_reading("ocr", "energy_per_request_j")->is_estimate);
    ck_assert(!reading_has(function_reading("idle.other", "p99_ms")));
    ck_assert(isnan(reading_value(function_reading("idle.other", "p99_ms"))));
    CLEANUP(str_release) struct str text = STR_INIT;
    draw(&state, 30, 80, &text);
    ck_assert_ptr_nonnull(strstr(text.buf, "41.2"));
    ck_assert_ptr_nonnull(strstr(text.buf, "~38J"));
    ck_assert_ptr_nonnull(strstr(text.buf, "\\x1b[31mevil\\x07"));
}
END_TEST

START_TEST(a_source_that_is_gone_leaves_stale_values)
{
    busy_round(100000);
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 200000);
    fail_all(batch);
    state_take(&state, plan, batch);
    ck_assert_int_eq(state.source.state, SOURCE_DOWN);
    ck_assert_int_eq(state.source.since_ms, 200000);
    ck_assert_int_eq(function_reading("ocr", "rps")->sample.state, SAMPLE_STALE);
    ck_assert_double_eq_tol(reading_value(function_reading("ocr", "rps")), 41.2, 1e-9);
    ck_assert_int_eq(reading_style(&state, function_reading("ocr", "rps")).attrs, STYLE_DIM);
    CLEANUP(str_release) struct str text = STR_INIT;
    draw(&state, 30, 100, &text);
    ck_assert_ptr_nonnull(strstr(text.buf, "Prometheus down since"));
    CLEANUP(node_free) node_t *model = state_json(&state);
    ck_assert_int_eq(node_type(node_at(model, "/functions/0/rps")), NODE_NULL);
    ck_assert_str_eq(node_str(model, "/source/state", ""), "down");
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(batch_error(batch, &err), -1);
    ck_assert_int_eq(err.code, ERR_UNREACHABLE);
    busy_round(300000);
    ck_assert_int_eq(function_reading("ocr", "rps")->sample.state, SAMPLE_KNOWN);
    ck_assert_int_eq(state.source.since_ms, 300000);
}
END_TEST

START_TEST(what_prometheus_knows_no_more_goes)
{
    busy_round(100000);
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 200000);
    state_take(&state, plan, batch);
    ck_assert_uint_eq(state_table(&state, "functions")->n, 0);
    CLEANUP(str_release) struct str text = STR_INIT;
    draw(&state, 30, 100, &text);
    ck_assert_ptr_nonnull(strstr(text.buf, "no functions"));
}
END_TEST

START_TEST(an_empty_list_says_when_a_target_is_down)
{
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 200000);
    answer(batch, slot(plan, "targets", "up", true),
           "{\"metric\":{\"job\":\"aiwf\",\"instance\":\"127.0.0.1:1\"},\"value\":[1,\"0\"]}");
    state_take(&state, plan, batch);
    CLEANUP(str_release) struct str text = STR_INIT;
    draw(&state, 30, 100, &text);
    ck_assert_ptr_nonnull(strstr(text.buf, "unknown: aiwf/127.0.0.1:1 is down"));
    ck_assert_ptr_null(strstr(text.buf, "no functions"));
}
END_TEST

START_TEST(one_failed_query_dims_only_its_figures)
{
    busy_round(100000);
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 200000);
    answer(batch, slot(plan, "functions", "rps", true), "{\"metric\":{\"function_name\":\"ocr\"},\"value\":[200,\"1\"]}");
    err_set(&batch->errs[slot(plan, "functions", "p95_ms", true)], ERR_TIMEOUT, "too slow");
    batch->failed = 1;
    state_take(&state, plan, batch);
    ck_assert_int_eq(state.source.state, SOURCE_UP);
    ck_assert_int_eq(function_reading("ocr", "rps")->sample.state, SAMPLE_KNOWN);
    ck_assert_int_eq(function_reading("ocr", "p95_ms")->sample.state, SAMPLE_STALE);
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(batch_error(batch, &err), 0);
}
END_TEST

START_TEST(order_puts_the_unknown_last)
{
    busy_round(100000);
    struct table *table = &state.tables[0];
    while (strcmp(table->panel->name, "functions") != 0)
        table++;
    state.view.focus = (size_t)(table - state.tables);
    ck_assert_str_eq(table->panel->columns[table->sort].id, "rps");
    ck_assert_str_eq(table->rows[0].key, "ocr");
    ck_assert_str_eq(table->rows[2].key, "idle.other");
    state_sort_next(&state);
    state_sort_next(&state);
    ck_assert_str_eq(table->panel->columns[table->sort].id, "p95_ms");
    ck_assert_str_eq(table->rows[0].key, "ocr");
    for (size_t i = 0; i < 5; i++)
        state_sort_next(&state);
    ck_assert_str_eq(table->panel->columns[table->sort].id, "name");
    ck_assert_str_eq(table->rows[0].key, "\033[31mevil\007");
}
END_TEST

START_TEST(a_filter_hides_rows)
{
    busy_round(100000);
    str_add(&state.view.filter, "OC");
    state_arrange(&state);
    ck_assert_uint_eq(table_shown(state_table(&state, "functions")), 1);
    CLEANUP(node_free) node_t *model = state_json(&state);
    ck_assert_uint_eq(node_len(node_get(model, "functions")), 1);
    ck_assert_str_eq(node_str(model, "/functions/0/name", ""), "ocr");
    ck_assert_int_eq(node_type(node_at(model, "/functions/0/p99_ms")), NODE_NULL);
    ck_assert(node_bool(model, "/energy/estimated", false) || node_type(node_at(model, "/energy/estimated")) == NODE_NULL);
}
END_TEST

/* Every size, plain and with keys, help and a filter being typed: nothing outside, no control character. */
START_TEST(frames_fit_every_size)
{
    busy_round(100000);
    state.view.is_interactive = _i & 1;
    state.view.shows_help = _i & 2;
    state.view.prompt = _i & 4 ? PROMPT_FILTER : PROMPT_NONE;
    for (int rows = 0; rows <= 40; rows += rows < 12 ? 1 : 7)
        for (int cols = 0; cols <= 130; cols += cols < 24 ? 1 : 9) {
            CLEANUP(str_release) struct str text = STR_INIT;
            draw(&state, rows, cols, &text);
            for (size_t i = 0; i < text.len; i++)
                if (text.buf[i] != '\n' && (unsigned char)text.buf[i] < ' ')
                    ck_abort_msg("a control character at %dx%d", cols, rows);
        }
}
END_TEST

START_TEST(equal_queries_are_asked_once)
{
    size_t all;
    plan_places(plan, &all);
    ck_assert_uint_lt(plan_count(plan), all);
    CLEANUP(plan_free) struct plan *one = plan_new(panel_named("energy"), 60000);
    ck_assert_uint_lt(plan_count(one), plan_count(plan));
    size_t n;
    const struct place *places = plan_places(one, &n);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_ne(places[i].panel->name, "functions");
}
END_TEST

/* JSON keys carry their unit. */
START_TEST(keys_have_units)
{
    static const struct {
        enum unit unit;
        const char *ends;
    } units[] = {{UNIT_MS, "_ms"},       {UNIT_RATIO, "_ratio"}, {UNIT_W, "_w"},      {UNIT_J, "_j"},
                 {UNIT_BYTES, "_bytes"}, {UNIT_C, "_c"},         {UNIT_SECONDS, "_s"}};
    for (const struct panel *const *panel = top_panels; *panel; panel++)
        for (const struct metric *metric = (*panel)->metrics; metric->id; metric++)
            for (size_t i = 0; i < ARRAY_LEN(units); i++)
                ck_assert_msg(metric->unit != units[i].unit || str_ends(metric->id, units[i].ends), "%s of %s", metric->id,
                              (*panel)->name);
}
END_TEST

START_TEST(no_key_does_two_things)
{
    for (size_t i = 0; i < TOP_ACTIONS; i++)
        for (size_t k = 0; k < KEYMAP_KEYS; k++)
            if (top_keys[i].keys[k] && top_keys[i].keys[k] != KEYMAP_TO)
                ck_assert_int_eq(keymap_find(top_keys, TOP_ACTIONS, top_keys[i].keys[k]), (int)i);
    ck_assert_int_eq(keymap_find(top_keys, TOP_ACTIONS, 'Z'), -1);
}
END_TEST

START_TEST(values_have_their_unit)
{
    static const struct {
        enum unit unit;
        double value;
        const char *text;
    } cases[] = {
        {UNIT_MS, 0.04, "0.04ms"},   {UNIT_MS, 138.2, "138ms"},     {UNIT_MS, 4200, "4.2s"},   {UNIT_MS, 252000, "4m12s"},
        {UNIT_RATIO, 0.004, "0.4%"}, {UNIT_RATIO, 0, "0%"},         {UNIT_RATIO, 0.97, "97%"}, {UNIT_RATE, 41.23, "41.2"},
        {UNIT_RATE, 0, "0"},         {UNIT_RATE, 0.02, "0.02"},     {UNIT_COUNT, 3, "3"},      {UNIT_W, 3900, "3.9kW"},
        {UNIT_C, 74.4, "74C"},       {UNIT_SECONDS, 5400, "1h30m"}, {UNIT_W, NAN, "-"},        {UNIT_MS, INFINITY, "-"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        unit_print(&s, cases[i].unit, cases[i].value);
        ck_assert_str_eq(s.buf, cases[i].text);
    }
}
END_TEST

static const struct reading *reading_in(const char *panel, const char *row_name, const char *id)
{
    const struct table *table = state_table(&state, panel);
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->rows[i].key, row_name) == 0)
            return row_reading(table, &table->rows[i], id);
    ck_abort_msg("no row %s", row_name);
    return NULL;
}

/* Knative's own figure before Envoy's of the same revision; Envoy's while Knative's is not to be had. */
START_TEST(the_best_source_of_a_row_counts)
{
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 100000);
    size_t knative = slot_of(plan, "functions", "rps", true, "knative"), envoy = slot_of(plan, "functions", "rps", true, "envoy");
    answer(batch, knative, "{\"metric\":{\"namespace\":\"serving\",\"revision\":\"ocr-1\"},\"value\":[100,\"5\"]}");
    answer(batch, envoy, "{\"metric\":{\"envoy_cluster_name\":\"serving/ocr-1\"},\"value\":[100,\"9\"]}");
    state_take(&state, plan, batch);
    ck_assert_uint_eq(state_table(&state, "functions")->n, 1);
    ck_assert_double_eq(reading_value(reading_in("functions", "serving/ocr-1", "rps")), 5);
    err_set(&batch->errs[knative], ERR_TIMEOUT, "too slow");
    batch->failed = 1;
    state_take(&state, plan, batch);
    ck_assert_double_eq(reading_value(reading_in("functions", "serving/ocr-1", "rps")), 9);
    ck_assert_int_eq(reading_in("functions", "serving/ocr-1", "rps")->sample.state, SAMPLE_KNOWN);
}
END_TEST

/* The exporter of a GPU goes: its last figures stay, dim, and the panel says whose they are. */
START_TEST(what_an_exporter_said_stays_while_it_is_down)
{
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 100000);
    answer(batch, slot(plan, "gpus", "busy_ratio", true),
           "{\"metric\":{\"hostname\":\"a\",\"gpu\":\"0\"},\"value\":[100,\"97\"]}");
    state_take(&state, plan, batch);
    CLEANUP(batch_free) struct batch *later = new_round(plan, 200000);
    answer(later, slot(plan, "targets", "up", true),
           "{\"metric\":{\"job\":\"nvidia-dcgm\",\"instance\":\"a:9400\"},\"value\":[200,\"0\"]}");
    state_take(&state, plan, later);
    ck_assert_int_eq(reading_in("gpus", "a/0", "busy_ratio")->sample.state, SAMPLE_STALE);
    CLEANUP(str_release) struct str text = STR_INIT;
    ck_assert(panel_trouble(&state, state_table(&state, "gpus"), &text));
    ck_assert_ptr_nonnull(strstr(text.buf, "nvidia-dcgm/a:9400 is down since "));
    ck_assert(!panel_trouble(&state, state_table(&state, "jobs"), &text));
    CLEANUP(batch_free) struct batch *gone = new_round(plan, 300000);
    state_take(&state, plan, gone);
    ck_assert_uint_eq(state_table(&state, "gpus")->n, 0);
}
END_TEST

static void energy_round(const char *total, const char *held)
{
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 100000);
    AUTOFREE char *all = xasprintf("{\"metric\":{\"source\":\"rapl\"},\"value\":[100,\"%s\"]}", total);
    AUTOFREE char *one = xasprintf("{\"metric\":{\"kind\":\"job\"},\"value\":[100,\"%s\"]}", held);
    answer(batch, slot(plan, "energy", "nodes_power_w", false), all);
    answer(batch, slot(plan, "energy", "nodes_power_w", true), one);
    state_take(&state, plan, batch);
}

START_TEST(what_nobody_explains_is_a_row)
{
    energy_round("100", "60");
    const struct table *energy = state_table(&state, "energy");
    ck_assert_double_eq(reading_value(reading_in("energy", "unattributed", "power_w")), 40);
    ck_assert_double_eq_tol(reading_value(reading_in("energy", "job", "share_ratio")), 0.6, 1e-9);
    ck_assert_str_eq(energy->rows[energy->n - 1].key, "unattributed");
    energy_round("100", "130");
    ck_assert_double_eq(reading_value(reading_in("energy", "unattributed", "power_w")), 0);
    ck_assert(!reading_has(row_reading(energy, &energy->whole, "energy_1h_j")));
}
END_TEST

/* A curve that is asked for its end only keeps what it has, moved by the time that passed. */
START_TEST(a_curve_grows_at_its_end)
{
    size_t curve = slot(plan, "gpus", "busy_curve_ratio", true), now = slot(plan, "gpus", "busy_ratio", true);
    int64_t step = RANGE_USUAL_MS / RANGE_STEPS;
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 100 * step);
    answer(batch, curve, "{\"metric\":{\"hostname\":\"a\",\"gpu\":\"0\"},\"value\":[1500,\"50\"]}");
    answer(batch, now, "{\"metric\":{\"hostname\":\"a\",\"gpu\":\"0\"},\"value\":[1500,\"50\"]}");
    state_take(&state, plan, batch);
    CLEANUP(batch_free) struct batch *next = new_round(plan, 102 * step);
    next->curve_ms = 3 * step;
    answer(next, curve, "{\"metric\":{\"hostname\":\"a\",\"gpu\":\"0\"},\"value\":[1530,\"70\"]}");
    answer(next, now, "{\"metric\":{\"hostname\":\"a\",\"gpu\":\"0\"},\"value\":[1530,\"70\"]}");
    state_take(&state, plan, next);
    const struct reading *reading = reading_in("gpus", "a/0", "busy_curve_ratio");
    ck_assert_double_eq_tol(reading->trend[RANGE_STEPS], 0.7, 1e-9);
    ck_assert(isnan(reading->trend[RANGE_STEPS - 1]));
    ck_assert_double_eq_tol(reading->trend[RANGE_STEPS - 2], 0.5, 1e-9);
}
END_TEST

/* What is a label of an answer that is asked for anyway is no query of its own. */
START_TEST(one_query_says_two_things)
{
    ck_assert_uint_eq(slot(plan, "gpus", "model", true), slot(plan, "gpus", "memory_used_bytes", true));
}
END_TEST

/* The server's clock is behind ours, or ahead of it: curves end where it knows no more, figures of now are of its own now. */
START_TEST(clocks_may_differ)
{
    size_t curve = slot(plan, "gpus", "busy_curve_ratio", true), now = slot(plan, "gpus", "busy_ratio", true);
    int64_t step = RANGE_USUAL_MS / RANGE_STEPS;
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 100 * step);
    AUTOFREE char *behind = xasprintf("{\"metric\":{\"hostname\":\"a\",\"gpu\":\"0\"},\"value\":[%lld,\"50\"]}",
                                      (long long)(90 * step / 1000)),
                  *ahead = xasprintf("{\"metric\":{\"hostname\":\"b\",\"gpu\":\"0\"},\"value\":[%lld,\"70\"]}",
                                     (long long)(500 * step / 1000)),
                  *both = xasprintf("%s,%s", behind, ahead);
    answer(batch, curve, both);
    answer(batch, now, both);
    answer(batch, slot(plan, "jobs", "run_s", true), "{\"metric\":{\"name\":\"bert\"},\"value\":[100,\"-12\"]}");
    state_take(&state, plan, batch);
    ck_assert_double_eq_tol(reading_value(reading_in("gpus", "a/0", "busy_ratio")), 0.5, 1e-9);
    ck_assert_double_eq_tol(reading_value(reading_in("gpus", "b/0", "busy_ratio")), 0.7, 1e-9);
    const struct reading *late = reading_in("gpus", "a/0", "busy_curve_ratio"),
                         *early = reading_in("gpus", "b/0", "busy_curve_ratio");
    ck_assert(!reading_has(late)); /* the curve has ended, and is none of now */
    ck_assert_double_eq_tol(late->trend[RANGE_STEPS - 10], 0.5, 1e-9);
    ck_assert(isnan(late->trend[RANGE_STEPS]));
    for (size_t i = 0; i < TREND_STEPS; i++)
        ck_assert(isnan(early->trend[i])); /* not at a step that is not its own */
    ck_assert_double_eq_tol(reading_value(reading_in("jobs", "bert", "run_s")), 0, 1e-9);
    CLEANUP(str_release) struct str text = STR_INIT;
    draw(&state, 40, 160, &text);
    ck_assert_ptr_null(strstr(text.buf, "-12"));
}
END_TEST

static void fleet_round(size_t gpus, size_t functions)
{
    CLEANUP(batch_free) struct batch *batch = new_round(plan, 100000);
    CLEANUP(str_release) struct str items = STR_INIT;
    for (size_t i = 0; i < gpus; i++)
        str_addf(&items, "%s{\"metric\":{\"hostname\":\"node-%zu\",\"gpu\":\"%zu\"},\"value\":[100,\"%zu\"]}", i ? "," : "",
                 i / 8, i % 8, i % 101);
    answer(batch, slot(plan, "gpus", "busy_ratio", true), items.buf);
    str_reset(&items);
    for (size_t i = 0; i < functions; i++)
        str_addf(&items, "%s{\"metric\":{\"function_name\":\"f%zu\\u001b[2J\\u0000\\ud800\\u4e2d\"},\"value\":[100,\"%zu\"]}",
                 i ? "," : "", i, i);
    answer(batch, slot(plan, "functions", "rps", true), items.buf);
    state_take(&state, plan, batch);
}

/* Ten times what is usual, with names that mean harm, in any window: no line too long, none too many. */
START_TEST(a_fleet_fits_every_size)
{
    fleet_round(1000, 300);
    for (const struct panel *const *panel = top_panels; *panel; panel++) {
        state.view.only = *panel;
        for (int rows = 1; rows <= 100; rows += rows < 12 ? 1 : 22)
            for (int cols = 1; cols <= 300; cols += cols < 20 ? 3 : 56) {
                CLEANUP(str_release) struct str text = STR_INIT;
                CLEANUP(strv_release) struct strv lines = STRV_INIT;
                struct surface ruler = {.utf8 = true};
                draw(&state, rows, cols, &text);
                strv_split(&lines, text.buf, "\n");
                ck_assert_uint_le(lines.n, (size_t)rows);
                for (size_t i = 0; i < lines.n; i++)
                    ck_assert_int_le(surface_width(&ruler, lines.v[i]), cols);
            }
    }
}
END_TEST

/* A screen in a larger sheet, whose rim nobody may touch. */
enum { SHEET_ROWS = 102, SHEET_COLS = 302, CANARY = 0xfeed, EVERY_SIZE_PARTS = 4 };

static void each_of_rim(const struct surface *sheet, int rows, int cols, void (*see)(struct cell *cell))
{
    for (int col = 0; col <= cols + 1; col++) {
        see(&sheet->cells[col]);
        see(&sheet->cells[(rows + 1) * SHEET_COLS + col]);
    }
    for (int row = 0; row <= rows + 1; row++) {
        see(&sheet->cells[row * SHEET_COLS]);
        see(&sheet->cells[row * SHEET_COLS + cols + 1]);
    }
}

static void put_canary(struct cell *cell) { *cell = (struct cell){.mark = CANARY}; }
/* An assertion is a system call: only one that fails is made here. */
static void check_canary(struct cell *cell)
{
    if (cell->mark != CANARY || cell->text[0])
        ck_abort_msg("drawn outside of the screen");
}

static bool line_has(const struct surface *s, int row, const char *text)
{
    char line[SHEET_COLS + 1] = "";
    for (int col = 0; col < s->cols; col++)
        line[col] = s->cells[row * s->stride + col].text[0] ? s->cells[row * s->stride + col].text[0] : ' ';
    return strstr(line, text);
}

/* Lines of a table that can be clicked at: its rows. */
static size_t rows_shown(const struct surface *s, size_t table)
{
    size_t n = 0;
    for (int row = 0; row < s->rows; row++)
        for (int col = 0; col < s->cols; col += 20) {
            bool is_its = surface_mark_at(s, row, col) >> MARK_ROW_BITS == table + 1;
            n += is_its;
            if (is_its)
                break;
        }
    return n;
}

/* Every size from 80x24 to 300x100: nothing outside, the title, the keys, and rows of the list that matters most. */
START_TEST(every_size_is_whole)
{
    CLEANUP(surface_release) struct surface sheet;
    surface_init(&sheet, SHEET_ROWS, SHEET_COLS, true);
    fleet_round(40, 12);
    state.view.is_interactive = true;
    size_t functions = (size_t)(state_table(&state, "functions") - state.tables);
    for (int rows = 24 + _i; rows <= 100; rows += EVERY_SIZE_PARTS)
        for (int cols = 80; cols <= 300; cols++) {
            each_of_rim(&sheet, rows, cols, put_canary);
            struct surface s = surface_window(&sheet, (struct rect){.row = 1, .col = 1, .rows = rows, .cols = cols});
            frame_draw(&state, &s);
            each_of_rim(&sheet, rows, cols, check_canary);
            ck_assert(line_has(&s, 0, "aiwf top"));
            ck_assert(line_has(&s, rows - 1, "F1 Help"));
            ck_assert_msg(rows_shown(&s, functions) > 0, "%dx%d", cols, rows);
        }
}
END_TEST

START_TEST(a_thousand_gpus_are_on_one_screen)
{
    fleet_round(1000, 0);
    state.view.only = panel_named("gpus");
    CLEANUP(str_release) struct str text = STR_INIT;
    draw(&state, 24, 80, &text);
    ck_assert_ptr_nonnull(strstr(text.buf, "125 nodes, 1000 GPUs"));
    ck_assert_ptr_null(strstr(text.buf, " of 125 nodes"));
}
END_TEST

Suite *suite_top(void)
{
    Suite *suite = suite_create("top");
    TCase *tcase = tcase_create("top");
    tcase_add_checked_fixture(tcase, start, stop);
    tcase_add_test(tcase, answers_become_rows);
    tcase_add_test(tcase, a_source_that_is_gone_leaves_stale_values);
    tcase_add_test(tcase, what_prometheus_knows_no_more_goes);
    tcase_add_test(tcase, an_empty_list_says_when_a_target_is_down);
    tcase_add_test(tcase, one_failed_query_dims_only_its_figures);
    tcase_add_test(tcase, order_puts_the_unknown_last);
    tcase_add_test(tcase, a_filter_hides_rows);
    tcase_add_loop_test(tcase, frames_fit_every_size, 0, 8);
    tcase_add_test(tcase, the_best_source_of_a_row_counts);
    tcase_add_test(tcase, what_an_exporter_said_stays_while_it_is_down);
    tcase_add_test(tcase, what_nobody_explains_is_a_row);
    tcase_add_test(tcase, a_curve_grows_at_its_end);
    tcase_add_test(tcase, one_query_says_two_things);
    tcase_add_test(tcase, clocks_may_differ);
    tcase_add_test(tcase, a_fleet_fits_every_size);
    tcase_add_loop_test(tcase, every_size_is_whole, 0, EVERY_SIZE_PARTS);
    tcase_add_test(tcase, a_thousand_gpus_are_on_one_screen);
    tcase_add_test(tcase, equal_queries_are_asked_once);
    tcase_add_test(tcase, keys_have_units);
    tcase_add_test(tcase, no_key_does_two_things);
    tcase_add_test(tcase, values_have_their_unit);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
