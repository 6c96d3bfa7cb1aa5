/* What is counted of functions: metrics under the OpenFaaS gateway's names (gateway/metrics/metrics.go), latency by
 * logarithmic buckets, the last cold starts. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "local/call.h"
#include "local/function.h"

enum { RATE_WINDOW_MS = 10000, BUCKETS_AN_OCTAVE = 8, LATENCY_FROM_NS = 8192 };

static const char *const by_name[] = {"function_name", NULL};
static const char *const by_name_code[] = {"function_name", "code", NULL};
static const char *const by_name_state[] = {"function_name", "state", NULL};
/* OpenFaaS' bounds (Prometheus' usual ones) and more between them: by its own, a p50 of 0.52 s is 0.75 s. */
static const double latency_buckets[] = {.001, .0025, .005, .0075, .01, .015, .025, .035, .05, .075, .1, .15, .2, .25,
                                         .35,  .5,    .6,   .75,   1,   1.5,  2.5,  3.5,  5,   7.5,  10, 30,  60};
static const double cold_buckets[] = {.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60};

static const struct family_info infos[] = {
    {.name = "gateway_function_invocation_total",
     .help = "Function invocations by status code",
     .kind = METER_COUNTER,
     .labels = by_name_code},
    {.name = "gateway_functions_seconds",
     .help = "Time of function invocations",
     .kind = METER_HISTOGRAM,
     .labels = by_name_code,
     .buckets = latency_buckets,
     .bucket_count = ARRAY_LEN(latency_buckets)},
    {.name = "gateway_function_invocation_started",
     .help = "Function invocations begun",
     .kind = METER_COUNTER,
     .labels = by_name},
    {.name = "gateway_service_count", .help = "Replicas of functions", .kind = METER_GAUGE, .labels = by_name},
    {.name = "aiwf_function_cold_start_seconds",
     .help = "Time from a request to its first byte when an instance had to start for it",
     .kind = METER_HISTOGRAM,
     .labels = by_name,
     .buckets = cold_buckets,
     .bucket_count = ARRAY_LEN(cold_buckets)},
    {.name = "aiwf_function_instances", .help = "Instances of functions by state", .kind = METER_GAUGE, .labels = by_name_state},
    {.name = "aiwf_function_queue_depth", .help = "Requests that wait for an instance", .kind = METER_GAUGE, .labels = by_name},
};

/* As the OpenFaaS gateway labels it: NAME.NAMESPACE. */
static char *label_of(const struct function *function) { return xasprintf("%s.openfaas-fn", function->name); }

static void scrape_one(struct functions *all, const struct function *function)
{
    AUTOFREE char *label = label_of(function);
    const char *const name[] = {label}, *const success[] = {label, "200"};
    /* From zero on, so that a rate sees the first burst and the first cold start. */
    family_series(all->total, success);
    family_series(all->seconds, success);
    family_series(all->cold_seconds, name);
    series_set(family_series(all->service_count, name), function->config.is_stdio ? (double)function->replicas : function->ready);
    if (function->queued)
        series_set(family_series(all->queue_depth, name), (double)function->queued);
    int states[] = {function->starting, function->ready + function->running, function->stopping};
    static const char *const names[] = {"starting", "ready", "stopping"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const char *const values[] = {label, names[i]};
        if (states[i])
            series_set(family_series(all->instance_count, values), states[i]);
    }
}

static void scrape(void *arg)
{
    struct functions *all = arg;
    family_clear(all->service_count);
    family_clear(all->queue_depth);
    family_clear(all->instance_count);
    for (struct map_entry *e = map_first(&all->by_name); e; e = map_next(&all->by_name, e))
        scrape_one(all, e->value);
}

void stats_register(struct functions *functions)
{
    struct meter *meter = vitals_meter(functions->daemon->vitals);
    struct family **families[] = {&functions->total,         &functions->seconds,      &functions->started,
                                  &functions->service_count, &functions->cold_seconds, &functions->instance_count,
                                  &functions->queue_depth};
    for (size_t i = 0; i < ARRAY_LEN(infos); i++)
        *families[i] = meter_family(meter, &infos[i]);
    meter_on_scrape(meter, scrape, functions);
}

void stats_drop(struct function *function)
{
    struct functions *all = function->all;
    struct family *families[] = {all->total,        all->seconds,        all->started,    all->service_count,
                                 all->cold_seconds, all->instance_count, all->queue_depth};
    AUTOFREE char *label = label_of(function);
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        family_drop(families[i], "function_name", label);
    function->stats.code_n = 0;
    function->stats.started = function->stats.cold_seconds = NULL;
}

void stats_release(struct function_stats *stats)
{
    free(stats->cold);
    free(stats->latency);
}

static struct series *lazy(struct function *function, struct family *family, struct series **series)
{
    if (!*series) {
        AUTOFREE char *label = label_of(function);
        const char *const name[] = {label};
        *series = family_series(family, name);
    }
    return *series;
}

void stats_started(struct function *function) { series_add(lazy(function, function->all->started, &function->stats.started), 1); }

static int code_slot(struct function *function, int code)
{
    struct function_stats *stats = &function->stats;
    for (int i = 0; i < stats->code_n; i++)
        if (stats->codes[i].code == code)
            return i;
    if (stats->code_n == CODES_MAX)
        return -1;
    AUTOFREE char *label = label_of(function);
    char text[16];
    snprintf(text, sizeof(text), "%d", code);
    const char *const values[] = {label, text};
    int slot = stats->code_n++;
    stats->codes[slot].code = code;
    stats->codes[slot].total = family_series(function->all->total, values);
    stats->codes[slot].seconds = family_series(function->all->seconds, values);
    return slot;
}

