#include "local/pool.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/pool_impl.h"
#include "local/store.h"

enum { SAVE_MS = 30000 /* statistics may lose this much to a kill */ };

static void free_pool(void *pool) { pool_free(pool); }

static void free_target(void *arg)
{
    struct pool_target *target = arg;
    free(target->pools);
    free(target);
}

static int save(const struct pools *pools, const struct pool *pool, struct err *err)
{
    CLEANUP(node_free) node_t *record = pool_record(pool);
    return store_put(pools->documents, pool->name, record, err);
}

static void save_all(void *arg)
{
    struct pools *pools = arg;
    if (!pools->is_changed)
        return;
    pools->is_changed = false;
    for (struct map_entry *e = map_first(&pools->by_name); e; e = map_next(&pools->by_name, e)) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        if (save(pools, e->value, &err) != 0)
            pools->is_changed = true; /* with the next change they are tried again */
    }
}

static void changed(struct pools *pools)
{
    if (pools->is_changed)
        return;
    pools->is_changed = true;
    timer_set(pools->save_timer, SAVE_MS);
}

/* Floors */

static struct pool_target *target_of(struct pools *pools, const char *function)
{
    struct pool_target *target = map_get(&pools->by_target, function);
    if (!target) {
        target = xcalloc(1, sizeof(*target));
        target->accounted_ms = clock_mono_ms();
        map_set(&pools->by_target, function, target);
    }
    return target;
}

static void refresh(struct pool_target *target)
{
    target->floor = 0;
    target->ceiling = -1;
    for (size_t i = 0; i < target->n; i++) {
        const struct pool *pool = target->pools[i];
        if (pool->floor > target->floor)
            target->floor = pool->floor;
        if (pool->max >= 0 && (target->ceiling < 0 || pool->max < target->ceiling))
            target->ceiling = pool->max;
    }
}

/* Idle time so far goes to the floors as they were. */
static void account(const struct pools *pools, const char *function, struct pool_target *target);

static void update_floors(struct pools *pools, bool is_told)
{
    int64_t now = clock_wall_ms() / 1000;
    for (struct map_entry *e = map_first(&pools->by_target); e; e = map_next(&pools->by_target, e)) {
        struct pool_target *target = e->value;
        int64_t before = target->floor;
        account(pools, e->key, target);
        for (size_t i = 0; i < target->n; i++)
            target->pools[i]->floor = pool_floor_at(target->pools[i], now);
        refresh(target);
        if (is_told && target->floor != before && pools->settings.on_change)
            pools->settings.on_change(e->key, pools->settings.arg);
    }
}

/* By the wall clock, and again when that is set. */
static void set_alarm(const struct pools *pools)
{
    int64_t now = clock_wall_ms() / 1000, next = -1;
    for (struct map_entry *e = map_first(&pools->by_name); e; e = map_next(&pools->by_name, e)) {
        int64_t min;
        int64_t at = pool_next(e->value, now, &min);
        if (at >= 0 && (next < 0 || at < next))
            next = at;
    }
    struct itimerspec when = {.it_value.tv_sec = next > 0 ? next : 0};
    timerfd_settime(pools->alarm, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL);
}

static void alarm_fired(unsigned what, void *arg)
{
    (void)what;
    struct pools *pools = arg;
    uint64_t count;
    ssize_t n = read(pools->alarm, &count, sizeof(count));
    if (n < 0 && errno != ECANCELED)
        return;
    update_floors(pools, true);
    set_alarm(pools);
}

static void add(struct pools *pools, struct pool *pool)
{
    struct pool_target *target = target_of(pools, pool->function);
    pool->floor = pool_floor_at(pool, clock_wall_ms() / 1000);
    GROW(target->pools, target->n, target->cap);
    target->pools[target->n++] = pool;
    refresh(target);
    map_set(&pools->by_name, pool->name, pool);
}

static int load(const char *name, const node_t *record, void *arg, struct err *err)
{
    struct pools *pools = arg;
    struct pool *pool = pool_parse(record, err);
    if (!pool)
        return -1;
    if (!str_eq(pool->name, name)) {
        pool_free(pool);
        return err_set(err, ERR_FAILED, "the record of pool %s has another name", name);
    }
    add(pools, pool);
    return 0;
}

static int open_all(struct pools *pools, struct strv *broken, struct err *err)
{
    if (store_open(pools->documents, err) != 0 || store_load(pools->documents, load, pools, broken, err) != 0)
        return -1;
    pools->alarm = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (pools->alarm < 0)
        return err_sys(err, ERR_FAILED, "cannot make a timer");
    pools->watch = watch_new(pools->settings.loop, pools->alarm, alarm_fired, pools);
    watch_set(pools->watch, WATCH_READ);
    set_alarm(pools);
    return 0;
}

struct pools *pools_new(const struct pools_settings *settings, struct strv *broken, struct err *err)
{
    struct pools *pools = xcalloc(1, sizeof(*pools));
    pools->settings = *settings;
    pools->documents = path_join(settings->state, "pools");
    pools->by_name = MAP_INIT(free_pool);
    pools->by_target = MAP_INIT(free_target);
    pools->alarm = -1;
    pools->save_timer = timer_new(settings->loop, save_all, pools);
    if (open_all(pools, broken, err) != 0) {
        pools_free(pools);
        return NULL;
    }
    pool_meter_add(pools);
    return pools;
}

