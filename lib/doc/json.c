/* JSON text: the grammar of RFC 8259 with limits and positions is checked here, cJSON (which is laxer,
 * and says only where it stopped) then builds the tree. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "doc/doc_parts.h"

/* cJSON copies a number into 64 bytes before it reads it. */
enum { NUMBER_MAX_BYTES = 63, SIEVE_BITS = 512 };

struct scan {
    const char *text; /* start, for positions */
    const char *p;
    const char *end;
    int depth;
    bool needs_repair; /* broken UTF-8, \u0000 or half a surrogate pair: all become U+FFFD */
    const char *source;
    struct err *err;
};

static int scan_value(struct scan *scan);

static int fail(const struct scan *scan, const char *at, const char *what)
{
    int line = 1;
    int column = 1;
    for (const char *p = scan->text; p < at; p++) {
        bool continues = ((unsigned char)*p & 0xc0) == 0x80;
        column += !continues;
        if (*p == '\n') {
            line++;
            column = 1;
        }
    }
    return err_set(scan->err, ERR_FAILED, "%s:%d:%d: %s", scan->source, line, column, what);
}

static int unexpected(const struct scan *scan, const char *expected)
{
    AUTOFREE char *what = NULL;
    if (scan->p == scan->end) {
        what = xasprintf("the text ends where %s should be", expected);
        return fail(scan, scan->p, what);
    }
    CLEANUP(str_release) struct str found = STR_INIT;
    size_t len = utf8_sequence(scan->p, (size_t)(scan->end - scan->p));
    str_add_safe(&found, scan->p, len ? len : 1, false);
    what = xasprintf("found '%s' where %s should be", found.buf, expected);
    return fail(scan, scan->p, what);
}

static bool at(const struct scan *scan, char c) { return scan->p < scan->end && *scan->p == c; }

static bool at_digit(const struct scan *scan) { return scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9'; }

static void skip_space(struct scan *scan)
{
    while (scan->p < scan->end && (*scan->p == ' ' || *scan->p == '\n' || *scan->p == '\t' || *scan->p == '\r'))
        scan->p++;
}

static int scan_digits(struct scan *scan)
{
    if (!at_digit(scan))
        return unexpected(scan, "a digit");
    while (at_digit(scan))
        scan->p++;
    return 0;
}

static int scan_number(struct scan *scan)
{
    const char *start = scan->p;
    bool has_exponent = false;
    scan->p += at(scan, '-');
    if (at(scan, '0'))
        scan->p++;
    else if (scan_digits(scan) != 0)
        return -1;
    if (at(scan, '.')) {
        scan->p++;
        if (scan_digits(scan) != 0)
            return -1;
    }
    if (at(scan, 'e') || at(scan, 'E')) {
        has_exponent = true;
        scan->p++;
        scan->p += at(scan, '-') || at(scan, '+');
        if (scan_digits(scan) != 0)
            return -1;
    }
    size_t len = (size_t)(scan->p - start);
    if (len > NUMBER_MAX_BYTES)
        return fail(scan, start, "a number of more than 63 characters");
    if (!has_exponent)
        return 0;
    AUTOFREE char *number = xstrndup(start, len);
    return isfinite(strtod(number, NULL)) ? 0 : fail(scan, start, "a number out of range");
}

/* The value of \uXXXX at p (where "u" stands), -1 when there are not four hexadecimal digits. */
static int hex4(const char *p, const char *end)
{
    if (end - p < 5)
        return -1;
    int value = 0;
    for (int i = 1; i <= 4; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = p[i] ? strchr(digits, p[i] | 0x20) : NULL;
        if (!digit)
            return -1;
        value = value * 16 + (int)(digit - digits);
    }
    return value;
}

/* How long the escape after a backslash is when it is a character that our strings can hold: "uXXXX"
 * or a pair "uD83D\uDE00"; 0 for NUL and halves of pairs. */
static size_t holdable_escape(const char *p, const char *end)
{
    int first = hex4(p, end);
    if (first == 0 || (first >= 0xdc00 && first <= 0xdfff))
        return 0;
    if (first < 0xd800 || first > 0xdbff)
        return 5;
    bool pair = end - p >= 11 && p[5] == '\\' && p[6] == 'u';
    int second = pair ? hex4(p + 6, end) : -1;
    return second >= 0xdc00 && second <= 0xdfff ? 11 : 0;
}

static int scan_escape(struct scan *scan)
{
    scan->p++;
    if (scan->p < scan->end && *scan->p && strchr("\"\\/bfnrt", *scan->p)) {
        scan->p++;
        return 0;
    }
    if (!at(scan, 'u') || hex4(scan->p, scan->end) < 0)
        return fail(scan, scan->p - 1, "an unknown escape in a string");
    size_t len = holdable_escape(scan->p, scan->end);
    if (!len)
        scan->needs_repair = true;
    scan->p += len ? len : 5;
    return 0;
}

/* Broken UTF-8 is repaired, not refused: one bad byte in a log line must not hide the whole answer. */
static void scan_character(struct scan *scan)
{
    if ((unsigned char)*scan->p < 0x80) {
        scan->p++;
        return;
    }
    size_t len = utf8_sequence(scan->p, (size_t)(scan->end - scan->p));
    if (!len)
        scan->needs_repair = true;
    scan->p += len ? len : 1;
}

static int scan_string(struct scan *scan)
{
    const char *start = scan->p++;
    while (scan->p < scan->end && *scan->p != '"') {
        if ((unsigned char)*scan->p < 0x20)
            return fail(scan, scan->p, "a raw control character in a string");
        if (*scan->p != '\\')
            scan_character(scan);
        else if (scan_escape(scan) != 0)
            return -1;
    }
    if (scan->p == scan->end)
        return fail(scan, start, "a string that does not end");
    scan->p++;
    return 0;
}

static int scan_word(struct scan *scan, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, word, len) != 0)
        return unexpected(scan, "a value");
    scan->p += len;
    return 0;
}

