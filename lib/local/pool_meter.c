/* Pools in /metrics. */
#include "local/pool_impl.h"

static const char *const labels[] = {"pool", "function", NULL};

#define POOL_FAMILIES(X)                                                                                                     \
    X(floor, "aiwf_pool_floor", METER_GAUGE, "Instances that a pool keeps now.", (double)pool->floor)                        \
    X(hits, "aiwf_pool_hits_total", METER_COUNTER, "Requests that met a warm instance.", pool->stats.hits)                   \
    X(misses, "aiwf_pool_misses_total", METER_COUNTER, "Requests that waited for a start.", pool->stats.misses)              \
    X(avoided, "aiwf_pool_cold_starts_avoided_total", METER_COUNTER, "Requests that would have been cold without the pool.", \
      pool->stats.cold_starts_avoided)                                                                                       \
    X(idle, "aiwf_pool_idle_seconds_total", METER_COUNTER, "Seconds that kept instances waited.", pool->stats.idle_s)        \
    X(energy, "aiwf_pool_idle_energy_joules_total", METER_COUNTER, "Estimated energy of waiting instances.",                 \
      pool->stats.idle_energy_j)

enum pool_family {
#define X(ident, name, kind, help, value) POOL_FAMILY_##ident,
    POOL_FAMILIES(X)
#undef X
        POOL_FAMILY_COUNT
};

static const struct family_info infos[POOL_FAMILY_COUNT] = {
#define X(ident, n, k, h, value) [POOL_FAMILY_##ident] = {.name = n, .help = h, .kind = k, .labels = labels},
    POOL_FAMILIES(X)
#undef X
};

static void set(struct family *family, const struct pool *pool, double value)
{
    const char *values[] = {pool->name, pool->function};
    series_set(family_series(family, values), value);
}

static void scrape(void *arg)
{
    struct pools *pools = arg;
    struct meter *meter = vitals_meter(pools->settings.vitals);
    struct family *families[POOL_FAMILY_COUNT];
    for (int i = 0; i < POOL_FAMILY_COUNT; i++) {
        families[i] = meter_family(meter, &infos[i]);
        family_clear(families[i]);
    }
    pools_account(pools);
    for (struct map_entry *e = map_first(&pools->by_name); e; e = map_next(&pools->by_name, e)) {
        const struct pool *pool = e->value;
#define X(ident, name, kind, help, value) set(families[POOL_FAMILY_##ident], pool, value);
        POOL_FAMILIES(X)
#undef X
    }
}

void pool_meter_add(struct pools *pools) { meter_on_scrape(vitals_meter(pools->settings.vitals), scrape, pools); }
