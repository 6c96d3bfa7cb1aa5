/* Lines of the shell: from a terminal through readline (loaded here), with history and completion, or from a stream. */
#ifndef CMD_LINE_H
#define CMD_LINE_H

#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

/* Loads readline and the history (in the state folder). FAILED when the library is not there. */
int line_edit_start(struct err *err);
/* The next line (the caller frees), "" after Ctrl-C; NULL at the end (Ctrl-D) or when the process shall end. */
char *line_edit(const char *prompt);
/* Keeps a line for later, in memory and in the file, unless it starts with a space or could hold a secret. */
void line_remember(const char *line);
bool line_has_secret(const char *line);

/* The next line of a stream, without its end. 1; 0 at the end; -1: longer than LINE_MAX_BYTES (USAGE). */
enum { LINE_MAX_BYTES = 64 << 10 };
int line_read(FILE *in, struct str *line, struct err *err);

#endif
