/* Several questions to an API server at once, over kept connections; each has its answer or its own error. */
#ifndef KUBE_ASK_H
#define KUBE_ASK_H

#include "kube/object.h"

struct kube_ask {
    const struct kube_kind *kind; /* NULL: nothing is asked */
    char *path;                   /* with its query */
    char *failing;                /* what its error says */
    bool may_lack;                /* neither it nor its kind need be there: then there is neither answer nor error */
    node_t *answer;               /* the object, or of a list its items; NULL: err says why, or it was not asked */
    struct err err;
};
void kube_ask_release(struct kube_ask *ask);

/* One by its name; a name that is NULL or "" is not asked for. */
void kube_ask_one(struct kube_ask *ask, const struct kube_kind *kind, const char *ns, const char *name);
enum { KUBE_ASK_ITEMS = 500 };
/* A list's first KUBE_ASK_ITEMS; selectors as kubectl's -l and --field-selector, NULL: none. */
void kube_ask_list(struct kube_ask *ask, const struct kube_kind *kind, const char *ns, const char *labels, const char *fields);
/* Those that were prepared and have neither answer nor error yet. */
void kube_ask_all(struct kube *kube, struct kube_ask *asks, size_t n);
/* Which of these kinds have an object of that name in kube->ns: how many answers there are; what is not installed, or
 * denied where another one has it, has none. -1: of one it could not be said. The caller releases the asks, which begin empty. */
int kube_ask_kinds(struct kube *kube, const struct kube_kind *const *kinds, struct kube_ask *asks, size_t n, const char *name,
                   struct err *err);
/* Why there is no answer, as text for people; "" where there is one, or nothing was asked. Added to s; returns s->buf. */
const char *kube_ask_why(const struct kube_ask *ask, struct str *s);

#endif
