/* The words of an expression. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "metrics/promql_parts.h"

int promql_fail(struct promql_reader *reader, const char *fmt, ...)
{
    CLEANUP(str_release) struct str why = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&why, fmt, ap);
    va_end(ap);
    err_set(reader->err, ERR_USAGE, "the expression cannot be read");
    return err_why(reader->err, "character %zu: %s", (size_t)(reader->token.at - reader->text) + 1, why.buf);
}

static bool is_name_start(char c) { return c == '_' || c == ':' || (!(c & 0x80) && isalpha((unsigned char)c)); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

bool promql_name_is_label(const char *name)
{
    if (!is_name_start(*name))
        return false;
    while (*name && *name != ':' && is_name_part(*name))
        name++;
    return !*name;
}

static void skip_blanks(struct promql_reader *reader)
{
    for (;;) {
        reader->at += strspn(reader->at, " \t\r\n");
        if (*reader->at != '#')
            return;
        reader->at += strcspn(reader->at, "\n");
    }
}

static void take(struct promql_reader *reader, enum promql_token_kind kind, size_t len)
{
    reader->token.kind = kind;
    reader->token.len = len;
    reader->token.text = arena_text(reader->arena, reader->at, len);
    reader->at += len;
}

/* ---- numbers and durations */

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"y", 365LL * 86400000}, {"w", 7 * 86400000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

/* Units in their order, each once: 1h30m. How long it is in the text; 0: it is none. */
static size_t duration_at(const char *text, int64_t *ret_ms)
{
    const char *at = text;
    int64_t ms = 0;
    size_t next_unit = 0;
    while (is_digit(*at)) {
        size_t digits = strspn(at, "0123456789"), unit = strspn(at + digits, "abcdefghijklmnopqrstuvwxyz"), i = next_unit;
        long long count;
        AUTOFREE char *number = xstrndup(at, digits);
        while (i < ARRAY_LEN(units) && (strlen(units[i].name) != unit || strncmp(at + digits, units[i].name, unit) != 0))
            i++;
        if (i == ARRAY_LEN(units) || !str_to_int(number, 0, 1000000000, &count) || count > INT64_MAX / 4 / units[i].ms)
            return 0;
        ms += count * units[i].ms;
        next_unit = i + 1;
        at += digits + unit;
    }
    *ret_ms = ms;
    return (is_name_part(*at) && *at != ':') || *at == '.' ? 0 : (size_t)(at - text);
}

static size_t number_length(const char *text)
{
    size_t len = strspn(text, "0123456789");
    if (text[len] == '.')
        len += 1 + strspn(text + len + 1, "0123456789");
    if (text[len] != 'e' && text[len] != 'E')
        return len;
    size_t sign = text[len + 1] == '+' || text[len + 1] == '-', digits = strspn(text + len + 1 + sign, "0123456789");
    return digits ? len + 1 + sign + digits : len;
}

static int take_number(struct promql_reader *reader)
{
    const char *text = reader->at;
    size_t len = duration_at(text, &reader->token.duration_ms);
    if (len) {
        take(reader, TOKEN_DURATION, len);
        return 0;
    }
    bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    len = is_hex ? 2 + strspn(text + 2, "0123456789abcdefABCDEF") : number_length(text);
    if (is_name_part(text[len]))
        return promql_fail(reader, "this is no number and no duration");
    take(reader, TOKEN_NUMBER, len);
    reader->token.number = strtod(reader->token.text, NULL);
    return 0;
}

/* ---- strings, as Go writes them */

static int hex_at(const char *text, size_t digits)
{
    AUTOFREE char *copy = xstrndup(text, digits);
    return strspn(copy, "0123456789abcdefABCDEF") == digits ? (int)strtol(copy, NULL, 16) : -1;
}

static void add_rune(struct str *s, int rune)
{
    if (rune < 0x80) {
        str_addc(s, (char)rune);
    } else if (rune < 0x800) {
        str_addc(s, (char)(0xc0 | rune >> 6));
        str_addc(s, (char)(0x80 | (rune & 0x3f)));
    } else {
        str_addc(s, (char)(0xe0 | rune >> 12));
        str_addc(s, (char)(0x80 | (rune >> 6 & 0x3f)));
        str_addc(s, (char)(0x80 | (rune & 0x3f)));
    }
}

/* Behind the backslash; how long it is, 0: there is no such escape. */
static size_t add_escape(struct str *s, const char *text)
{
    static const char from[] = "abfnrtv\\'\"", to[] = "\a\b\f\n\r\t\v\\'\"";
    const char *simple = *text ? strchr(from, *text) : NULL;
    if (simple) {
        str_addc(s, to[simple - from]);
        return 1;
    }
    size_t digits = *text == 'x' ? 2 : *text == 'u' ? 4 : 0;
    int rune = digits ? hex_at(text + 1, digits) : -1;
    if (rune <= 0)
        return 0;
    if (digits == 2)
        str_addc(s, (char)rune);
    else
        add_rune(s, rune);
    return 1 + digits;
}

static int take_string(struct promql_reader *reader)
{
    char quote = *reader->at;
    const char *at = reader->at + 1;
    CLEANUP(str_release) struct str text = STR_INIT;
    while (*at && *at != quote && (*at != '\n' || quote == '`')) {
        size_t escape = 0;
        if (*at == '\\' && quote != '`' && !(escape = add_escape(&text, at + 1)))
            return promql_fail(reader, "there is no such escape as \"\\%c\" in a string", at[1] ? at[1] : '0');
        if (!escape)
            str_addc(&text, *at);
        at += 1 + escape;
    }
    if (*at != quote)
        return promql_fail(reader, "the string has no end");
    reader->token.kind = TOKEN_STRING;
    reader->token.len = (size_t)(at + 1 - reader->at);
    reader->token.text = arena_text(reader->arena, text.buf, text.len);
    reader->at = at + 1;
    return 0;
}

/* ---- signs */

static int take_sign(struct promql_reader *reader)
{
    static const char *const signs[] = {"==", "!=", "<=", ">=", "=~", "!~", "(", ")", "{", "}", "[", "]",
                                        ",",  "=",  "<",  ">",  "+",  "-",  "*", "/", "%", "^", "@", ":"};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (str_starts(reader->at, signs[i])) {
            take(reader, TOKEN_SIGN, strlen(signs[i]));
            return 0;
        }
    }
    return promql_fail(reader, "nothing of PromQL begins like this");
}

int promql_next(struct promql_reader *reader)
{
    skip_blanks(reader);
    reader->token = (struct promql_token){.kind = TOKEN_END, .at = reader->at, .text = ""};
    const char *at = reader->at;
    if (!*at)
        return 0;
    if (is_digit(*at) || (*at == '.' && is_digit(at[1])))
        return take_number(reader);
    if (*at == '"' || *at == '\'' || *at == '`')
        return take_string(reader);
    /* [5m:30s]: a colon there begins no name. */
    if (!is_name_start(*at) || (*at == ':' && !is_name_start(at[1])))
        return take_sign(reader);
    size_t len = 0;
    while (is_name_part(at[len]))
        len++;
    take(reader, TOKEN_NAME, len);
    return 0;
}