/* 8 buckets an octave from 8.2 us: each 9 % wide, up to days. */
static size_t latency_bucket(int64_t ns)
{
    if (ns < LATENCY_FROM_NS)
        return 0;
    double octaves = num_log2((double)ns / LATENCY_FROM_NS);
    size_t bucket = (size_t)(octaves * BUCKETS_AN_OCTAVE);
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

static void add_latency(struct function_stats *stats, int64_t ns)
{
    if (!stats->latency)
        stats->latency = xcalloc(LATENCY_BUCKETS, sizeof(*stats->latency));
    stats->latency[latency_bucket(ns)]++;
    stats->latency_n++;
}

double stats_quantile_ms(const struct function_stats *stats, double q)
{
    if (!stats->latency_n)
        return NAN;
    double rank = q * (double)stats->latency_n;
    uint64_t below = 0;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        below += stats->latency[i];
        if ((double)below >= rank && below)
            return LATENCY_FROM_NS * num_exp2(((double)i + 0.5) / BUCKETS_AN_OCTAVE) / 1e6;
    }
    return NAN;
}

static void add_rate(struct function_stats *stats, int64_t now_ms)
{
    int64_t passed = now_ms - stats->window_ms;
    if (passed >= RATE_WINDOW_MS) {
        stats->window_before = passed < 2 * RATE_WINDOW_MS ? stats->window_count : 0;
        stats->window_count = 0;
        stats->window_ms = now_ms;
    }
    stats->window_count++;
}

double stats_rate(const struct function_stats *stats, int64_t now_ms)
{
    int64_t passed = now_ms - stats->window_ms;
    if (passed >= 2 * RATE_WINDOW_MS)
        return 0;
    if (passed >= RATE_WINDOW_MS)
        return (double)stats->window_count * 1000 / (double)passed;
    return (double)(stats->window_before + stats->window_count) * 1000 / (double)(RATE_WINDOW_MS + passed);
}

static double between_ms(int64_t from_ns, int64_t to_ns) { return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0; }

static void add_cold_start(struct function *function, const struct call *call)
{
    struct function_stats *stats = &function->stats;
    if (!stats->cold)
        stats->cold = xcalloc(COLD_STARTS_KEPT, sizeof(*stats->cold));
    struct cold_start *cold = &stats->cold[stats->cold_at];
    stats->cold_at = (stats->cold_at + 1) % COLD_STARTS_KEPT;
    if (stats->cold_n < COLD_STARTS_KEPT)
        stats->cold_n++;

    /* One that came while the instance was starting already has waited only for the rest of it. */
    int64_t since = call->received_ns;
    int64_t listening = call->listening_ns ? call->listening_ns : call->spawned_ns;
    int64_t wanted = call->wanted_ns > since ? call->wanted_ns : since;
    int64_t spawned = call->spawned_ns > wanted ? call->spawned_ns : wanted;
    cold->wall_ms = call->wall_ns / 1000000;
    cold->stage_ms[STAGE_QUEUED] = between_ms(since, wanted);
    cold->stage_ms[STAGE_SPAWN] = between_ms(wanted, spawned);
    cold->stage_ms[STAGE_LISTEN] = call->listening_ns ? between_ms(spawned, listening) : NAN;
    cold->stage_ms[STAGE_FIRST_BYTE] = between_ms(listening, call->first_ns);
    cold->total_ms = between_ms(since, call->first_ns);
    stats->cold_starts++;
    series_observe(lazy(function, function->all->cold_seconds, &stats->cold_seconds), cold->total_ms / 1e3);
}

void stats_finished(struct function *function, const struct call *call)
{
    struct function_stats *stats = &function->stats;
    if (function->is_removed)
        return;
    int64_t ns = call->finished_ns - call->received_ns;
    stats->invocations++;
    stats->failures += call->status >= 500 || call->status == 429;
    add_rate(stats, call->finished_ns / 1000000);
    add_latency(stats, ns);
    if (call->is_cold && call->first_ns)
        add_cold_start(function, call);
    int slot = code_slot(function, call->status);
    if (slot < 0)
        return;
    series_add(stats->codes[slot].total, 1);
    series_observe(stats->codes[slot].seconds, (double)ns / 1e9);
}

node_t *stats_cold_starts(const struct function_stats *stats)
{
    static const char *const names[STAGE_COUNT] = {"queued", "spawn", "listen", "first byte"};
    node_t *list = node_new_array();
    for (size_t i = 0; i < stats->cold_n; i++) {
        const struct cold_start *cold = &stats->cold[(stats->cold_at + COLD_STARTS_KEPT - stats->cold_n + i) % COLD_STARTS_KEPT];
        node_t *item = node_push(list, node_new_object());
        CLEANUP(str_release) struct str at = STR_INIT;
        rfc3339_print(&at, cold->wall_ms);
        node_set_str(item, "at", at.buf);
        node_set_num(item, "total_ms", cold->total_ms);
        node_t *stages = node_set(item, "stages", node_new_array());
        for (int stage = 0; stage < STAGE_COUNT; stage++) {
            if (isnan(cold->stage_ms[stage]))
                continue;
            node_t *one = node_push(stages, node_new_object());
            node_set_str(one, "stage", names[stage]);
            node_set_num(one, "ms", cold->stage_ms[stage]);
        }
    }
    return list;
}
