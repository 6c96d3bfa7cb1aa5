#include "metrics/dashboard.h"

#include <stdlib.h>
#include <string.h>

enum { PANEL_WIDTH = 12, PANEL_HEIGHT = 8, GRID_WIDTH = 24, SCHEMA_VERSION = 39 };
#define RULE_WINDOW "5m"

static char *record_of(const char *figure)
{
    char *record = xasprintf("aiwf:%s", figure);
    for (char *c = record; *c; c++)
        if (*c == '.')
            *c = '_';
    return record;
}

static void add_rule(node_t *rules, const node_t *source, const node_t *entry)
{
    node_t *rule = node_push(rules, node_new_object());
    AUTOFREE char *record = record_of(node_str(entry, "/figure", ""));
    AUTOFREE char *expr = vocabulary_expr(node_str(entry, "/expr", ""), RULE_WINDOW);
    node_set_str(rule, "record", record);
    node_set_str(rule, "expr", expr);
    node_set_str(node_set(rule, "labels", node_new_object()), "measured_by", node_str(source, "/name", ""));
}

static node_t *add_group(node_t *groups, const char *name)
{
    node_t *group = node_push(groups, node_new_object());
    node_set_str(group, "name", name);
    return node_set(group, "rules", node_new_array());
}

node_t *rules_record(const node_t *vocabulary)
{
    node_t *root = node_new_object();
    node_t *groups = node_set(root, "groups", node_new_array());
    for (const node_t *source = node_first(node_get(vocabulary, "sources")); source; source = node_next(source)) {
        AUTOFREE char *name = xasprintf("aiwf-%s", node_str(source, "/name", ""));
        node_t *rules = add_group(groups, name);
        for (const node_t *entry = node_first(node_get(source, "figures")); entry; entry = node_next(entry))
            if (!node_str(entry, "/text", NULL))
                add_rule(rules, source, entry);
    }
    return root;
}

node_t *rules_warn(const node_t *vocabulary)
{
    node_t *root = node_new_object();
    node_t *rules = add_group(node_set(root, "groups", node_new_array()), "aiwf-alerts");
    for (const node_t *rule = node_first(node_get(vocabulary, "alerts")); rule; rule = node_next(rule))
        node_push(rules, node_copy(rule));
    return root;
}

/* https://prometheus-operator.dev/docs/api-reference/api/: PrometheusRule */
node_t *rules_object(const char *name, node_t *groups)
{
    node_t *object = node_new_object();
    node_set_str(object, "apiVersion", "monitoring.coreos.com/v1");
    node_set_str(object, "kind", "PrometheusRule");
    node_t *metadata = node_set(object, "metadata", node_new_object());
    node_set_str(metadata, "name", name);
    node_set_str(node_set(metadata, "labels", node_new_object()), "app.kubernetes.io/managed-by", "aiwf");
    node_set(object, "spec", groups);
    return object;
}

/* Grafana's names of units. */
static const char *unit_of(const char *unit)
{
    static const struct {
        const char *unit, *grafana;
    } units[] = {
        {"percent", "percent"}, {"W", "watt"}, {"J", "joule"},     {"J/request", "joule"},  {"C", "celsius"},
        {"ms", "ms"},           {"s", "s"},    {"bytes", "bytes"}, {"requests/s", "reqps"},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strcmp(units[i].unit, unit) == 0)
            return units[i].grafana;
    return "short";
}

static char *variable_of(const char *setting)
{
    char *name = xstrdup(setting);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    return name;
}

static void set_source(node_t *object)
{
    node_t *source = node_set(object, "datasource", node_new_object());
    node_set_str(source, "type", "prometheus");
    node_set_str(source, "uid", "${datasource}");
}

static char *target_expr(const node_t *panel, const char *expr)
{
    const char *price = node_str(panel, "/price", NULL);
    AUTOFREE char *windowed = vocabulary_expr(expr, "$window");
    if (!price)
        return TAKE(windowed);
    AUTOFREE char *variable = variable_of(price);
    const char *scale = node_str(panel, "/scale", "");
    return xasprintf("sum(%s)%s%s * $%s", windowed, *scale ? " " : "", scale, variable);
}

static void add_targets(node_t *made, const node_t *vocabulary, const node_t *panel)
{
    node_t *targets = node_set(made, "targets", node_new_array());
    const char *figure = node_str(panel, "/figure", "");
    CLEANUP(node_free) node_t *all = vocabulary_match(vocabulary, NULL);
    for (const node_t *item = node_first(all); item; item = node_next(item)) {
        if (strcmp(node_str(item, "/name", ""), figure) != 0)
            continue;
        char id[2] = {(char)('A' + node_len(targets)), 0};
        AUTOFREE char *expr = target_expr(panel, node_str(item, "/expr", ""));
        node_t *target = node_push(targets, node_new_object());
        set_source(target);
        node_set_str(target, "refId", id);
        node_set_str(target, "expr", expr);
        node_set_str(target, "legendFormat", "__auto");
        node_set_bool(target, "range", true);
    }
}

