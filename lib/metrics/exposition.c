#include "metrics/exposition.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

/* A line of the answer. */
struct line {
    const char *at, *end;
    size_t number;
    enum exposition_format format;
};

void exposition_release(struct exposition *exposition)
{
    free(exposition->samples);
    free(exposition->abouts);
    *exposition = EXPOSITION_INIT;
}

int exposition_format_of(const char *content_type, enum exposition_format *ret, struct err *err)
{
    const char *type = content_type ? content_type : "text/plain";
    *ret = strncasecmp(type, "application/openmetrics-text", 28) == 0 ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT;
    if (strncasecmp(type, "text/html", 9) == 0) {
        err_set(err, ERR_FAILED, "this is a web page, not metrics");
        return err_hint(err, "the URL of the metrics themselves: most exporters have them at /metrics");
    }
    if (strncasecmp(type, "application/vnd.google.protobuf", 31) == 0 || strncasecmp(type, "application/json", 16) == 0) {
        err_set(err, ERR_FAILED, "these are not metrics as text");
        return err_why(err, "it says that it is %.60s", type);
    }
    return 0;
}

static int bad_line(const struct line *line, struct err *err, const char *why)
{
    err_set(err, ERR_FAILED, "line %zu of the metrics cannot be read", line->number);
    return err_why(err, "%s", why);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* OpenMetrics has one space between two things, the text format any blanks. */
static void skip_blanks(struct line *line)
{
    if (line->format == EXPOSITION_OPENMETRICS) {
        line->at += line->at < line->end && *line->at == ' ';
        return;
    }
    while (line->at < line->end && is_blank(*line->at))
        line->at++;
}

static struct exposition_text take_word(struct line *line)
{
    struct exposition_text word = {.at = line->at};
    while (line->at < line->end && !is_blank(*line->at))
        line->at++;
    word.len = (size_t)(line->at - word.at);
    return word;
}

static bool text_is(struct exposition_text text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.at, word, text.len) == 0;
}

/* [a-zA-Z_][a-zA-Z0-9_]*, and for a metric ":" too. Empty: there is no name. */
static struct exposition_text take_name(struct line *line, bool is_metric)
{
    struct exposition_text name = {.at = line->at};
    for (; line->at < line->end; line->at++) {
        unsigned char c = (unsigned char)*line->at;
        bool fits = c == '_' || (c < 0x80 && isalpha(c)) || (is_metric && c == ':') || (line->at > name.at && isdigit(c));
        if (!fits)
            break;
    }
    name.len = (size_t)(line->at - name.at);
    return name;
}

/* ---- numbers */

static bool is_word_number(const char *text, double *ret)
{
    bool is_minus = *text == '-';
    const char *word = text + (is_minus || *text == '+');
    if (strcasecmp(text, "nan") == 0)
        *ret = NAN;
    else if (strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0)
        *ret = is_minus ? -INFINITY : INFINITY;
    else
        return false;
    return true;
}

/* As Go's ParseFloat, without hexadecimal numbers and underscores (which Prometheus refuses here). */
static bool read_number(struct exposition_text text, double *ret)
{
    enum { LONGEST = 63 };
    char copy[LONGEST + 1];
    if (!text.len || text.len > LONGEST)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    if (is_word_number(copy, ret))
        return true;
    return strspn(copy, "0123456789+-.eE") == text.len && str_to_num(copy + (*copy == '+'), ret);
}

