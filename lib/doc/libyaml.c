#include "doc/libyaml.h"

#include "base/dl.h"

struct libyaml libyaml;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct libyaml, parser_initialize, "yaml_parser_initialize"),
    DL_SYMBOL(struct libyaml, parser_set_input_string, "yaml_parser_set_input_string"),
    DL_SYMBOL(struct libyaml, parser_parse, "yaml_parser_parse"),
    DL_SYMBOL(struct libyaml, parser_delete, "yaml_parser_delete"),
    DL_SYMBOL(struct libyaml, event_delete, "yaml_event_delete"),
    DL_SYMBOL(struct libyaml, emitter_initialize, "yaml_emitter_initialize"),
    DL_SYMBOL(struct libyaml, emitter_set_output, "yaml_emitter_set_output"),
    DL_SYMBOL(struct libyaml, emitter_set_unicode, "yaml_emitter_set_unicode"),
    DL_SYMBOL(struct libyaml, emitter_set_width, "yaml_emitter_set_width"),
    DL_SYMBOL(struct libyaml, emitter_emit, "yaml_emitter_emit"),
    DL_SYMBOL(struct libyaml, emitter_delete, "yaml_emitter_delete"),
    DL_SYMBOL(struct libyaml, stream_start, "yaml_stream_start_event_initialize"),
    DL_SYMBOL(struct libyaml, stream_end, "yaml_stream_end_event_initialize"),
    DL_SYMBOL(struct libyaml, document_start, "yaml_document_start_event_initialize"),
    DL_SYMBOL(struct libyaml, document_end, "yaml_document_end_event_initialize"),
    DL_SYMBOL(struct libyaml, sequence_start, "yaml_sequence_start_event_initialize"),
    DL_SYMBOL(struct libyaml, sequence_end, "yaml_sequence_end_event_initialize"),
    DL_SYMBOL(struct libyaml, mapping_start, "yaml_mapping_start_event_initialize"),
    DL_SYMBOL(struct libyaml, mapping_end, "yaml_mapping_end_event_initialize"),
    DL_SYMBOL(struct libyaml, scalar, "yaml_scalar_event_initialize"),
    {0},
};

void libyaml_bind(void)
{
    static const char *const sonames[] = {"libyaml-0.so.2", NULL};
    static struct dl_library library = {.sonames = sonames, .package = "libyaml-0-2", .symbols = symbols, .table = &libyaml};
    dl_need(&library);
}
