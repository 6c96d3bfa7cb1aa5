#include "metrics/assert.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/vocabulary.h"

enum { STEPS = 40, STEP_MIN_MS = 1000 };

void assert_release(struct assertion *assertion)
{
    free(assertion->figure);
    free(assertion->word);
    *assertion = (struct assertion){0};
}

/* Longer ones first. */
static const struct {
    const char *text;
    enum assert_op op;
} ops[] = {
    {"<=", ASSERT_AT_MOST}, {">=", ASSERT_AT_LEAST}, {"==", ASSERT_IS},
    {"!=", ASSERT_IS_NOT},  {"<", ASSERT_LESS},      {">", ASSERT_MORE},
};

static bool read_op(const char **text, enum assert_op *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (str_starts(*text, ops[i].text)) {
            *text += strlen(ops[i].text);
            *ret = ops[i].op;
            return true;
        }
    }
    return false;
}

static bool read_figure(const char **text, struct assertion *ret)
{
    *text += strspn(*text, " \t");
    size_t len = strcspn(*text, " \t<>=!");
    ret->figure = xstrndup(*text, len);
    *text += len;
    *text += strspn(*text, " \t");
    return len > 0;
}

/* A number, or a word that is compared with a text. */
static bool read_value(const char *word, struct assertion *ret)
{
    if (str_to_num(word, &ret->bound))
        return isfinite(ret->bound);
    if ((ret->op != ASSERT_IS && ret->op != ASSERT_IS_NOT) || !isalpha((unsigned char)*word))
        return false;
    ret->word = xstrdup(word);
    return true;
}

/* NUMBER [for DURATION] */
static bool read_bound(const char *text, struct assertion *ret)
{
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    strv_split(&words, text, " \t");
    if ((words.n != 1 && words.n != 3) || !read_value(words.v[0], ret))
        return false;
    return words.n == 1 || (strcmp(words.v[1], "for") == 0 && duration_parse(words.v[2], &ret->for_ms) && ret->for_ms > 0);
}

int assert_parse(struct assertion *ret, const char *text, struct err *err)
{
    const char *rest = text;
    *ret = (struct assertion){0};
    if (read_figure(&rest, ret) && read_op(&rest, &ret->op) && read_bound(rest, ret))
        return 0;
    assert_release(ret);
    err_set(err, ERR_USAGE, "\"%s\" is no assertion", text);
    return err_hint(
        err,
        "'gpu.util < 20 for 10m': a figure, one of < <= > >= == !=, a number (or a word: node.ready == Ready), and how long");
}

int64_t assert_step_ms(const struct assertion *assertion)
{
    int64_t step = assertion->for_ms / STEPS;
    return assertion->for_ms && step < STEP_MIN_MS ? STEP_MIN_MS : step;
}

static bool holds(const struct assertion *assertion, double value)
{
    switch (assertion->op) {
    case ASSERT_LESS:
        return value < assertion->bound;
    case ASSERT_AT_MOST:
        return value <= assertion->bound;
    case ASSERT_MORE:
        return value > assertion->bound;
    case ASSERT_AT_LEAST:
        return value >= assertion->bound;
    case ASSERT_IS:
        return !(value < assertion->bound) && !(value > assertion->bound);
    case ASSERT_IS_NOT:
        return value < assertion->bound || value > assertion->bound;
    }
    return false;
}

static size_t steps_of(const struct assertion *assertion)
{
    return assertion->for_ms ? (size_t)(assertion->for_ms / assert_step_ms(assertion)) + 1 : 1;
}

static void tell(node_t *verdict, const char *state, const struct prom_series *series, const char *why)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    prom_series_name(series, &name);
    node_set_str(verdict, "state", state);
    node_set_str(verdict, "series", name.buf);
    node_set_str(verdict, "why", why);
}

/* Of a text: whatever its series have, it is so or not all the time that there are some. */
static bool is_other_text(const struct assertion *assertion, const struct prom_series *series, node_t *verdict)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    vocabulary_text(series, assertion->text, &text);
    bool is_same = strcmp(text.buf, assertion->word) == 0;
    if (!series->n_points || is_same == (assertion->op == ASSERT_IS))
        return false;
    CLEANUP(str_release) struct str time = STR_INIT;
    AUTOFREE char *why = xasprintf("it is %s", text.buf);
    rfc3339_print(&time, series->points[0].at_ms);
    tell(verdict, "failed", series, why);
    node_set_str(verdict, "time", time.buf);
    return true;
}

static bool is_broken(const struct assertion *assertion, const struct prom_series *series, node_t *verdict)
{
    if (assertion->word)
        return is_other_text(assertion, series, verdict);
    for (size_t i = 0; i < series->n_points; i++) {
        const struct prom_point *point = &series->points[i];
        if (isnan(point->value) || holds(assertion, point->value))
            continue;
        CLEANUP(str_release) struct str time = STR_INIT;
        rfc3339_print(&time, point->at_ms);
        tell(verdict, "failed", series, NULL);
        node_set_num(verdict, "value", point->value);
        node_set_str(verdict, "time", time.buf);
        return true;
    }
    return false;
}

static bool is_unknown(const struct assertion *assertion, const struct prom_series *series, node_t *verdict)
{
    size_t known = 0;
    for (size_t i = 0; i < series->n_points; i++)
        known += !isnan(series->points[i].value);
    if (known >= steps_of(assertion))
        return false;
    AUTOFREE char *why = xasprintf("known at %zu of %zu steps", known, steps_of(assertion));
    tell(verdict, "unknown", series, why);
    return true;
}

node_t *assert_judge(const struct assertion *assertion, const struct prom_result *result)
{
    node_t *verdict = node_new_object();
    static const char *const members[] = {"name", "state", "series", "value", "time", "why"};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        node_set(verdict, members[i], node_new_null());
    for (size_t i = 0; i < result->n; i++)
        if (is_broken(assertion, &result->series[i], verdict))
            return verdict;
    for (size_t i = 0; i < result->n; i++)
        if (is_unknown(assertion, &result->series[i], verdict))
            return verdict;
    node_set_str(verdict, "state", result->n ? "passed" : "unknown");
    if (!result->n)
        node_set_str(verdict, "why", "there is no series of it");
    return verdict;
}
