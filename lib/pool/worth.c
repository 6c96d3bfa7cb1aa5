#include "pool/worth.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/stat.h"
#include "kube/quantity.h"
#include "local/pool_impl.h"
#include "pool/history.h"
#include "pool/policy.h"

#define SCALING "autoscaling.knative.dev/"

node_t *kept_document(const struct kept *kept, const node_t *function)
{
    node_t *doc = pool_record(kept->rules);
    int64_t now = clock_wall_ms() / 1000, min = 0, at = pool_next(kept->rules, now, &min);
    node_delete(doc, "stats");
    node_delete(doc, "created_ms");
    node_set_str(doc, "runtime", kept->runtime->name);
    node_set_bool(doc, "forecast", kept->forecast);
    node_set_bool(doc, "prepull", kept->prepull);
    node_set_num(doc, "gpus", (double)kept->gpus);
    node_set_num(doc, "floor", (double)(kept->applied >= 0 ? kept->applied : pool_floor_at(kept->rules, now)));
    node_set_num(doc, "warm", node_num(function, "/available", NAN));
    if (at < 0)
        return doc;
    CLEANUP(str_release) struct str text = STR_INIT;
    node_t *next = node_set(doc, "next", node_new_object());
    rfc3339_print(&text, at * 1000);
    node_set_str(next, "at", text.buf);
    node_set_num(next, "min", (double)min);
    return doc;
}

/* ---- an instance ---- */

static double price(const struct context *context, enum setting setting)
{
    double value = NAN;
    const char *text = context_get(context, setting);
    return text && str_to_num(text, &value) ? value : NAN;
}

/* An amount of nothing costs nothing, whatever its price. */
static double cost(double amount, double each) { return amount > 0 ? amount * each : 0; }

static double start_s(const node_t *pod)
{
    int64_t created, ready;
    const node_t *condition = kube_condition(pod, "Ready");
    if (strcmp(node_str(condition, "/status", ""), "True") != 0 ||
        !rfc3339_parse(node_str(condition, "/lastTransitionTime", ""), &ready) ||
        !rfc3339_parse(node_str(pod, "/metadata/creationTimestamp", ""), &created))
        return NAN;
    return (double)(ready - created) / 1000;
}

static double median_start_s(const node_t *pods)
{
    AUTOFREE double *seconds = xcalloc(node_len(pods) + 1, sizeof(*seconds));
    size_t n = 0;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        if (!isnan(seconds[n] = start_s(pod)))
            n++;
    stat_sort(seconds, n);
    return stat_quantile(seconds, n, 0.5);
}

/* Knative looks back over its window, and then has the last one go. */
static double linger_s(const struct runtime_env *env, const struct runtime *runtime, const char *function)
{
    static const double usual_s = 60;
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (strcmp(runtime->name, "knative") != 0)
        return NAN; /* it stays until someone takes it away */
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, function, &none);
    const node_t *annotations = node_at(service, "/spec/template/metadata/annotations");
    int64_t window_ms = 0, retention_ms = 0;
    const char *window = node_text(node_get(annotations, SCALING "window"));
    const char *retention = node_text(node_get(annotations, SCALING "scale-to-zero-pod-retention-period"));
    if (retention)
        duration_parse(retention, &retention_ms);
    return (window && duration_parse(window, &window_ms) ? (double)window_ms / 1000 : usual_s) + (double)retention_ms / 1000;
}

/* Of its node's power by its share of the cores. */
static double cores_share(const struct runtime_env *env, const node_t *pod, double cores)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const char *name = node_str(pod, "/spec/nodeName", NULL);
    CLEANUP(node_free) node_t *node = name ? kube_show(env->kube, &kube_nodes_kind, NULL, name, &none) : NULL;
    double all = node ? kube_node_offers(node, "cpu") : 0;
    return all > 0 ? cores / all : NAN;
}

