/* Filters and groups, and the pages behind a row. */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "metrics/label_sets.h"
#include "metrics/scan.h"
#include "suites.h"
#include "top/act.h"
#include "top/drill.h"
#include "top/keys.h"
#include "top/rows.h"
#include "top/sample.h"

static struct state state;
static struct plan *plan;
static struct table *gpus;

static size_t query_of(const struct panel *panel, const char *id)
{
    size_t n;
    const struct place *place = plan_places(plan, &n);
    const char *source = panel == &top_works ? "ksm" : "dcgm";
    while (place->panel != panel || strcmp(panel->metrics[place->metric].id, id) != 0 ||
           metric_is_whole(&panel->metrics[place->metric]) || !str_eq(place->measure->source, source))
        place++;
    return place->index;
}

static void answer_of(struct batch *batch, const struct panel *panel, const char *id, const char *items)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *body = xasprintf("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}", items);
    struct prom_result *result = &batch->results[query_of(panel, id)];
    if (batch->sets)
        ck_assert(prom_scan(body, strlen(body), batch->sets, result));
    else
        ck_assert_int_eq(prom_parse(200, body, strlen(body), NULL, result, &err), 0);
}

static void answer(struct batch *batch, const char *id, const char *items) { answer_of(batch, gpus->panel, id, items); }

#define GPU(node, n, more, value) \
    "{\"metric\":{\"Hostname\":\"" node "\",\"gpu\":\"" n "\"" more "},\"value\":[100,\"" value "\"]}"
#define HELD(pod) ",\"exported_pod\":\"" pod "\",\"exported_namespace\":\"ml\",\"pod\":\"dcgm-x\",\"namespace\":\"gpu-operator\""

static void start(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    state_init(&state);
    state.context = "unit";
    plan = plan_new(NULL, 60000);
    size_t i = 0;
    while (strcmp(state.tables[i].panel->name, "gpus") != 0)
        i++;
    state.view.focus = i;
    gpus = &state.tables[i];
    CLEANUP(batch_free) struct batch *batch = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 100000);
    answer(batch, "busy_ratio", GPU("a", "0", HELD("bert-0"), "90") "," GPU("a", "1", "", "30") "," GPU("b", "0", "", "50"));
    answer(batch, "power_w", GPU("a", "0", HELD("bert-0"), "389") "," GPU("a", "1", "", "92") "," GPU("b", "0", "", "100"));
    answer(batch, "temperature_c", GPU("a", "0", HELD("bert-0"), "74") "," GPU("b", "0", "", "40"));
    state_take(&state, plan, batch);
}

static void stop(void)
{
    state_release(&state);
    plan_free(plan);
}

static void filter(const char *text)
{
    str_reset(&state.view.filter);
    str_add(&state.view.filter, text);
    state_arrange(&state);
}

static double value_of(const struct row *row, const char *id) { return reading_value(row_reading(gpus, row, id)); }

