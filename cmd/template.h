/* What the verbs of `aiwf template` share: see cmd_template.c. */
#ifndef CMD_TEMPLATE_H
#define CMD_TEMPLATE_H

#include "openstack.h"

complete_fn complete_templates;
extern const struct column template_show_columns[];

extern const struct cmd template_create_cmd;
extern const struct cmd template_update_cmd;
extern const struct cmd template_delete_cmd;

#endif
