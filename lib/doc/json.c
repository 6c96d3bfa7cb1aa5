/* JSON text: the grammar of RFC 8259 with limits and positions, in one pass. (cJSON's reader is laxer, and says only where
 * it stopped.) */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "doc/cjson.h"
#include "doc/doc_parts.h"

enum { NUMBER_MAX_BYTES = 63, EXACT_DIGITS = 15, SIEVE_BITS = 512 };

struct scan {
    const char *text; /* start, for positions */
    const char *p;
    const char *end;
    int depth;
    const char *source;
    struct err *err;
    struct str name, value; /* of those at hand that do not stand in the text as they are */
};

/* A string as it stands between its quotes. */
struct quoted {
    const char *at;
    size_t len;
    bool is_plain; /* no escape and no broken UTF-8 */
};

/* name: of a member; NULL: of an item, or the whole. */
static node_t *scan_value(struct scan *scan, const struct quoted *name);

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

/* [start, p) is a number; most are short and whole. */
static double number_value(const char *start, const char *p, bool is_whole)
{
    char number[NUMBER_MAX_BYTES + 1] = {0};
    if (!is_whole || p - start > EXACT_DIGITS)
        return strtod(memcpy(number, start, (size_t)(p - start)), NULL);
    bool is_negative = *start == '-';
    int64_t value = 0;
    for (const char *digit = start + is_negative; digit < p; digit++)
        value = value * 10 + (*digit - '0');
    return is_negative ? -(double)value : (double)value; /* there is a -0 */
}

static int scan_number(struct scan *scan, double *ret)
{
    const char *start = scan->p;
    bool is_whole = true;
    scan->p += at(scan, '-');
    if (at(scan, '0'))
        scan->p++;
    else if (scan_digits(scan) != 0)
        return -1;
    if (at(scan, '.')) {
        is_whole = false;
        scan->p++;
        if (scan_digits(scan) != 0)
            return -1;
    }
    if (at(scan, 'e') || at(scan, 'E')) {
        is_whole = false;
        scan->p++;
        scan->p += at(scan, '-') || at(scan, '+');
        if (scan_digits(scan) != 0)
            return -1;
    }
    if (scan->p - start > NUMBER_MAX_BYTES)
        return fail(scan, start, "a number of more than 63 characters");
    *ret = number_value(start, scan->p, is_whole);
    return isfinite(*ret) ? 0 : fail(scan, start, "a number out of range");
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of \uXXXX at p (where "u" stands), -1 when there are not four hexadecimal digits. */
static int hex4(const char *p, const char *end)
{
    if (end - p < 5)
        return -1;
    int value = 0;
    for (int i = 1; i <= 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
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
    scan->p += len ? len : 5;
    return 0;
}

/* Whether it is valid. Broken UTF-8 is repaired, not refused: one bad byte in a log line must not hide the whole answer. */
static bool scan_wide(struct scan *scan)
{
    size_t len = utf8_sequence(scan->p, (size_t)(scan->end - scan->p));
    scan->p += len ? len : 1;
    return len;
}

static int scan_string(struct scan *scan, struct quoted *ret)
{
    const char *start = scan->p++;
    *ret = (struct quoted){.at = scan->p, .is_plain = true};
    for (;;) {
        while (scan->p < scan->end && json_is_plain(*scan->p))
            scan->p++;
        if (scan->p == scan->end)
            return fail(scan, start, "a string that does not end");
        if (*scan->p == '"')
            break;
        if ((unsigned char)*scan->p < 0x20)
            return fail(scan, scan->p, "a raw control character in a string");
        if (*scan->p != '\\') {
            ret->is_plain &= scan_wide(scan);
            continue;
        }
        ret->is_plain = false;
        if (scan_escape(scan) != 0)
            return -1;
    }
    ret->len = (size_t)(scan->p++ - ret->at);
    return 0;
}

/* ---- strings that are not plain; their escapes have been checked ---- */

static void add_code(unsigned code, struct str *s)
{
    if (code < 0x80) {
        str_addc(s, (char)code);
        return;
    }
    if (code < 0x800) {
        str_addc(s, (char)(0xc0 | code >> 6));
    } else {
        if (code < 0x10000) {
            str_addc(s, (char)(0xe0 | code >> 12));
        } else {
            str_addc(s, (char)(0xf0 | code >> 18));
            str_addc(s, (char)(0x80 | (code >> 12 & 0x3f)));
        }
        str_addc(s, (char)(0x80 | (code >> 6 & 0x3f)));
    }
    str_addc(s, (char)(0x80 | (code & 0x3f)));
}

/* From after the backslash; returns how much it takes. */
static size_t add_escape(const char *p, const char *end, struct str *s)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    if (*p != 'u') {
        const char *letter = strchr(letters, *p);
        str_addc(s, letter ? meant[letter - letters] : *p);
        return 1;
    }
    size_t len = holdable_escape(p, end);
    unsigned code = (unsigned)hex4(p, end);
    if (!len)
        add_code(0xfffd, s);
    else if (len == 5)
        add_code(code, s);
    else
        add_code(0x10000 + ((code - 0xd800) << 10) + ((unsigned)hex4(p + 6, end) - 0xdc00), s);
    return len ? len : 5;
}

static void add_decoded(const struct quoted *quoted, struct str *s)
{
    const char *p = quoted->at, *end = p + quoted->len;
    while (p < end) {
        if (*p == '\\') {
            p += 1 + add_escape(p + 1, end, s);
            continue;
        }
        const char *escape = memchr(p, '\\', (size_t)(end - p));
        size_t run = (size_t)((escape ? escape : end) - p);
        add_valid_utf8(p, run, s);
        p += run;
    }
}

/* It may have been a key. */
static void wipe(struct str *s)
{
    if (s->buf)
        explicit_bzero(s->buf, s->len);
    str_reset(s);
}

/* The string itself, in s when it has to be made. */
static struct quoted decoded(const struct quoted *quoted, struct str *s)
{
    if (!quoted || quoted->is_plain)
        return quoted ? *quoted : (struct quoted){0};
    wipe(s);
    str_room(s, quoted->len); /* what is not broken fits: growing would leave a copy behind */
    add_decoded(quoted, s);
    return (struct quoted){.at = s->buf, .len = s->len};
}

/* ---- values ---- */

static node_t *make(struct scan *scan, int type, const struct quoted *name, const struct quoted *text)
{
    struct quoted key = decoded(name, &scan->name), value = decoded(text, &scan->value);
    return node_make(type, key.at, key.len, value.at, value.len);
}

static node_t *scan_word(struct scan *scan, const char *word, int type, const struct quoted *name)
{
    size_t len = strlen(word);
    if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, word, len) != 0) {
        unexpected(scan, "a value");
        return NULL;
    }
    scan->p += len;
    return make(scan, type, name, NULL);
}

