/* Words of help that the man pages use too. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "cmd.h"
#include "topics.h"

/* "-f, --file FILE", "--mode http|stdio", "--wait, --no-wait", "--dry-run[=client|server]" */
void opt_spelling(const struct opt_ref *ref, struct str *s);
/* Its help, and in parentheses its choices (where the spelling lacks them), range, default. */
void opt_remarks(const struct cmd *cmd, const struct opt_ref *ref, struct str *s);
/* What follows the name: "FILE", "http|stdio"; "" for flags. */
void opt_metavar(const struct opt *opt, struct str *s);

bool cmd_hidden(const struct cmd *cmd);

void help_print_topic(const struct topic *topic, const struct help_style *style, FILE *out);
/* How help looks on out: its width when it is a terminal, colour. */
struct help_style cli_help_style(const struct cli *cli, FILE *out, bool full);

#endif
