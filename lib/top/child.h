/* A command of ours as a child: what it says is read without waiting for it. Never a shell. */
#ifndef TOP_CHILD_H
#define TOP_CHILD_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct child {
    pid_t pid; /* 0: none */
    int fd;    /* its standard output and error; -1: closed */
};
#define CHILD_INIT ((struct child){.fd = -1})

/* Starts this program again with these words. */
int child_start(struct child *child, const struct strv *words, struct err *err);
/* Adds what has been said since; -1 at its end. */
int child_read(struct child *child, struct str *s);
/* After its end: true when it is gone, with its exit code (128 + a signal's number). */
bool child_ended(struct child *child, int *ret_code);
/* Ends it if it only reads (is_reading); leaves it to itself otherwise. */
void child_leave(struct child *child, bool is_reading);

#endif
