/* From an option's text to its typed place: in the verb's options struct, or in struct cli. */
#ifndef CMD_VALUE_H
#define CMD_VALUE_H

#include "cmd.h"

void *opt_slot(struct cli *cli, const struct opt_ref *ref);
/* Checks the text and stores it; value is NULL for flags. USAGE names the option and what it takes. */
int opt_set(struct cli *cli, const struct opt_ref *ref, const char *value, struct err *err);
/* --no-NAME of a negatable flag. */
void opt_negate(struct cli *cli, const struct opt_ref *ref);

#endif
