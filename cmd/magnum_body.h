/* The bodies of Magnum's things, from documents and options. */
#ifndef CMD_MAGNUM_BODY_H
#define CMD_MAGNUM_BODY_H

#include "cmd.h"
#include "openstack/magnum_fields.h"

/* The members of a document, checked by fields. what: "template", for messages. */
int body_load(const char *path, const char *what, const struct field *fields, node_t *body, struct err *err);
/* K=V of an option, each into the map `member`, over what the document has. option: "--label". */
int body_pairs(node_t *body, const char *member, const char *option, const struct strv *pairs, struct err *err);
/* K=V:Effect or K:Effect, each. */
int body_taints(node_t *body, const struct strv *taints, struct err *err);

/* Options that were given, by where they are in the options struct: strings (NULL: not given), numbers (not_given: not
 * given), flags (false: not given). */
struct body_opt {
    const char *member; /* NULL ends the table */
    enum opt_type type; /* OPT_STRING, OPT_INT, OPT_FLAG */
    size_t offset;
    int64_t not_given;
};
void body_opts(node_t *body, const struct body_opt *table, const void *opts);
/* --NAME and --no-NAME, where the usual is another's to say. */
int body_flag(node_t *body, const char *member, const char *option, bool on, bool off, struct err *err);

/* Prints what a pre-flight found; the error is the first that would make the creation fail. */
int body_preflight(struct cli *cli, const char *what, const node_t *body, const node_t *findings, struct err *err);

#endif