static int scan_member(struct scan *scan)
{
    if (!at(scan, '"'))
        return unexpected(scan, "a name in quotes");
    if (scan_string(scan) != 0)
        return -1;
    skip_space(scan);
    if (!at(scan, ':'))
        return unexpected(scan, "':'");
    scan->p++;
    return scan_value(scan);
}

/* An array or an object, from its bracket on. */
static int scan_list(struct scan *scan, char close, int (*item)(struct scan *))
{
    if (++scan->depth > JSON_MAX_DEPTH)
        return fail(scan, scan->p, "nested too deeply");
    scan->p++;
    skip_space(scan);
    while (!at(scan, close)) {
        if (item(scan) != 0)
            return -1;
        if (at(scan, close))
            break;
        if (!at(scan, ','))
            return unexpected(scan, close == ']' ? "',' or ']'" : "',' or '}'");
        scan->p++;
        skip_space(scan);
        if (at(scan, close))
            return unexpected(scan, close == ']' ? "a value" : "a name in quotes");
    }
    scan->p++;
    scan->depth--;
    return 0;
}

/* A value with the space around it. */
static int scan_value(struct scan *scan)
{
    skip_space(scan);
    int rc;
    switch (scan->p < scan->end ? *scan->p : '\0') {
    case '{':
        rc = scan_list(scan, '}', scan_member);
        break;
    case '[':
        rc = scan_list(scan, ']', scan_value);
        break;
    case '"':
        rc = scan_string(scan);
        break;
    case 't':
        rc = scan_word(scan, "true");
        break;
    case 'f':
        rc = scan_word(scan, "false");
        break;
    case 'n':
        rc = scan_word(scan, "null");
        break;
    default:
        rc = at(scan, '-') || at_digit(scan) ? scan_number(scan) : unexpected(scan, "a value");
    }
    if (rc == 0)
        skip_space(scan);
    return rc;
}

