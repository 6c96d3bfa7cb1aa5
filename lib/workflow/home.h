/* Where a workflow's state lives: workflows/NAME in the state folder.
 *
 *   lock             held by the process that runs it; its pid is the file's text
 *   journal.ndjson   journal.h
 *   objects/HASH     outputs of stages, by content (objects.h)
 *   work/JOB         the folder that a job runs in; removed when its outputs are stored
 *   functions/NAME   the folder that a function is deployed from */
#ifndef WORKFLOW_HOME_H
#define WORKFLOW_HOME_H

#include <sys/types.h>

#include "workflow/journal.h"

struct home {
    char *name;
    char *dir;
    int lock; /* -1: for reading */
    struct journal journal;
};
#define HOME_INIT ((struct home){.lock = -1, .journal = JOURNAL_INIT})

/* With `write`: makes what is missing and takes the lock, or is CONFLICT and names the process that has
 * it. Without: NOT_FOUND, with the nearest known name, when nothing of that name ever ran. */
int home_open(struct home *ret, const char *name, bool write, struct err *err);
void home_release(struct home *home);
DEFINE_CLEANUP(struct home, home_release)

/* dir/a/b; the caller frees. b NULL: dir/a. */
char *home_path(const struct home *home, const char *a, const char *b) __attribute__((returns_nonnull));

/* journal_status, with "path" in each output: where it is kept. NULL when nothing ever ran. */
node_t *home_status(const struct home *home);

/* The process that runs this workflow now; 0: none. */
pid_t home_runner(const char *name);

/* All of it goes: journal, outputs, folders. NOT_FOUND; CONFLICT while a process runs it, or where a run has no end and its
 * jobs may run on. ret_functions: those that its last run deployed, which stay. */
int home_delete(const char *name, struct strv *ret_functions, struct err *err);
/* What that would say, without doing it. */
int home_can_delete(const char *name, struct err *err);

/* Every workflow that has a journal, sorted. */
void home_names(struct strv *names);

#endif
