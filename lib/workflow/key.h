/* What a stage's result depends on, as one hash: the same key means that it need not be redone. */
#ifndef WORKFLOW_KEY_H
#define WORKFLOW_KEY_H

#include "base/hash.h"
#include "workflow/journal.h"
#include "workflow/spec.h"

/* A finished stage. */
struct made {
    bool known;
    char key[HASH_HEX];
    char (*outputs)[HASH_HEX]; /* as many as the stage has */
    char *url;                 /* of an inference stage's function, or NULL */
};
void made_release(struct made *made);

/* The key of a stage whose needs are all made: command, environment, source and inputs by content,
 * outputs by place. Of jobs the GPUs count, of functions all that they are deployed with. A need that
 * hands over nothing counts by its own key, since it may have acted elsewhere. */
int key_of(const struct workflow *wf, size_t stage, const struct made *made, char ret[HASH_HEX], struct err *err);

/* Fills made from a done record. False when the record lacks an output that the stage has now. */
bool made_from(const struct stage *stage, const node_t *done, struct made *ret);

#endif
