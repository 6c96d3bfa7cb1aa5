/* The one tree for every document: YAML, JSON, a service's answer. It is cJSON's; only lib/doc
 * includes cJSON.h. Paths are JSON pointers (RFC 6901): "/status/replicas", "/items/0/name".
 *
 * Reading never fails: what is missing or of another type is the default that the caller gives. */
#ifndef DOC_NODE_H
#define DOC_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct cJSON;
typedef struct cJSON node_t;

enum node_type { NODE_NONE, NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_ARRAY, NODE_OBJECT };

enum node_type node_type(const node_t *node); /* NODE_NONE for NULL */
const char *node_type_name(enum node_type type);

/* A member of an object by exact name (NULL: none). */
node_t *node_get(const node_t *object, const char *key);
/* By JSON pointer; "" is the node itself. */
node_t *node_at(const node_t *node, const char *pointer);

const char *node_str(const node_t *node, const char *pointer, const char *missing);
double node_num(const node_t *node, const char *pointer, double missing);
int64_t node_int(const node_t *node, const char *pointer, int64_t missing);
bool node_bool(const node_t *node, const char *pointer, bool missing);

/* Of the node itself. */
const char *node_text(const node_t *node);  /* of a string; NULL otherwise */
double node_value(const node_t *node);      /* of a number; NaN otherwise */
const char *node_key(const node_t *member); /* its name in its object; NULL otherwise */
size_t node_len(const node_t *node);        /* members or items; 0 for others */

/* for (const node_t *n = node_first(list); n; n = node_next(n)) */
node_t *node_first(const node_t *parent);
node_t *node_next(const node_t *node);
/* The first of the list whose string at pointer is text ("" where there is none); NULL: none is. */
node_t *node_find(const node_t *list, const char *pointer, const char *text);

/* Building. A child that is set or pushed belongs to its parent. */
node_t *node_new_object(void);
node_t *node_new_array(void);
node_t *node_new_str(const char *text); /* NULL makes null */
node_t *node_new_num(double value);     /* NaN and infinities make null */
node_t *node_new_bool(bool value);
node_t *node_new_null(void);
node_t *node_copy(const node_t *node);
void node_free(node_t *node);
void node_wipe(node_t *node); /* the same, and its strings are overwritten first */
DEFINE_CLEANUP_PTR(node_t, node_free)

/* Each replaces an earlier member of that name, and returns the new one. */
node_t *node_set(node_t *object, const char *key, node_t *child);
node_t *node_set_str(node_t *object, const char *key, const char *text);
node_t *node_set_num(node_t *object, const char *key, double value);
node_t *node_set_bool(node_t *object, const char *key, bool value);
/* The member that is an object (a list); an empty one, in the place of any other, where there is none. */
node_t *node_object(node_t *object, const char *key);
node_t *node_array(node_t *object, const char *key);
/* Sets "KEY=VALUE" of each; pairs may be NULL. */
void node_set_pairs(node_t *object, const struct strv *pairs);
node_t *node_push(node_t *array, node_t *child);
bool node_delete(node_t *object, const char *key);
/* Takes a child out of its parent; the caller owns it. */
node_t *node_detach(node_t *parent, node_t *child);
/* Deep, with members in any order. */
bool node_equal(const node_t *a, const node_t *b);

/* JSON text of RFC 8259, strictly; of repeated names the last wins. What our strings cannot hold
 * (broken UTF-8, \u0000, halves of surrogate pairs) becomes U+FFFD. Limits: JSON_MAX_BYTES,
 * JSON_MAX_DEPTH. FAILED with "SOURCE:LINE:COLUMN: what"; source is what to call the text (a file's
 * path, "answer of GET /x"). */
enum { JSON_MAX_DEPTH = 128, JSON_MAX_BYTES = 256 << 20 };
node_t *json_parse(const char *text, size_t len, const char *source, struct err *err);
void json_print(const node_t *node, struct str *s);        /* one line */
void json_print_pretty(const node_t *node, struct str *s); /* two spaces an indent */
void json_print_string(const char *text, struct str *s);   /* a quoted, escaped string */

#endif
