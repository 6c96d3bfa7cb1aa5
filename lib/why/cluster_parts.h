/* What the files of `why cluster` share, for lib/why/cluster*.c only. */
#ifndef WHY_CLUSTER_PARTS_H
#define WHY_CLUSTER_PARTS_H

#include "cluster/failure.h"
#include "openstack/ask.h"
#include "openstack/quota.h"
#include "why/cluster.h"

enum { SUSPECTS = 4 };
enum why_question {
    /* first round: what belongs to the cluster */
    W_STACK,
    W_TEMPLATE,
    W_GROUPS,
    W_SERVERS,
    W_QUOTAS,
    /* second round: what the stack and the template name */
    W_RESOURCES = W_QUOTAS + QUOTA_ASKS,
    W_IMAGE,
    W_OUTSIDE, /* its external network */
    /* third round: each suspect's */
    W_SUSPECTS,
};
enum suspect_question { S_SERVER, S_PORT, S_HOSTS, S_GPUS, S_QUESTIONS };
enum { WHY_QUESTIONS = W_SUSPECTS + SUSPECTS * S_QUESTIONS };

/* Something to look into: a resource of Heat's, a server, or both. */
struct suspect {
    const node_t *resource; /* NULL: only the server */
    const node_t *listed;   /* the server as Nova lists it; NULL: it has none */
    struct ask *asks;       /* S_QUESTIONS */
};

struct why {
    struct openstack *os;
    const node_t *cluster;
    const char *name, *status;
    bool is_foreign; /* of another project than the login's */
    bool is_failed, is_waiting;
    struct ask asks[WHY_QUESTIONS];
    struct suspect suspects[SUSPECTS];
    size_t n;
    struct chain chain;
};

/* The links of the chain, and "verdict" and "summary" of the document: cluster_links.c. */
void why_tell(struct why *why, node_t *document);
/* Magnum's own words: of the first node group with a fault, else of the cluster. "" when it says nothing. */
const char *why_magnums_word(const struct why *why);

/* Why there is no answer, "needs admin: " in front where that is why; added to s. Returns s->buf. */
const char *why_words(const struct ask *ask, struct str *s);

/* Asks its Kubernetes: cluster_kube.c. */
void why_tell_kubernetes(struct why *why, int depth);
/* Links of one suspect and what is below: cluster_server.c. */
void why_tell_server(struct why *why, const struct suspect *suspect, int depth);
/* Links of what a reason speaks about: quotas, the image, the network; and the commands that follow. */
void why_tell_cause(struct why *why, const char *reason, const char *type, int depth);

#endif
