/* Times as people type them. */
#define _XOPEN_SOURCE 700
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "top/view.h"

static bool parse_as(const char *text, const char *format, struct tm *tm)
{
    const char *end = strptime(text, format, tm);
    return end && !*end;
}

/* The local time of day, today or else yesterday. */
static bool parse_time_of_day(const char *text, int64_t now_ms, int64_t *ret_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm tm;
    if (!localtime_r(&now, &tm))
        return false;
    tm.tm_sec = 0;
    if (!parse_as(text, "%H:%M", &tm) && !parse_as(text, "%H:%M:%S", &tm))
        return false;
    tm.tm_isdst = -1;
    struct tm yesterday = tm;
    yesterday.tm_mday--;
    int64_t at_ms = (int64_t)mktime(&tm) * 1000;
    *ret_ms = at_ms <= now_ms ? at_ms : (int64_t)mktime(&yesterday) * 1000;
    return true;
}

static bool parse_local(const char *text, int64_t *ret_ms)
{
    static const char *const formats[] = {"%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        struct tm tm = {.tm_isdst = -1};
        if (!parse_as(text, formats[i], &tm))
            continue;
        *ret_ms = (int64_t)mktime(&tm) * 1000;
        return true;
    }
    return false;
}

bool when_parse(const char *text, int64_t now_ms, int64_t *ret_ms)
{
    int64_t at_ms;
    if (strcmp(text, "now") == 0) {
        *ret_ms = 0;
        return true;
    }
    if (!rfc3339_parse(text, &at_ms) && !parse_time_of_day(text, now_ms, &at_ms) && !parse_local(text, &at_ms)) {
        int64_t ago_ms;
        if (!duration_parse(text + (*text == '-'), &ago_ms))
            return false;
        at_ms = now_ms - ago_ms;
    }
    *ret_ms = at_ms;
    return at_ms > 0 && at_ms <= now_ms;
}
