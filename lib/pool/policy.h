/* What a function's history says of how many instances should be ready, and from which rate on that pays: arithmetic only. */
#ifndef POOL_POLICY_H
#define POOL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Idle times after "Serverless in the Wild" (Shahrad et al., USENIX ATC 2020): between one invocation and the next, in bins of
 * a minute over four hours. The 5th percentile is when to have an instance ready again, the 99th until when to keep it. */
enum { IDLE_BINS = 240, IDLE_ENOUGH = 10 };
struct idle_times {
    uint32_t bins[IDLE_BINS];
    uint32_t beyond; /* four hours and longer */
    uint32_t n;      /* all of them */
};
void idle_add(struct idle_times *times, int64_t minutes);
/* Of invocations a minute; NaN: unknown, across which nothing is known to be idle. Two in a minute are idle for less than one. */
void idle_add_counts(struct idle_times *times, const double *counts, size_t n);
/* The q-quantile's bin: its lower edge in minutes; IDLE_BINS when it is beyond them. -1: there are none. */
int64_t idle_quantile(const struct idle_times *times, double q);

enum idle_verdict {
    IDLE_TOO_FEW, /* fewer than IDLE_ENOUGH: nothing follows */
    IDLE_BEYOND,  /* most are longer than four hours: an instance would wait in vain */
    IDLE_SPREAD,  /* no bin stands out (their counts' coefficient of variation is below 2): keep it the four hours */
    IDLE_PATTERN,
};
struct idle_policy {
    enum idle_verdict verdict;
    int64_t prewarm_min; /* after an invocation: from then ... */
    int64_t until_min;   /* ... until then an instance is ready; with a tenth of margin on both sides */
    double variation;    /* of the bins' counts; NaN: unknown */
};
struct idle_policy idle_decide(const struct idle_times *times);
/* Whether an instance should be ready so many minutes after the last invocation; -1: there was none. */
bool idle_wants_one(const struct idle_policy *policy, int64_t minutes);

/* Plain target utilisation: instances for a rate, by Little's law. NaN of service_s: unknown, and then one is enough for any. */
struct load {
    double per_s, service_s;
    double concurrency; /* requests at once that one instance serves; at least 1 */
    double target;      /* of that, how much may be in use: 0.7 */
};
int64_t load_instances(const struct load *load);

/* What an hour of the day needs, on working days and at weekends, in local time. */
enum { DAY_WORKING, DAY_WEEKEND, DAY_KINDS, HOURS = 24 };
struct profile {
    double per_s[DAY_KINDS][HOURS]; /* 95th percentile of the minutes' rates; NaN: never seen */
    double per_h[DAY_KINDS][HOURS]; /* mean requests in that hour; NaN: never seen */
};
/* Where a moment (seconds since 1970) belongs. */
void profile_hour(int64_t seconds, int *ret_kind, int *ret_hour);
/* counts: invocations a minute from start_s (seconds since 1970) on; NaN: unknown. */
void profile_of_counts(struct profile *profile, const double *counts, size_t n, int64_t start_s);

/* Keeping one instance against starting it for each request: a request that meets none occupies an instance while it starts and,
 * after it, until it is taken away. */
struct keep {
    double cold_s, linger_s;
    double idle_w, busy_w; /* of an instance that waits, and of one that starts */
};
/* Requests an hour from which on keeping it costs no more; NaN: unknown. */
double keep_pays_money(const struct keep *keep);
double keep_pays_energy(const struct keep *keep);

/* A floor for each hour: as many as its load needs, and where that is one, only if so many requests an hour come that it pays
 * (NaN: it is not known when it pays, and then it does). Hours that were never seen: 0. */
struct floors {
    int64_t at[DAY_KINDS][HOURS];
};
struct floors_by {
    struct load load; /* per_s is the profile's */
    double pays_per_h;
};
struct floors floors_of_profile(const struct profile *profile, const struct floors_by *by);
bool floors_are_one(const struct floors *floors, int64_t *ret);

#endif
