/* The one way to wait: a condition that is asked again and again (or when a watch says that something
 * changed), a deadline, a progress line, an interrupt. */
#ifndef WAIT_WAIT_H
#define WAIT_WAIT_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "tui/progress.h"

enum { WAIT_BLIND_MS = 60000 };

enum wait_state { WAIT_PENDING, WAIT_DONE, WAIT_FAILED };

struct wait {
    const char *what; /* "function hello", for messages */
    /* Looks once. Fills `note` with what is seen now: "1 of 2 ready", or a state word, a tab and the
     * rest ("queued\tposition 2"). Returns WAIT_FAILED with err set at a terminal failure; a passing
     * failure to look (the server restarts) is WAIT_PENDING with err set: it is tolerated until the
     * deadline, or for WAIT_BLIND_MS when there is none. */
    enum wait_state (*look)(void *arg, struct str *note, struct err *err);
    void *arg;
    /* A source of change: returns when something may have changed, at most after so long; -1 with err set when
     * interrupted. NULL: there is none, and time alone passes. */
    int (*change)(void *source, int64_t at_most_ms, struct err *err);
    void *source;
    int64_t timeout_ms; /* 0: none */
    /* 0: 50 ms, growing to 1 s; with a source of change 1 s. Four times a look's own time, up to 5 s, beats it. */
    int64_t interval_ms;
    struct progress *progress; /* NULL: silent */
    const char *resume;        /* the command that goes on waiting, named on Ctrl-C and timeout */
    bool is_to_come;           /* there is nothing yet that would go on meanwhile */
};

/* 0 done; TIMEOUT with the last note; INTERRUPTED with the resume command as hint; else look's failure. */
int wait_for(const struct wait *wait, struct err *err);

#endif
