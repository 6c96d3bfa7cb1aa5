#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char str_empty[1];

void str_release(struct str *s)
{
    if (s->cap)
        free(s->buf);
}

void str_clear(struct str *s)
{
    size_t max = s->max;
    str_release(s);
    *s = (struct str){.buf = str_empty, .max = max};
}

void str_reset(struct str *s)
{
    s->len = 0;
    s->truncated = false;
    if (s->cap)
        s->buf[0] = '\0';
}

char *str_detach(struct str *s)
{
    char *text = s->cap ? s->buf : xstrdup("");
    *s = STR_INIT_MAX(s->max);
    return text;
}

char *str_room(struct str *s, size_t len)
{
    size_t need = s->len + len + 1;
    if (need > s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        if (cap < need)
            cap = need;
        s->buf = xrealloc(s->cap ? s->buf : NULL, cap);
        s->cap = cap;
    }
    return s->buf + s->len;
}

void str_grew(struct str *s, size_t len)
{
    s->len += len;
    s->buf[s->len] = '\0';
}

void str_addn(struct str *s, const void *data, size_t len)
{
    if (s->max && len > s->max - s->len) {
        len = s->max - s->len;
        s->truncated = true;
    }
    if (!len)
        return;
    char *end = s->len + len < s->cap ? s->buf + s->len : str_room(s, len);
    memcpy(end, data, len);
    end[len] = '\0';
    s->len += len;
}

void str_add(struct str *s, const char *text) { str_addn(s, text, strlen(text)); }

void str_addv(struct str *s, const char *const *texts)
{
    for (; *texts; texts++)
        str_add(s, *texts);
}

void str_addc(struct str *s, char c) { str_addn(s, &c, 1); }

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    char small[256];
    int len = vsnprintf(small, sizeof(small), fmt, ap);
    if (len >= 0 && (size_t)len < sizeof(small)) {
        str_addn(s, small, (size_t)len);
    } else if (len >= 0) {
        AUTOFREE char *text = xmalloc((size_t)len + 1);
        vsnprintf(text, (size_t)len + 1, fmt, again);
        str_addn(s, text, (size_t)len);
    }
    va_end(again);
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(s, fmt, ap);
    va_end(ap);
}

void str_cut(struct str *s, size_t len)
{
    if (len >= s->len)
        return;
    s->len = len;
    s->buf[len] = '\0';
}

size_t utf8_sequence(const void *text, size_t n)
{
    const unsigned char *p = text;
    if (p[0] < 0x80)
        return 1;
    size_t len = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;
    if (!len || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] >= 0xa0;
    bool beyond = p[0] == 0xf4 && p[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : len;
}

void str_add_safe(struct str *s, const char *text, size_t len, bool keep_newlines)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        size_t plain = i;
        while (plain < len && p[plain] >= ' ' && p[plain] < 0x7f)
            plain++;
        str_addn(s, p + i, plain - i);
        i = plain;
        if (i == len)
            return;
        size_t seq = utf8_sequence(p + i, len - i);
        bool c1 = seq == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0;
        bool control = seq == 1 && (p[i] < 0x20 || p[i] == 0x7f);
        if (p[i] == '\t') {
            str_addc(s, ' ');
            i++;
        } else if (p[i] == '\n' && keep_newlines) {
            str_addc(s, '\n');
            i++;
        } else if (!seq || c1 || control) {
            size_t bytes = c1 ? 2 : 1;
            for (size_t k = 0; k < bytes; k++)
                str_addf(s, "\\x%02x", p[i + k]);
            i += bytes;
        } else {
            str_addn(s, p + i, seq);
            i += seq;
        }
    }
}

void str_add_urlenc(struct str *s, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("-._~", *p);
        if (plain)
            str_addc(s, (char)*p);
        else
            str_addf(s, "%%%02X", *p);
    }
}

bool str_starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

bool str_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text);
    size_t m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

int str_index(const char *const *list, const char *text)
{
    for (int i = 0; list[i]; i++)
        if (strcmp(list[i], text) == 0)
            return i;
    return -1;
}

bool str_to_int(const char *text, long long min, long long max, long long *ret)
{
    if (!*text || strchr(" \t\n\v\f\r+", *text))
        return false;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || value < min || value > max)
        return false;
    *ret = value;
    return true;
}

bool str_to_num(const char *text, double *ret)
{
    if (!*text || strchr(" \t\n\v\f\r+", *text))
        return false;
    char *end = NULL;
    double value = strtod(text, &end);
    if (*end || !isfinite(value))
        return false;
    *ret = value;
    return true;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

size_t str_distance(const char *a, const char *b)
{
    size_t n = strlen(a);
    size_t m = strlen(b);
    size_t width = m + 1;
    AUTOFREE size_t *d = xcalloc((n + 1) * width, sizeof(*d));
    for (size_t i = 0; i <= n; i++)
        d[i * width] = i;
    for (size_t j = 0; j <= m; j++)
        d[j] = j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            size_t best = min3(d[(i - 1) * width + j] + 1, d[i * width + j - 1] + 1, d[(i - 1) * width + j - 1] + cost);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && d[(i - 2) * width + j - 2] + 1 < best)
                best = d[(i - 2) * width + j - 2] + 1;
            d[i * width + j] = best;
        }
    return d[n * width + m];
}

const char *str_nearest(const char *word, const char *const *names, size_t n)
{
    enum { LONGEST_WORTH_COMPARING = 64 };
    size_t len = strlen(word);
    if (len > LONGEST_WORTH_COMPARING)
        return NULL;

    const char *best = NULL;
    size_t best_distance = len <= 2 ? 2 : 1 + (len + 2) / 3;
    for (size_t i = 0; i < n; i++) {
        size_t distance = str_distance(word, names[i]);
        if (distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    if (best)
        return best;
    for (size_t i = 0; i < n; i++)
        if (len >= 2 && str_starts(names[i], word))
            return names[i];
    return NULL;
}

void strv_take(struct strv *list, char *text)
{
    size_t with_end = list->n + 1;
    GROW(list->v, with_end, list->cap);
    list->v[list->n++] = text;
    list->v[list->n] = NULL;
}

void strv_add(struct strv *list, const char *text) { strv_take(list, xstrdup(text)); }

void strv_addf(struct strv *list, const char *fmt, ...)
{
    struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    strv_take(list, str_detach(&s));
}

void strv_split(struct strv *list, const char *text, const char *separators)
{
    while (*text) {
        text += strspn(text, separators);
        size_t len = strcspn(text, separators);
        if (len)
            strv_take(list, xstrndup(text, len));
        text += len;
    }
}

static const char *last_written(char *line)
{
    size_t len = strlen(line);
    while (len && line[len - 1] == '\r')
        line[--len] = '\0';
    const char *over = strrchr(line, '\r');
    return over ? over + 1 : line;
}

void strv_last_lines(struct strv *list, const char *text, size_t most)
{
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    CLEANUP(strv_release) struct strv said = STRV_INIT;
    strv_split(&lines, text, "\n");
    for (size_t i = 0; i < lines.n; i++) {
        const char *line = last_written(lines.v[i]);
        if (line[strspn(line, " \t")])
            strv_add(&said, line);
    }
    for (size_t i = said.n > most ? said.n - most : 0; i < said.n; i++)
        strv_add(list, said.v[i]);
}

bool strv_has(const struct strv *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->v[i], text) == 0)
            return true;
    return false;
}

static int compare_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void strv_sort(struct strv *list)
{
    if (list->n)
        qsort(list->v, list->n, sizeof(*list->v), compare_text);
}

void strv_release(struct strv *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->v[i]);
    free(list->v);
}
