#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "doc/doc_parts.h"

void add_valid_utf8(const char *text, size_t len, struct str *s)
{
    for (size_t i = 0; i < len;) {
        size_t seq = utf8_sequence(text + i, len - i);
        str_addn(s, seq ? text + i : "\xef\xbf\xbd", seq ? seq : 3);
        i += seq ? seq : 1;
    }
}

void add_spaces(struct str *s, size_t n)
{
    memset(str_room(s, n), ' ', n);
    str_grew(s, n);
}

static void print_number(double value, struct str *s)
{
    if (!isfinite(value)) {
        str_add(s, "null");
        return;
    }
    if (fabs(value) < 0x1p53 && num_is_whole(value)) {
        str_addf(s, "%lld", (long long)value);
        return;
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    str_add(s, text);
}

static void print_escape(unsigned code, struct str *s)
{
    static const char *const named[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\"};
    if (code < ARRAY_LEN(named) && named[code])
        str_add(s, named[code]);
    else
        str_addf(s, "\\u%04x", code);
}

/* C0, DEL and C1 are escaped (a terminal obeys them), broken UTF-8 becomes U+FFFD. */
void json_print_string(const char *text, struct str *s)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);
    const unsigned char *plain = p; /* start of what goes out as it is */
    str_addc(s, '"');
    for (;;) {
        while (p < end && json_is_plain((char)*p))
            p++;
        if (p == end)
            break;
        size_t len = utf8_sequence(p, (size_t)(end - p));
        bool c1 = len == 2 && p[0] == 0xc2 && p[1] < 0xa0;
        if (len < 2 || c1) {
            str_addn(s, plain, (size_t)(p - plain));
            if (len)
                print_escape(c1 ? p[1] : p[0], s);
            else
                str_add(s, "\xef\xbf\xbd");
            plain = p + (len ? len : 1);
        }
        p += len ? len : 1;
    }
    str_addn(s, plain, (size_t)(p - plain));
    str_addc(s, '"');
}

/* indent < 0: on one line. */
static void new_line(int indent, struct str *s)
{
    if (indent < 0)
        return;
    str_addc(s, '\n');
    add_spaces(s, 2 * (size_t)indent);
}

static void print_node(const node_t *node, int indent, struct str *s);

static void print_children(const node_t *node, char open, char close, int indent, struct str *s)
{
    int inner = indent < 0 ? -1 : indent + 1;
    str_addc(s, open);
    for (const node_t *child = node_first(node); child; child = node_next(child)) {
        new_line(inner, s);
        if (open == '{') {
            json_print_string(node_key(child), s);
            str_add(s, indent < 0 ? ":" : ": ");
        }
        print_node(child, inner, s);
        if (node_next(child))
            str_addc(s, ',');
    }
    if (node_first(node))
        new_line(indent, s);
    str_addc(s, close);
}

static void print_node(const node_t *node, int indent, struct str *s)
{
    switch (node_type(node)) {
    case NODE_NONE:
    case NODE_NULL:
        str_add(s, "null");
        break;
    case NODE_BOOL:
        str_add(s, node_bool(node, "", false) ? "true" : "false");
        break;
    case NODE_NUMBER:
        print_number(node_value(node), s);
        break;
    case NODE_STRING:
        json_print_string(node_text(node), s);
        break;
    case NODE_ARRAY:
        print_children(node, '[', ']', indent, s);
        break;
    case NODE_OBJECT:
        print_children(node, '{', '}', indent, s);
        break;
    }
}

void json_print(const node_t *node, struct str *s) { print_node(node, -1, s); }

void json_print_pretty(const node_t *node, struct str *s) { print_node(node, 0, s); }
