/* A JSON object one member of which is a long array ("items" of a list, "rows" of a table): its elements are given one by
 * one while the text comes, so that a list of any length takes no more memory than its largest element. */
#ifndef DOC_ITEMS_H
#define DOC_ITEMS_H

#include "doc/node.h"

enum { JSON_ITEM_MAX = 16 << 20, JSON_REST_MAX = 4 << 20 };

struct json_items {
    const char *member; /* of the object: "items" */
    /* An array in the "metadata" of each element that is given as an empty one, whatever it holds; NULL: none is. */
    const char *without;
    /* Owns item. -1 ends the reading, with err set. NULL: nobody wants them. */
    int (*on_item)(node_t *item, void *arg, struct err *err);
    void *arg;
    const char *source; /* as errors call the text */

    /* The reader's own. */
    struct str item, rest;
    char name[16]; /* of the member at hand */
    size_t name_len;
    int64_t depth;
    bool in_string, escaped, inside, in_metadata, left_out;
};
#define JSON_ITEMS_INIT(...) \
    ((struct json_items){.item = STR_INIT_MAX(JSON_ITEM_MAX), .rest = STR_INIT_MAX(JSON_REST_MAX), __VA_ARGS__})

/* The next piece of the text. FAILED: an element is no JSON, or too large; or what on_item said. */
int json_items_feed(struct json_items *items, const char *data, size_t len, struct err *err);
/* The text is over: the object, with an empty array instead of the elements that were given. The caller frees. */
node_t *json_items_end(struct json_items *items, struct err *err);
void json_items_release(struct json_items *items);
DEFINE_CLEANUP(struct json_items, json_items_release)

#endif