/* Milliseconds in the text format, seconds in OpenMetrics. */
static bool read_time(const struct line *line, struct exposition_text text, int64_t *ret_ms)
{
    double seconds;
    long long ms;
    if (line->format == EXPOSITION_OPENMETRICS) {
        bool is_time = read_number(text, &seconds) && isfinite(seconds) && fabs(seconds) < 1e12;
        *ret_ms = is_time ? (int64_t)(seconds * 1000) : 0;
        return is_time;
    }
    char copy[24];
    if (text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    bool is_time = str_to_int(copy, -(long long)1e15, (long long)1e15, &ms);
    *ret_ms = is_time ? ms : 0;
    return is_time;
}

/* ---- labels */

/* At the opening quote; NULL when there is an end, else what is wrong. */
static const char *take_value(struct line *line, struct exposition_text *ret)
{
    if (line->at == line->end || *line->at != '"')
        return "a label's value is not in quotes";
    ret->at = ++line->at;
    while (line->at < line->end && *line->at != '"') {
        if (*line->at == '\\' && ++line->at == line->end)
            break;
        size_t len = utf8_sequence(line->at, (size_t)(line->end - line->at));
        if (!len)
            return "a label's value is not UTF-8";
        line->at += len;
    }
    if (line->at >= line->end)
        return "a label's value has no end";
    ret->len = (size_t)(line->at - ret->at);
    line->at++;
    return ret->len > EXPOSITION_MAX_VALUE ? "a label's value is too long" : NULL;
}

static const char *take_label(struct line *line, struct exposition_label *ret)
{
    ret->name = take_name(line, false);
    if (!ret->name.len)
        return "a label has no name, or a name with other characters than letters, digits and _";
    if (ret->name.len > EXPOSITION_MAX_NAME)
        return "a label's name is too long";
    skip_blanks(line);
    if (line->at == line->end || *line->at != '=')
        return "a label has no value";
    line->at++;
    skip_blanks(line);
    return take_value(line, &ret->value);
}

static bool is_repeated(const struct exposition_label *labels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (labels[i].name.len == labels[n].name.len && memcmp(labels[i].name.at, labels[n].name.at, labels[n].name.len) == 0)
            return true;
    return false;
}

/* Behind the opening brace, as far as the closing one. *n counts up to the end of labels. */
static const char *take_labels(struct line *line, struct exposition_label *labels, size_t *n)
{
    skip_blanks(line);
    while (line->at < line->end && *line->at != '}') {
        if (*n > EXPOSITION_MAX_LABELS)
            return "a series has too many labels";
        const char *fault = take_label(line, &labels[*n]);
        if (fault)
            return fault;
        if (is_repeated(labels, *n))
            return "a series has a label twice";
        ++*n;
        skip_blanks(line);
        if (line->at < line->end && *line->at == ',')
            line->at++;
        else if (line->at == line->end || *line->at != '}')
            return "there is neither \",\" nor \"}\" behind a label";
        skip_blanks(line);
    }
    if (line->at == line->end)
        return "the labels have no end";
    line->at++;
    return NULL;
}

static const struct exposition_text name_label = {.at = "__name__", .len = 8};

/* NAME{LABELS}: the name is the first of the labels. */
static const char *take_series(struct line *line, struct exposition_label *labels, size_t *ret_n)
{
    labels[0] = (struct exposition_label){.name = name_label, .value = take_name(line, true)};
    *ret_n = 1;
    if (!labels[0].value.len)
        return "it begins with no metric's name";
    if (labels[0].value.len > EXPOSITION_MAX_NAME)
        return "a metric's name is too long";
    const char *name_end = line->at;
    skip_blanks(line);
    if (line->at == line->end || *line->at != '{') {
        line->at = name_end;
        return NULL;
    }
    line->at++;
    return take_labels(line, labels, ret_n);
}

size_t exposition_labels(struct exposition_text series, struct exposition_label *ret)
{
    struct line line = {.at = series.at, .end = series.at + series.len, .format = EXPOSITION_TEXT};
    size_t n = 0;
    return take_series(&line, ret, &n) ? 0 : n;
}

size_t exposition_unescape(struct exposition_text text, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char next = i + 1 < text.len ? text.at[i + 1] : '\0';
        bool is_escape = text.at[i] == '\\' && (next == 'n' || next == '"' || next == '\\');
        to[n++] = (char)(!is_escape ? text.at[i] : next == 'n' ? '\n' : next);
        i += is_escape;
    }
    return n;
}

/* ---- samples */

/* # {LABELS} VALUE [TIME]: checked, and not kept. */
static const char *skip_exemplar(struct line *line)
{
    struct exposition_label labels[EXPOSITION_MAX_LABELS + 1];
    double value;
    int64_t at_ms;
    size_t n = 0;
    if (line->end - line->at < 3 || memcmp(line->at, "# {", 3) != 0)
        return "there is more than a value and a time";
    line->at += 3;
    const char *fault = take_labels(line, labels, &n);
    if (fault)
        return fault;
    skip_blanks(line);
    if (!read_number(take_word(line), &value))
        return "an exemplar's value is no number";
    skip_blanks(line);
    if (line->at < line->end && !read_time(line, take_word(line), &at_ms))
        return "an exemplar's time is no time";
    return line->at < line->end ? "there is more than an exemplar" : NULL;
}

static const char *take_time(struct line *line, struct exposition_sample *sample)
{
    skip_blanks(line);
    if (line->at == line->end)
        return NULL;
    bool has_exemplars = line->format == EXPOSITION_OPENMETRICS;
    if (!has_exemplars || *line->at != '#') {
        sample->has_time = read_time(line, take_word(line), &sample->at_ms);
        if (!sample->has_time)
            return "its time is no time";
        skip_blanks(line);
    }
    if (line->at < line->end)
        return has_exemplars ? skip_exemplar(line) : "there is more than a value and a time";
    return NULL;
}

static const char *take_sample(struct line *line, struct exposition_sample *sample)
{
    struct exposition_label labels[EXPOSITION_MAX_LABELS + 1];
    size_t n;
    sample->series.at = line->at;
    const char *fault = take_series(line, labels, &n);
    if (fault)
        return fault;
    sample->series.len = (size_t)(line->at - sample->series.at);
    skip_blanks(line);
    if (!read_number(take_word(line), &sample->value))
        return "its value is no number";
    return take_time(line, sample);
}

static int add_sample(struct exposition *ret, struct line *line, struct err *err)
{
    struct exposition_sample sample = {0};
    const char *fault = ret->n < EXPOSITION_MAX_SAMPLES ? take_sample(line, &sample) : "there are too many series";
    if (fault)
        return bad_line(line, err, fault);
    GROW(ret->samples, ret->n, ret->cap);
    ret->samples[ret->n++] = sample;
    return 0;
}

