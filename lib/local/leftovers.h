/* What a job, an instance or a process of one request leaves running in a session of its own: ended within about a second
 * after it, by a mark in its environment that no other process has. Looking through all processes is a thread's work. */
#ifndef LOCAL_LEFTOVERS_H
#define LOCAL_LEFTOVERS_H

#include "base/str.h"
#include "local/loop.h"

struct leftovers;
struct leftovers *leftovers_new(struct loop *loop);
/* Waits for the thread; what is still to be ended is the owner's sweep's (child_end_orphans). */
void leftovers_free(struct leftovers *leftovers);

/* A mark for one process that is about to be started; the caller frees. */
char *leftovers_mark(struct leftovers *leftovers) __attribute__((returns_nonnull));
/* That one has ended. Takes mark. */
void leftovers_end(struct leftovers *leftovers, char *mark);

#endif