START_TEST(filters_narrow)
{
    static const struct {
        const char *text;
        size_t shown;
    } cases[] = {{"", 3},
                 {"A/", 2},
                 {"!a/", 1},
                 {"!", 0},
                 {"Hostname=a", 2},
                 {"Hostname=A", 0},
                 {"a 1", 1},
                 {"!a/0 !b/0", 1},
                 {"exported_pod=bert-0", 1},
                 {"!Hostname=a", 1},
                 {"name=b/0", 1},
                 {"nothing=x", 0},
                 {"=a", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        filter(cases[i].text);
        ck_assert_msg(table_shown(gpus) == cases[i].shown, "%s: %zu", cases[i].text, table_shown(gpus));
    }
}
END_TEST

START_TEST(groups_have_sums)
{
    state.view.group = GROUP_NODE;
    state_arrange(&state);
    ck_assert_uint_eq(table_shown(gpus), 2); /* folded */
    const struct row *a = table_selected(gpus);
    ck_assert_str_eq(a->key, "a");
    ck_assert_uint_eq(a->members, 2);
    ck_assert_double_eq_tol(value_of(a, "power_w"), 481, 1e-9);
    ck_assert_double_eq_tol(value_of(a, "busy_ratio"), 0.6, 1e-9); /* the mean */
    ck_assert_double_eq_tol(value_of(a, "temperature_c"), 74, 1e-9);
    ck_assert(row_reading(gpus, a, "temperature_c")->is_estimate); /* one is not known */
    ck_assert(!row_reading(gpus, a, "power_w")->is_estimate);
    ck_assert(!reading_has(row_reading(gpus, a, "memory_used_bytes")));
    CLEANUP(node_free) node_t *model = state_json(&state);
    ck_assert_uint_eq(node_len(node_get(model, "gpus")), 0);
}
END_TEST

START_TEST(groups_open_and_follow_the_filter)
{
    state.view.group = GROUP_NODE;
    state_arrange(&state);
    state_key(&state, TERM_ENTER);
    ck_assert_uint_eq(table_shown(gpus), 4);
    state_key(&state, 'j');
    ck_assert_str_eq(table_selected(gpus)->key, "a/0");
    filter("/1");
    ck_assert_uint_eq(table_shown(gpus), 2);
    ck_assert_double_eq_tol(value_of(&gpus->rows[0], "power_w"), 92, 1e-9);
    filter("");
    gpus->selected = 0;
    state_key(&state, TERM_ENTER);
    ck_assert_uint_eq(table_shown(gpus), 2);
    state.view.group = GROUP_NAMESPACE;
    state_arrange(&state);
    ck_assert_str_eq(gpus->rows[0].key, "ml"); /* whose, not the exporter's; none comes last */
    state.view.group = GROUP_NONE;
    state_arrange(&state);
    ck_assert_uint_eq(gpus->n, 3);
    ck_assert_uint_eq(table_shown(gpus), 3);
}
END_TEST

START_TEST(a_gpu_is_its_pod)
{
    CLEANUP(object_release) struct object object = {0};
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    drill_object(&state, &object);
    ck_assert_str_eq(object.kind, "pod");
    ck_assert_str_eq(object.name, "bert-0");
    ck_assert_str_eq(object.ns, "ml");
    ck_assert_int_eq(drill_words(&object, ASK_WHY, &words, &err), 0);
    ck_assert_uint_eq(words.n, 5);
    ck_assert_str_eq(words.v[2], "--namespace=ml");
    ck_assert_str_eq(words.v[3], "--");
    state_key(&state, 'j');
    drill_object(&state, &object);
    ck_assert_str_eq(object.kind, "gpu");
    ck_assert_int_eq(drill_words(&object, ASK_SHOW, &words, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "no pod holds a/1"));
}
END_TEST

#define WORK(pod, work) "{\"metric\":{\"namespace\":\"ml\",\"pod\":\"" pod "\",\"work\":\"" work "\"},\"value\":[100,\"1\"]}"

static void take_works(const char *works, int64_t at_ms)
{
    CLEANUP(batch_free) struct batch *batch = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, at_ms);
    answer(batch, "busy_ratio", GPU("a", "0", HELD("bert-0"), "90") "," GPU("a", "1", HELD("shell"), "30"));
    answer(batch, "holder", GPU("a", "0", HELD("bert-0"), "1") "," GPU("a", "1", HELD("shell"), "1"));
    answer_of(batch, &top_works, "work", works);
    state_take(&state, plan, batch);
}

static bool is_drawn(const char *text)
{
    CLEANUP(surface_release) struct surface surface;
    CLEANUP(str_release) struct str drawn = STR_INIT;
    surface_init(&surface, 10, 120, true);
    list_draw(&state, gpus, &surface);
    surface_print(&surface, false, &drawn);
    return strstr(drawn.buf, text);
}

START_TEST(a_gpu_is_its_job_s_where_that_is_known)
{
    take_works(WORK("bert-0", "train/bert") "," WORK("other", "train/other"), 200000);
    const struct row *rows = gpus->rows;
    ck_assert_uint_eq(gpus->n, 2);
    ck_assert_str_eq(row_reading(gpus, &rows[0], "works_for")->text, "train/bert");
    ck_assert_str_eq(row_reading(gpus, &rows[0], "holder")->text, "ml/bert-0");
    ck_assert(!reading_has(row_reading(gpus, &rows[1], "works_for")));
    ck_assert(is_drawn("train/bert") && is_drawn("ml/shell") && !is_drawn("ml/bert-0"));
    CLEANUP(node_free) node_t *model = state_json(&state);
    ck_assert_str_eq(node_str(model, "/gpus/0/works_for", ""), "train/bert");
    ck_assert_int_eq(node_type(node_at(model, "/gpus/1/works_for")), NODE_NULL);
    ck_assert_ptr_null(node_get(model, "works"));
    take_works("", 300000); /* nobody says it any more */
    ck_assert(!reading_has(row_reading(gpus, &gpus->rows[0], "works_for")));
    ck_assert(is_drawn("ml/bert-0") && !is_drawn("train/bert"));
}
END_TEST