/* ---- what is said of a metric */

static bool is_type(const struct line *line, struct exposition_text type)
{
    static const char *const types[][9] = {
        [EXPOSITION_TEXT] = {"counter", "gauge", "histogram", "summary", "untyped", NULL},
        [EXPOSITION_OPENMETRICS] = {"counter", "gauge", "histogram", "summary", "unknown", "gaugehistogram", "info", "stateset",
                                    NULL},
    };
    for (size_t i = 0; types[line->format][i]; i++)
        if (text_is(type, types[line->format][i]))
            return true;
    return false;
}

/* The lines of a metric follow each other. */
static struct exposition_about *about_of(struct exposition *ret, struct exposition_text name)
{
    struct exposition_about *last = ret->n_abouts ? &ret->abouts[ret->n_abouts - 1] : NULL;
    if (last && last->name.len == name.len && memcmp(last->name.at, name.at, name.len) == 0)
        return last;
    GROW(ret->abouts, ret->n_abouts, ret->abouts_cap);
    ret->abouts[ret->n_abouts] = (struct exposition_about){.name = name};
    return &ret->abouts[ret->n_abouts++];
}

static int add_about(struct exposition *ret, struct line *line, struct exposition_text what, struct err *err)
{
    skip_blanks(line);
    struct exposition_text name = take_name(line, true);
    if (!name.len || name.len > EXPOSITION_MAX_NAME || (line->at < line->end && !is_blank(*line->at)))
        return bad_line(line, err, "it is about no metric");
    skip_blanks(line);
    struct exposition_text rest = {.at = line->at, .len = (size_t)(line->end - line->at)};
    if (text_is(what, "TYPE")) {
        while (line->format == EXPOSITION_TEXT && rest.len && is_blank(rest.at[rest.len - 1]))
            rest.len--;
        if (!is_type(line, rest))
            return bad_line(line, err, "it names no type that there is");
        about_of(ret, name)->type = rest;
    } else if (text_is(what, "HELP")) {
        about_of(ret, name)->help = rest;
    } else {
        about_of(ret, name)->unit = rest;
    }
    return 0;
}

/* Behind "#". In OpenMetrics there is nothing else than what is known. */
static int take_comment(struct exposition *ret, struct line *line, struct err *err)
{
    bool is_open = line->format == EXPOSITION_OPENMETRICS;
    bool has_blank = line->at < line->end && is_blank(*line->at);
    skip_blanks(line);
    struct exposition_text word = take_word(line);
    if (has_blank && (text_is(word, "HELP") || text_is(word, "TYPE") || (is_open && text_is(word, "UNIT"))))
        return add_about(ret, line, word, err);
    return is_open ? bad_line(line, err, "OpenMetrics has no such comment") : 0;
}

/* ---- lines */

static const char *fault_of(const struct line *line)
{
    size_t len = (size_t)(line->end - line->at);
    if (len > EXPOSITION_MAX_LINE)
        return "it is too long";
    if (memchr(line->at, '\0', len))
        return "it has a NUL";
    if (len && line->end[-1] == '\r')
        return "lines of metrics end with LF alone, not with CR and LF";
    return NULL;
}

static int take_line(struct exposition *ret, struct line *line, struct err *err)
{
    const char *fault = fault_of(line);
    if (fault)
        return bad_line(line, err, fault);
    if (line->format == EXPOSITION_TEXT)
        skip_blanks(line);
    else if (line->at == line->end)
        return bad_line(line, err, "OpenMetrics has no empty lines");
    if (line->at == line->end)
        return 0;
    if (*line->at != '#')
        return add_sample(ret, line, err);
    line->at++;
    return take_comment(ret, line, err);
}

static bool is_eof(const struct line *line)
{
    return line->format == EXPOSITION_OPENMETRICS && line->end - line->at == 5 && memcmp(line->at, "# EOF", 5) == 0;
}

static int take_lines(struct exposition *ret, const char *text, size_t len, enum exposition_format format, struct err *err)
{
    const char *end = text + len;
    bool has_end = format == EXPOSITION_TEXT;
    struct line line = {.format = format};
    for (const char *at = text; at < end; at = line.end + 1) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        line.at = at;
        line.end = newline ? newline : end;
        line.number++;
        if (has_end && format == EXPOSITION_OPENMETRICS)
            return bad_line(&line, err, "it stands behind # EOF");
        if (is_eof(&line))
            has_end = true;
        else if (take_line(ret, &line, err) != 0)
            return -1;
    }
    if (has_end)
        return 0;
    err_set(err, ERR_FAILED, "the metrics end in the middle");
    return err_why(err, "OpenMetrics ends with # EOF, and this does not");
}

int exposition_parse(struct exposition *ret, const char *text, size_t len, enum exposition_format format, struct err *err)
{
    *ret = EXPOSITION_INIT;
    if (take_lines(ret, text, len, format, err) == 0)
        return 0;
    exposition_release(ret);
    return -1;
}
