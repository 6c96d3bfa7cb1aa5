/* Plain scalars: YAML 1.2.2, section 10.3.2 (tag resolution of the core schema). */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doc/doc_parts.h"

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", NULL};
static const char *const falses[] = {"false", "False", "FALSE", NULL};

/* All of text, at least one, are of these characters. */
static bool all_of(const char *text, const char *characters) { return *text && !text[strspn(text, characters)]; }

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_number(const char *text)
{
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.') {
        size_t fraction = strspn(++text, "0123456789");
        if (!whole && !fraction)
            return false;
        text += fraction;
    } else if (!whole) {
        return false;
    }
    if (*text != 'e' && *text != 'E')
        return !*text;
    text++;
    text += *text == '-' || *text == '+';
    return all_of(text, "0123456789");
}

static bool parse_number(const char *text, double *ret)
{
    if (str_starts(text, "0x") && all_of(text + 2, "0123456789abcdefABCDEF"))
        *ret = (double)strtoull(text + 2, NULL, 16);
    else if (str_starts(text, "0o") && all_of(text + 2, "01234567"))
        *ret = (double)strtoull(text + 2, NULL, 8);
    else if (is_number(text))
        *ret = strtod(text, NULL);
    else
        return false;
    bool is_integer = !text[strcspn(text, ".eE")] || str_starts(text, "0x");
    return isfinite(*ret) && (!is_integer || fabs(*ret) < 0x1p53);
}

node_t *yaml_plain(const char *text)
{
    double number;
    if (str_index(nulls, text) >= 0)
        return node_new_null();
    if (str_index(trues, text) >= 0)
        return node_new_bool(true);
    if (str_index(falses, text) >= 0)
        return node_new_bool(false);
    return parse_number(text, &number) ? node_new_num(number) : node_new_str(text);
}

/* Stricter than need be: what starts as a number could be a date, a base-60 number or an octal one
 * to a reader of YAML 1.1. */
bool yaml_reads_as_string(const char *text)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", "<<", "="};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasecmp(text, words[i]) == 0)
            return false;
    return *text && !isdigit((unsigned char)*text) && !strchr("+-.", *text);
}