/* What is made of others keeps no row. */
START_TEST(a_gpu_that_went_is_gone_with_its_job)
{
    take_works(WORK("bert-0", "train/bert"), 200000);
    CLEANUP(batch_free) struct batch *batch = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 300000);
    answer(batch, "busy_ratio", GPU("a", "1", "", "30"));
    answer_of(batch, &top_works, "work", WORK("bert-0", "train/bert"));
    state_take(&state, plan, batch);
    ck_assert_uint_eq(gpus->n, 1);
    ck_assert_str_eq(gpus->rows[0].key, "a/1");
}
END_TEST

/* What is asked for in some rounds only, as its curve is, does not keep it. */
START_TEST(a_gpu_that_went_is_gone_with_its_curve)
{
    CLEANUP(batch_free) struct batch *batch = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 100000);
    answer(batch, "busy_ratio", GPU("a", "0", "", "90") "," GPU("a", "1", "", "30"));
    answer(batch, "busy_curve_ratio", GPU("a", "0", "", "90") "," GPU("a", "1", "", "30"));
    state_take(&state, plan, batch);
    ck_assert(reading_has(row_reading(gpus, &gpus->rows[0], "busy_curve_ratio")));
    CLEANUP(batch_free) struct batch *next = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 102000);
    answer(next, "busy_ratio", GPU("a", "1", "", "30"));
    next->has[query_of(gpus->panel, "busy_curve_ratio")] = ANSWER_LATER;
    state_take(&state, plan, next);
    ck_assert_uint_eq(gpus->n, 1);
    ck_assert_str_eq(gpus->rows[0].key, "a/1");
}
END_TEST

/* Of a row about which this round says nothing, its labels are as they were. */
START_TEST(what_rests_keeps_its_labels)
{
    CLEANUP(batch_free) struct batch *batch = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 200000);
    answer(batch, "busy_ratio", GPU("a", "0", "", "90"));
    answer(batch, "memory_total_bytes", GPU("a", "0", "", "8"));
    state_take(&state, plan, batch);
    CLEANUP(batch_free) struct batch *next = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 202000);
    next->has[query_of(gpus->panel, "memory_total_bytes")] = ANSWER_LATER;
    state_take(&state, plan, next);
    ck_assert_uint_eq(gpus->n, 1);
    ck_assert_str_eq(row_label(&gpus->rows[0], "Hostname"), "a");
}
END_TEST

/* The exporter names the pod no more: it must not be taken for the holder. */
START_TEST(a_pod_that_went_holds_nothing)
{
    CLEANUP(object_release) struct object object = {0};
    CLEANUP(batch_free) struct batch *batch = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, 200000);
    answer(batch, "busy_ratio", GPU("a", "0", "", "1"));
    answer(batch, "power_w", GPU("a", "0", "", "60"));
    state_take(&state, plan, batch);
    const struct row *row = table_selected(gpus);
    ck_assert_ptr_null(row_label(row, "exported_pod"));
    ck_assert_str_eq(row_label(row, "Hostname"), "a");
    drill_object(&state, &object);
    ck_assert_str_eq(object.kind, "gpu");
}
END_TEST

START_TEST(figures_of_another_moment_are_none)
{
    CLEANUP(batch_free) struct batch *past = batch_new(plan, &(struct span){.at_ms = 5000, .range_ms = RANGE_USUAL_MS}, 5000);
    for (size_t i = 0; i < past->n; i++)
        err_set(&past->errs[i], ERR_TIMEOUT, "slow");
    past->failed = past->n;
    ck_assert_uint_eq(gpus->n, 3);
    state_take(&state, plan, past);
    ck_assert_uint_eq(gpus->n, 0); /* not the last ones seen, dim: those were of now */
    ck_assert_int_eq(state.taken.at_ms, 5000);
}
END_TEST

