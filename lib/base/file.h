/* Files: bounded reads, atomic writes, locks, and where ours live (XDG base directories). */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* Reads all of path ("-" is standard input) into s, at most s->max bytes (more is an error, USAGE).
 * NOT_FOUND when it does not exist. */
int file_read(const char *path, struct str *s, struct err *err);

/* Replaces path in one step: a temporary file beside it, fsync, rename. Missing folders are made
 * (0700). The old file stays whole on any failure (a full disk too). */
int file_write_atomic(const char *path, const void *data, size_t len, mode_t mode, struct err *err);

/* Writes all of it to a blocking descriptor; -1 with errno otherwise. */
int fd_write_all(int fd, const char *data, size_t len);

int dir_make(const char *path, mode_t mode, struct err *err); /* with its parents; fine if it is there */
/* Removes a folder and all below it, not following links; fine if it is not there. */
int dir_remove(const char *path, struct err *err);

/* Takes an exclusive lock on path (created 0600), waiting up to timeout_ms: CONFLICT after that.
 * Returns a descriptor; closing it gives the lock back. */
int file_lock(const char *path, int timeout_ms, struct err *err);

bool file_exists(const char *path);
char *path_join(const char *a, const char *b) __attribute__((returns_nonnull));
/* A path against a base folder, when it is not absolute. */
char *path_resolve(const char *base, const char *path) __attribute__((returns_nonnull));

/* $XDG_CONFIG_HOME/aiwf and so on, else below $HOME (~/.config, ~/.local/state, ~/.cache), with
 * `rest` appended when it is not NULL. */
char *path_config(const char *rest) __attribute__((returns_nonnull));
char *path_cache(const char *rest) __attribute__((returns_nonnull));
char *path_state(const char *rest) __attribute__((returns_nonnull));
char *path_home(const char *rest) __attribute__((returns_nonnull));

#endif
