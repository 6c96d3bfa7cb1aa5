/* Progress on stderr: on a terminal one live line a stage that settles into a finished line; elsewhere
 * one line a change, with a time stamp. Never on stdout. A NULL progress is a silent one. */
#ifndef TUI_PROGRESS_H
#define TUI_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"

struct progress;

/* out is borrowed. tty: live lines. */
struct progress *progress_new(FILE *out, bool tty, bool color);
/* The current state of a stage ("train", "running", "job digits-train, 12 s"). Safe text only: it is escaped here. */
void progress_update(struct progress *progress, const char *stage, const char *state, const char *note);
/* The stage is over: its line settles with its elapsed time. */
void progress_settle(struct progress *progress, const char *stage, const char *state, const char *note);
void progress_free(struct progress *progress);
DEFINE_CLEANUP_PTR(struct progress, progress_free)

#endif
