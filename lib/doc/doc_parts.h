/* The pieces of documents, for lib/doc only. */
#ifndef DOC_DOC_PARTS_H
#define DOC_DOC_PARTS_H

#include "doc/doc.h"

/* ---- doc.c: where nodes stand in the text ---- */

struct place_entry {
    const node_t *node; /* NULL: free */
    struct doc_place at;
    struct doc_place key; /* of its name, in an object */
};

/* A hash table by the node's address; nodes that were freed leave stale entries, which is harmless
 * as long as nobody asks for the place of a node that was added later. */
struct doc_places {
    struct place_entry *v;
    size_t n;
    size_t slots;
};

/* The entry of node, made when it is not there; valid until the next call. */
struct place_entry *places_at(struct doc_places *places, const node_t *node);
const struct place_entry *places_find(const struct doc_places *places, const node_t *node);

/* ---- node.c ---- */

/* A node of a type of cJSON's in one block with its name and its text (NULL: none), which cJSON is told not to free. */
node_t *node_make(int type, const char *name, size_t name_len, const char *text, size_t text_len);
/* Without children, and without its name. */
node_t *node_copy_alone(const node_t *node);

/* An item that stays another's, which outlives the array. */
void node_push_borrowed(node_t *array, const node_t *item);

/* ---- json_print.c ---- */

void add_spaces(struct str *s, size_t n);

/* Stands in a JSON string as it is, of ASCII and without being looked at again. */
static inline bool json_is_plain(char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; }

/* Each byte of broken UTF-8 becomes U+FFFD. */
void add_valid_utf8(const char *text, size_t len, struct str *s);

/* ---- yaml_scalar.c ---- */

/* What a plain scalar means in YAML 1.2's core schema. .inf, .nan and numbers that a double cannot
 * hold exactly (integers from 2^53 on, 1e999) stay strings, so that no digit gets lost. */
node_t *yaml_plain(const char *text);
/* Whether readers of YAML 1.2 and 1.1 take plain text for a string ("no" and "1:30" they do not). */
bool yaml_reads_as_string(const char *text);

#endif