void pools_free(struct pools *pools)
{
    if (!pools)
        return;
    save_all(pools);
    watch_free(pools->watch);
    timer_free(pools->save_timer);
    if (pools->alarm >= 0)
        close(pools->alarm);
    map_release(&pools->by_target);
    map_release(&pools->by_name);
    free(pools->documents);
    free(pools);
}

/* What functions ask and tell */

static struct pool_target *find_target(const struct pools *pools, const char *function)
{
    return pools->by_target.live ? map_get(&pools->by_target, function) : NULL;
}

int64_t pools_floor(const struct pools *pools, const char *function)
{
    const struct pool_target *target = find_target(pools, function);
    return target ? target->floor : 0;
}

int64_t pools_ceiling(const struct pools *pools, const char *function)
{
    const struct pool_target *target = find_target(pools, function);
    return target ? target->ceiling : -1;
}

void pools_on_request(struct pools *pools, const char *function, enum pool_hit hit)
{
    const struct pool_target *target = find_target(pools, function);
    for (size_t i = 0; target && i < target->n; i++) {
        struct pool_stats *stats = &target->pools[i]->stats;
        stats->hits += hit != POOL_COLD;
        stats->misses += hit == POOL_COLD;
        stats->cold_starts_avoided += hit == POOL_KEPT;
    }
    if (target)
        changed(pools);
}

static void account(const struct pools *pools, const char *function, struct pool_target *target)
{
    int64_t now = clock_mono_ms();
    double seconds = (double)(now - target->accounted_ms) / 1e3;
    target->accounted_ms = now;
    if (!target->idle)
        return;
    double watts = vitals_idle_watts(pools->settings.vitals, "function", function);
    for (size_t i = 0; i < target->n; i++) {
        struct pool *pool = target->pools[i];
        double kept = (double)(target->idle < pool->floor ? target->idle : pool->floor);
        pool->stats.idle_s += kept * seconds;
        pool->stats.idle_energy_j += kept * seconds * watts;
    }
}

void pools_on_idle(struct pools *pools, const char *function, int64_t idle)
{
    struct pool_target *target = find_target(pools, function);
    if (!target || target->idle == idle)
        return;
    account(pools, function, target);
    target->idle = idle;
    changed(pools);
}

/* What clients ask */

static struct pool *find(const struct pools *pools, const char *name, struct err *err)
{
    struct pool *pool = map_get(&pools->by_name, name);
    if (pool)
        return pool;
    err_set(err, ERR_NOT_FOUND, "there is no pool \"%s\"", name);
    return NULL;
}

static void tell(const struct pools *pools, const char *function)
{
    if (pools->settings.on_change)
        pools->settings.on_change(function, pools->settings.arg);
}

node_t *pools_create(struct pools *pools, const node_t *spec, struct err *err)
{
    if (node_get(spec, "created_ms") || node_get(spec, "stats")) {
        err_set(err, ERR_USAGE, "created_ms and stats are no settings of a pool");
        return NULL;
    }
    struct pool *pool = pool_parse(spec, err);
    if (!pool)
        return NULL;
    if (map_has(&pools->by_name, pool->name)) {
        err_set(err, ERR_CONFLICT, "pool \"%s\" exists", pool->name);
        pool_free(pool);
        return NULL;
    }
    if (save(pools, pool, err) != 0) {
        err_wrap(err, "cannot keep pool \"%s\"", pool->name);
        pool_free(pool);
        return NULL;
    }
    add(pools, pool);
    set_alarm(pools);
    tell(pools, pool->function);
    return pool_document(pools, pool);
}

void pools_account(struct pools *pools)
{
    for (struct map_entry *e = map_first(&pools->by_target); e; e = map_next(&pools->by_target, e))
        account(pools, e->key, e->value);
}

node_t *pools_list(struct pools *pools)
{
    pools_account(pools);
    node_t *list = node_new_array();
    for (struct map_entry *e = map_first(&pools->by_name); e; e = map_next(&pools->by_name, e))
        node_push(list, pool_document(pools, e->value));
    return list;
}

node_t *pools_show(struct pools *pools, const char *name, struct err *err)
{
    const struct pool *pool = find(pools, name, err);
    if (!pool)
        return NULL;
    pools_account(pools);
    return pool_document(pools, pool);
}

static void remove_from_target(struct pools *pools, const struct pool *pool)
{
    struct pool_target *target = map_get(&pools->by_target, pool->function);
    account(pools, pool->function, target);
    size_t kept = 0;
    for (size_t i = 0; i < target->n; i++)
        if (target->pools[i] != pool)
            target->pools[kept++] = target->pools[i];
    target->n = kept;
    refresh(target);
    if (!kept)
        map_delete(&pools->by_target, pool->function);
}

int pools_delete(struct pools *pools, const char *name, struct err *err)
{
    const struct pool *pool = find(pools, name, err);
    if (!pool || store_delete(pools->documents, name, err) != 0)
        return -1;
    AUTOFREE char *function = xstrdup(pool->function);
    remove_from_target(pools, pool);
    map_delete(&pools->by_name, name);
    set_alarm(pools);
    tell(pools, function);
    return 0;
}

int64_t pools_count(const struct pools *pools) { return (int64_t)pools->by_name.live; }
