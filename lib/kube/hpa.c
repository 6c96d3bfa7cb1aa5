#include "kube/hpa.h"

#include <string.h>

#include "kube/quantity.h"

static bool is_resource(const char *name) { return strcmp(name, "cpu") == 0 || strcmp(name, "memory") == 0; }

static int bad_metric(const char *text, struct err *err)
{
    err_set(err, ERR_USAGE, "--metric: \"%s\" is not NAME=VALUE", text);
    return err_hint(err, "cpu=70 or memory=80 (per cent of the request), or a metric of the pods: requests_per_second=100");
}

static node_t *resource_metric(const char *name, double percent)
{
    node_t *metric = node_new_object();
    node_set_str(metric, "type", "Resource");
    node_t *resource = node_set(metric, "resource", node_new_object());
    node_set_str(resource, "name", name);
    node_t *target = node_set(resource, "target", node_new_object());
    node_set_str(target, "type", "Utilization");
    node_set_num(target, "averageUtilization", percent);
    return metric;
}

static node_t *pods_metric(const char *name, const char *value)
{
    node_t *metric = node_new_object();
    node_set_str(metric, "type", "Pods");
    node_t *pods = node_set(metric, "pods", node_new_object());
    node_set_str(node_set(pods, "metric", node_new_object()), "name", name);
    node_t *target = node_set(pods, "target", node_new_object());
    node_set_str(target, "type", "AverageValue");
    node_set_str(target, "averageValue", value);
    return metric;
}

int hpa_add_metric(node_t *metrics, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    double value;
    long long percent;
    if (!equals || equals == text)
        return bad_metric(text, err);
    AUTOFREE char *name = xstrndup(text, (size_t)(equals - text));
    AUTOFREE char *number = xstrdup(equals + 1);
    if (is_resource(name)) {
        if (str_ends(number, "%"))
            number[strlen(number) - 1] = '\0';
        if (!str_to_int(number, 1, 10000, &percent))
            return bad_metric(text, err);
        node_push(metrics, resource_metric(name, (double)percent));
        return 0;
    }
    if (!str_to_num(number, &value) || value <= 0)
        return bad_metric(text, err);
    node_push(metrics, pods_metric(name, number));
    return 0;
}

/* The part of a MetricSpec or MetricStatus that its type names. */
static const node_t *part_of(const node_t *metric)
{
    static const struct {
        const char *type, *key;
    } parts[] = {{"Resource", "resource"},
                 {"ContainerResource", "containerResource"},
                 {"Pods", "pods"},
                 {"Object", "object"},
                 {"External", "external"}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (strcmp(parts[i].type, node_str(metric, "/type", "")) == 0)
            return node_get(metric, parts[i].key);
    return NULL;
}

static const char *name_of(const node_t *part) { return node_str(part, "/name", node_str(part, "/metric/name", "?")); }

/* Of a target or of what is measured; NULL: neither is known. The caller frees. */
static char *amount_of(const node_t *amount)
{
    const node_t *percent = node_get(amount, "averageUtilization");
    const char *average = node_str(amount, "/averageValue", node_str(amount, "/value", NULL));
    if (node_type(percent) == NODE_NUMBER)
        return xasprintf("%.0f%%", node_value(percent));
    if (average && str_ends(average, "m"))
        return xasprintf("%g", kube_quantity(node_get(amount, node_get(amount, "averageValue") ? "averageValue" : "value")));
    return xstrdup_or_null(average);
}

static const node_t *current_of(const node_t *hpa, const node_t *metric)
{
    const char *name = name_of(part_of(metric));
    for (const node_t *now = node_first(node_at(hpa, "/status/currentMetrics")); now; now = node_next(now))
        if (strcmp(node_str(now, "/type", ""), node_str(metric, "/type", "")) == 0 && strcmp(name_of(part_of(now)), name) == 0)
            return node_get(part_of(now), "current");
    return NULL;
}

static void add_metrics(const node_t *hpa, node_t *explained, struct str *s)
{
    node_t *list = node_set(explained, "metrics", node_new_array());
    for (const node_t *metric = node_first(node_at(hpa, "/spec/metrics")); metric; metric = node_next(metric)) {
        const node_t *part = part_of(metric);
        AUTOFREE char *asked = amount_of(node_get(part, "target"));
        AUTOFREE char *current = amount_of(current_of(hpa, metric));
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "name", name_of(part));
        node_set_str(item, "current", current);
        node_set_str(item, "asked", asked);
        str_addf(s, "%s%s %s of %s asked", node_next(node_first(list)) ? ", " : ": ", name_of(part),
                 current ? current : "unknown", asked ? asked : "?");
    }
}

