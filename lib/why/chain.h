/* A chain of causes across layers: links, each as deep as what it is the cause of is plus one, and what would help. */
#ifndef WHY_CHAIN_H
#define WHY_CHAIN_H

#include <stdio.h>

#include "doc/node.h"

struct link {
    int depth;         /* 0: what was asked about */
    const char *layer; /* "magnum", "heat", "nova", "placement", "quota", "neutron", "glance" */
    const char *kind;  /* "cluster", "resource" */
    const char *type;  /* its own service's word: "OS::Nova::Server"; NULL: none */
    const char *name, *id, *state;
    const char *reason; /* in the service's words; when it was not seen, why */
    const char *hint;   /* a command that tells more; NULL: none */
    bool unseen;        /* the cloud does not tell this login */
};

/* The parts of the document below; each grows as it is found. */
struct chain {
    node_t *links, *useful;
};
void chain_add(struct chain *chain, const struct link *link);
/* The next is more useful than those before it. A command that is there already moves to the end. */
void chain_try(struct chain *chain, const char *does, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* {"kind", "name", "id", "status", "verdict", "summary", "chain": [{"depth", "layer", "kind", "type", "name", "id", "state",
 * "reason", "seen", "hint"}], "useful": [{"command", "does"}]}, as a tree. */
struct chain_style {
    bool utf8, color;
};
void chain_print(const node_t *why, const struct chain_style *style, FILE *out);

#endif
