/* Reading YAML: streams of documents. libyaml parses; yaml_node.c makes nodes of its events. */
#include <stdlib.h>
#include <string.h>

#include "doc/yaml_reader.h"

struct doc_place yaml_place(yaml_mark_t mark) { return (struct doc_place){(int)mark.line + 1, (int)mark.column + 1}; }

/* ---- errors of libyaml ---- */

/* The reader's errors (bytes that are no text) have an offset only. */
static struct doc_place place_of_offset(const struct reader *reader, size_t offset)
{
    struct doc_place place = {1, 1};
    for (size_t i = 0; i < offset && i < reader->len; i++) {
        place.column++;
        if (reader->text[i] == '\n')
            place = (struct doc_place){place.line + 1, 1};
    }
    return place;
}

static int syntax_error(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "cannot be read as YAML";
    if (parser->error == YAML_READER_ERROR)
        return doc_err_at(reader->doc, place_of_offset(reader, parser->problem_offset), reader->err, "%s", problem);

    reader->is_syntax = true;
    FAIL_AT(reader, parser->problem_mark, "%s", problem);
    if (parser->context)
        err_why(reader->err, "%s that starts at line %d", parser->context, yaml_place(parser->context_mark).line);
    if (strstr(problem, "cannot start any token"))
        err_hint(reader->err, "indent with spaces, not tabs; quote a value that starts with @, ` or %%");
    return -1;
}

int yaml_next_event(struct reader *reader, yaml_event_t *event)
{
    return libyaml.parser_parse(&reader->parser, event) ? 0 : syntax_error(reader);
}

/* ---- documents ---- */

static void forget_document(struct reader *reader)
{
    map_release(&reader->anchors);
    reader->anchors = MAP_INIT(NULL);
    for (size_t i = 0; i < reader->kept.n; i++)
        node_free(reader->kept.v[i]);
    free(reader->kept.v);
    reader->kept = (struct node_list){0};
    reader->nodes = reader->bytes = 0;
    reader->depth = 0;
}

static void begin_document(struct reader *reader, struct doc *doc, const char *source)
{
    *doc = (struct doc){.source = xstrdup(source), .places = xcalloc(1, sizeof(*doc->places))};
    reader->doc = doc;
}

/* From after the document's start to its end. */
static int read_document(struct reader *reader)
{
    yaml_event_t event;
    if (yaml_next_event(reader, &event) != 0)
        return -1;
    reader->doc->root = yaml_read_node(reader, &event);
    libyaml.event_delete(&event);
    forget_document(reader);
    if (!reader->doc->root || yaml_next_event(reader, &event) != 0)
        return -1;
    libyaml.event_delete(&event); /* the document's end */
    return 0;
}

/* Goes to the next document's start: 1 there, 0 when the stream ends, -1 on failure. */
static int next_document(struct reader *reader, struct doc_place *ret)
{
    for (;;) {
        yaml_event_t event;
        if (yaml_next_event(reader, &event) != 0)
            return -1;
        yaml_event_type_t type = event.type;
        *ret = yaml_place(event.start_mark);
        libyaml.event_delete(&event);
        if (type == YAML_DOCUMENT_START_EVENT)
            return 1;
        if (type == YAML_STREAM_END_EVENT)
            return 0;
    }
}

static int start(struct reader *reader, const char *text, size_t len, const char *source, struct err *err)
{
    *reader = (struct reader){.text = text, .len = len, .err = err, .anchors = MAP_INIT(NULL)};
    if (len > YAML_MAX_BYTES)
        return err_set(err, ERR_USAGE, "%s is larger than %d MiB", source, YAML_MAX_BYTES >> 20);
    libyaml_bind();
    if (!libyaml.parser_initialize(&reader->parser))
        return err_set(err, ERR_FAILED, "libyaml cannot start");
    libyaml.parser_set_input_string(&reader->parser, (const unsigned char *)text, len);
    return 0;
}

static int parse_only_document(struct reader *reader)
{
    struct doc_place place;
    int found = next_document(reader, &place);
    if (found < 0)
        return -1;
    if (!found) {
        reader->doc->root = node_new_null();
        return 0;
    }
    if (read_document(reader) != 0)
        return -1;
    found = next_document(reader, &place);
    if (found <= 0)
        return found;
    return doc_err_at(reader->doc, place, reader->err, "a second document starts here, and only one is expected");
}

/* libyaml misses a little of JSON (pairs of \uD83D\uDE00, names over 1 KiB). Such a text has no places. */
static bool parse_as_json(struct doc *doc, const char *text, size_t len)
{
    size_t space = 0;
    while (space < len && strchr(" \t\r\n", text[space]) && text[space])
        space++;
    if (space == len || (text[space] != '{' && text[space] != '['))
        return false;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    node_t *root = json_parse(text, len, doc->source, &ignored);
    if (!root)
        return false;
    node_free(doc->root);
    doc->root = root;
    return true;
}

int doc_parse(struct doc *ret, const char *text, size_t len, const char *source, struct err *err)
{
    struct reader reader;
    struct err fault = ERR_INIT;
    *ret = DOC_INIT;
    if (start(&reader, text, len, source, &fault) != 0)
        return err_move(err, &fault);
    begin_document(&reader, ret, source);
    int rc = parse_only_document(&reader);
    forget_document(&reader);
    libyaml.parser_delete(&reader.parser);
    if (rc == 0 || (reader.is_syntax && parse_as_json(ret, text, len))) {
        err_release(&fault);
        return 0;
    }
    doc_release(ret);
    *ret = DOC_INIT;
    return err_move(err, &fault);
}

static int parse_documents(struct reader *reader, const char *source, int (*fn)(struct doc *doc, void *arg, struct err *err),
                           void *arg)
{
    for (;;) {
        CLEANUP(doc_release) struct doc doc = DOC_INIT;
        struct doc_place place;
        begin_document(reader, &doc, source);
        int found = next_document(reader, &place);
        if (found <= 0)
            return found;
        if (read_document(reader) != 0)
            return -1;
        if (node_type(doc.root) != NODE_NULL && fn(&doc, arg, reader->err) != 0)
            return -1;
    }
}

int doc_parse_all(const char *text, size_t len, const char *source, int (*fn)(struct doc *doc, void *arg, struct err *err),
                  void *arg, struct err *err)
{
    struct reader reader;
    if (start(&reader, text, len, source, err) != 0)
        return -1;
    int rc = parse_documents(&reader, source, fn, arg);
    forget_document(&reader);
    libyaml.parser_delete(&reader.parser);
    return rc;
}