/* What the controller's reasons mean. */
static const struct {
    const char *type, *status, *reason; /* reason NULL: any other */
    const char *says;                   /* in the message; NULL: anything */
    const char *words;
    bool tells; /* its message says more */
} meanings[] = {
    {"AbleToScale", "False", "FailedGetScale", NULL, "its deployment cannot be read", true},
    {"AbleToScale", "False", "FailedUpdateScale", NULL, "its deployment cannot be changed", true},
    {"AbleToScale", "False", NULL, NULL, "it cannot scale", true},
    {"ScalingActive", "False", "ScalingDisabled", NULL, "off while the deployment is scaled to zero", false},
    {"ScalingActive", "False", "FailedGetResourceMetric", "could not find the requested resource",
     "it cannot decide: nobody measures the pods (is metrics-server installed?)", true},
    {"ScalingActive", "False", "FailedGetResourceMetric", "unable to handle the request",
     "it cannot decide: whoever measures the pods does not answer", true},
    {"ScalingActive", "False", "FailedGetResourceMetric", "missing request for",
     "it cannot decide: a container does not say what it requests, and a share of that is asked", true},
    {"ScalingActive", "False", "FailedGetResourceMetric", "no metrics returned",
     "it cannot decide yet: its pods have not been measured", false},
    {"ScalingActive", "False", "FailedGetResourceMetric", "did not receive metrics",
     "it cannot decide yet: its pods have not been measured", false},
    {"ScalingActive", "False", "FailedGetPodsMetric", "no custom metrics API",
     "it cannot decide: nobody has the metric (is a custom metrics adapter installed?)", true},
    {"ScalingActive", "False", "FailedGetPodsMetric", "unable to handle the request",
     "it cannot decide: the custom metrics adapter does not answer", true},
    /* Once the API server does not list what it serves. */
    {"ScalingActive", "False", "FailedGetPodsMetric", "no known available metric versions",
     "it cannot decide: the custom metrics adapter does not answer", false},
    {"ScalingActive", "False", "FailedGetPodsMetric", "could not find the metric",
     "it cannot decide: no pod has the metric, or the custom metrics adapter has no rule for it", true},
    {"ScalingActive", "False", "FailedGetPodsMetric", "no metrics returned", "it cannot decide: none of its pods has the metric",
     false},
    {"ScalingActive", "False", "FailedGetPodsMetric", "did not receive metrics",
     "it cannot decide yet: its pods have not been measured", false},
    {"ScalingActive", "False", NULL, NULL, "it cannot decide", true},
    /* Before limits: those are then of the higher number. */
    {"AbleToScale", "True", "ScaleDownStabilized", NULL, "it waits before it scales down: a higher number was right lately",
     false},
    {"ScalingLimited", "True", "TooManyReplicas", NULL, "limited by max: it would have more", false},
    {"ScalingLimited", "True", "TooFewReplicas", NULL, "limited by min: it would have fewer", false},
    {"ScalingLimited", "True", "ScaleUpLimit", NULL, "slowed by its policy for scaling up", false},
    {"ScalingLimited", "True", "ScaleDownLimit", NULL, "slowed by its policy for scaling down", false},
    {"ScalingLimited", "True", NULL, NULL, "limited", true},
    {"AbleToScale", "True", "SucceededRescale", NULL, "just changed", false},
};

static bool is_met(const node_t *hpa, size_t meaning)
{
    const node_t *condition = kube_condition(hpa, meanings[meaning].type);
    const char *reason = meanings[meaning].reason, *says = meanings[meaning].says;
    return strcmp(node_str(condition, "/status", ""), meanings[meaning].status) == 0 &&
           (!reason || strcmp(node_str(condition, "/reason", ""), reason) == 0) &&
           (!says || strstr(node_str(condition, "/message", ""), says));
}

static const char *message_of(const node_t *condition)
{
    static const char prefix[] = "the HPA was unable to compute the replica count: ";
    const char *message = node_str(condition, "/message", "");
    return str_starts(message, prefix) ? message + strlen(prefix) : message;
}

/* The first meaning that is met: what keeps it from deciding comes before what limits a decision. */
static void add_meaning(const node_t *hpa, struct str *s)
{
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        if (!is_met(hpa, i))
            continue;
        const char *message = message_of(kube_condition(hpa, meanings[i].type));
        str_addf(s, "; %s", meanings[i].words);
        if (meanings[i].tells && *message)
            str_addf(s, ": %s", message);
        return;
    }
}

static const char *state_of(const node_t *hpa)
{
    if (kube_condition_is(hpa, "AbleToScale", "False") || !kube_condition(hpa, "ScalingActive"))
        return "Undecided";
    if (kube_condition_is(hpa, "ScalingActive", "False")) {
        const char *reason = node_str(kube_condition(hpa, "ScalingActive"), "/reason", "");
        return strcmp(reason, "ScalingDisabled") == 0 ? "Off" : "Undecided";
    }
    return kube_condition_is(hpa, "ScalingLimited", "True") ? "Limited" : "Active";
}

node_t *hpa_explain(const node_t *hpa)
{
    node_t *explained = node_new_object();
    int64_t max = node_int(hpa, "/spec/maxReplicas", 0), replicas = node_int(hpa, "/status/currentReplicas", 0);
    int64_t desired = node_int(hpa, "/status/desiredReplicas", 0);
    CLEANUP(str_release) struct str decision = STR_INIT;
    str_addf(&decision, "%lld of %lld", (long long)replicas, (long long)max);
    if (desired > 0 && desired != replicas)
        str_addf(&decision, ", %lld wanted", (long long)desired);
    node_set_num(explained, "min", (double)node_int(hpa, "/spec/minReplicas", 1));
    node_set_num(explained, "max", (double)max);
    node_set_num(explained, "replicas", (double)replicas);
    node_set_num(explained, "desired", (double)desired);
    node_set_str(explained, "state", state_of(hpa));
    node_set_str(explained, "last_scale", node_str(hpa, "/status/lastScaleTime", NULL));
    add_metrics(hpa, explained, &decision);
    if (!node_len(node_at(hpa, "/status/conditions")))
        str_add(&decision, "; it has not decided yet");
    add_meaning(hpa, &decision);
    node_set(explained, "conditions", kube_conditions(hpa));
    node_set_str(explained, "decision", decision.buf);
    return explained;
}