START_TEST(names_in_keys_are_told_apart)
{
    static const struct {
        const char *panel, *key, *kind, *name, *ns;
    } cases[] = {{"functions", "ocr", "function", "ocr", NULL},
                 {"functions", "ocr.other", "function", "ocr", "other"},
                 {"functions", "ml/ocr-00012", "function", "ocr", "ml"},
                 {"functions", "ml/ocr-1", "function", "ocr-1", "ml"},
                 {"functions", "ml/ocr-0001x", "function", "ocr-0001x", "ml"},
                 {"jobs", "ml/bert-00012", "train", "bert-00012", "ml"},
                 {"jobs", "v1.2", "train", "v1.2", NULL},
                 {"nodes", "gpu01.example.org", "node", "gpu01.example.org", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(object_release) struct object object = {0};
        size_t t = 0;
        while (strcmp(state.tables[t].panel->name, cases[i].panel) != 0)
            t++;
        state.view.focus = t;
        str_reset(&state.view.filter);
        str_addf(&state.view.filter, "name=%s", cases[i].key);
        table_row(&state.tables[t], cases[i].key);
        state_arrange(&state);
        drill_object(&state, &object);
        ck_assert_str_eq(object.kind, cases[i].kind);
        ck_assert_str_eq(object.name, cases[i].name);
        ck_assert_msg(str_eq(object.ns, cases[i].ns), "%s: %s", cases[i].key, object.ns);
    }
}
END_TEST

START_TEST(a_percentile_of_a_group_is_not_known)
{
    size_t t = 0;
    while (strcmp(state.tables[t].panel->name, "functions") != 0)
        t++;
    struct table *functions = &state.tables[t];
    static const char *const names[] = {"a.x", "b.x"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct row *row = table_row(functions, names[i]);
        static const char *const ids[] = {"rps", "p95_ms"};
        for (size_t m = 0; m < ARRAY_LEN(ids); m++)
            reading_of(functions, row, ids[m])->sample = (struct sample){.value = 10, .state = SAMPLE_KNOWN};
    }
    state.view.group = GROUP_NODE;
    state_arrange(&state);
    ck_assert(functions->rows[0].is_group);
    ck_assert_double_eq_tol(reading_value(row_reading(functions, &functions->rows[0], "rps")), 20, 1e-9);
    ck_assert(!reading_has(row_reading(functions, &functions->rows[0], "p95_ms")));
}
END_TEST

START_TEST(names_of_others_are_no_options_and_no_paths)
{
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(object_release) struct object object = {0};
    object_set(&object, "function", "--yes", NULL);
    ck_assert_int_eq(drill_words(&object, ASK_LOGS, &words, &err), 0);
    ck_assert_str_eq(words.v[words.n - 2], "--");
    ck_assert_str_eq(words.v[words.n - 1], "--yes");
    object_set(&object, "pod", "../secrets/x?y", "n s");
    strv_release(&words);
    words = STRV_INIT;
    strv_add(&words, "--context=bed");
    ck_assert_int_eq(drill_words(&object, ASK_SHOW, &words, &err), 0);
    ck_assert_uint_eq(words.n, 5);
    ck_assert_str_eq(words.v[4], "/api/v1/namespaces/n%20s/pods/..%2Fsecrets%2Fx%3Fy");
}
END_TEST

#define POD                                                                                                               \
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"bert-0\",\"namespace\":\"ml\",\"labels\":{\"job-name\":\"bert\","         \
    "\"batch.kubernetes.io/job-name\":\"bert\"},\"ownerReferences\":[{\"kind\":\"Job\",\"name\":\"bert\",\"controller\":" \
    "true}]},\"spec\":{\"nodeName\":\"a\"},\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"main\","  \
    "\"restartCount\":2,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}]}}"

static struct page *page_with(const char *text, int code)
{
    CLEANUP(object_release) struct object object = {0};
    object_set(&object, "pod", "bert-0", "ml");
    struct page *page = page_new("pod ml/bert-0", &object);
    page->is_document = true;
    page->partial.max = PAGE_MAX;
    page_add(page, text, strlen(text));
    page_end(page, code);
    drill_read(page);
    return page;
}

START_TEST(a_pod_leads_to_its_job)
{
    CLEANUP(page_free) struct page *page = page_with(POD, 0);
    ck_assert_str_eq(page->next.kind, "train");
    ck_assert_str_eq(page->next.name, "bert");
    ck_assert_str_eq(page->next.ns, "ml");
    CLEANUP(surface_release) struct surface surface;
    CLEANUP(str_release) struct str drawn = STR_INIT;
    surface_init(&surface, 20, 80, true);
    page_draw(page, &surface);
    surface_print(&surface, false, &drawn);
    ck_assert_ptr_nonnull(strstr(drawn.buf, "works for  train/bert"));
    ck_assert_ptr_nonnull(strstr(drawn.buf, "main  waiting CrashLoopBackOff  2 restarts"));
}
END_TEST

START_TEST(an_answer_that_is_no_pod_is_shown_as_it_is)
{
    static const char *const texts[] = {"", "error: no\n  try: x", "{\"a\":", "[1,2]", "{\"metadata\":7}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        CLEANUP(page_free) struct page *page = page_with(texts[i], i == 1 ? 3 : 0);
        ck_assert_ptr_null(page->next.kind);
        ck_assert(page->is_over);
    }
    CLEANUP(page_free) struct page *page = page_with(texts[1], 3);
    ck_assert_uint_eq(page->lines.n, 2);
    ck_assert_str_eq(page->lines.v[1], "  try: x");
}
END_TEST

START_TEST(pages_are_bounded)
{
    CLEANUP(object_release) struct object object = {0};
    object_set(&object, "train", "x", NULL);
    CLEANUP(page_free) struct page *page = page_new("log", &object);
    page->is_following = true;
    for (int i = 0; i < PAGE_LINES + 500; i++) {
        AUTOFREE char *line = xasprintf("%d\n", i);
        page_add(page, line, strlen(line));
    }
    ck_assert_uint_le(page->lines.n, PAGE_LINES);
    ck_assert_uint_eq(page->dropped + page->lines.n, PAGE_LINES + 500);
    ck_assert_str_eq(page->lines.v[page->lines.n - 1], "10499");
    AUTOFREE char *longest = xcalloc(PAGE_LINE_MAX * 3, 1);
    memset(longest, 'x', PAGE_LINE_MAX * 3 - 1);
    page_add(page, longest, strlen(longest));
    page_end(page, 0);
    ck_assert_uint_le(strlen(page->lines.v[page->lines.n - 1]), PAGE_LINE_MAX);
    page_scroll(page, -5, 20);
    ck_assert(!page->is_following);
    ck_assert_uint_eq(page->top, page->lines.n - 25);
    page_scroll(page, -PAGE_LINES, 20);
    ck_assert_uint_eq(page->top, 0);
    page_scroll(page, PAGE_LINES, 20);
    ck_assert_uint_eq(page->top, page->lines.n - 20);
}
END_TEST

static unsigned any_of(unsigned n)
{
    static unsigned seed = 7;
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % n;
}

#define OF_POD(n) ",\"exported_namespace\":\"ml\",\"exported_pod\":\"bert-" n "\""
#define DCGM      ",\"namespace\":\"gpu-operator\",\"pod\":\"dcgm-x\""
/* GPUs that come and go, whose pods change, in any order. */
static void add_any_gpus(struct str *items)
{
    static const char *const before[] = {"", OF_POD("0"), OF_POD("1"), ""};
    static const char *const behind[] = {"", DCGM, DCGM, ",\"zone\":\"z\""};
    enum { GPUS = 9, PER_NODE = 3 };
    unsigned first = any_of(GPUS);
    for (unsigned i = 0; i < GPUS; i++) {
        /* Some twice: a GPU may be several pods'. */
        unsigned gpu = any_of(9) ? (first + i * 2) % GPUS : any_of(GPUS), held = any_of(ARRAY_LEN(before));
        if (any_of(4) == 0)
            continue;
        str_addf(items, "%s{\"metric\":{\"Hostname\":\"n%u\"%s,\"gpu\":\"%u\"%s},\"value\":[100,\"%u\"]}", items->len ? "," : "",
                 gpu / PER_NODE, before[held], gpu % PER_NODE, behind[held], any_of(100));
    }
}

static void refuse(struct batch *batch, const char *id)
{
    err_set(&batch->errs[query_of(gpus->panel, id)], ERR_TIMEOUT, "slow");
    batch->failed++;
}

static void same_labels(const struct table *a, const struct table *b)
{
    static const char *const names[] = {"Hostname", "gpu", "exported_pod", "exported_namespace", "pod", "namespace", "zone"};
    ck_assert_uint_eq(a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            ck_assert_msg(str_eq(row_label(&a->rows[i], names[k]), row_label(&b->rows[i], names[k])), "%s of %s", names[k],
                          a->rows[i].key);
}

/* Known label sets save work, and change nothing of what is seen. */
START_TEST(label_sets_change_nothing)
{
    enum { ROUNDS = 400, SETS_ROUNDS = 37, ASKED = 3 };
    static const char *const ids[ASKED] = {"busy_ratio", "power_w", "temperature_c"};
    CLEANUP(state_release) struct state plain;
    CLEANUP(state_release) struct state known;
    state_init(&plain);
    state_init(&known);
    plain.context = known.context = "unit";
    struct label_sets *sets = NULL;
    for (size_t round = 0; round < ROUNDS; round++) {
        int64_t at_ms = 100000 + (int64_t)round * 2000;
        if (round % SETS_ROUNDS == 0)
            label_sets_unref(TAKE(sets));
        sets = label_sets_turn(sets);
        CLEANUP(batch_free) struct batch *a = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, at_ms);
        CLEANUP(batch_free) struct batch *b = batch_new(plan, &(struct span){.range_ms = RANGE_USUAL_MS}, at_ms);
        b->sets = label_sets_ref(sets);
        for (size_t i = 0; i < ASKED; i++) {
            CLEANUP(str_release) struct str items = STR_INIT;
            if (any_of(8))
                add_any_gpus(&items);
            if (any_of(9)) {
                answer(a, ids[i], items.buf);
                answer(b, ids[i], items.buf);
            } else {
                refuse(a, ids[i]);
                refuse(b, ids[i]);
            }
        }
        state_take(&plain, plan, a);
        state_take(&known, plan, b);
        CLEANUP(node_free) node_t *plainly = state_json(&plain);
        CLEANUP(node_free) node_t *by_sets = state_json(&known);
        ck_assert_msg(node_equal(plainly, by_sets), "round %zu", round);
        same_labels(state_table(&plain, "gpus"), state_table(&known, "gpus"));
    }
    label_sets_unref(sets);
}
END_TEST

Suite *suite_top_rows(void)
{
    Suite *suite = suite_create("top_rows");
    TCase *tcase = tcase_create("rows");
    tcase_add_checked_fixture(tcase, start, stop);
    tcase_add_test(tcase, filters_narrow);
    tcase_add_test(tcase, groups_have_sums);
    tcase_add_test(tcase, groups_open_and_follow_the_filter);
    tcase_add_test(tcase, a_gpu_is_its_pod);
    tcase_add_test(tcase, a_gpu_is_its_job_s_where_that_is_known);
    tcase_add_test(tcase, a_gpu_that_went_is_gone_with_its_job);
    tcase_add_test(tcase, a_gpu_that_went_is_gone_with_its_curve);
    tcase_add_test(tcase, what_rests_keeps_its_labels);
    tcase_add_test(tcase, a_pod_that_went_holds_nothing);
    tcase_add_test(tcase, figures_of_another_moment_are_none);
    tcase_add_test(tcase, names_in_keys_are_told_apart);
    tcase_add_test(tcase, a_percentile_of_a_group_is_not_known);
    tcase_add_test(tcase, names_of_others_are_no_options_and_no_paths);
    tcase_add_test(tcase, a_pod_leads_to_its_job);
    tcase_add_test(tcase, an_answer_that_is_no_pod_is_shown_as_it_is);
    tcase_add_test(tcase, pages_are_bounded);
    tcase_add_test(tcase, label_sets_change_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
