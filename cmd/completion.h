/* Completion scripts: tables made from the command tree, in front of a hand-written walk over the typed words
 * (completion.bash and so on), so that static words need no start of aiwf. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include <stdio.h>

struct shell; /* how a shell's tables are written */
extern const struct shell shell_bash, shell_zsh, shell_fish;
void completion_print(const struct shell *shell, FILE *out);

#endif