static void set_place(node_t *panel, size_t index)
{
    enum { COLUMNS = GRID_WIDTH / PANEL_WIDTH };
    size_t row = index / COLUMNS;
    node_t *place = node_set(panel, "gridPos", node_new_object());
    node_set_num(place, "h", PANEL_HEIGHT);
    node_set_num(place, "w", PANEL_WIDTH);
    node_set_num(place, "x", (double)(index % COLUMNS * PANEL_WIDTH));
    node_set_num(place, "y", (double)(row * PANEL_HEIGHT));
}

static void add_panel(node_t *panels, const node_t *vocabulary, const node_t *panel)
{
    size_t index = node_len(panels);
    const node_t *figure = node_get(node_get(vocabulary, "figures"), node_str(panel, "/figure", ""));
    bool is_money = node_str(panel, "/price", NULL) != NULL;
    node_t *made = node_push(panels, node_new_object());
    node_set_num(made, "id", (double)index + 1);
    node_set_str(made, "type", "timeseries");
    node_set_str(made, "title", node_str(panel, "/title", node_str(figure, "/help", "")));
    node_set_str(made, "description", node_str(panel, "/figure", ""));
    set_place(made, index);
    set_source(made);
    node_t *defaults = node_set(node_set(made, "fieldConfig", node_new_object()), "defaults", node_new_object());
    node_set(node_get(made, "fieldConfig"), "overrides", node_new_array());
    node_set_str(defaults, "unit", is_money ? "short" : unit_of(node_str(figure, "/unit", "")));
    node_set_num(defaults, "min", 0);
    add_targets(made, vocabulary, panel);
}

static node_t *add_variable(node_t *list, const char *name, const char *type)
{
    node_t *variable = node_push(list, node_new_object());
    node_set_str(variable, "name", name);
    node_set_str(variable, "type", type);
    return variable;
}

static void set_current(node_t *variable, const char *value)
{
    node_t *current = node_set(variable, "current", node_new_object());
    node_set_str(current, "text", value);
    node_set_str(current, "value", value);
}

static void add_price(node_t *list, const char *setting, const char *value)
{
    AUTOFREE char *name = variable_of(setting);
    for (const node_t *variable = node_first(list); variable; variable = node_next(variable))
        if (strcmp(node_str(variable, "/name", ""), name) == 0)
            return;
    node_t *variable = add_variable(list, name, "textbox");
    node_set_str(variable, "query", value);
    set_current(variable, value);
}

static node_t *new_variables(void)
{
    node_t *list = node_new_array();
    node_set_str(add_variable(list, "datasource", "datasource"), "query", "prometheus");
    node_t *window = add_variable(list, "window", "interval");
    node_set_str(window, "query", "1m,5m,15m,1h");
    set_current(window, RULE_WINDOW);
    return list;
}

node_t *dashboard_make(const node_t *vocabulary, const node_t *dashboard, const node_t *prices, struct strv *missing)
{
    node_t *made = node_new_object();
    node_set(made, "id", node_new_null());
    node_set_str(made, "uid", node_str(dashboard, "/uid", ""));
    node_set_str(made, "title", node_str(dashboard, "/title", ""));
    node_push(node_set(made, "tags", node_new_array()), node_new_str("aiwf"));
    node_set_str(made, "timezone", "browser");
    node_set_num(made, "schemaVersion", SCHEMA_VERSION);
    node_set_str(made, "refresh", "30s");
    node_t *time = node_set(made, "time", node_new_object());
    node_set_str(time, "from", "now-3h");
    node_set_str(time, "to", "now");
    node_t *variables = node_set(node_set(made, "templating", node_new_object()), "list", new_variables());
    node_set(node_set(made, "annotations", node_new_object()), "list", node_new_array());
    node_t *panels = node_set(made, "panels", node_new_array());
    for (const node_t *panel = node_first(node_get(dashboard, "panels")); panel; panel = node_next(panel)) {
        const char *setting = node_str(panel, "/price", NULL);
        const char *price = setting ? node_text(node_get(prices, setting)) : NULL;
        if (setting && !price) {
            if (!strv_has(missing, setting))
                strv_add(missing, setting);
            continue;
        }
        if (price)
            add_price(variables, setting, price);
        add_panel(panels, vocabulary, panel);
    }
    return made;
}

node_t *dashboard_provider(const char *folder)
{
    node_t *root = node_new_object();
    node_set_num(root, "apiVersion", 1);
    node_t *provider = node_push(node_set(root, "providers", node_new_array()), node_new_object());
    node_set_str(provider, "name", "aiwf");
    node_set_str(provider, "folder", "AI workflows");
    node_set_str(provider, "type", "file");
    node_set_str(node_set(provider, "options", node_new_object()), "path", folder);
    return root;
}
