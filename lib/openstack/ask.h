/* Several questions to a cloud's services at once, over kept connections; each has its answer or its own error. */
#ifndef OPENSTACK_ASK_H
#define OPENSTACK_ASK_H

#include "openstack/resource.h"

struct ask {
    const struct resource *kind; /* NULL: nothing is asked */
    char *path;                  /* from the root of the service */
    char *failing;               /* what its error says */
    node_t *answer;              /* without its cover (kind->list, kind->one); NULL: err says why, or it was not asked */
    struct err err;
};
void ask_release(struct ask *ask);

/* The other ones make this of their words; path and failing become the question's. */
void ask_path(struct ask *ask, const struct resource *kind, char *path, char *failing);
/* One of a kind by its id. An id that is NULL or "" is not asked for. */
void ask_one(struct ask *ask, const struct resource *kind, const char *id);
/* A page of a list; query: "?name=a", or NULL. The answer is the array. */
void ask_list(struct ask *ask, const struct resource *kind, const char *query);
/* By name or id: one by its id, or a list of those with the name. Nothing for NULL and "". */
void ask_named(struct ask *ask, const struct resource *kind, const char *name);
/* The first of a list, or the one. NULL: there is none, or no answer. */
const node_t *ask_found(const struct ask *ask);
bool ask_is_missing(const struct ask *ask); /* the service says that there is none */
/* Those that were prepared and have neither answer nor error yet. */
void ask_all(struct openstack *os, struct ask *asks, size_t n);

#endif
