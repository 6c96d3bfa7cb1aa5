#include "wait/wait.h"

#include <string.h>

#include "base/clock.h"
#include "base/sig.h"

enum { FIRST_INTERVAL_MS = 50, LAST_INTERVAL_MS = 1000, LONGEST_REST_MS = 5000, RESTS = 4 };

/* "queued\tposition 2" -> state "queued", note "position 2"; without a tab the state is as given. */
static void say(const struct wait *wait, const struct str *seen, const char *state, bool settled)
{
    const char *tab = strchr(seen->buf, '\t');
    const char *note = tab ? tab + 1 : seen->buf;
    AUTOFREE char *word = tab ? xstrndup(seen->buf, (size_t)(tab - seen->buf)) : xstrdup(state);
    state = word;
    if (settled)
        progress_settle(wait->progress, wait->what, state, note);
    else
        progress_update(wait->progress, wait->what, state, note);
}

static int interrupted(const struct wait *wait, struct err *err)
{
    err_set(err, ERR_INTERRUPTED, "interrupted while waiting for %s%s", wait->what, wait->is_to_come ? "" : "; it goes on");
    return wait->resume ? err_hint(err, "%s", wait->resume) : -1;
}

static int timed_out(const struct wait *wait, const struct str *seen, const struct err *passing, struct err *err)
{
    CLEANUP(str_release) struct str time = STR_INIT;
    duration_print(&time, wait->timeout_ms);
    err_set(err, ERR_TIMEOUT, "gave up waiting for %s after %s", wait->what, time.buf);
    if (passing->what)
        err_why(err, "%s%s%s", passing->what, passing->why ? ": " : "", passing->why ? passing->why : "");
    else if (seen->len)
        err_why(err, "last seen: %s", seen->buf);
    return wait->resume ? err_hint(err, "%s", wait->resume) : -1;
}

static void tabs_to_colons(struct str *s)
{
    char *tab = strchr(s->buf, '\t');
    if (tab)
        *tab = ' ';
}

static int64_t next_interval(const struct wait *wait, int64_t interval)
{
    if (wait->interval_ms)
        return wait->interval_ms;
    int64_t longer = interval + interval / 2;
    return longer < LAST_INTERVAL_MS ? longer : LAST_INTERVAL_MS;
}

/* Nothing has been seen for too long, and no deadline will end it. */
static bool is_blind(const struct wait *wait, const struct err *look_err, int64_t *seen_at_ms)
{
    int64_t now = clock_mono_ms();
    if (!look_err->what)
        *seen_at_ms = now;
    return !wait->timeout_ms && now - *seen_at_ms >= WAIT_BLIND_MS;
}

static int64_t first_interval(const struct wait *wait)
{
    if (wait->interval_ms)
        return wait->interval_ms;
    return wait->change ? LAST_INTERVAL_MS : FIRST_INTERVAL_MS;
}

/* A server whose answers take long is left alone for four times as long. */
static int64_t rest_after(int64_t look_ms, int64_t interval)
{
    int64_t rest = look_ms * RESTS < LONGEST_REST_MS ? look_ms * RESTS : LONGEST_REST_MS;
    return rest > interval ? rest : interval;
}

/* Until the next look; whether an interrupt came. */
static bool pass_time(const struct wait *wait, int64_t ms)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (wait->change)
        return wait->change(wait->source, ms, &none) < 0;
    return clock_sleep_ms(ms);
}

int wait_for(const struct wait *wait, struct err *err)
{
    int64_t start = clock_mono_ms(), seen_at = start;
    int64_t interval = first_interval(wait);
    CLEANUP(str_release) struct str seen = STR_INIT;
    for (;; interval = next_interval(wait, interval)) {
        CLEANUP(err_release) struct err look_err = ERR_INIT;
        str_reset(&seen);
        int64_t looks_at = clock_mono_ms();
        enum wait_state state = wait->look(wait->arg, &seen, &look_err);
        if (state == WAIT_DONE) {
            say(wait, &seen, "ok", true);
            return 0;
        }
        if (sig_interrupted())
            return interrupted(wait, err);
        if (state == WAIT_FAILED || is_blind(wait, &look_err, &seen_at)) {
            say(wait, &seen, "failed", true);
            return err_move(err, &look_err);
        }

        if (!seen.len && look_err.what)
            str_add(&seen, look_err.what);
        say(wait, &seen, "...", false);
        int64_t now = clock_mono_ms();
        int64_t rest = rest_after(now - looks_at, interval);
        int64_t left = wait->timeout_ms ? start + wait->timeout_ms - now : rest;
        if (left <= 0) {
            tabs_to_colons(&seen);
            return timed_out(wait, &seen, &look_err, err);
        }
        if (pass_time(wait, left < rest ? left : rest))
            return interrupted(wait, err);
    }
}
