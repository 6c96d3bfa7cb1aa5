/* Calls of OpenWhisk's API (facts: apache/openwhisk, core/controller/src/main/resources/apiv1swagger.json). */
#ifndef SERVERLESS_WHISK_H
#define SERVERLESS_WHISK_H

#include "doc/node.h"
#include "net/http.h"
#include "serverless/whisk_props.h"

struct whisk {
    struct http *http; /* which has the login for props.host */
    struct whisk_props props;
};
/* http is borrowed; to be released in any case. */
int whisk_open(struct whisk *ret, struct http *http, const struct context *context, struct err *err);
void whisk_release(struct whisk *whisk);
DEFINE_CLEANUP(struct whisk, whisk_release)
/* The namespace as paths have it; "_": the login's own. */
const char *whisk_ns(const struct whisk *whisk);
/* "https://HOST/api/v1/namespaces/NS". The caller frees. */
char *whisk_base(const struct whisk *whisk);

struct whisk_call {
    const char *method;       /* NULL: GET */
    const char *noun, *name;  /* "triggers", "nightly" */
    const char *query;        /* "overwrite=true"; NULL: none */
    const node_t *body;       /* NULL: none */
    const char *verb, *thing; /* of its error: cannot VERB THING "NAME"; 404 is: there is no THING "NAME" */
};
/* *ret: the answer, NULL when it is empty; NULL: nobody wants it. The caller frees. */
int whisk_do(const struct whisk *whisk, const struct whisk_call *call, node_t **ret, struct err *err);
/* All of a list. The caller frees. */
node_t *whisk_list(const struct whisk *whisk, const char *noun, struct err *err);

#endif
