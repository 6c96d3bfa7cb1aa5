#include "pool/forecast.h"

#include <math.h>

static int64_t since_last(const struct history *history)
{
    for (size_t i = history->n; i-- > 0;) {
        if (isnan(history->counts[i]))
            return -1;
        if (history->counts[i] > 0)
            return (int64_t)(history->n - 1 - i);
    }
    return -1;
}

const char *idle_verdict_words(enum idle_verdict verdict)
{
    switch (verdict) {
    case IDLE_TOO_FEW:
        return "too few idle times to tell";
    case IDLE_BEYOND:
        return "most idle times are longer than 4 h";
    case IDLE_SPREAD:
        return "idle times follow no pattern";
    case IDLE_PATTERN:
        return "idle times follow a pattern";
    }
    return "";
}

/* What this hour of the day has needed, by its working days or its weekends. */
static int64_t hour_wants(const struct history *history, double concurrency)
{
    static const double target = 0.7;
    struct profile profile;
    profile_of_counts(&profile, history->counts, history->n, history->start_s);
    int kind, hour;
    profile_hour(history->start_s + (int64_t)history->n * 60, &kind, &hour);
    const struct load load = {
        .per_s = profile.per_s[kind][hour], .service_s = history->service_s, .concurrency = concurrency, .target = target};
    return load_instances(&load);
}

struct forecast forecast_of(const struct history *history, double concurrency)
{
    struct idle_times times = {0};
    idle_add_counts(&times, history->counts, history->n);
    struct forecast forecast = {.since_min = since_last(history), .policy = idle_decide(&times)};
    forecast.because = idle_verdict_words(forecast.policy.verdict);
    forecast.floor = idle_wants_one(&forecast.policy, forecast.since_min);
    int64_t hour = forecast.policy.verdict == IDLE_TOO_FEW ? 0 : hour_wants(history, concurrency);
    if (hour > 1 && hour > forecast.floor) { /* whether a single one waits is for the idle times to say */
        forecast.floor = hour;
        forecast.because = "the load of this hour";
    }
    return forecast;
}
