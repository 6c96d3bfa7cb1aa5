#include "pool/advise.h"

#include <math.h>
#include <string.h>

#include "pool/breakeven.h"
#include "pool/forecast.h"

static const double target_in_use = 0.7;
enum { DAY_MIN = 24 * 60 };

static void set_minutes(node_t *idle, const char *key, int64_t minutes)
{
    node_set_num(idle, key, minutes < 0 ? NAN : (double)minutes);
}

static node_t *idle_document(const struct idle_times *times, const struct idle_policy *policy)
{
    node_t *idle = node_new_object();
    node_set_num(idle, "n", times->n);
    set_minutes(idle, "p5_min", idle_quantile(times, 0.05));
    set_minutes(idle, "p50_min", idle_quantile(times, 0.5));
    set_minutes(idle, "p99_min", idle_quantile(times, 0.99));
    node_set_num(idle, "beyond_4h", times->beyond);
    node_set_num(idle, "variation", policy->variation);
    node_set_str(idle, "verdict", idle_verdict_words(policy->verdict));
    node_set_num(idle, "prewarm_min", policy->verdict == IDLE_PATTERN ? (double)policy->prewarm_min : NAN);
    node_set_num(idle, "until_min", policy->verdict == IDLE_PATTERN ? (double)policy->until_min : NAN);
    return idle;
}

static void push_change(node_t *schedule, int hour, const char *days, int64_t floor)
{
    node_t *item = node_push(schedule, node_new_object());
    AUTOFREE char *cron = xasprintf("0 %d * * %s", hour, days);
    node_set_str(item, "cron", cron);
    node_set_num(item, "min", (double)floor);
}

/* before: of the hour before the first; -1: say the first in any case. */
static void push_day(node_t *schedule, const int64_t at[HOURS], const char *days, int64_t before)
{
    for (int hour = 0; hour < HOURS; hour++) {
        if (at[hour] != before)
            push_change(schedule, hour, days, at[hour]);
        before = at[hour];
    }
}

node_t *advise_schedule(const struct floors *floors)
{
    node_t *schedule = node_new_array();
    int64_t one;
    if (floors_are_one(floors, &one))
        return schedule;
    const int64_t *working = floors->at[DAY_WORKING], *weekend = floors->at[DAY_WEEKEND];
    if (memcmp(working, weekend, sizeof(floors->at[0])) == 0) {
        push_day(schedule, working, "*", working[HOURS - 1]);
        return schedule;
    }
    push_day(schedule, working, "1-5", -1);
    push_day(schedule, weekend, "0,6", -1);
    return schedule;
}

/* Instance-hours a day that the floors keep, of a week. */
static double hours_a_day(const struct floors *floors)
{
    double working = 0, weekend = 0;
    for (int hour = 0; hour < HOURS; hour++) {
        working += (double)floors->at[DAY_WORKING][hour];
        weekend += (double)floors->at[DAY_WEEKEND][hour];
    }
    return (working * 5 + weekend * 2) / 7;
}

static char *command_of(const char *function, const struct floors *floors, const node_t *schedule, bool forecast)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    int64_t floor = 0;
    bool is_one = floors_are_one(floors, &floor);
    str_addf(&s, "aiwf pool create %s-warm --function %s --min %lld", function, function, (long long)(is_one ? floor : 0));
    for (const node_t *item = node_first(schedule); item; item = node_next(item))
        str_addf(&s, " --schedule '%s=%lld'", node_str(item, "/cron", ""), (long long)node_int(item, "/min", 0));
    if (forecast)
        str_add(&s, " --forecast");
    return str_detach(&s);
}

/* NULL: it tells enough. */
static const char *too_little(const struct history *history, const struct idle_policy *policy)
{
    if (history->known < DAY_MIN)
        return "too few data: less than a day of history";
    if (history->requests <= 0)
        return "no request in all that time: a floor of 0";
    return policy->verdict == IDLE_TOO_FEW ? "too few data: fewer than 10 idle times" : NULL;
}

static void propose(const struct history *history, const struct advise *advise, const struct idle_policy *policy, node_t *doc)
{
    struct profile profile;
    profile_of_counts(&profile, history->counts, history->n, history->start_s);
    const struct floors_by by = {
        .load = {.service_s = history->service_s, .concurrency = advise->concurrency, .target = target_in_use},
        .pays_per_h = node_num(doc, "/break_even_per_hour", NAN),
    };
    struct floors floors = floors_of_profile(&profile, &by);
    node_t *schedule = node_set(doc, "schedule", advise_schedule(&floors));
    int64_t floor = 0;
    bool is_one = floors_are_one(&floors, &floor), forecast = policy->verdict == IDLE_PATTERN && policy->prewarm_min > 0;
    AUTOFREE char *command = command_of(advise->function, &floors, schedule, forecast);
    node_set_num(doc, "floor", is_one ? (double)floor : 0);
    node_set_num(doc, "hours_warm_per_day", hours_a_day(&floors));
    node_set_num(doc, "cost_per_day", hours_a_day(&floors) * advise->cost_per_hour);
    bool is_none = is_one && floor == 0 && !forecast;
    node_set_str(doc, "why",
                 is_none    ? "it is too rare for an instance to wait for it"
                 : forecast ? "idle times follow a pattern: one is ready again before the next request"
                            : "the load of the hours, at 70 % in use");
    node_set_str(doc, "command", is_none ? NULL : command);
}

static node_t *rates_of(const struct history *history, const struct advise *advise)
{
    const struct break_even of = {
        .keep = advise->keep,
        .cost_per_hour = advise->cost_per_hour,
        .seen_per_hour = history->known > 0 ? history->requests * 60 / (double)history->known : NAN,
        .rates = advise->rates,
        .n = advise->n_rates,
    };
    return break_even_rows(&of);
}

node_t *advise_of(const struct history *history, const struct advise *advise)
{
    struct idle_times times = {0};
    idle_add_counts(&times, history->counts, history->n);
    const struct idle_policy policy = idle_decide(&times);
    node_t *doc = node_new_object();
    node_set_str(doc, "function", advise->function);
    node_set_str(doc, "metric", history->metric);
    node_set_num(doc, "window_min", (double)history->n);
    node_set_num(doc, "known_min", (double)history->known);
    node_set_num(doc, "requests", history->requests);
    node_set_num(doc, "service_ms", history->service_s * 1000);
    node_set(doc, "idle", idle_document(&times, &policy));
    node_set_num(doc, "break_even_per_hour", keep_pays_money(&advise->keep));
    node_set_num(doc, "break_even_energy_per_hour", keep_pays_energy(&advise->keep));
    node_set(doc, "rates", rates_of(history, advise));
    const char *why = too_little(history, &policy);
    if (!why) {
        propose(history, advise, &policy, doc);
        return doc;
    }
    node_set(doc, "floor", node_new_null());
    node_set(doc, "schedule", node_new_array());
    node_set_str(doc, "why", why);
    node_set_str(doc, "command", NULL);
    return doc;
}
