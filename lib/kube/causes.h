/* Why an API server refused an object, field by field, in the words of whoever wrote it: the line of a file, or a flag.
 * Wire formats: meta/v1 Status with details.causes; and in its message, what strict decoding, JSON decoding and the schema
 * of a server-side apply found (apimachinery, structured-merge-diff). */
#ifndef KUBE_CAUSES_H
#define KUBE_CAUSES_H

#include "doc/doc.h"
#include "net/http.h"

struct kube_flag {
    const char *field; /* "spec.parallelism": it and what is in it; NULL ends the table. The first that fits counts */
    const char *flag;  /* "--nodes" */
};

/* Where the fields of an object come from. */
struct kube_source {
    const struct doc *doc;         /* NULL: from no file */
    const node_t *object;          /* in doc */
    const struct kube_flag *flags; /* NULL: from no flags */
};

/* Puts the causes of res, a line each, into err->why, where it has any; source NULL: by the fields' names alone.
 * Conflicts of a server-side apply name who owns the field, and since when. */
void kube_explain(const struct http_response *res, const struct kube_source *source, struct err *err);

/* The node at a field path of Kubernetes ("spec.containers[0].image", ".metadata.labels.a/b", "ports[containerPort=80]"),
 * or the nearest one above it that is there; *ret_whole: whether it is the very one. */
const node_t *kube_field(const node_t *object, const char *field, bool *ret_whole);

#endif
