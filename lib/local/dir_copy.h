/* A private folder with a copy of a source (see child_dir_make), made by a process of its own: the
 * loop goes on meanwhile, however large the source is. */
#ifndef LOCAL_DIR_COPY_H
#define LOCAL_DIR_COPY_H

#include "base/err.h"
#include "local/loop.h"

struct dir_copy;

/* done is called once, from the loop, when the copy has been freed: NULL is a folder that is there. */
struct dir_copy_done {
    void (*fn)(const struct err *err, void *arg);
    void *arg;
};

struct dir_copy *dir_copy_start(struct loop *loop, const char *path, const char *source, struct dir_copy_done done,
                                struct err *err);
/* Kills it; its end is told like any other. */
void dir_copy_stop(struct dir_copy *copy);
/* Waits for its end, which is told before it returns. */
void dir_copy_finish(struct dir_copy *copy);

#endif
