#include "pool/warm.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/stat.h"
#include "local/cron.h"
#include "net/rest.h"
#include "net/url.h"

enum { FLOOR_MAX = 10000 };

static const char *gateway_of(const struct warm_pool_env *env, struct err *err)
{
    const char *url = context_get(env->context, SETTING_openfaas);
    if (url)
        return url;
    err_set(err, ERR_FAILED, "context %s has nothing that keeps pools", env->context->name);
    err_hint(err, "--context local");
    return NULL;
}

/* "0 8 * * 1-5=3": the last "=" divides, as a cron expression has none. */
static node_t *schedule_json(const char *text, int64_t max, struct err *err)
{
    const char *equals = strrchr(text, '=');
    long long floor = 0;
    if (!equals || equals == text || !str_to_int(equals + 1, 0, FLOOR_MAX, &floor)) {
        err_set(err, ERR_USAGE, "--schedule: \"%s\" is not CRON=N", text);
        err_hint(err, "--schedule '0 8 * * 1-5=3': from 8:00 on working days, keep 3");
        return NULL;
    }
    if (max >= 0 && floor > max) {
        err_set(err, ERR_USAGE, "--schedule: \"%s\" is above the pool's ceiling of %lld", text, (long long)max);
        return NULL;
    }
    AUTOFREE char *cron = xstrndup(text, (size_t)(equals - text));
    struct cron parsed;
    if (cron_parse(cron, &parsed, err) != 0)
        return NULL;
    node_t *item = node_new_object();
    node_set_str(item, "cron", cron);
    node_set_num(item, "min", (double)floor);
    return item;
}

node_t *warm_pool_json(const struct warm_pool_spec *spec, struct err *err)
{
    if (spec->max >= 0 && spec->min > spec->max) {
        err_set(err, ERR_USAGE, "--min %lld is above --max %lld", (long long)spec->min, (long long)spec->max);
        return NULL;
    }
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "name", spec->name);
    node_set_str(body, "function", spec->function);
    node_set_num(body, "min", (double)spec->min);
    if (spec->max >= 0)
        node_set_num(body, "max", (double)spec->max);
    node_t *schedule = node_set(body, "schedule", node_new_array());
    for (size_t i = 0; spec->schedule && i < spec->schedule->n; i++) {
        node_t *item = schedule_json(spec->schedule->v[i], spec->max, err);
        if (!item)
            return NULL;
        node_push(schedule, item);
    }
    return TAKE(body);
}

/* Another gateway than the local runtime's, which knows no such path. */
static int not_kept_here(struct err *err)
{
    if (err->code != ERR_NOT_FOUND || !err->why || !str_starts(err->why, "404 page not found"))
        return -1;
    err->code = ERR_FAILED;
    err_why(err, "this OpenFaaS gateway keeps no pools itself");
    return err_hint(err, "aiwf context set NAME --openfaas URL --kubeconfig FILE: they are kept on its cluster");
}

static bool is_there(const struct warm_pool_env *env, const char *name)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(node_free) node_t *pool = warm_pool_show(env, name, &unseen);
    return pool != NULL;
}

int warm_pool_create(const struct warm_pool_env *env, const struct warm_pool_spec *spec, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(node_free) node_t *body = warm_pool_json(spec, err);
    const char *gateway = body ? gateway_of(env, err) : NULL;
    if (!gateway)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot create pool \"%s\"", spec->name);
    struct rest_call call = {
        .method = "POST", .url = url_path(&url, gateway, "/system/aiwf/pools", NULL), .body = body, .failing = failing};
    if (rest_do(env->http, &call, NULL, err) == 0)
        return 0;
    if (err->code == ERR_NOT_FOUND) {
        err_hint(err, "aiwf function list");
        return not_kept_here(err);
    }
    return err->code == ERR_CONFLICT && is_there(env, spec->name) ? err_hint(err, "aiwf pool delete %s", spec->name) : -1;
}

/* x / y, where both are known and y is more than nothing. */
static double ratio(double x, double y) { return y > 0 ? x / y : NAN; }