static node_t *scan_text(struct scan *scan, const struct quoted *name)
{
    struct quoted text;
    return scan_string(scan, &text) == 0 ? make(scan, cJSON_String, name, &text) : NULL;
}

static node_t *scan_figure(struct scan *scan, const struct quoted *name)
{
    double value = 0;
    if (scan_number(scan, &value) != 0)
        return NULL;
    node_t *node = make(scan, cJSON_Number, name, NULL);
    node->valuedouble = value;
    return node;
}

static int scan_item(struct scan *scan, node_t *array)
{
    node_t *item = scan_value(scan, NULL);
    if (!item)
        return -1;
    cjson.add(array, item);
    return 0;
}

static int scan_member(struct scan *scan, node_t *object)
{
    struct quoted name;
    if (!at(scan, '"'))
        return unexpected(scan, "a name in quotes");
    if (scan_string(scan, &name) != 0)
        return -1;
    skip_space(scan);
    if (!at(scan, ':'))
        return unexpected(scan, "':'");
    scan->p++;
    node_t *member = scan_value(scan, &name);
    if (!member)
        return -1;
    cjson.add(object, member); /* it has its name */
    return 0;
}

/* From the bracket on. */
static int scan_children(struct scan *scan, node_t *parent, char close, int (*child)(struct scan *, node_t *))
{
    if (++scan->depth > JSON_MAX_DEPTH)
        return fail(scan, scan->p, "nested too deeply");
    scan->p++;
    skip_space(scan);
    while (!at(scan, close)) {
        if (child(scan, parent) != 0)
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

static node_t *scan_array(struct scan *scan, const struct quoted *name)
{
    CLEANUP(node_free) node_t *array = make(scan, cJSON_Array, name, NULL);
    return scan_children(scan, array, ']', scan_item) == 0 ? TAKE(array) : NULL;
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
static void drop_earlier_duplicates(node_t *object)
{
    enum { SMALL = 16 };
    if (!may_repeat(object))
        return;
    if (node_len(object) <= SMALL)
        drop_in_small(object);
    else
        drop_in_large(object);
}

static node_t *scan_object(struct scan *scan, const struct quoted *name)
{
    CLEANUP(node_free) node_t *object = make(scan, cJSON_Object, name, NULL);
    if (scan_children(scan, object, '}', scan_member) != 0)
        return NULL;
    drop_earlier_duplicates(object);
    return TAKE(object);
}

static node_t *scan_bare_value(struct scan *scan, const struct quoted *name)
{
    switch (scan->p < scan->end ? *scan->p : '\0') {
    case '{':
        return scan_object(scan, name);
    case '[':
        return scan_array(scan, name);
    case '"':
        return scan_text(scan, name);
    case 't':
        return scan_word(scan, "true", cJSON_True, name);
    case 'f':
        return scan_word(scan, "false", cJSON_False, name);
    case 'n':
        return scan_word(scan, "null", cJSON_NULL, name);
    default:
        break;
    }
    if (at(scan, '-') || at_digit(scan))
        return scan_figure(scan, name);
    unexpected(scan, "a value");
    return NULL;
}

/* With the space around it. */
static node_t *scan_value(struct scan *scan, const struct quoted *name)
{
    skip_space(scan);
    node_t *value = scan_bare_value(scan, name);
    if (value)
        skip_space(scan);
    return value;
}

static node_t *scan_whole(struct scan *scan)
{
    if (scan->end - scan->p >= 3 && memcmp(scan->p, "\xef\xbb\xbf", 3) == 0)
        scan->p += 3;
    CLEANUP(node_free) node_t *value = scan_value(scan, NULL);
    if (value && scan->p != scan->end) {
        unexpected(scan, "the end");
        return NULL;
    }
    return TAKE(value);
}

node_t *json_parse(const char *text, size_t len, const char *source, struct err *err)
{
    if (len > JSON_MAX_BYTES) {
        err_set(err, ERR_FAILED, "%s is larger than %d MiB", source, JSON_MAX_BYTES >> 20);
        return NULL;
    }
    struct scan scan = {
        .text = text, .p = text, .end = text + len, .source = source, .err = err, .name = STR_INIT, .value = STR_INIT};
    node_t *node = scan_whole(&scan);
    wipe(&scan.name);
    wipe(&scan.value);
    str_release(&scan.name);
    str_release(&scan.value);
    return node;
}
