/* The parts of aiwf dashboard. */
#ifndef CMD_DASHBOARD_H
#define CMD_DASHBOARD_H

#include "cmd.h"

extern const struct cmd dashboard_push_cmd, dashboard_diff_cmd, dashboard_list_cmd, dashboard_delete_cmd; /* dashboard_push.c */

/* The context's prices, by their settings' names. */
node_t *dashboard_prices(const struct context *context);

#endif
