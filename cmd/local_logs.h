/* A verb of cmd_local.c. */
#ifndef CMD_LOCAL_LOGS_H
#define CMD_LOCAL_LOGS_H

#include "cmd.h"

extern const struct cmd local_logs_cmd;

#endif
