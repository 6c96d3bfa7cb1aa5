/* Tables as the server makes them, for kinds that aiwf has no columns for (facts: meta/v1 Table). */
#ifndef KUBE_TABLE_H
#define KUBE_TABLE_H

#include "doc/print.h"
#include "kube/object.h"

struct kube_query {
    const struct kube_kind *kind;
    const char *ns;              /* NULL: in all namespaces, which then are a column */
    const char *name;            /* of one; NULL: a list */
    const char *labels, *fields; /* selectors; NULL: all */
};

struct kube_table {
    struct column *columns; /* those of priority > 0 are wide */
    node_t *items;          /* with the cells below the columns' paths, and /metadata of the object */
    struct strv texts;      /* of the columns */
};
/* "/apis/apps/v1/namespaces/x/deployments?labelSelector=..." */
void kube_query_path(const struct kube_query *query, struct str *s);
/* NOT_FOUND for one that is not there. */
int kube_table(struct kube *kube, const struct kube_query *query, struct kube_table *ret, struct err *err);
void kube_table_release(struct kube_table *table);
DEFINE_CLEANUP(struct kube_table, kube_table_release)

#endif
