/* What the nouns of OpenStack share. */
#ifndef CMD_OPENSTACK_H
#define CMD_OPENSTACK_H

#include "cmd.h"
#include "openstack/magnum.h"

/* Asks for a secret at the terminal, without showing what is typed; arg is the cli. */
char *cli_secret(void *arg, const char *prompt);
/* The context's cloud, with the invocation's -v and --timing; on a terminal, what its login lacks is asked for. */
int cli_openstack(struct cli *cli, struct openstack *ret, struct err *err);

/* list (query: as resource_list's), show and completion of a noun. */
int resource_print_list(struct cli *cli, const struct resource *kind, const char *query, struct err *err);
int resource_print_one(struct cli *cli, const struct resource *kind, struct err *err);
void resource_complete(struct cli *cli, const struct resource *kind, struct strv *names);
/* Of what the context's cloud has. */
complete_fn complete_images, complete_flavors, complete_networks;

#endif
