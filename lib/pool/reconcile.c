#include "pool/reconcile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "local/pool_impl.h"
#include "pool/forecast.h"
#include "pool/hold.h"
#include "pool/prepull.h"

/* One that is at work. */
struct member {
    struct kept kept;
    int64_t floor;
    bool is_done; /* with its function */
};
struct members {
    struct member *v;
    size_t n;
};

static void members_release(struct members *members)
{
    for (size_t i = 0; i < members->n; i++)
        kept_release(&members->v[i].kept);
    free(members->v);
}
DEFINE_CLEANUP(struct members, members_release)

static void say(const struct reconcile *reconcile, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct reconcile *reconcile, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str safe = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    str_add_safe(&safe, text.buf, text.len, false);
    reconcile->say(safe.buf, reconcile->arg);
}

static void say_failure(const struct reconcile *reconcile, const char *what, const struct err *err)
{
    say(reconcile, "%s: %s%s%s", what, err->what ? err->what : "failed", err->why ? ": " : "", err->why ? err->why : "");
}

int64_t kept_floor(const struct kept *kept, int64_t forecast, int64_t now_s)
{
    int64_t floor = pool_floor_at(kept->rules, now_s);
    if (kept->forecast && forecast > floor)
        floor = forecast;
    return kept->rules->max >= 0 && floor > kept->rules->max ? kept->rules->max : floor;
}

/* -1: it cannot be told, which is said. */
static int64_t forecast_for(const struct reconcile *reconcile, const struct kept *kept)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(history_release) struct history history = {0};
    const struct history_query query = {.runtime = kept->runtime->name,
                                        .function = kept->rules->function,
                                        .ns = reconcile->env->kube->ns,
                                        .minutes = FORECAST_MINUTES};
    if (!reconcile->prom)
        err_set(&err, ERR_FAILED, "there is no Prometheus to forecast from");
    if (err.what || history_load(reconcile->prom, &query, &history, &err) != 0) {
        say_failure(reconcile, kept->rules->name, &err);
        return -1;
    }
    return forecast_of(&history, 1).floor;
}

static size_t load_members(const struct reconcile *reconcile, const node_t *list, int64_t now_s, struct members *ret)
{
    size_t failed = 0;
    ret->v = xcalloc(node_len(list) + 1, sizeof(*ret->v));
    for (const node_t *object = node_first(list); object; object = node_next(object)) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        struct member *member = &ret->v[ret->n];
        *member = (struct member){.kept = KEPT_INIT};
        if (kept_parse(object, &member->kept, &err) != 0) {
            say_failure(reconcile, node_str(object, "/metadata/name", "?"), &err);
            failed++;
            continue;
        }
        int64_t forecast = member->kept.forecast ? forecast_for(reconcile, &member->kept) : -1;
        member->floor = kept_floor(&member->kept, forecast, now_s);
        ret->n++;
    }
    return failed;
}

static bool is_same_function(const struct kept *a, const struct kept *b)
{
    return a->runtime == b->runtime && strcmp(a->rules->function, b->rules->function) == 0;
}

/* A function has the largest floor and the least ceiling of its pools. */
static struct function_bounds bounds_of(struct members *members, size_t first)
{
    struct function_bounds bounds = {.ceiling = -1, .before = -1};
    for (size_t i = first; i < members->n; i++) {
        struct member *member = &members->v[i];
        int64_t max = member->kept.rules->max;
        if (!is_same_function(&member->kept, &members->v[first].kept))
            continue;
        member->is_done = true;
        bounds.floor = member->floor > bounds.floor ? member->floor : bounds.floor;
        bounds.before = member->kept.applied > bounds.before ? member->kept.applied : bounds.before;
        if (max >= 0 && (bounds.ceiling < 0 || max < bounds.ceiling))
            bounds.ceiling = max;
    }
    if (bounds.ceiling >= 0 && bounds.floor > bounds.ceiling)
        bounds.floor = bounds.ceiling;
    return bounds;
}

static int keep_function(const struct reconcile *reconcile, struct members *members, size_t first, struct err *err)
{
    const struct kept *kept = &members->v[first].kept;
    struct function_bounds bounds = bounds_of(members, first);
    bool changed = false;
    if (kept->runtime->keep(reconcile->env, kept->rules->function, &bounds, &changed, err) != 0)
        return -1;
    if (changed)
        say(reconcile, "function %s: floor %lld (pool %s)", kept->rules->function, (long long)bounds.floor, kept->rules->name);
    for (size_t i = first; i < members->n; i++) {
        const struct kept *other = &members->v[i].kept;
        if (is_same_function(other, kept) && other->applied != bounds.floor &&
            kept_note_applied(reconcile->env->kube, other, bounds.floor, err) != 0)
            return -1;
    }
    return 0;
}

static int prepull(const struct reconcile *reconcile, const struct kept *kept, struct err *err)
{
    AUTOFREE char *selector = xasprintf("%s=%s", kept->runtime->label, kept->rules->function);
    const struct prepull step = {.kube = reconcile->env->kube, .pool = kept->rules->name, .selector = selector};
    CLEANUP(node_free) node_t *result = NULL;
    if (prepull_step(&step, &result, err) != 0)
        return -1;
    if (node_int(result, "/started", 0))
        say(reconcile, "pool %s: fetching images on %lld of %lld nodes", kept->rules->name,
            (long long)node_int(result, "/started", 0), (long long)node_int(result, "/nodes", 0));
    const node_t *failed = node_at(result, "/failed/0");
    if (!failed)
        return 0;
    err_set(err, ERR_WORKLOAD, "an image cannot be fetched on node %s", node_str(failed, "/node", "?"));
    return err_why(err, "%s", node_str(failed, "/message", ""));
}

static int hold(const struct reconcile *reconcile, const struct kept *kept, struct err *err)
{
    AUTOFREE char *selector = xasprintf("%s=%s", kept->runtime->label, kept->rules->function);
    const struct hold held = {
        .kube = reconcile->env->kube, .pool = kept->rules->name, .selector = selector, .image = kept->image, .gpus = kept->gpus};
    int64_t holders = -1;
    if (hold_step(&held, &holders, err) != 0)
        return -1;
    if (holders >= 0)
        say(reconcile, "pool %s: %lld of %lld GPUs are held free for %s", kept->rules->name, (long long)holders,
            (long long)kept->gpus, kept->rules->function);
    return 0;
}

/* All that a pool has besides its floor. */
static int serve(const struct reconcile *reconcile, struct members *members, size_t at, struct err *err)
{
    struct member *member = &members->v[at];
    if (!member->is_done && keep_function(reconcile, members, at, err) != 0)
        return -1;
    if (member->kept.prepull && prepull(reconcile, &member->kept, err) != 0)
        return -1;
    return member->kept.gpus > 0 ? hold(reconcile, &member->kept, err) : 0;
}

int reconcile_once(const struct reconcile *reconcile, int64_t now_s, size_t *ret_failed, struct err *err)
{
    CLEANUP(members_release) struct members members = {0};
    CLEANUP(node_free) node_t *list = kept_list(reconcile->env->kube, err);
    if (!list)
        return -1;
    *ret_failed = load_members(reconcile, list, now_s, &members);
    for (size_t i = 0; i < members.n; i++) {
        CLEANUP(err_release) struct err one = ERR_INIT;
        if (serve(reconcile, &members, i, &one) == 0)
            continue;
        if (one.code == ERR_INTERRUPTED)
            return err_move(err, &one);
        say_failure(reconcile, members.v[i].kept.rules->name, &one);
        ++*ret_failed;
    }
    return 0;
}
