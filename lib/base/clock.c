#include "base/clock.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sig.h"

static int64_t read_clock_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_mono_ns(void) { return read_clock_ns(CLOCK_MONOTONIC); }
int64_t clock_mono_ms(void) { return clock_mono_ns() / 1000000; }
int64_t clock_wall_ms(void) { return read_clock_ns(CLOCK_REALTIME) / 1000000; }

bool clock_sleep_ms(int64_t ms)
{
    int64_t end = clock_mono_ms() + ms;
    for (;;) {
        if (sig_interrupted())
            return true;
        int64_t left = end - clock_mono_ms();
        if (left <= 0)
            return false;
        struct pollfd fd = {.fd = sig_fd(), .events = POLLIN};
        poll(&fd, fd.fd >= 0 ? 1 : 0, left > 60000 ? 60000 : (int)left);
    }
}

static const struct unit {
    const char *name;
    double ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}, {"w", 604800e3}};

static const struct unit *unit_at(const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strlen(units[i].name) == len && strncmp(units[i].name, text, len) == 0)
            return &units[i];
    return NULL;
}

bool duration_parse(const char *text, int64_t *ret_ms)
{
    double total = 0;
    if (!*text)
        return false;
    for (const char *p = text; *p;) {
        if (!strchr("0123456789.", *p))
            return false;
        char *end = NULL;
        double value = strtod(p, &end);
        size_t len = strspn(end, "mshdw");
        const struct unit *unit = unit_at(end, len);
        bool bare = !len && p == text && !*end;
        if (end == p || (!unit && !bare))
            return false;
        total += value * (unit ? unit->ms : 1000);
        p = end + len;
    }
    if (!isfinite(total) || total > 1e15)
        return false;
    *ret_ms = (int64_t)(total + 0.5);
    return true;
}

void duration_print(struct str *s, int64_t ms)
{
    if (ms < 0) {
        str_addc(s, '-');
        ms = -ms;
    }
    long long v = ms;
    if (v < 1000)
        str_addf(s, "%lldms", v);
    else if (v < 10000)
        str_addf(s, v % 1000 / 100 ? "%lld.%llds" : "%llds", v / 1000, v % 1000 / 100);
    else if (v < 60000)
        str_addf(s, "%llds", v / 1000);
    else if (v < 3600000)
        str_addf(s, v / 1000 % 60 ? "%lldm%02llds" : "%lldm", v / 60000, v / 1000 % 60);
    else if (v < 86400000)
        str_addf(s, v / 60000 % 60 ? "%lldh%02lldm" : "%lldh", v / 3600000, v / 60000 % 60);
    else
        str_addf(s, "%lldd", v / 86400000);
}

void age_print(struct str *s, int64_t ms)
{
    long long seconds = ms < 0 ? 0 : ms / 1000;
    if (seconds < 120)
        str_addf(s, "%llds", seconds);
    else if (seconds < 7200)
        str_addf(s, "%lldm", seconds / 60);
    else if (seconds < 172800)
        str_addf(s, "%lldh", seconds / 3600);
    else
        str_addf(s, "%lldd", seconds / 86400);
}

void rfc3339_print(struct str *s, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    int ms = (int)(wall_ms % 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    char text[64];
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    str_add(s, text);
    if (ms)
        str_addf(s, ".%03d", ms);
    str_addc(s, 'Z');
}

bool rfc3339_parse(const char *text, int64_t *ret_wall_ms)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!rest)
        return false;

    double fraction = 0;
    if (*rest == '.') {
        double scale = 0.1;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
            fraction += (*rest - '0') * scale;
    }
    long offset = 0;
    if (*rest == 'Z' || *rest == 'z') {
        rest++;
    } else if (*rest == '+' || *rest == '-') {
        int hours = 0, minutes = 0, used = 0;
        if (strlen(rest) != 6 || sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || used != 5)
            return false;
        offset = (*rest == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L);
        rest += 6;
    }
    if (*rest)
        return false;
    *ret_wall_ms = ((int64_t)timegm(&tm) - offset) * 1000 + (int64_t)(fraction * 1000 + 0.5);
    return true;
}
