#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void set_text(char **slot, const char *fmt, va_list ap)
{
    char *text = NULL;
    if (vasprintf(&text, fmt, ap) < 0)
        text = xstrdup(fmt);
    free(*slot);
    *slot = text;
}

/* The text first: its arguments may be parts of err. */
__attribute__((format(printf, 3, 0))) static void start(struct err *err, enum err_code code, const char *fmt, va_list ap)
{
    char *what = NULL;
    set_text(&what, fmt, ap);
    err_clear(err);
    err->code = code;
    err->what = what;
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    start(err, code, fmt, ap);
    va_end(ap);
    return -1;
}

int err_what(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_text(&err->what, fmt, ap);
    va_end(ap);
    return -1;
}

int err_why(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_text(&err->why, fmt, ap);
    va_end(ap);
    return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_text(&err->hint, fmt, ap);
    va_end(ap);
    return -1;
}

int err_sys(struct err *err, enum err_code code, const char *fmt, ...)
{
    int number = errno;
    va_list ap;
    va_start(ap, fmt);
    start(err, code, fmt, ap);
    va_end(ap);
    return err_why(err, "%s", strerror(number));
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    char *inner = err->what;
    err->what = NULL;
    va_list ap;
    va_start(ap, fmt);
    set_text(&err->what, fmt, ap);
    va_end(ap);
    if (!inner)
        return -1;

    char *why = err->why ? xasprintf("%s: %s", inner, err->why) : xstrdup(inner);
    free(inner);
    free(err->why);
    err->why = why;
    return -1;
}

int err_move(struct err *dst, struct err *src)
{
    if (dst != src) {
        err_release(dst);
        *dst = *src;
        *src = ERR_INIT;
    }
    return -1;
}

int err_copy(struct err *dst, const struct err *src)
{
    struct err copy = {
        .code = src->code,
        .what = xstrdup_or_null(src->what),
        .why = xstrdup_or_null(src->why),
        .hint = xstrdup_or_null(src->hint),
        .request_id = xstrdup_or_null(src->request_id),
    };
    return err_move(dst, &copy);
}

void err_clear(struct err *err)
{
    err_release(err);
    *err = ERR_INIT;
}

void err_release(struct err *err)
{
    free(err->what);
    free(err->why);
    free(err->hint);
    free(err->request_id);
}

const char *err_word(enum err_code code)
{
    switch (code) {
#define X(number, ident, word, meaning) \
    case ERR_##ident:                   \
        return word;
        EXIT_CODES(X)
#undef X
    }
    return "failed";
}
