#include "local/cron.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/str.h"

enum { FIELDS = 5, YEARS = 8 /* between two 29 Februaries around 2100 */, HOURS = 24, MINUTES = 60 };

struct range {
    const char *name;
    int low, high;
    const char *const *names; /* of low, low + 1, ...; NULL: numbers only */
    int name_count;
};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
static const struct range ranges[FIELDS] = {
    {"minute", 0, 59, NULL, 0},
    {"hour", 0, 23, NULL, 0},
    {"day of month", 1, 31, NULL, 0},
    {"month", 1, 12, months, (int)ARRAY_LEN(months)},
    {"day of week", 0, 7, weekdays, (int)ARRAY_LEN(weekdays)},
};

static const struct {
    const char *name, *fields;
} shorthands[] = {
    {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"},
};

static bool parse_value(const char *text, const struct range *range, int *ret)
{
    for (int i = 0; i < range->name_count; i++)
        if (strcasecmp(text, range->names[i]) == 0) {
            *ret = range->low + i;
            return true;
        }
    long long value;
    if (!str_to_int(text, range->low, range->high, &value))
        return false;
    *ret = (int)value;
    return true;
}

/* "*", "5", "1-5", each with "/2" after it. A step after one value runs to the end of the range. */
static bool parse_part(const char *text, const struct range *range, uint64_t *bits)
{
    AUTOFREE char *part = xstrdup(text);
    long long step = 1;
    char *slash = strchr(part, '/');
    if (slash) {
        *slash = '\0';
        if (!str_to_int(slash + 1, 1, range->high, &step))
            return false;
    }
    int low = range->low, high = range->high;
    char *dash = strchr(part, '-');
    if (strcmp(part, "*") != 0) {
        if (dash)
            *dash = '\0';
        if (!parse_value(part, range, &low) || (dash && !parse_value(dash + 1, range, &high)))
            return false;
        if (!dash)
            high = slash ? range->high : low;
    }
    if (low > high)
        return false;
    for (int i = low; i <= high; i += (int)step)
        *bits |= 1ULL << i;
    return true;
}

static int parse_field(const char *text, const struct range *range, uint64_t *bits, struct err *err)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, text, ",");
    bool is_good = parts.n > 0 && text[0] != ',' && !str_ends(text, ",") && !strstr(text, ",,");
    for (size_t i = 0; is_good && i < parts.n; i++)
        is_good = parse_part(parts.v[i], range, bits);
    if (is_good)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" is no %s of a cron expression", text, range->name);
    return err_why(err, "it is \"*\", or numbers from %d to %d%s, as lists, ranges and steps: 1-5, 0,30, */15", range->low,
                   range->high, range->names ? " or names" : "");
}

int cron_parse(const char *text, struct cron *ret, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(shorthands); i++)
        if (strcasecmp(text, shorthands[i].name) == 0)
            text = shorthands[i].fields;
    CLEANUP(strv_release) struct strv fields = STRV_INIT;
    strv_split(&fields, text, " \t");
    if (fields.n != FIELDS) {
        err_set(err, ERR_USAGE, "\"%s\" is no cron expression", text);
        return err_why(err, "it has %zu fields, not five: minute, hour, day of month, month, day of week", fields.n);
    }
    uint64_t bits[FIELDS] = {0};
    for (size_t i = 0; i < FIELDS; i++)
        if (parse_field(fields.v[i], &ranges[i], &bits[i], err) != 0)
            return -1;
    if (bits[4] & (1U << 7))
        bits[4] |= 1; /* 7 is Sunday too */
    *ret = (struct cron){
        .minutes = bits[0],
        .hours = (uint32_t)bits[1],
        .days = (uint32_t)bits[2],
        .months = (uint32_t)bits[3],
        .weekdays = (uint32_t)bits[4],
        .any_day = fields.v[2][0] == '*',
        .any_weekday = fields.v[4][0] == '*',
    };
    return 0;
}

static bool is_day(const struct cron *cron, const struct tm *day)
{
    bool in_days = cron->days >> day->tm_mday & 1;
    bool in_weekdays = cron->weekdays >> day->tm_wday & 1;
    if (!(cron->months >> (day->tm_mon + 1) & 1))
        return false;
    return cron->any_day || cron->any_weekday ? in_days && in_weekdays : in_days || in_weekdays;
}

/* The moment of a local time of a day. What a clock change skips becomes the first moment after the
 * gap; of a time that comes twice, the first. */
static int64_t moment(const struct tm *day, int hour, int minute)
{
    struct tm tm = {.tm_year = day->tm_year,
                    .tm_mon = day->tm_mon,
                    .tm_mday = day->tm_mday,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_isdst = -1};
    struct tm asked = tm;
    time_t t = mktime(&tm);
    if (tm.tm_hour == asked.tm_hour && tm.tm_min == asked.tm_min)
        return t;
    /* In a gap mktime may go either way: forward to where the clock had jumped to. */
    while (tm.tm_hour * MINUTES + tm.tm_min < hour * MINUTES + minute && tm.tm_mday == asked.tm_mday) {
        t += MINUTES;
        localtime_r(&t, &tm);
    }
    for (;;) {
        time_t before = t - MINUTES;
        localtime_r(&before, &tm);
        if (tm.tm_mday != asked.tm_mday || tm.tm_hour * MINUTES + tm.tm_min < hour * MINUTES + minute)
            return t;
        t = before;
    }
}

/* Noon, which no clock change moves to another day. */
static struct tm day_of(int64_t seconds, int offset)
{
    time_t t = (time_t)seconds;
    struct tm tm;
    localtime_r(&t, &tm);
    struct tm noon = {.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday + offset, .tm_hour = 12, .tm_isdst = -1};
    mktime(&noon);
    return noon;
}

/* Of one day: the first moment after the bound (direction 1), or the last at or before it (-1); -1: none. */
static int64_t search_day(const struct cron *cron, const struct tm *day, int64_t bound, int direction)
{
    for (int i = 0; i < HOURS * MINUTES; i++) {
        int at = direction > 0 ? i : HOURS * MINUTES - 1 - i;
        if (!(cron->hours >> (at / MINUTES) & 1) || !(cron->minutes >> (at % MINUTES) & 1))
            continue;
        int64_t t = moment(day, at / MINUTES, at % MINUTES);
        if (direction > 0 ? t > bound : t <= bound)
            return t;
    }
    return -1;
}

static int64_t search(const struct cron *cron, int64_t bound, int direction)
{
    for (int i = 0; i <= YEARS * 366; i++) {
        struct tm day = day_of(bound, i * direction);
        int64_t t = is_day(cron, &day) ? search_day(cron, &day, bound, direction) : -1;
        if (t >= 0)
            return t;
    }
    return -1;
}

int64_t cron_next(const struct cron *cron, int64_t after) { return search(cron, after, 1); }
int64_t cron_previous(const struct cron *cron, int64_t before) { return search(cron, before, -1); }
