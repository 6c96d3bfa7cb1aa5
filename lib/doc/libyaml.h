/* libyaml's functions (0.2), bound when YAML is first read or written. For lib/doc only. */
#ifndef DOC_LIBYAML_H
#define DOC_LIBYAML_H

#include <yaml.h>

struct libyaml {
    int (*parser_initialize)(yaml_parser_t *parser);
    void (*parser_set_input_string)(yaml_parser_t *parser, const unsigned char *text, size_t len);
    int (*parser_parse)(yaml_parser_t *parser, yaml_event_t *event);
    void (*parser_delete)(yaml_parser_t *parser);
    void (*event_delete)(yaml_event_t *event);
    int (*emitter_initialize)(yaml_emitter_t *emitter);
    void (*emitter_set_output)(yaml_emitter_t *emitter, yaml_write_handler_t *handler, void *arg);
    void (*emitter_set_unicode)(yaml_emitter_t *emitter, int unicode);
    void (*emitter_set_width)(yaml_emitter_t *emitter, int width);
    int (*emitter_emit)(yaml_emitter_t *emitter, yaml_event_t *event);
    void (*emitter_delete)(yaml_emitter_t *emitter);
    int (*stream_start)(yaml_event_t *event, yaml_encoding_t encoding);
    int (*stream_end)(yaml_event_t *event);
    int (*document_start)(yaml_event_t *event, yaml_version_directive_t *version, yaml_tag_directive_t *tags,
                          yaml_tag_directive_t *tags_end, int implicit);
    int (*document_end)(yaml_event_t *event, int implicit);
    int (*sequence_start)(yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag, int implicit,
                          yaml_sequence_style_t style);
    int (*sequence_end)(yaml_event_t *event);
    int (*mapping_start)(yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag, int implicit,
                         yaml_mapping_style_t style);
    int (*mapping_end)(yaml_event_t *event);
    int (*scalar)(yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag, const yaml_char_t *value, int length,
                  int plain_implicit, int quoted_implicit, yaml_scalar_style_t style);
};
extern struct libyaml libyaml;

/* As dl_need. */
void libyaml_bind(void);

#endif
