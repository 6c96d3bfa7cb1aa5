#include "gpu/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* GPU_UTIL is not there for MIG instances, GR_ENGINE_ACTIVE is for both where profiling is on: the first that is there counts. */
#define UTIL   "DCGM_FI_DEV_GPU_UTIL"
#define ENGINE "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
enum { STEPS = 30 };

struct figure {
    const char *key;
    const char *pattern; /* its %lld: the time in seconds; after a colon: its step */
    double scale;        /* of a share of the steps: there are so many */
    bool over_time, per_step;
};
static const struct figure figures[] = {
    {"util_ratio", UTIL, 0.01, false, false},
    {"util_ratio", ENGINE, 1, false, false},
    {"memory_used_bytes", "DCGM_FI_DEV_FB_USED", 1 << 20, false, false},
    {"power_w", "DCGM_FI_DEV_POWER_USAGE", 1, false, false},
    {"peak_ratio", "max_over_time(" UTIL "[%llds])", 0.01, true, false},
    {"peak_ratio", "max_over_time(" ENGINE "[%llds])", 1, true, false},
    {"mean_ratio", "avg_over_time(" UTIL "[%llds])", 0.01, true, false},
    {"mean_ratio", "avg_over_time(" ENGINE "[%llds])", 1, true, false},
    {"covered_ratio", "count_over_time(" UTIL "[%llds:%llds])", 1, true, true},
    {"covered_ratio", "count_over_time(" ENGINE "[%llds:%llds])", 1, true, true},
};

static void cards_free(void *cards)
{
    free(((struct gpu_cards *)cards)->v);
    free(cards);
}

static void add_card(struct map *map, const char *key, node_t *card)
{
    struct gpu_cards *cards = map_get(map, key);
    if (!cards)
        map_set(map, key, cards = xcalloc(1, sizeof(*cards)));
    GROW(cards->v, cards->n, cards->cap);
    cards->v[cards->n++] = card;
}

/* The first of the labels that the series has, and that is a node of ours where only such a one will do. */
static const char *first_label(const struct prom_series *series, const char *const *names, const struct map *known)
{
    for (; *names; names++) {
        const char *value = prom_label(series, *names);
        if (value && *value && (!known || map_has(known, value)))
            return value;
    }
    return NULL;
}

/* A scrape that sets pod and namespace itself moves the exporter's own to exported_pod and exported_namespace; without a holder
 * its pod is then the exporter. Which of them holds GPUs, Kubernetes knows. */
static const char *const pod_labels[] = {"exported_pod", "pod", "pod_name", NULL};
static const char *const namespace_labels[] = {"exported_namespace", "namespace", "pod_namespace", NULL};
static const char *const node_labels[] = {"hostname", "Hostname", "node", "kubernetes_node", "instance", NULL};
static const char *const uuid_labels[] = {"UUID", "uuid", "device", "gpu", NULL};

static void set_if_any(node_t *object, const char *key, const char *text)
{
    if (text && *text)
        node_set_str(object, key, text);
}

static node_t *new_card(struct gpu_measured *measured, const struct gpu_inventory *inventory, const struct prom_series *series)
{
    node_t *card = node_push(measured->cards, node_new_object());
    set_if_any(card, "node", first_label(series, node_labels, &inventory->by_node));
    set_if_any(card, "namespace", first_label(series, namespace_labels, NULL));
    set_if_any(card, "pod", first_label(series, pod_labels, NULL));
    set_if_any(card, "index", prom_label(series, "gpu"));
    set_if_any(card, "uuid", first_label(series, uuid_labels, NULL));
    set_if_any(card, "mig", prom_label(series, "GPU_I_PROFILE"));
    return card;
}

static node_t *card_of(struct gpu_measured *measured, const struct gpu_inventory *inventory, const struct prom_series *series)
{
    static const char *const parts[] = {"UUID",     "uuid",         "gpu", "GPU_I_ID",           "Hostname",
                                        "hostname", "exported_pod", "pod", "exported_namespace", "namespace"};
    CLEANUP(str_release) struct str key = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const char *value = prom_label(series, parts[i]);
        str_addf(&key, "%s\n", value ? value : "");
    }
    node_t *card = map_get(&measured->by_card, key.buf);
    if (!card)
        map_set(&measured->by_card, key.buf, card = new_card(measured, inventory, series));
    return card;
}

static void take_figure(struct gpu_measured *measured, const struct gpu_inventory *inventory, const struct figure *figure,
                        const struct prom_result *result)
{
    for (size_t i = 0; i < result->n; i++) {
        const struct prom_series *series = &result->series[i];
        if (!series->n_points || !isfinite(series->points[0].value))
            continue;
        node_t *card = card_of(measured, inventory, series);
        double value = series->points[0].value * figure->scale;
        if (!node_get(card, figure->key))
            node_set_num(card, figure->key, value);
    }
}

struct window {
    long long seconds, step_seconds;
};

