/* What the nouns of Kubernetes share. */
#ifndef CMD_KUBE_H
#define CMD_KUBE_H

#include "cmd.h"
#include "kube/kube.h"

/* The cluster of the context, with the invocation's -v and --timing; silent and quick in completion. */
int cli_kube(struct cli *cli, struct kube *ret, struct err *err);
/* The same, opened when first asked for; it belongs to cli. */
struct kube *cli_kube_kept(struct cli *cli, struct err *err);

#endif
