/* A growing string. buf is never NULL and always NUL-terminated, so it can be passed on at once.
 *
 * What comes from a socket, a file or a pipe goes into a str with a ceiling (max > 0): bytes over
 * it are dropped and `truncated` is set, which the reader must check. max 0 is for our own text. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct str {
    char *buf;
    size_t len;
    size_t cap; /* 0: buf is the shared empty string */
    size_t max;
    bool truncated;
};

extern char str_empty[1];
#define STR_INIT            ((struct str){.buf = str_empty})
#define STR_INIT_MAX(limit) ((struct str){.buf = str_empty, .max = (limit)})

void str_release(struct str *s);
DEFINE_CLEANUP(struct str, str_release)
/* Released, and usable again (max stays). */
void str_clear(struct str *s);
/* Empties it; the memory is kept for reuse. */
void str_reset(struct str *s);
/* The caller owns the result (free); s is empty afterwards. */
char *str_detach(struct str *s) __attribute__((returns_nonnull));

void str_add(struct str *s, const char *text);
void str_addn(struct str *s, const void *data, size_t len);
void str_addc(struct str *s, char c);
/* Each text after the one before; a tenth of what a format costs. */
#define str_cat(s, ...) str_addv(s, (const char *const[]){__VA_ARGS__, NULL})
void str_addv(struct str *s, const char *const *texts);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Shortens to len bytes (no effect when it is shorter). */
void str_cut(struct str *s, size_t len);
/* Makes room for len more bytes after s->len and returns where; the caller then adds to s->len
 * and terminates (or calls str_grew). */
char *str_room(struct str *s, size_t len);
void str_grew(struct str *s, size_t len);

/* Length of the valid UTF-8 sequence at text (of n > 0 bytes), 0 when there is none (RFC 3629). */
size_t utf8_sequence(const void *text, size_t n);

/* Text of others for a terminal or a log: control characters (C0, DEL, C1) and broken UTF-8
 * become \xNN; a tab becomes a space; a newline stays only if keep_newlines. */
void str_add_safe(struct str *s, const char *text, size_t len, bool keep_newlines);

/* Percent-encodes everything but the unreserved characters of RFC 3986. */
void str_add_urlenc(struct str *s, const char *text);

bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
/* Where it is in a NULL-terminated list; -1: nowhere. */
int str_index(const char *const *list, const char *text);
static inline bool str_eq(const char *a, const char *b) /* NULL equals NULL only */
{
    return a && b ? *a == *b && strcmp(a, b) == 0 : a == b;
}

/* The whole text is one number in [min, max]; false otherwise (no partial reads). */
bool str_to_int(const char *text, long long min, long long max, long long *ret);
bool str_to_num(const char *text, double *ret);

/* Edit distance (optimal string alignment); for "did you mean". */
size_t str_distance(const char *a, const char *b);
/* The nearest of n names to word, or NULL when none is near enough to be suggested. */
const char *str_nearest(const char *word, const char *const *names, size_t n);

/* A NULL-terminated list of owned strings, usable as argv. */
struct strv {
    char **v;
    size_t n;
    size_t cap;
};
#define STRV_INIT ((struct strv){0})
void strv_add(struct strv *list, const char *text);
void strv_addf(struct strv *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Takes ownership of text. */
void strv_take(struct strv *list, char *text);
/* Splits text at any of the separator characters, dropping empty parts. */
void strv_split(struct strv *list, const char *text, const char *separators);
/* Adds the last lines of a text that say something, `most` at most; of one that was written over ("\r", a progress bar) what
 * stands there in the end. */
void strv_last_lines(struct strv *list, const char *text, size_t most);
bool strv_has(const struct strv *list, const char *text);
void strv_sort(struct strv *list);
void strv_release(struct strv *list);
DEFINE_CLEANUP(struct strv, strv_release)

#endif
