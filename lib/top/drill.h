/* From a row to the object behind it, to what it works for, to its log and why it is so. */
#ifndef TOP_DRILL_H
#define TOP_DRILL_H

#include "top/top.h"

enum ask { ASK_SHOW, ASK_WHY, ASK_LOGS };

/* The object of the selected row of the panel in focus, or of the page in front; its kind is NULL when there is none. */
void drill_object(const struct state *state, struct object *ret);
/* The command that tells it: "why", "function", "ocr". USAGE when there is none, with the way to go. */
int drill_words(const struct object *object, enum ask ask, struct strv *words, struct err *err);
/* What a command about it begins with: which context. */
void drill_self(const struct state *state, const struct object *object, struct strv *words);
/* Opens a page with what it says; errors become the view's note. */
void drill_open(struct state *state, enum ask ask);
/* Goes on from a page to what its object works for. */
void drill_enter(struct state *state);

/* A document has come: a pod, and what it works for. */
void drill_read(struct page *page);

#endif
