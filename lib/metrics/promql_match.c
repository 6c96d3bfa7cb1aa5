/* Matchers: labels that are, or are like. Prometheus has RE2's expressions, we have those of POSIX: what is the same in
 * both is translated, and what is not is refused. */
#include <ctype.h>
#include <stdlib.h>

#include "metrics/promql_parts.h"

enum { MAX_PATTERN = 4096, MAX_REPEAT = 1000, MAX_SIZE = 10000, MAX_GROUPS = 100 };

struct translation {
    const char *at;
    struct str out;
    const char *fault; /* what POSIX has not */
    const char *wrong; /* what nobody has */
    bool any_case;
    /* What it grows to: a repetition is so many copies of what it repeats. Of each group that is open. */
    size_t sizes[MAX_GROUPS], depth;
    size_t last; /* what a repetition would repeat; 0: nothing */
};

static void grow(struct translation *t, size_t size)
{
    t->last = size;
    t->sizes[t->depth] += size;
    if (t->sizes[t->depth] > MAX_SIZE)
        t->fault = "more repetitions than there is room for";
}

/* \d and others; NULL: it is no class. */
static const char *class_of(char c)
{
    static const char *const classes[] = {"d0-9", "w0-9A-Za-z_", "s \t\n\f\r"};
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (classes[i][0] == c)
            return classes[i] + 1;
    return NULL;
}

static void translate_escape(struct translation *t)
{
    char c = t->at[1];
    static const char from[] = "nrtfv", to[] = "\n\r\t\f\v";
    const char *plain = c ? strchr(from, c) : NULL, *class = class_of((char)tolower((unsigned char)c));
    if (plain)
        str_addc(&t->out, to[plain - from]);
    else if (class)
        str_addf(&t->out, "[%s%s]", isupper((unsigned char)c) ? "^" : "", class);
    else if (c == 'b' || c == 'B' || (c && ispunct((unsigned char)c)))
        str_addf(&t->out, "\\%c", c);
    else
        t->fault = "an escape that is not known here";
    t->at += c ? 2 : 1;
}

/* Inside of brackets POSIX has no escapes: what they stand for goes where it means itself. */
static void translate_brackets(struct translation *t)
{
    CLEANUP(str_release) struct str inside = STR_INIT;
    bool has_dash = false, has_bracket = false;
    str_addc(&t->out, '[');
    if (*++t->at == '^')
        str_addc(&t->out, *t->at++);
    const char *start = t->at;
    while (*t->at && (*t->at != ']' || t->at == start)) {
        char c = *t->at++;
        if (c == '[' && *t->at == ':') {
            const char *end = strstr(t->at, ":]");
            end = end ? end + 2 : t->at + 1;
            str_addc(&inside, '[');
            str_addn(&inside, t->at, (size_t)(end - t->at));
            t->at = end;
            continue;
        }
        if (c == ']') {
            has_bracket = true;
            continue;
        }
        if (c != '\\') {
            str_addc(&inside, c);
            continue;
        }
        c = *t->at ? *t->at++ : '\\';
        has_dash |= c == '-';
        has_bracket |= c == ']';
        if (class_of(c))
            str_add(&inside, class_of(c));
        else if (isalnum((unsigned char)c))
            t->fault = "an escape in brackets that is not known here";
        else if (c != '-' && c != ']')
            str_addc(&inside, c);
    }
    str_addf(&t->out, "%s%s%s]", has_bracket ? "]" : "", inside.buf, has_dash ? "-" : "");
    if (!*t->at)
        t->fault = "brackets without an end";
    else
        t->at++;
}

static void translate_group(struct translation *t)
{
    str_addc(&t->out, '(');
    t->at++;
    t->last = 0;
    if (*t->at == '?')
        t->fault = "a group with \"(?\"";
    else if (t->depth + 1 == MAX_GROUPS)
        t->fault = "more than 99 groups in each other";
    else
        t->sizes[++t->depth] = 1;
}

static void translate_group_end(struct translation *t)
{
    str_addc(&t->out, *t->at++);
    if (!t->depth)
        t->wrong = "a group ends that did not begin";
    else
        grow(t, t->sizes[t->depth--]);
}

/* {N} and {N,M}: the larger; + is one and any number more. */
static size_t copies_of(const char *repeat)
{
    char *end;
    if (*repeat != '{')
        return *repeat == '+' ? 2 : 1;
    unsigned long least = strtoul(repeat + 1, &end, 10), most = *end == ',' ? strtoul(end + 1, NULL, 10) : 0;
    return (least > most ? least : most) + 1;
}

/* * + ? {N} {N,M}; one of another one is refused, as everywhere. */
static void translate_repeat(struct translation *t)
{
    bool is_brace = *t->at == '{';
    size_t copies = copies_of(t->at), last = t->last;
    if (!last)
        t->wrong = "a repetition of nothing, or of a repetition";
    else if (copies > MAX_REPEAT + 1)
        t->fault = "a repetition of more than 1000";
    else
        grow(t, last * (copies - 1));
    t->last = 0;
    do
        str_addc(&t->out, *t->at);
    while (*t->at++ != '}' && is_brace && *t->at);
    if (*t->at == '?')
        t->fault = "a repetition that takes as little as it can";
}

