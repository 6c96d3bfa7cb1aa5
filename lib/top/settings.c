#include "top/settings.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "doc/schema.h"
#include "top/act.h"

static const struct field schema[] = {
    {.name = "panel", .type = FIELD_STRING, .help = "the panel that fills the screen"},
    {.name = "focus", .type = FIELD_STRING, .help = "the panel that keys go to"},
    {.name = "sort", .type = FIELD_STRING, .help = "the column of that panel that it is sorted by"},
    {.name = "filter", .type = FIELD_STRING, .help = "rows that are shown"},
    {.name = "group", .type = FIELD_STRING, .choices = group_names, .help = "what rows are folded under"},
    {.name = "theme", .type = FIELD_STRING, .choices = tui_theme_names, .help = "the colours"},
    {.name = "curves", .type = FIELD_STRING, .choices = spark_choice_names, .help = "what curves are drawn with"},
    {.name = "interval", .type = FIELD_DURATION, .help = "how often Prometheus is asked"},
    {.name = "range", .type = FIELD_DURATION, .help = "the time of curves"},
    {.name = "mouse", .type = FIELD_BOOL, .help = "whether the mouse is the screen's"},
    {0},
};

char *settings_path(void) { return path_config("top.yaml"); }

static int load_panel(struct state *state, const struct doc *doc, const char *key, bool is_only, struct err *err)
{
    CLEANUP(err_release) struct err wrong = ERR_INIT;
    const node_t *name = node_get(doc->root, key);
    if (!name)
        return 0;
    const struct panel *panel = panel_find(node_text(name), &wrong);
    for (size_t i = 0; panel && i < state->n; i++) {
        if (state->tables[i].panel != panel)
            continue;
        state->view.focus = i;
        if (is_only)
            state_only(state, i);
    }
    if (panel)
        return 0;
    doc_err(doc, name, err, "%s is no panel", node_text(name));
    return wrong.hint ? err_hint(err, "%s", wrong.hint) : -1;
}

static int load_sort(struct state *state, const struct doc *doc, struct err *err)
{
    CLEANUP(err_release) struct err wrong = ERR_INIT;
    const node_t *name = node_get(doc->root, "sort");
    if (!name || state_sort_by(state, node_text(name), &wrong) == 0)
        return 0;
    doc_err(doc, name, err, "%s", wrong.what);
    return wrong.hint ? err_hint(err, "%s", wrong.hint) : -1;
}

/* The schema lets numbers of seconds and durations through, nothing else. */
static int load_time(const struct doc *doc, const char *key, const int64_t limits[2], int64_t *value, struct err *err)
{
    const node_t *node = node_get(doc->root, key);
    int64_t ms = 0;
    if (!node)
        return 0;
    if (node_type(node) == NODE_NUMBER)
        ms = (int64_t)(node_value(node) * 1000);
    else if (!duration_parse(node_text(node), &ms))
        ms = 0;
    if (ms < limits[0] || ms > limits[1])
        return doc_err(doc, node, err, "%s is too short or too long", key);
    *value = ms;
    return 0;
}

static int index_in(const char *const *names, const char *name)
{
    int i = str_index(names, name);
    return i < 0 ? 0 : i;
}

static int apply(struct state *state, const struct doc *doc, struct err *err)
{
    static const int64_t intervals[] = {TOP_INTERVAL_MIN_MS, TOP_INTERVAL_MAX_MS}, ranges[] = {RANGE_MIN_MS, RANGE_MAX_MS};
    struct view *view = &state->view;
    if (load_panel(state, doc, "focus", false, err) != 0 || load_panel(state, doc, "panel", true, err) != 0 ||
        load_sort(state, doc, err) != 0 || load_time(doc, "interval", intervals, &view->interval_ms, err) != 0 ||
        load_time(doc, "range", ranges, &view->span.range_ms, err) != 0)
        return -1;
    str_reset(&view->filter);
    str_add(&view->filter, node_str(doc->root, "/filter", ""));
    view->group = (enum group)index_in(group_names, node_str(doc->root, "/group", "none"));
    view->theme = &tui_themes[index_in(tui_theme_names, node_str(doc->root, "/theme", ""))];
    view->curves = (enum spark_choice)index_in(spark_choice_names, node_str(doc->root, "/curves", "auto"));
    view->has_mouse = node_bool(doc->root, "/mouse", true);
    return 0;
}

int settings_load(struct state *state, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    AUTOFREE char *path = settings_path();
    if (!file_exists(path))
        return 0;
    if (doc_load(&doc, path, err) != 0)
        return -1;
    if (node_type(doc.root) == NODE_NULL) /* an empty file */
        return 0;
    return schema_check(&doc, schema, err) == 0 ? apply(state, &doc, err) : -1;
}

static void set_duration(node_t *object, const char *key, int64_t ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%lldms", (long long)ms);
    node_set_str(object, key, text.buf);
}

int settings_save(const struct state *state, struct err *err)
{
    const struct view *view = &state->view;
    const struct table *table = &state->tables[view->focus];
    CLEANUP(node_free) node_t *object = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    AUTOFREE char *path = settings_path();
    node_set_str(object, view->only ? "panel" : "focus", table->panel->name);
    if (table->panel->columns)
        node_set_str(object, "sort", table->panel->columns[table->sort].id);
    if (view->filter.len)
        node_set_str(object, "filter", view->filter.buf);
    node_set_str(object, "group", group_names[view->group]);
    node_set_str(object, "theme", view->theme->name);
    node_set_str(object, "curves", spark_choice_names[view->curves]);
    set_duration(object, "interval", view->interval_ms);
    set_duration(object, "range", view->span.range_ms);
    node_set_bool(object, "mouse", view->has_mouse);
    yaml_print(object, &text);
    return file_write_atomic(path, text.buf, text.len, 0644, err);
}
