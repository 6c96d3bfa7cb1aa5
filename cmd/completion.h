/* Completion scripts: tables made from the command tree, in front of a hand-written walk over the typed words
 * (completion.bash and so on), so that static words need no start of aiwf. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

/* shell: "bash", "zsh" or "fish"; false for another one. */
bool completion_print(const char *shell, FILE *out);

#endif
