/* YAML text through libyaml's emitter; only the choice of quoting is ours. */
#include <math.h>
#include <string.h>

#include "doc/doc_parts.h"
#include "doc/libyaml.h"

static int append(void *arg, unsigned char *data, size_t len)
{
    str_addn(arg, data, len);
    return 1;
}

static bool is_strange(const unsigned char *p, size_t len)
{
    bool control = len == 1 && (*p < 0x20 || *p == 0x7f) && *p != '\n';
    bool c1 = len == 2 && p[0] == 0xc2 && p[1] < 0xa0;
    bool line_end = len == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9); /* U+2028, U+2029 */
    bool mark = len == 3 && p[0] == 0xef && (p[1] == 0xbb || p[1] == 0xbf);                     /* U+FEFF and near U+FFFF */
    return control || c1 || line_end || mark;
}

/* Escapes are needed for what a terminal, or a YAML reader, does not take as text. */
static bool needs_escapes(const struct str *s)
{
    const unsigned char *p = (const unsigned char *)s->buf;
    for (size_t i = 0; i < s->len;) {
        size_t len = utf8_sequence(p + i, s->len - i);
        if (is_strange(p + i, len))
            return true;
        i += len;
    }
    return false;
}

/* Block text is exact when no line starts or ends with a space that could be taken for indentation. */
static bool fits_block(const char *text)
{
    return *text != ' ' && *text != '\n' && !strstr(text, " \n") && !strstr(text, "\n ") && !str_ends(text, " ");
}

static yaml_scalar_style_t style_of(const struct str *s, bool is_key)
{
    if (needs_escapes(s))
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (strchr(s->buf, '\n'))
        return !is_key && fits_block(s->buf) ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return yaml_reads_as_string(s->buf) ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE;
}

static void emit_scalar(yaml_emitter_t *emitter, const struct str *text, yaml_scalar_style_t style)
{
    yaml_event_t event;
    if (libyaml.scalar(&event, NULL, NULL, (const yaml_char_t *)text->buf, (int)text->len, 1, 1, style))
        libyaml.emitter_emit(emitter, &event);
}

static void emit_string(yaml_emitter_t *emitter, const char *text, bool is_key)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    add_valid_utf8(text, strlen(text), &s); /* the emitter refuses anything else */
    emit_scalar(emitter, &s, style_of(&s, is_key));
}

static void emit_list(yaml_emitter_t *emitter, const node_t *node);
static void emit_object(yaml_emitter_t *emitter, const node_t *node);

static void emit_node(yaml_emitter_t *emitter, const node_t *node)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    switch (node_type(node)) {
    case NODE_ARRAY:
        emit_list(emitter, node);
        break;
    case NODE_OBJECT:
        emit_object(emitter, node);
        break;
    case NODE_STRING:
        emit_string(emitter, node_text(node), false);
        break;
    case NODE_NONE:
    case NODE_NULL:
    case NODE_BOOL:
    case NODE_NUMBER:
        json_print(node, &text);
        if (fabs(node_value(node)) >= 0x1p53 && !strpbrk(text.buf, ".e"))
            str_add(&text, ".0"); /* a larger integer would read back as a string */
        emit_scalar(emitter, &text, YAML_PLAIN_SCALAR_STYLE);
        break;
    }
}

static void emit_list(yaml_emitter_t *emitter, const node_t *node)
{
    yaml_event_t event;
    libyaml.sequence_start(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE);
    libyaml.emitter_emit(emitter, &event);
    for (const node_t *item = node_first(node); item; item = node_next(item))
        emit_node(emitter, item);
    libyaml.sequence_end(&event);
    libyaml.emitter_emit(emitter, &event);
}

static void emit_object(yaml_emitter_t *emitter, const node_t *node)
{
    yaml_event_t event;
    libyaml.mapping_start(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE);
    libyaml.emitter_emit(emitter, &event);
    for (const node_t *member = node_first(node); member; member = node_next(member)) {
        emit_string(emitter, node_key(member), true);
        emit_node(emitter, member);
    }
    libyaml.mapping_end(&event);
    libyaml.emitter_emit(emitter, &event);
}

void yaml_print(const node_t *node, struct str *s)
{
    yaml_emitter_t emitter;
    yaml_event_t event;
    libyaml_bind();
    libyaml.emitter_initialize(&emitter);
    libyaml.emitter_set_output(&emitter, append, s);
    libyaml.emitter_set_unicode(&emitter, 1);
    libyaml.emitter_set_width(&emitter, -1);

    libyaml.stream_start(&event, YAML_UTF8_ENCODING);
    libyaml.emitter_emit(&emitter, &event);
    libyaml.document_start(&event, NULL, NULL, NULL, 1);
    libyaml.emitter_emit(&emitter, &event);
    emit_node(&emitter, node);
    libyaml.document_end(&event, 1);
    libyaml.emitter_emit(&emitter, &event);
    libyaml.stream_end(&event);
    libyaml.emitter_emit(&emitter, &event);
    libyaml.emitter_delete(&emitter);
}