static char *expression(const char *pattern, const struct window *window)
{
    struct str text = STR_INIT;
    for (const char *slot; (slot = strstr(pattern, "%lld")); pattern = slot + strlen("%lld")) {
        str_addn(&text, pattern, (size_t)(slot - pattern));
        str_addf(&text, "%lld", slot > pattern && slot[-1] == ':' ? window->step_seconds : window->seconds);
    }
    str_add(&text, pattern);
    return str_detach(&text);
}

static void ask(struct gpu_measured *measured, const struct gpu_inventory *inventory, const struct prom *prom, int64_t over_ms)
{
    struct prom_query queries[ARRAY_LEN(figures)] = {0};
    struct prom_result results[ARRAY_LEN(figures)] = {0};
    struct err errs[ARRAY_LEN(figures)] = {0};
    CLEANUP(strv_release) struct strv texts = STRV_INIT;
    struct window window = {over_ms / 1000, over_ms / 1000 / STEPS > 0 ? over_ms / 1000 / STEPS : 1};
    size_t n = 0;
    for (; n < ARRAY_LEN(figures) && (over_ms || !figures[n].over_time); n++) {
        strv_take(&texts, expression(figures[n].pattern, &window));
        queries[n] = (struct prom_query){.expr = texts.v[n]};
    }
    prom_query_all(prom, queries, results, errs, n);
    for (size_t i = 0; i < n; i++) {
        struct figure figure = figures[i];
        if (figure.per_step)
            figure.scale = (double)window.step_seconds / (double)window.seconds;
        if (errs[i].what && !measured->unknown.what)
            err_copy(&measured->unknown, &errs[i]);
        if (!errs[i].what)
            take_figure(measured, inventory, &figure, &results[i]);
        prom_result_release(&results[i]);
        err_release(&errs[i]);
    }
}

static void index_cards(struct gpu_measured *measured, const struct map *holders)
{
    for (node_t *card = node_first(measured->cards); card; card = node_next(card)) {
        AUTOFREE char *pod = xasprintf("%s/%s", node_str(card, "/namespace", ""), node_str(card, "/pod", ""));
        if (map_has(holders, pod))
            add_card(&measured->by_pod, pod, card);
        else
            add_card(&measured->by_node, node_str(card, "/node", ""), card);
    }
}

static void collect_holders(const struct gpu_inventory *inventory, struct map *holders)
{
    static char there;
    for (const node_t *pod = node_first(inventory->pods); pod; pod = node_next(pod)) {
        AUTOFREE char *key = xasprintf("%s/%s", node_str(pod, "/namespace", ""), node_str(pod, "/pod", ""));
        map_set(holders, key, &there);
    }
}

void gpu_measure(struct gpu_measured *ret, const struct gpu_inventory *inventory, const struct prom *prom, const struct err *why,
                 int64_t over_ms)
{
    *ret = (struct gpu_measured){
        .cards = node_new_array(), .by_card = MAP_INIT(NULL), .by_pod = MAP_INIT(cards_free), .by_node = MAP_INIT(cards_free)};
    if (prom)
        ask(ret, inventory, prom, over_ms);
    else
        err_copy(&ret->unknown, why);
    if (prom && !ret->unknown.what && !node_len(ret->cards))
        err_set(&ret->unknown, ERR_FAILED, "Prometheus has no series of dcgm-exporter (" UTIL ")");
    CLEANUP(map_release) struct map holders = MAP_INIT(NULL);
    collect_holders(inventory, &holders);
    index_cards(ret, &holders);
}

void gpu_measured_release(struct gpu_measured *measured)
{
    node_free(measured->cards);
    map_release(&measured->by_card);
    map_release(&measured->by_pod);
    map_release(&measured->by_node);
    err_release(&measured->unknown);
}

const struct gpu_cards *gpu_cards_of(const struct gpu_measured *measured, const char *ns, const char *pod)
{
    AUTOFREE char *key = xasprintf("%s/%s", ns, pod);
    return map_get(&measured->by_pod, key);
}

double gpu_cards_sum(const struct gpu_cards *cards, const char *pointer)
{
    double sum = NAN;
    for (size_t i = 0; cards && i < cards->n; i++) {
        double value = node_num(cards->v[i], pointer, NAN);
        if (!isnan(value))
            sum = isnan(sum) ? value : sum + value;
    }
    return sum;
}

double gpu_cards_mean(const struct gpu_cards *cards, const char *pointer)
{
    size_t known = 0;
    for (size_t i = 0; cards && i < cards->n; i++)
        known += !isnan(node_num(cards->v[i], pointer, NAN));
    return known ? gpu_cards_sum(cards, pointer) / (double)known : NAN;
}

double gpu_cards_max(const struct gpu_cards *cards, const char *pointer)
{
    double most = NAN;
    for (size_t i = 0; cards && i < cards->n; i++)
        most = num_max(most, node_num(cards->v[i], pointer, NAN));
    return most;
}

double gpu_cards_min(const struct gpu_cards *cards, const char *pointer)
{
    double least = INFINITY;
    for (size_t i = 0; cards && i < cards->n; i++) {
        double value = node_num(cards->v[i], pointer, NAN);
        if (isnan(value))
            return NAN;
        least = num_min(least, value);
    }
    return isinf(least) ? NAN : least;
}
