/* Servers inside of the context's cluster: settings that are kube:// addresses (conf/endpoint.h). */
#ifndef CMD_REACH_H
#define CMD_REACH_H

#include "cmd.h"
#include "metrics/prom.h"

/* The invocation's Prometheus or exporters, as prom_open; those inside of the cluster through the API server's service proxy, with the login
 * of the cluster. What it needs besides belongs to cli. */
int cli_prometheus(struct cli *cli, const struct prom_settings *settings, struct prom *ret, struct err *err);
/* The same for what is now: on the local runtime without a Prometheus its gateway is read itself. */
int cli_figures(struct cli *cli, const struct prom_settings *settings, struct prom *ret, struct err *err);

/* Where the context's gateway is inside of the cluster: forwards to it, makes the setting a URL, and *ret_socket the way there
 * (NULL: it needs none). Its own login reaches it so, which the API server's proxy would keep for itself. */
int cli_reach_gateway(struct cli *cli, const char **ret_socket, struct err *err);

void cli_reach_release(struct cli *cli);

#endif
