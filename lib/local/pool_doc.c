/* Pools as documents, and what their schedules say. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "doc/schema.h"
#include "local/pool_impl.h"
#include "local/store.h"

enum { FLOOR_MAX = 10000, SCHEDULES_MAX = 100 };

static const struct field schedule_fields[] = {
    {.name = "cron", .type = FIELD_STRING, .required = true, .help = "when it begins: five fields, local time"},
    {.name = "min", .type = FIELD_INT, .required = true, .min = 0, .max = FLOOR_MAX, .help = "the floor from then on"},
    {0},
};

static const struct field pool_fields[] = {
    {.name = "name", .type = FIELD_STRING, .required = true, .help = "the pool's name"},
    {.name = "function", .type = FIELD_STRING, .required = true, .help = "whose instances are kept"},
    {.name = "min", .type = FIELD_INT, .min = 0, .max = FLOOR_MAX, .missing = "0", .help = "the floor until a schedule fires"},
    {.name = "max", .type = FIELD_INT, .min = 0, .max = FLOOR_MAX, .help = "the ceiling"},
    {.name = "schedule", .type = FIELD_ARRAY, .item = FIELD_OBJECT, .fields = schedule_fields, .help = "floors by time"},
    {.name = "created_ms", .type = FIELD_NUMBER, .help = "of a kept pool"},
    {.name = "stats", .type = FIELD_ANY, .help = "of a kept pool"},
    {0},
};

static int check_limits(const struct pool *pool, struct err *err)
{
    if (pool->max >= 0 && pool->min > pool->max)
        return err_set(err, ERR_USAGE, "pool \"%s\": min %lld is above max %lld", pool->name, (long long)pool->min,
                       (long long)pool->max);
    for (size_t i = 0; i < pool->n; i++)
        if (pool->max >= 0 && pool->schedules[i].min > pool->max)
            return err_set(err, ERR_USAGE, "pool \"%s\": the schedule \"%s\" asks for %lld, above max %lld", pool->name,
                           pool->schedules[i].text, (long long)pool->schedules[i].min, (long long)pool->max);
    return 0;
}

static int add_schedules(struct pool *pool, const node_t *list, struct err *err)
{
    if (node_len(list) > SCHEDULES_MAX)
        return err_set(err, ERR_USAGE, "pool \"%s\" has more than %d schedules", pool->name, SCHEDULES_MAX);
    for (const node_t *n = node_first(list); n; n = node_next(n)) {
        struct pool_schedule schedule = {.min = node_int(n, "/min", 0)};
        const char *text = node_str(n, "/cron", "");
        if (cron_parse(text, &schedule.cron, err) != 0)
            return -1;
        if (cron_next(&schedule.cron, clock_wall_ms() / 1000) < 0)
            return err_set(err, ERR_USAGE, "\"%s\" never fires", text);
        schedule.text = xstrdup(text);
        GROW(pool->schedules, pool->n, pool->cap);
        pool->schedules[pool->n++] = schedule;
    }
    return 0;
}

struct pool *pool_parse(const node_t *spec, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = {.source = xstrdup("pool"), .root = node_copy(spec)};
    if (schema_check(&doc, pool_fields, err) != 0 || store_name_check("pool", node_str(spec, "/name", ""), err) != 0 ||
        store_name_check("function", node_str(spec, "/function", ""), err) != 0)
        return NULL;

    struct pool *pool = xcalloc(1, sizeof(*pool));
    pool->name = xstrdup(node_str(spec, "/name", ""));
    pool->function = xstrdup(node_str(spec, "/function", ""));
    pool->min = node_int(spec, "/min", 0);
    pool->max = node_int(spec, "/max", -1);
    pool->created_ms = node_int(spec, "/created_ms", clock_wall_ms());
    pool->stats.hits = node_num(spec, "/stats/hits", 0);
    pool->stats.misses = node_num(spec, "/stats/misses", 0);
    pool->stats.cold_starts_avoided = node_num(spec, "/stats/cold_starts_avoided", 0);
    pool->stats.idle_s = node_num(spec, "/stats/idle_s", 0);
    pool->stats.idle_energy_j = node_num(spec, "/stats/idle_energy_j", 0);
    if (add_schedules(pool, node_get(spec, "schedule"), err) != 0 || check_limits(pool, err) != 0) {
        pool_free(pool);
        return NULL;
    }
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->n; i++)
        free(pool->schedules[i].text);
    free(pool->schedules);
    free(pool->name);
    free(pool->function);
    free(pool);
}

int64_t pool_floor_at(const struct pool *pool, int64_t seconds)
{
    int64_t floor = pool->min, latest = pool->created_ms / 1000;
    for (size_t i = 0; i < pool->n; i++) {
        int64_t fired = cron_previous(&pool->schedules[i].cron, seconds);
        /* Of two at the same moment the later in the list wins; what fired before the pool was there is past. */
        if (fired > pool->created_ms / 1000 && fired >= latest) {
            latest = fired;
            floor = pool->schedules[i].min;
        }
    }
    return floor;
}

