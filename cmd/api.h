/* What the requests of `aiwf api` share. */
#ifndef CMD_API_H
#define CMD_API_H

#include "cmd.h"

extern const struct cmd api_kube, api_forward;

struct api_kube_options {
    const char *file, *patch, *as, *selector, *fields;
    struct strv as_groups;
    bool all_namespaces, force;
};
/* The words that are no method: APPLY, DIFF, WATCH; and GET and DELETE of a KIND[/NAME] instead of a path. */
bool api_is_object_word(const char *method, const char *target);
int api_objects(struct cli *cli, struct err *err);

int api_check_method(const char *method, struct err *err);
bool api_is_reading(const char *method); /* GET, HEAD */

/* As JSON, YAML or NDJSON; a form with columns is USAGE. */
int api_print_node(struct cli *cli, const node_t *node, struct err *err);
/* As it came; on a terminal without what could control it. */
void api_print_text(const struct cli *cli, const struct str *body);
/* An answer's body, as a document where it is one. */
int api_print_answer(struct cli *cli, const struct http_response *res, struct err *err);

#endif
