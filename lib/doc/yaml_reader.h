/* Reading YAML, for lib/doc/yaml*.c only. */
#ifndef DOC_YAML_READER_H
#define DOC_YAML_READER_H

#include "base/map.h"
#include "doc/doc_parts.h"
#include "doc/libyaml.h"

struct node_list {
    node_t **v;
    size_t n;
    size_t cap;
};

struct reader {
    yaml_parser_t parser;
    const char *text;
    size_t len;
    struct err *err;
    bool is_syntax; /* the error is libyaml's, about well-formed text */

    /* of the document that is being read */
    struct doc *doc;
    struct map anchors;    /* name -> node */
    struct node_list kept; /* anchored or merged from, but not in the tree */
    size_t nodes;
    size_t bytes; /* of strings and names, copies by aliases included */
    int depth;
};

/* ---- yaml.c ---- */

struct doc_place yaml_place(yaml_mark_t mark);
#define FAIL_AT(reader, mark, ...) doc_err_at((reader)->doc, yaml_place(mark), (reader)->err, __VA_ARGS__)
/* On success the caller deletes the event. */
int yaml_next_event(struct reader *reader, yaml_event_t *event);

/* ---- yaml_node.c ---- */

/* The node that starts with this event; NULL on failure. */
node_t *yaml_read_node(struct reader *reader, const yaml_event_t *event);

#endif