static int check_text(struct scan *scan)
{
    if (scan->end - scan->text > JSON_MAX_BYTES)
        return err_set(scan->err, ERR_FAILED, "%s is larger than %d MiB", scan->source, JSON_MAX_BYTES >> 20);
    if (scan->end - scan->p >= 3 && memcmp(scan->p, "\xef\xbb\xbf", 3) == 0)
        scan->p += 3;
    if (scan_value(scan) != 0)
        return -1;
    return scan->p == scan->end ? 0 : unexpected(scan, "the end");
}

/* Makes \u0000 and halves of surrogate pairs the replacement character; the text is valid otherwise. */
static void replace_unholdable(char *text, size_t len)
{
    static const char replacement[] = {'u', 'f', 'f', 'f', 'd'};
    const char *end = text + len;
    for (char *p = text; p < end; p++) {
        if (*p != '\\')
            continue;
        p++;
        if (*p != 'u')
            continue;
        size_t escape = holdable_escape(p, end);
        if (!escape)
            memcpy(p, replacement, sizeof(replacement));
        p += (escape ? escape : 5) - 1;
    }
}

static bool is_repeated_later(const node_t *member)
{
    for (const node_t *later = node_next(member); later; later = node_next(later))
        if (strcmp(node_key(later), node_key(member)) == 0)
            return true;
    return false;
}

static unsigned key_bit(const char *key)
{
    unsigned hash = 0;
    while (*key)
        hash = hash * 31 + (unsigned char)*key++;
    return (hash ^ hash >> 8) % SIEVE_BITS;
}

/* Whether two names of an object may be the same: surely not when each has a bit of its own. */
static bool may_repeat(const node_t *object)
{
    uint64_t sieve[SIEVE_BITS / 64] = {0};
    for (const node_t *member = node_first(object); member; member = node_next(member)) {
        unsigned bit = key_bit(node_key(member));
        uint64_t mask = UINT64_C(1) << bit % 64;
        if (sieve[bit / 64] & mask)
            return true;
        sieve[bit / 64] |= mask;
    }
    return false;
}

static void drop_in_small(node_t *object)
{
    node_t *next;
    for (node_t *member = node_first(object); member; member = next) {
        next = node_next(member);
        if (is_repeated_later(member))
            node_free(node_detach(object, member));
    }
}

static void drop_in_large(node_t *object)
{
    CLEANUP(map_release) struct map seen = MAP_INIT(NULL);
    for (node_t *member = node_first(object); member; member = node_next(member)) {
        node_t *earlier = map_get(&seen, node_key(member));
        map_set(&seen, node_key(member), member);
        if (earlier)
            node_free(node_detach(object, earlier));
    }
}

/* Of members with the same name the last wins, as in most parsers of servers and clients. */
static void drop_earlier_duplicates(node_t *node)
{
    enum { SMALL = 16 };
    if (node_type(node) == NODE_OBJECT && may_repeat(node)) {
        if (node_len(node) <= SMALL)
            drop_in_small(node);
        else
            drop_in_large(node);
    }
    for (node_t *child = node_first(node); child; child = node_next(child))
        if (node_first(child))
            drop_earlier_duplicates(child);
}

node_t *json_parse(const char *text, size_t len, const char *source, struct err *err)
{
    struct scan scan = {.text = text, .p = text, .end = text + len, .source = source, .err = err};
    if (check_text(&scan) != 0)
        return NULL;

    CLEANUP(str_release) struct str repaired = STR_INIT;
    if (scan.needs_repair) {
        add_valid_utf8(text, len, &repaired);
        replace_unholdable(repaired.buf, repaired.len);
    }
    node_t *node = scan.needs_repair ? cJSON_ParseWithLength(repaired.buf, repaired.len) : cJSON_ParseWithLength(text, len);
    if (!node) {
        fail(&scan, text, "cannot be read as JSON");
        return NULL;
    }
    drop_earlier_duplicates(node);
    return node;
}
