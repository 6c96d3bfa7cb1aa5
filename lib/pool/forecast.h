/* What a function's history wants ready now. */
#ifndef POOL_FORECAST_H
#define POOL_FORECAST_H

#include "pool/history.h"
#include "pool/policy.h"

struct forecast {
    int64_t floor;
    int64_t since_min; /* minutes since the last invocation; -1: none is known */
    struct idle_policy policy;
    const char *because; /* for people */
};
/* What idle times want, or the load of this hour of the day where that needs several. concurrency: requests at once an instance. */
struct forecast forecast_of(const struct history *history, double concurrency);
const char *idle_verdict_words(enum idle_verdict verdict);

#endif
