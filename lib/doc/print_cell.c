#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/unit.h"
#include "doc/print_parts.h"

static void add_joined(const node_t *array, struct str *s)
{
    for (const node_t *item = node_first(array); item; item = node_next(item)) {
        cell_raw(item, s);
        if (node_next(item))
            str_addc(s, ',');
    }
}

static bool all_scalars(const node_t *array)
{
    for (const node_t *item = node_first(array); item; item = node_next(item))
        if (node_type(item) == NODE_ARRAY || node_type(item) == NODE_OBJECT)
            return false;
    return true;
}

void cell_raw(const node_t *value, struct str *s)
{
    enum node_type type = node_type(value);
    if (type == NODE_STRING)
        str_add(s, node_text(value));
    else if (type == NODE_ARRAY && all_scalars(value))
        add_joined(value, s);
    else if (type != NODE_NONE && type != NODE_NULL)
        json_print(value, s);
}

static void add_ms(double ms, struct str *s)
{
    if (ms < 9.95)
        str_addf(s, "%.2g ms", ms);
    else if (ms < 999.5)
        str_addf(s, "%.0f ms", ms);
    else if (ms < 59950)
        str_addf(s, "%.1f s", ms / 1000);
    else
        duration_print(s, (int64_t)ms);
}

static void add_percent(double ratio, struct str *s)
{
    double percent = ratio * 100;
    bool fraction = fabs(percent) < 9.95 && fabs(percent - num_round(percent)) >= 0.05;
    str_addf(s, fraction ? "%.1f%%" : "%.0f%%", percent);
}

/* false: this kind is not made for the value, which is then shown as text. */
static bool add_quantity(enum cell_kind kind, double value, struct str *s)
{
    bool fits_ms = value >= 0 && value < 9e18;
    switch (kind) {
    case CELL_NUMBER:
    case CELL_MONEY:
        number_print(s, value);
        return true;
    case CELL_BYTES:
        bytes_print(s, value);
        return true;
    case CELL_MS:
        if (fits_ms)
            add_ms(value, s);
        return fits_ms;
    case CELL_DURATION:
        if (fits_ms)
            duration_print(s, (int64_t)value);
        return fits_ms;
    case CELL_WATTS:
        si_print(s, value, "W");
        return true;
    case CELL_JOULES:
        si_print(s, value, "J");
        return true;
    case CELL_PERCENT:
        add_percent(value, s);
        return true;
    case CELL_TEXT:
    case CELL_STATE:
    case CELL_AGE:
    case CELL_LIST:
        break;
    }
    return false;
}

static bool add_age(const char *time, struct str *s)
{
    int64_t wall_ms;
    if (!rfc3339_parse(time, &wall_ms))
        return false;
    int64_t age = clock_wall_ms() - wall_ms;
    age_print(s, age > 0 ? age : 0); /* clocks differ */
    return true;
}

/* Words of ASCII, most of what there is: nothing of them has to be made visible or goes. */
static bool is_shown_as_it_is(const char *text)
{
    size_t len = 0;
    while (text[len] >= ' ' && text[len] < 0x7f)
        len++;
    return len && !text[len] && text[len - 1] != ' ';
}

/* Text of others on one line: line ends become spaces, control characters visible. */
static void add_text(const node_t *value, struct str *s)
{
    const char *text = node_text(value);
    if (text && is_shown_as_it_is(text)) {
        str_add(s, text);
        return;
    }
    CLEANUP(str_release) struct str raw = STR_INIT;
    cell_raw(value, &raw);
    while (raw.len && isspace((unsigned char)raw.buf[raw.len - 1]))
        str_cut(&raw, raw.len - 1);
    for (char *p = raw.buf; (p = strpbrk(p, "\r\n")); p++)
        *p = ' ';
    if (raw.len)
        str_add_safe(s, raw.buf, raw.len, false);
    else
        str_addc(s, '-');
}

static bool is_estimate(const struct column *column, const node_t *item)
{
    const char *source = column->kind == CELL_JOULES ? node_str(item, "/energy_source", NULL) : NULL;
    return source && strcmp(source, "rapl") != 0;
}

static void add_currency(const struct column *column, const node_t *item, struct str *s)
{
    const char *currency = column->kind == CELL_MONEY ? node_str(item, "/currency", NULL) : NULL;
    if (!currency)
        return;
    str_addc(s, ' ');
    str_add_safe(s, currency, strlen(currency), false);
}

void print_cell(const struct column *column, const node_t *item, struct str *s)
{
    const node_t *value = node_at(item, column->path);
    enum node_type type = node_type(value);
    if (type == NODE_NUMBER && is_estimate(column, item))
        str_addc(s, '~');
    if (type == NODE_NUMBER && add_quantity(column->kind, node_value(value), s)) {
        add_currency(column, item, s);
        return;
    }
    if (type == NODE_STRING && column->kind == CELL_AGE && add_age(node_text(value), s))
        return;
    add_text(value, s);
}

static const char *const good[] = {
    "ready",   "running",  "succeeded", "success", "active", "ok",     "available", "completed", "complete",
    "healthy", "up",       "true",      "done",    "bound",  "warm",   "hit",       "passed",    "yes",
    "enabled", "finished", "cached",    "current", "online", "accept", "admitted",  "in-use",
};
static const char *const on_its_way[] = {
    "starting",          "pending",         "queued",      "deploying",  "creating",    "waiting",
    "building",          "build",           "scaling",     "updating",   "terminating", "deleting",
    "stopping",          "resizing",        "retrying",    "warn",       "warning",     "cold",
    "suspended",         "initializing",    "progressing", "scheduled",  "draining",    "stale",
    "containercreating", "podinitializing", "cancelling",  "restarting", "degraded",
};
static const char *const needs_someone[] = {
    "failed",    "error",  "fail",     "crashloop", "crashloopbackoff", "imagepullbackoff", "errimagepull", "oomkilled",
    "unhealthy", "down",   "notready", "lost",      "evicted",          "timeout",          "timedout",     "exceeded",
    "broken",    "firing", "offline",  "missing",   "unreachable",
};

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(word, words[i]) == 0)
            return true;
    return false;
}

static bool ends_case(const char *text, const char *suffix)
{
    size_t n = strlen(text);
    size_t m = strlen(suffix);
    return n >= m && strcasecmp(text + n - m, suffix) == 0;
}

/* Words of several systems: Kubernetes' (Running), Nova's (ACTIVE), Heat's and Magnum's (CREATE_COMPLETE). */
const char *print_state_color(const char *state)
{
    if (is_one_of(state, needs_someone, ARRAY_LEN(needs_someone)) || ends_case(state, "_failed") || ends_case(state, "backoff"))
        return "\033[31m";
    if (is_one_of(state, on_its_way, ARRAY_LEN(on_its_way)) || ends_case(state, "_in_progress"))
        return "\033[33m";
    if (is_one_of(state, good, ARRAY_LEN(good)) || ends_case(state, "_complete"))
        return "\033[32m";
    bool unknown = !*state || strcasecmp(state, "unknown") == 0 || strcmp(state, "-") == 0;
    return unknown ? "\033[2m" : "";
}
