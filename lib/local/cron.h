/* Five-field cron expressions (minute hour day-of-month month day-of-week, local time): "*", lists,
 * ranges, steps, names of months and days, 7 for Sunday, and @hourly, @daily, @weekly, @monthly,
 * @yearly. When both days are restricted, either matches, as in crontab(5). */
#ifndef LOCAL_CRON_H
#define LOCAL_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct cron {
    uint64_t minutes; /* one bit a value */
    uint32_t hours, days, months, weekdays;
    bool any_day, any_weekday; /* the field began with "*" */
};

int cron_parse(const char *text, struct cron *ret, struct err *err);
/* The first moment strictly after `after` (seconds since 1970) at which it fires; -1 when it never
 * does (31 February). A time that a clock change skips fires right after the gap; one that comes twice,
 * once. */
int64_t cron_next(const struct cron *cron, int64_t after);
/* The latest moment at or before `before`; -1 when there is none. */
int64_t cron_previous(const struct cron *cron, int64_t before);

#endif
