/* Errors are values: a code (the process's exit code), what failed, why, and what to try.
 *
 * Contract: a function that can fail takes a struct err * last, returns 0 (or a result) on success
 * and leaves err alone; on failure it returns -1 (or NULL) and has set err. Libraries never print:
 * cmd/cli.c prints an error once, as
 *     error: WHAT
 *       WHY
 *       try: HINT
 *       request id: ID
 * Start with struct err err = ERR_INIT and end with err_release. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#include "base/mem.h"

/* The documented exit codes: number, identifier, the word of -o json, meaning. */
#define EXIT_CODES(X)                                                              \
    X(0, OK, "ok", "done")                                                         \
    X(1, FAILED, "failed", "refused by a server, or failed")                       \
    X(2, USAGE, "usage", "wrong usage: command line, configuration or input file") \
    X(3, NOT_FOUND, "not_found", "not found")                                      \
    X(4, AUTH, "auth", "not logged in or not allowed")                             \
    X(5, CONFLICT, "conflict", "conflict: exists, ambiguous, changed under us")    \
    X(6, CAPACITY, "capacity", "quota or capacity")                                \
    X(7, UNREACHABLE, "unreachable", "cannot reach: name, network, TLS")           \
    X(8, TIMEOUT, "timeout", "timed out waiting")                                  \
    X(9, WORKLOAD, "workload", "the workload itself failed")                       \
    X(10, DIFFERS, "differs", "differs (diff)")                                    \
    X(11, THRESHOLD, "threshold", "a threshold did not hold (gate, --assert)")     \
    X(130, INTERRUPTED, "interrupted", "interrupted; what was started is named")

enum err_code {
#define X(number, ident, word, meaning) ERR_##ident = number,
    EXIT_CODES(X)
#undef X
};

struct err {
    enum err_code code;
    char *what; /* one line, no full stop; NULL when there is no error */
    char *why;  /* the server's or the system's words, a line each; or NULL */
    char *hint; /* the next command or change to try, or NULL */
    char *request_id;
};

#define ERR_INIT ((struct err){.code = ERR_OK})

/* All setters return -1, so that a caller can say: return err_set(err, ...). */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int err_why(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Another "what" for the same failure; the rest stays. */
int err_what(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* errno as the reason; the code is USAGE for ENOENT on an input, FAILED otherwise: say which. */
int err_sys(struct err *err, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Says what was being done when it failed: the old "what" (and "why") become the reason. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Moves src into dst (freeing what dst held); src becomes empty. Returns -1. */
int err_move(struct err *dst, struct err *src);
/* The same, and src stays as it is. */
int err_copy(struct err *dst, const struct err *src);
void err_clear(struct err *err);
void err_release(struct err *err);
DEFINE_CLEANUP(struct err, err_release)

/* "not_found" and the like; for -o json errors. */
const char *err_word(enum err_code code);

#endif