int64_t pool_next(const struct pool *pool, int64_t seconds, int64_t *ret_min)
{
    int64_t next = -1;
    for (size_t i = 0; i < pool->n; i++) {
        int64_t fires = cron_next(&pool->schedules[i].cron, seconds);
        if (fires >= 0 && (next < 0 || fires <= next)) {
            next = fires;
            *ret_min = pool->schedules[i].min;
        }
    }
    return next;
}

static void add_settings(node_t *node, const struct pool *pool)
{
    node_set_str(node, "name", pool->name);
    node_set_str(node, "function", pool->function);
    node_set_num(node, "min", (double)pool->min);
    if (pool->max >= 0)
        node_set_num(node, "max", (double)pool->max);
    node_t *list = node_set(node, "schedule", node_new_array());
    for (size_t i = 0; i < pool->n; i++) {
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "cron", pool->schedules[i].text);
        node_set_num(item, "min", (double)pool->schedules[i].min);
    }
}

static void add_stats(node_t *node, const struct pool_stats *stats)
{
    node_set_num(node, "hits", stats->hits);
    node_set_num(node, "misses", stats->misses);
    node_set_num(node, "cold_starts_avoided", stats->cold_starts_avoided);
    node_set_num(node, "idle_s", stats->idle_s);
    node_set_num(node, "idle_energy_j", stats->idle_energy_j);
}

node_t *pool_record(const struct pool *pool)
{
    node_t *node = node_new_object();
    add_settings(node, pool);
    node_set_num(node, "created_ms", (double)pool->created_ms);
    add_stats(node_set(node, "stats", node_new_object()), &pool->stats);
    return node;
}

static void add_next(node_t *node, const struct pool *pool)
{
    int64_t min = 0;
    int64_t at = pool_next(pool, clock_wall_ms() / 1000, &min);
    if (at < 0) {
        node_set(node, "next", node_new_null());
        return;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    rfc3339_print(&text, at * 1000);
    node_t *next = node_set(node, "next", node_new_object());
    node_set_str(next, "at", text.buf);
    node_set_num(next, "min", (double)min);
}

node_t *pool_document(const struct pools *pools, const struct pool *pool)
{
    CLEANUP(str_release) struct str created = STR_INIT;
    node_t *node = node_new_object();
    add_settings(node, pool);
    if (pool->max < 0)
        node_set(node, "max", node_new_null());
    node_set_num(node, "floor", (double)pool->floor);
    add_next(node, pool);
    const struct pools_settings *settings = &pools->settings;
    node_set_num(node, "warm", settings->warm ? (double)settings->warm(pool->function, settings->arg) : NAN);
    add_stats(node, &pool->stats);
    rfc3339_print(&created, pool->created_ms);
    node_set_str(node, "created", created.buf);
    return node;
}
