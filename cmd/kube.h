/* What the nouns of Kubernetes share. */
#ifndef CMD_KUBE_H
#define CMD_KUBE_H

#include "cmd.h"
#include "kube/kube.h"

/* The cluster of the context, with the invocation's -v and --timing; its warnings go to stderr, those that come
 * with every deployment only with -v; silent and quick in completion. */
int cli_kube(struct cli *cli, struct kube *ret, struct err *err);
/* The same, opened when first asked for; it belongs to cli. */
struct kube *cli_kube_kept(struct cli *cli, struct err *err);

/* Of kube/events.h's documents. */
extern const struct column kube_event_columns[];

/* --as and --as-group: whom to impersonate. */
struct kube_actor {
    const char *user; /* NULL: nobody */
    const struct strv *groups;
};
int cli_kube_as(struct cli *cli, const struct kube_actor *actor, struct kube *ret, struct err *err);

#endif