struct instance_worth instance_worth_of(const struct runtime_env *env, const struct runtime *runtime, const char *function)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    AUTOFREE char *selector = xasprintf("%s=%s", runtime->label, function);
    CLEANUP(node_free) node_t *pods = kube_list_of(env->kube, &kube_pods, env->kube->ns, selector, &none);
    struct instance_worth worth = {.cold_s = median_start_s(pods), .linger_s = linger_s(env, runtime, function)};
    const node_t *pod = node_first(pods);
    worth.cost_per_hour = worth.idle_w = worth.busy_w = NAN;
    if (!pod)
        return worth;
    double cores = kube_pod_asks(pod, "cpu"), gpus = kube_pod_asks(pod, "nvidia.com/gpu"), share = cores_share(env, pod, cores);
    worth.cost_per_hour =
        cost(cores, price(env->context, SETTING_price_cpu_hour)) + cost(gpus, price(env->context, SETTING_price_gpu_hour));
    worth.idle_w = share * price(env->context, SETTING_idle_watts);
    worth.busy_w = share * price(env->context, SETTING_max_watts);
    return worth;
}

static void add_instance(node_t *doc, const struct context *context, const struct instance_worth *worth)
{
    const struct keep keep = {
        .cold_s = worth->cold_s, .linger_s = worth->linger_s, .idle_w = worth->idle_w, .busy_w = worth->busy_w};
    double kwh = price(context, SETTING_price_kwh);
    node_set_num(doc, "cold_start_p50_ms", worth->cold_s * 1000);
    node_set_num(doc, "linger_s", worth->linger_s);
    node_set_num(doc, "instance_cost_per_hour", worth->cost_per_hour);
    node_set_num(doc, "idle_energy_cost_per_hour", worth->idle_w / 1000 * kwh);
    node_set_str(doc, "currency", context_get(context, SETTING_currency));
    node_set_num(doc, "idle_w", worth->idle_w);
    node_set_num(doc, "busy_w", worth->busy_w);
    node_set_num(doc, "break_even_per_hour", keep_pays_money(&keep));
    node_set_num(doc, "break_even_energy_per_hour", keep_pays_energy(&keep));
}

/* ---- the last day ---- */

enum { DAY_MINUTES = 24 * 60 };

/* How often a function came from no instance at all, by the autoscaler's count. */
static double starts_from_none(const struct prom *prom, const struct history_query *query)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    enum { STEP_MS = 15000 };
    AUTOFREE char *expr =
        xasprintf("sum(autoscaler_actual_pods{service_name=\"%s\",namespace_name=\"%s\"})", query->function, query->ns);
    const struct prom_query range = {.expr = expr, .range_ms = query->minutes * 60000, .step_ms = STEP_MS};
    if (strcmp(query->runtime, "knative") != 0 || prom_query(prom, &range, &result, &none) != 0 || !result.n)
        return NAN;
    double starts = 0, before = 1;
    for (size_t i = 0; i < result.series[0].n_points; i++) {
        double now = result.series[0].points[i].value;
        starts += before == 0 && now > 0;
        before = now;
    }
    return starts;
}

/* Pauses that would have ended the last instance. */
static double pauses_over(const struct history *history, double seconds)
{
    double pauses = 0, idle_s = NAN;
    for (size_t i = 0; i < history->n; i++) {
        if (!(history->counts[i] > 0)) {
            idle_s += 60;
            continue;
        }
        pauses += idle_s > seconds;
        idle_s = 0;
    }
    return pauses;
}

static void add_day(const struct runtime_env *env, const struct prom *prom, const struct kept *kept, node_t *doc)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(history_release) struct history history = {0};
    const struct history_query query = {
        .runtime = kept->runtime->name, .function = kept->rules->function, .ns = env->kube->ns, .minutes = DAY_MINUTES};
    if (history_load(prom, &query, &history, &none) != 0)
        return;
    double misses = starts_from_none(prom, &query), linger = node_num(doc, "/linger_s", NAN);
    double hits = num_max(history.requests - misses, 0), avoided = num_max(pauses_over(&history, linger) - misses, 0);
    node_set_num(doc, "requests", history.requests);
    if (isnan(misses))
        return;
    node_set_num(doc, "misses", misses);
    node_set_num(doc, "hits", hits);
    node_set_num(doc, "hit_ratio", history.requests > 0 ? hits / history.requests : NAN);
    node_set_num(doc, "cold_starts_avoided", isnan(linger) ? NAN : avoided);
    node_set_num(doc, "saved_ms", isnan(linger) ? NAN : avoided * node_num(doc, "/cold_start_p50_ms", NAN));
}

void kept_add_worth(const struct runtime_env *env, const struct prom *prom, const struct kept *kept, node_t *doc)
{
    const struct instance_worth worth = instance_worth_of(env, kept->runtime, kept->rules->function);
    add_instance(doc, env->context, &worth);
    if (prom)
        add_day(env, prom, kept, doc);
}
