/* Documents from files: YAML or JSON into one tree that remembers file, line and column. */
#ifndef DOC_DOC_H
#define DOC_DOC_H

#include "doc/node.h"

/* Limits of hostile YAML: size of the text, nesting, and nodes after aliases are expanded. */
enum { YAML_MAX_BYTES = 64 << 20, YAML_MAX_DEPTH = 100, YAML_MAX_NODES = 1000000 };

struct doc_place {
    int line; /* from 1; 0: unknown */
    int column;
};

struct doc_places; /* node -> place */

struct doc {
    char *source; /* as errors call it: a path, or "standard input" */
    node_t *root;
    struct doc_places *places;
};
#define DOC_INIT ((struct doc){0})

/* Parses text as YAML 1.2 core schema (JSON is a subset of it): plain true/false/null/numbers are
 * typed, anchors and aliases and merge keys (<<) work, duplicate keys and unknown tags are refused.
 * `.inf`, `.nan` and integers from 2^53 on stay strings. USAGE errors say "SOURCE:LINE:COLUMN: what".
 * An empty text has a null root; more than one document is an error. On failure *ret is empty. */
int doc_parse(struct doc *ret, const char *text, size_t len, const char *source, struct err *err);
/* Every document of a stream ("---") but empty ones; ends with fn's first failure. fn takes ownership
 * of nothing: doc is released after it. */
int doc_parse_all(const char *text, size_t len, const char *source, int (*fn)(struct doc *doc, void *arg, struct err *err),
                  void *arg, struct err *err);
/* From a file, "-" for standard input. NOT_FOUND when it is not there. */
int doc_load(struct doc *ret, const char *path, struct err *err);
void doc_release(struct doc *doc);
DEFINE_CLEANUP(struct doc, doc_release)

/* Where a node's value stands; what an alias or a merge brought in stands where it was written. */
struct doc_place doc_place(const struct doc *doc, const node_t *node);
/* Where a member's name stands. */
struct doc_place doc_key_place(const struct doc *doc, const node_t *member);
/* err_set with "SOURCE:LINE:COLUMN: " before the message (USAGE). */
int doc_err(const struct doc *doc, const node_t *node, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int doc_err_at(const struct doc *doc, struct doc_place place, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* YAML text in block style; strings that would read back as another type (in YAML 1.1 too) are quoted. */
void yaml_print(const node_t *node, struct str *s);

#endif