static void add_what_follows(const struct context *context, node_t *pool)
{
    double hits = node_num(pool, "/hits", NAN), misses = node_num(pool, "/misses", NAN);
    double idle_s = node_num(pool, "/idle_s", NAN), idle_j = node_num(pool, "/idle_energy_j", NAN);
    double price_kwh = NAN;
    const char *price = context_get(context, SETTING_price_kwh);
    if (price)
        str_to_num(price, &price_kwh);
    node_set_num(pool, "hit_ratio", ratio(hits, hits + misses));
    node_set_num(pool, "idle_cost", idle_j / 3.6e6 * price_kwh);
    node_set_str(pool, "currency", context_get(context, SETTING_currency));
    node_set_num(pool, "idle_w", ratio(idle_j, idle_s));
}

/* The median of the last cold starts; NaN when there were none, or when they cannot be had. */
static double cold_start_ms(const struct warm_pool_env *env, const char *gateway, const char *function)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str url = STR_INIT;
    url_path(&url, gateway, "/system/aiwf/functions/{}/cold-starts", function, NULL);
    CLEANUP(node_free) node_t *starts = rest_get(env->http, url.buf, "cannot list cold starts", &none);
    AUTOFREE double *ms = xcalloc(node_len(starts) + 1, sizeof(*ms));
    size_t n = 0;
    for (const node_t *start = node_first(starts); start; start = node_next(start))
        ms[n++] = node_num(start, "/total_ms", 0);
    stat_sort(ms, n);
    return stat_quantile(ms, n, 0.5);
}

/* What one busy core of the gateway's machine (this one) adds to its idle power; NaN when that is not known. */
static double core_watts(const struct warm_pool_env *env, const char *gateway)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(node_free)
    node_t *status = rest_get(env->http, url_path(&url, gateway, "/system/aiwf/status", NULL), "cannot show the status", &none);
    double above_idle = node_num(status, "/energy/max_watts", NAN) - node_num(status, "/energy/idle_watts", NAN);
    return ratio(above_idle, (double)sysconf(_SC_NPROCESSORS_ONLN));
}

static void add_break_even(const struct warm_pool_env *env, const char *gateway, node_t *pool)
{
    double cold_ms = cold_start_ms(env, gateway, node_str(pool, "/function", ""));
    double cold_j = cold_ms / 1000 * core_watts(env, gateway);
    node_set_num(pool, "cold_start_p50_ms", cold_ms);
    node_set_num(pool, "saved_ms", node_num(pool, "/cold_starts_avoided", NAN) * cold_ms);
    node_set_num(pool, "cold_start_energy_j", cold_j);
    /* Energy is all that it costs here: where that has a price, the one rate is the other. */
    double pays = ratio(node_num(pool, "/idle_w", NAN) * 3600, cold_j);
    node_set_num(pool, "break_even_energy_per_hour", pays);
    node_set_num(pool, "break_even_per_hour", isnan(node_num(pool, "/idle_cost", NAN)) ? (double)NAN : pays);
}

node_t *warm_pool_list(const struct warm_pool_env *env, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    node_t *pools =
        gateway ? rest_get(env->http, url_path(&url, gateway, "/system/aiwf/pools", NULL), "cannot list pools", err) : NULL;
    if (!pools)
        not_kept_here(err);
    for (node_t *pool = node_first(pools); pool; pool = node_next(pool))
        add_what_follows(env->context, pool);
    return pools;
}

node_t *warm_pool_show(const struct warm_pool_env *env, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    AUTOFREE char *failing = xasprintf("cannot show pool \"%s\"", name);
    node_t *pool =
        gateway ? rest_get(env->http, url_path(&url, gateway, "/system/aiwf/pools/{}", name, NULL), failing, err) : NULL;
    if (pool) {
        add_what_follows(env->context, pool);
        add_break_even(env, gateway, pool);
    }
    return pool;
}

int warm_pool_delete(const struct warm_pool_env *env, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const char *gateway = gateway_of(env, err);
    if (!gateway)
        return -1;
    AUTOFREE char *failing = xasprintf("cannot delete pool \"%s\"", name);
    struct rest_call call = {
        .method = "DELETE", .url = url_path(&url, gateway, "/system/aiwf/pools/{}", name, NULL), .failing = failing};
    return rest_do(env->http, &call, NULL, err);
}
