/* What a key does to the view: no terminal and no server are needed for it. */
#ifndef TOP_ACT_H
#define TOP_ACT_H

#include "top/top.h"

void state_key(struct state *state, int key); /* tui/term.h's */

/* A click on what was drawn with this mark (top.h). */
void state_click(struct state *state, unsigned mark);

/* The list of panel `index` of the tables fills the screen; no effect when there is none. */
void state_only(struct state *state, size_t index);
void state_all(struct state *state); /* every panel again */
/* Figures of that moment (0: now; the future is now). */
void state_at(struct state *state, int64_t at_ms);

/* command.c: what was typed after ":"; errors become the view's note. */
void command_run(struct state *state, const char *line);
void command_complete(struct state *state); /* view.command by its beginning */

#endif
