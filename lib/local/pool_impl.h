/* Shared by pool*.c: a pool and the function it warms. */
#ifndef LOCAL_POOL_IMPL_H
#define LOCAL_POOL_IMPL_H

#include "base/map.h"
#include "local/cron.h"
#include "local/pool.h"

struct pool_schedule {
    char *text;
    struct cron cron;
    int64_t min;
};

struct pool_stats {
    double hits, misses, cold_starts_avoided;
    double idle_s;        /* instance-seconds kept warm without a request */
    double idle_energy_j; /* their share of the machine's idle power, by memory */
};

struct pool {
    char *name, *function;
    int64_t min, max; /* max -1: no ceiling */
    struct pool_schedule *schedules;
    size_t n, cap;
    int64_t created_ms; /* wall clock */
    int64_t floor;      /* now */
    struct pool_stats stats;
};

/* A function that has pools. */
struct pool_target {
    struct pool **pools;
    size_t n, cap;
    int64_t floor, ceiling; /* -1: no ceiling */
    int64_t idle;           /* instances without a request, as last told */
    int64_t accounted_ms;   /* monotonic: until then idle time is in the statistics */
};

struct pools {
    struct pools_settings settings;
    char *documents;
    struct map by_name;   /* struct pool, in order of creation */
    struct map by_target; /* struct pool_target, by function */
    int alarm;            /* timerfd: the next firing of a schedule */
    struct watch *watch;
    struct timer *save_timer;
    bool is_changed; /* statistics that are not on disk */
};

/* pool_doc.c */
struct pool *pool_parse(const node_t *spec, struct err *err); /* as POSTed, or as kept */
void pool_free(struct pool *pool);
node_t *pool_record(const struct pool *pool);
node_t *pool_document(const struct pools *pools, const struct pool *pool);
/* The floor that its schedules give at a moment (seconds since 1970). */
int64_t pool_floor_at(const struct pool *pool, int64_t seconds);
/* When a schedule fires next, and to which floor; -1: never. */
int64_t pool_next(const struct pool *pool, int64_t seconds, int64_t *ret_min);

/* pool.c: brings idle time and energy up to now. */
void pools_account(struct pools *pools);
/* pool_meter.c */
void pool_meter_add(struct pools *pools);

#endif
