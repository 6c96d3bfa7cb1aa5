#include "pool/policy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/stat.h"

/* ---- idle times ---- */

void idle_add(struct idle_times *times, int64_t minutes)
{
    times->n++;
    if (minutes >= IDLE_BINS)
        times->beyond++;
    else
        times->bins[minutes > 0 ? minutes : 0]++;
}

void idle_add_counts(struct idle_times *times, const double *counts, size_t n)
{
    enum { MANY = 1000 }; /* a minute's worth beyond which more of the same say nothing new */
    int64_t idle = -1;    /* minutes since the last invocation; -1: none is known */
    for (size_t i = 0; i < n; i++) {
        if (isnan(counts[i])) {
            idle = -1;
            continue;
        }
        int64_t calls = counts[i] < MANY ? (int64_t)num_round(counts[i]) : MANY;
        if (calls <= 0) {
            idle += idle >= 0;
            continue;
        }
        if (idle >= 0)
            idle_add(times, idle);
        for (int64_t k = 1; k < calls; k++)
            idle_add(times, 0);
        idle = 0;
    }
}

int64_t idle_quantile(const struct idle_times *times, double q)
{
    double wanted = q * times->n, seen = 0;
    if (!times->n)
        return -1;
    for (int64_t i = 0; i < IDLE_BINS; i++) {
        seen += times->bins[i];
        if (seen >= wanted && seen > 0)
            return i;
    }
    return IDLE_BINS;
}

/* Of the bins' counts: high when some stand out. */
static double variation_of(const struct idle_times *times)
{
    double mean = (double)(times->n - times->beyond) / IDLE_BINS, squares = 0;
    if (mean <= 0)
        return NAN;
    for (size_t i = 0; i < IDLE_BINS; i++)
        squares += (times->bins[i] - mean) * (times->bins[i] - mean);
    return num_sqrt(squares / IDLE_BINS) / mean;
}

struct idle_policy idle_decide(const struct idle_times *times)
{
    static const double head = 0.05, tail = 0.99, margin = 0.1, standing_out = 2;
    struct idle_policy policy = {.verdict = IDLE_TOO_FEW, .variation = NAN};
    if (times->n < IDLE_ENOUGH)
        return policy;
    policy.variation = variation_of(times);
    policy.until_min = IDLE_BINS;
    if (times->beyond * 2 > times->n) {
        policy.verdict = IDLE_BEYOND;
        return policy;
    }
    if (policy.variation < standing_out) {
        policy.verdict = IDLE_SPREAD;
        return policy;
    }
    policy.verdict = IDLE_PATTERN;
    policy.prewarm_min = (int64_t)num_floor((double)idle_quantile(times, head) * (1 - margin));
    double last = (double)idle_quantile(times, tail) + 1; /* the bin's upper edge */
    policy.until_min = (int64_t)num_min(num_ceil(last * (1 + margin)), IDLE_BINS);
    return policy;
}

bool idle_wants_one(const struct idle_policy *policy, int64_t minutes)
{
    if (minutes < 0 || policy->verdict == IDLE_TOO_FEW || policy->verdict == IDLE_BEYOND)
        return false;
    return minutes >= policy->prewarm_min && minutes <= policy->until_min;
}

/* ---- load ---- */

int64_t load_instances(const struct load *load)
{
    if (!(load->per_s > 0))
        return 0;
    if (!(load->service_s > 0))
        return 1;
    double at_once = load->per_s * load->service_s;
    double each = num_max(load->concurrency, 1) * (load->target > 0 ? load->target : 1);
    return (int64_t)num_max(num_ceil(at_once / each), 1);
}

/* ---- hours ---- */

void profile_hour(int64_t seconds, int *ret_kind, int *ret_hour)
{
    time_t at = (time_t)seconds;
    struct tm tm;
    localtime_r(&at, &tm);
    *ret_kind = tm.tm_wday == 0 || tm.tm_wday == 6 ? DAY_WEEKEND : DAY_WORKING;
    *ret_hour = tm.tm_hour;
}

struct minutes {
    double *rates;
    size_t n;
};

static void fill_hour(struct profile *profile, int kind, int hour, struct minutes *minutes)
{
    stat_sort(minutes->rates, minutes->n);
    profile->per_s[kind][hour] = stat_quantile(minutes->rates, minutes->n, 0.95);
    profile->per_h[kind][hour] = stat_mean(minutes->rates, minutes->n) * 3600;
}

void profile_of_counts(struct profile *profile, const double *counts, size_t n, int64_t start_s)
{
    struct minutes minutes[DAY_KINDS][HOURS] = {0};
    for (size_t i = 0; i < n; i++) {
        int kind, hour;
        if (isnan(counts[i]))
            continue;
        profile_hour(start_s + (int64_t)i * 60, &kind, &hour);
        struct minutes *of = &minutes[kind][hour];
        if (!of->rates)
            of->rates = xcalloc(n, sizeof(*of->rates));
        of->rates[of->n++] = counts[i] / 60;
    }
    for (int kind = 0; kind < DAY_KINDS; kind++)
        for (int hour = 0; hour < HOURS; hour++) {
            fill_hour(profile, kind, hour, &minutes[kind][hour]);
            free(minutes[kind][hour].rates);
        }
}

struct floors floors_of_profile(const struct profile *profile, const struct floors_by *by)
{
    struct floors floors = {0};
    for (int kind = 0; kind < DAY_KINDS; kind++)
        for (int hour = 0; hour < HOURS; hour++) {
            struct load load = by->load;
            load.per_s = profile->per_s[kind][hour];
            int64_t wanted = load_instances(&load);
            bool is_rare = profile->per_h[kind][hour] < by->pays_per_h;
            floors.at[kind][hour] = wanted <= 1 && is_rare ? 0 : wanted;
        }
    return floors;
}

bool floors_are_one(const struct floors *floors, int64_t *ret)
{
    *ret = floors->at[0][0];
    for (int kind = 0; kind < DAY_KINDS; kind++)
        for (int hour = 0; hour < HOURS; hour++)
            if (floors->at[kind][hour] != *ret)
                return false;
    return true;
}

/* ---- what it is worth ---- */

double keep_pays_money(const struct keep *keep)
{
    double occupied_s = keep->cold_s + keep->linger_s;
    return occupied_s > 0 ? 3600 / occupied_s : NAN;
}

double keep_pays_energy(const struct keep *keep)
{
    double each_j = keep->cold_s * keep->busy_w + keep->linger_s * keep->idle_w;
    return each_j > 0 ? keep->idle_w * 3600 / each_j : NAN;
}
