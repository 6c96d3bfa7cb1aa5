/* Manual pages (man(7)) from the command tree. */
#ifndef CMD_MAN_H
#define CMD_MAN_H

#include "cmd.h"

/* File names: aiwf.1, aiwf-NOUN.1 for each noun, aiwf-exit-codes.1, aiwf-config.5. */
void man_pages(struct strv *names);
/* false: there is no such page. */
bool man_print(const char *page, struct str *s);

#endif
