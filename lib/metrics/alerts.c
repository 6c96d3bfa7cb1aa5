#include "metrics/alerts.h"

#include <string.h>

/* In the order of the list. */
static const char *const states[] = {"firing", "pending", "inhibited", "silenced"};

static node_t *not_alertmanager(const struct prom *server, const struct http_response *res, struct err *err)
{
    if (res->status == 401 || res->status == 403)
        err_set(err, ERR_AUTH, "not allowed (HTTP %d)", res->status);
    else if (res->status >= 502 && res->status <= 504)
        err_set(err, ERR_UNREACHABLE, "Alertmanager is not ready (HTTP %d)", res->status);
    else
        err_set(err, ERR_FAILED, "this is no Alertmanager (HTTP %d)", res->status);
    err_wrap(err, "cannot query Alertmanager at %s", server->base);
    err_hint(err, "--alertmanager URL, or alertmanager of the context: the base of the server, before /api/v2");
    return NULL;
}

node_t *alertmanager_alerts(const struct prom *server, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    struct prom_read read = {.path = "/api/v2/alerts"};
    if (prom_get(server, &read, &res, err) != 0)
        return NULL;
    node_t *list = json_parse(res.body.buf, res.body.len, "answer of Alertmanager", &ignored);
    if (res.status == 200 && node_type(list) == NODE_ARRAY)
        return list;
    node_free(list);
    return not_alertmanager(server, &res, err);
}

static void copy_texts(const node_t *from, node_t *to)
{
    for (const node_t *item = node_first(from); item; item = node_next(item)) {
        const char *text = node_text(item) ? node_text(item) : node_str(item, "/name", NULL);
        if (text)
            node_push(to, node_new_str(text));
    }
}

static const char *summary_of(const node_t *annotations)
{
    static const char *const names[] = {"/summary", "/description", "/message"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (node_str(annotations, names[i], NULL))
            return node_str(annotations, names[i], NULL);
    return NULL;
}

static node_t *new_alert(const node_t *alert, const char *state, const char *since)
{
    node_t *item = node_new_object();
    const node_t *labels = node_get(alert, "labels"), *annotations = node_get(alert, "annotations");
    double value;
    node_set_str(item, "name", node_str(labels, "/alertname", "(no name)"));
    node_set_str(item, "state", state);
    node_set_str(item, "severity", node_str(labels, "/severity", NULL));
    node_set_str(item, "since", since);
    node_set_str(item, "summary", summary_of(annotations));
    bool has_value = str_to_num(node_str(alert, "/value", ""), &value);
    node_set(item, "value", has_value ? node_new_num(value) : node_new_null());
    node_set(item, "labels", labels ? node_copy(labels) : node_new_object());
    node_set(item, "annotations", annotations ? node_copy(annotations) : node_new_object());
    static const char *const lists[] = {"silenced_by", "inhibited_by", "receivers", "sources"};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        node_set(item, lists[i], node_new_array());
    return item;
}

static void add_told(node_t *item, const node_t *told)
{
    copy_texts(node_at(told, "/status/silencedBy"), node_get(item, "silenced_by"));
    copy_texts(node_at(told, "/status/inhibitedBy"), node_get(item, "inhibited_by"));
    copy_texts(node_get(told, "receivers"), node_get(item, "receivers"));
    node_push(node_get(item, "sources"), node_new_str("alertmanager"));
    bool is_silenced = node_len(node_get(item, "silenced_by")) > 0;
    if (is_silenced || node_len(node_get(item, "inhibited_by")))
        node_set_str(item, "state", is_silenced ? "silenced" : "inhibited");
}

/* On its way Prometheus adds its external labels, and takes none away. */
static bool is_same_alert(const node_t *alert, const node_t *told)
{
    const node_t *others = node_get(told, "labels");
    for (const node_t *label = node_first(node_get(alert, "labels")); label; label = node_next(label)) {
        const char *value = node_text(label);
        const char *other = value ? node_text(node_get(others, node_key(label))) : NULL;
        if (value && *value && !str_eq(value, other))
            return false;
    }
    return true;
}

static const node_t *find_told(const node_t *alert, const node_t *told)
{
    for (const node_t *one = node_first(told); one; one = node_next(one))
        if (is_same_alert(alert, one))
            return one;
    return NULL;
}

static bool is_known(const node_t *told, const node_t *alerts)
{
    for (const node_t *alert = node_first(alerts); alert; alert = node_next(alert))
        if (is_same_alert(alert, told))
            return true;
    return false;
}

static node_t *in_order(node_t *found)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        for (node_t *item = node_first(found), *next; item; item = next) {
            next = node_next(item);
            if (strcmp(node_str(item, "/state", ""), states[i]) == 0)
                node_push(list, node_detach(found, item));
        }
    }
    node_free(found);
    return list;
}

node_t *alerts_join(const node_t *alerts, const node_t *told)
{
    node_t *found = node_new_array();
    const node_t *own = node_get(alerts, "alerts");
    for (const node_t *alert = node_first(own); alert; alert = node_next(alert)) {
        bool is_firing = strcmp(node_str(alert, "/state", ""), "firing") == 0;
        node_t *item = node_push(found, new_alert(alert, is_firing ? "firing" : "pending", node_str(alert, "/activeAt", NULL)));
        const node_t *same = is_firing ? find_told(alert, told) : NULL;
        node_push(node_get(item, "sources"), node_new_str("prometheus"));
        if (same)
            add_told(item, same);
    }
    for (const node_t *alert = node_first(told); alert; alert = node_next(alert))
        if (!is_known(alert, own))
            add_told(node_push(found, new_alert(alert, "firing", node_str(alert, "/startsAt", NULL))), alert);
    return in_order(found);
}

static node_t *rule_of(const node_t *group, const node_t *rule)
{
    node_t *item = node_new_object();
    bool is_alert = strcmp(node_str(rule, "/type", ""), "alerting") == 0;
    const char *error = node_str(rule, "/lastError", "");
    node_set_str(item, "name", node_str(rule, "/name", NULL));
    node_set_str(item, "type", is_alert ? "alerting" : "recording");
    node_set_str(item, "state", node_str(rule, "/state", NULL));
    node_set_str(item, "health", node_str(rule, "/health", NULL));
    node_set_str(item, "group", node_str(group, "/name", NULL));
    node_set_str(item, "file", node_str(group, "/file", NULL));
    node_set(item, "for_ms", is_alert ? node_new_num(node_num(rule, "/duration", 0) * 1000) : node_new_null());
    node_set_str(item, "query", node_str(rule, "/query", NULL));
    node_set(item, "labels", node_copy(node_get(rule, "labels")));
    node_set(item, "annotations", node_copy(node_get(rule, "annotations")));
    node_set(item, "alerts", is_alert ? node_new_num((double)node_len(node_get(rule, "alerts"))) : node_new_null());
    node_set_str(item, "evaluated", node_str(rule, "/lastEvaluation", NULL));
    node_set_num(item, "took_ms", node_num(rule, "/evaluationTime", 0) * 1000);
    node_set_str(item, "error", *error ? error : NULL);
    return item;
}

node_t *alerts_rules(const node_t *rules)
{
    node_t *list = node_new_array();
    for (const node_t *group = node_first(node_get(rules, "groups")); group; group = node_next(group))
        for (const node_t *rule = node_first(node_get(group, "rules")); rule; rule = node_next(rule))
            node_push(list, rule_of(group, rule));
    return list;
}