static void translate_next(struct translation *t)
{
    if (*t->at == '(') {
        translate_group(t);
    } else if (*t->at == ')') {
        translate_group_end(t);
    } else if (strchr("*+?{", *t->at)) {
        translate_repeat(t);
    } else if (*t->at == '|') {
        str_addc(&t->out, *t->at++);
        t->last = 0;
    } else {
        grow(t, 1);
        if (*t->at == '\\')
            translate_escape(t);
        else if (*t->at == '[')
            translate_brackets(t);
        else
            str_addc(&t->out, *t->at++);
    }
}

static void translate(struct translation *t)
{
    if (str_starts(t->at, "(?i)")) {
        t->any_case = true;
        t->at += 4;
    }
    str_add(&t->out, "^(");
    while (*t->at && !t->fault && !t->wrong)
        translate_next(t);
    str_add(&t->out, ")$");
}

static int bad_pattern(const char *pattern, const char *why, struct err *err)
{
    err_set(err, ERR_USAGE, "the pattern \"%s\" cannot be read", pattern);
    return err_why(err, "%s", why);
}

static int not_here(const char *pattern, const char *what, struct err *err)
{
    err_set(err, ERR_USAGE, "the pattern \"%s\" has %s", pattern, what);
    return err_hint(err, "--prometheus URL: only a Prometheus reads it");
}

struct promql_regex *promql_compile(struct promql *promql, const char *pattern, struct err *err)
{
    struct translation t = {.at = pattern, .out = STR_INIT};
    if (strlen(pattern) > MAX_PATTERN)
        t.fault = "more than 4096 characters";
    else
        translate(&t);
    AUTOFREE char *translated = str_detach(&t.out);
    if (t.wrong) {
        bad_pattern(pattern, t.wrong, err);
        return NULL;
    }
    if (t.fault) {
        not_here(pattern, t.fault, err);
        return NULL;
    }
    struct promql_regex *regex = arena_get(&promql->arena, sizeof(*regex));
    int rc = regcomp(&regex->compiled, translated, REG_EXTENDED | (t.any_case ? REG_ICASE : 0));
    if (rc != 0) {
        char why[128];
        regerror(rc, &regex->compiled, why, sizeof(why));
        bad_pattern(pattern, why, err);
        return NULL;
    }
    regex->next = promql->regexes;
    promql->regexes = regex;
    return regex;
}

bool promql_regex_groups(const struct promql_regex *regex, const char *text, regmatch_t *groups, size_t n)
{
    return regexec(&regex->compiled, text, n, groups, 0) == 0;
}

bool promql_matches(const struct promql_matcher *matcher, const char *value)
{
    bool is_unlike = matcher->how == MATCH_IS_NOT || matcher->how == MATCH_UNLIKE;
    bool fits = matcher->regex ? regexec(&matcher->regex->compiled, value, 0, NULL, 0) == 0 : strcmp(matcher->value, value) == 0;
    return fits != is_unlike;
}

static bool matches_all(const struct promql_node *selector, const struct memory_series *series)
{
    struct promql_labels labels = {.v = series->labels, .n = series->n_labels};
    for (size_t i = 0; i < selector->n_matchers; i++) {
        const struct promql_matcher *matcher = &selector->matchers[i];
        if (strcmp(matcher->name, "__name__") != 0 && !promql_matches(matcher, promql_label(labels, matcher->name)))
            return false;
    }
    return true;
}

/* The name is asked once for all series of a metric. */
static bool matches_name(const struct promql_node *selector, const struct memory_metric *metric)
{
    for (size_t i = 0; i < selector->n_matchers; i++)
        if (strcmp(selector->matchers[i].name, "__name__") == 0 && !promql_matches(&selector->matchers[i], metric->name))
            return false;
    return true;
}

static const struct memory_metric *next_metric(const struct memory *memory, const struct promql_node *selector,
                                               struct promql_cursor *cursor)
{
    bool is_first = !cursor->metric;
    if (selector->metric) {
        const struct memory_metric *metric = is_first ? memory_metric(memory, selector->metric) : NULL;
        return metric && matches_name(selector, metric) ? metric : NULL;
    }
    cursor->entry = is_first ? map_first(&memory->metrics) : map_next(&memory->metrics, cursor->entry);
    while (cursor->entry && !matches_name(selector, cursor->entry->value))
        cursor->entry = map_next(&memory->metrics, cursor->entry);
    return cursor->entry ? cursor->entry->value : NULL;
}

const struct memory_series *promql_next_series(const struct memory *memory, const struct promql_node *selector,
                                               struct promql_cursor *cursor)
{
    for (;;) {
        while (cursor->metric && cursor->i < cursor->metric->n) {
            const struct memory_series *series = cursor->metric->series[cursor->i++];
            if (matches_all(selector, series))
                return series;
        }
        const struct memory_metric *metric = next_metric(memory, selector, cursor);
        if (!metric)
            return NULL;
        cursor->metric = metric;
        cursor->i = 0;
    }
}
