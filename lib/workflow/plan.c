#include "workflow/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/unit.h"
#include "place/place.h"
#include "workflow/key.h"

static double price(const struct context *context, enum setting setting)
{
    double value = NAN;
    const char *text = context_get(context, setting);
    return text && str_to_num(text, &value) ? value : NAN;
}

static double latency(const struct run_env *env, const char *function)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    const struct runtime_env runtime = run_runtime(env);
    if (!env->http)
        return NAN;
    CLEANUP(node_free) node_t *doc = env->runtime->show(&runtime, function, &ignored);
    return node_num(doc, "/p95_ms", NAN);
}

static void measure(const struct stage *stage, const node_t *done, const struct run_env *env, struct str *age,
                    struct place_measured *ret)
{
    int64_t at;
    *ret = PLACE_MEASURED_NONE;
    if (!done || !rfc3339_parse(node_str(done, "/at", ""), &at))
        return;
    age_print(age, clock_wall_ms() - at);
    ret->at = age->buf;
    if (stage->kind == STAGE_INFERENCE) {
        ret->p95_ms = latency(env, stage->function);
        if (isnan(ret->p95_ms))
            ret->at = NULL;
        return;
    }
    ret->run_ms = node_num(done, "/run_ms", NAN);
    ret->cpu_s = node_num(done, "/cpu_s", NAN);
    ret->energy_j = node_num(done, "/energy_j", NAN);
}

static const enum place_work works[] = {
    [STAGE_BATCH] = PLACE_BATCH, [STAGE_TRAIN] = PLACE_TRAIN, [STAGE_INFERENCE] = PLACE_INFERENCE};

struct planning {
    const struct workflow *wf;
    const struct home *home;
    const struct run_env *env;
    struct made *made;
    const struct place_capacity *capacity; /* NULL: unknown */
};

static node_t *plan_stage(const struct planning *planning, size_t at, const node_t *done, bool unchanged)
{
    const struct workflow *wf = planning->wf;
    const struct run_env *env = planning->env;
    const struct stage *stage = &wf->stages[at];
    CLEANUP(str_release) struct str age = STR_INIT;
    struct place_request request = {
        .work = works[stage->kind],
        .is_local = env->context->is_local,
        .runtime = env->runtime->name,
        .trainer = env->trainer->name,
        .gpus = stage->gpus,
        .cpus = stage->cpus,
        .capacity = unchanged ? NULL : planning->capacity,
        .scale_min = stage->scale_min,
        .prices = {price(env->context, SETTING_price_cpu_hour), price(env->context, SETTING_price_gpu_hour),
                   price(env->context, SETTING_price_kwh)},
    };
    measure(stage, done, env, &age, &request.measured);
    CLEANUP(place_release) struct place place = {0};
    place_stage(&request, &place);

    node_t *doc = node_new_object();
    node_set_str(doc, "name", stage->name);
    node_set_str(doc, "kind", stage_kind_name(stage->kind));
    node_set_str(doc, "placed_on", place.on);
    node_set_str(doc, "why", place.why);
    node_set_str(doc, "refused", place.refused);
    node_set_num(doc, "p95_ms", place.p95_ms);
    node_set_num(doc, "cost", place.cost);
    node_set_str(doc, "currency", context_get(env->context, SETTING_currency));
    node_set_num(doc, "energy_j", place.energy_j);
    node_set_str(doc, "energy_source", isnan(place.energy_j) ? NULL : node_str(done, "/energy_source", NULL));
    node_t *needs = node_set(doc, "needs", node_new_array());
    for (size_t i = 0; i < stage->needs_n; i++)
        node_push(needs, node_new_str(wf->stages[stage->needs[i]].name));
    return doc;
}

/* The done record that would be reused, when all that the stage needs is reused too. */
static const node_t *reusable(const struct workflow *wf, size_t at, const struct home *home, struct made *made, struct err *err)
{
    const struct stage *stage = &wf->stages[at];
    for (size_t i = 0; i < stage->needs_n; i++)
        if (!made[stage->needs[i]].known)
            return NULL;
    char key[HASH_HEX];
    if (key_of(wf, at, made, key, err) != 0)
        return NULL;
    const node_t *done = journal_done(&home->journal, NULL, stage->name, key);
    return done && made_from(stage, done, &made[at]) ? done : NULL;
}

static int plan_all(const struct planning *planning, node_t *plan, struct err *err)
{
    const struct workflow *wf = planning->wf;
    const struct home *home = planning->home;
    for (size_t i = 0; i < wf->n; i++) {
        size_t at = wf->order[i];
        CLEANUP(err_release) struct err unreadable = ERR_INIT;
        const node_t *same = home ? reusable(wf, at, home, planning->made, &unreadable) : NULL;
        if (unreadable.what)
            return err_move(err, &unreadable);
        const node_t *last = home ? journal_last_done(&home->journal, wf->stages[at].name) : NULL;
        node_t *doc = node_push(plan, plan_stage(planning, at, same ? same : last, same != NULL));
        node_set_bool(doc, "unchanged", same != NULL);
        if (!same)
            continue;
        AUTOFREE char *why = xasprintf("unchanged, will be reused; %s", node_str(doc, "/why", ""));
        node_set_str(doc, "why", why);
    }
    return 0;
}

/* NULL: nobody can tell. */
static const struct place_capacity *ask_capacity(const struct run_env *env, struct place_capacity *ret)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const struct trainer_env trainer = run_trainer(env);
    struct job_capacity capacity;
    if (!env->http || !env->trainer->capacity || env->trainer->capacity(&trainer, &capacity, &none) != 0)
        return NULL;
    *ret = (struct place_capacity){.gpus = capacity.gpus, .cores = capacity.cores};
    return ret;
}

node_t *workflow_plan(const struct workflow *wf, const struct home *home, const struct run_env *env, struct err *err)
{
    AUTOFREE struct made *made = xcalloc(wf->n, sizeof(*made));
    CLEANUP(node_free) node_t *plan = node_new_array();
    struct place_capacity capacity;
    const struct planning planning = {.wf = wf, .home = home, .env = env, .made = made, .capacity = ask_capacity(env, &capacity)};
    int rc = plan_all(&planning, plan, err);
    for (size_t i = 0; i < wf->n; i++)
        made_release(&made[i]);
    return rc == 0 ? TAKE(plan) : NULL;
}

static void objective(struct strv *lines, const char *what, const char *unit, double limit, double known)
{
    if (isnan(limit))
        return;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s < %.15g%s%s: ", what, limit, *unit ? " " : "", unit);
    if (isnan(known))
        str_add(&text, "not measured yet");
    else {
        str_add(&text, "measured ");
        number_print(&text, known);
        str_addf(&text, "%s%s, %s", *unit ? " " : "", unit, known < limit ? "holds" : "does not hold");
    }
    strv_add(lines, text.buf);
}

void workflow_objectives(const struct workflow *wf, const node_t *plan, struct strv *lines)
{
    double p95 = NAN, cost = 0, energy = 0;
    for (const node_t *stage = node_first(plan); stage; stage = node_next(stage)) {
        bool is_function = strcmp(node_str(stage, "/kind", ""), "inference") == 0;
        if (is_function)
            p95 = num_max(p95, node_num(stage, "/p95_ms", NAN));
        else
            energy += node_num(stage, "/energy_j", NAN), cost += node_num(stage, "/cost", NAN);
    }
    objective(lines, "p95", "ms", wf->objectives.p95_ms, p95);
    objective(lines, "cost", node_str(node_first(plan), "/currency", ""), wf->objectives.cost, cost);
    objective(lines, "energy", "J", wf->objectives.energy_j, energy);
}
