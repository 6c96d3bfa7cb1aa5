/* Processes of functions and jobs: started fast (no copy of our page tables), in a session of their
 * own so that the whole group can be ended, with limits, and with nothing of ours in their
 * environment or among their descriptors. */
#ifndef LOCAL_CHILD_H
#define LOCAL_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* 0: no limit. */
struct child_limits {
    int64_t memory_bytes; /* of private writable memory of each process (RLIMIT_DATA) */
    int64_t files;        /* open descriptors; 0: CHILD_FILES */
    int64_t file_bytes;   /* size of a file it writes */
    double cpus;          /* rounded up to whole cores (affinity) */
};

enum { CHILD_FILES = 4096 };

struct child_spec {
    const char *const *argv;            /* NULL-terminated; argv[0] without a slash is looked up in env's PATH */
    const char *const *env;             /* K=V, NULL-terminated: all of it (see child_env) */
    const char *cwd;                    /* NULL: / */
    int stdin_fd, stdout_fd, stderr_fd; /* borrowed; -1: /dev/null. Any other descriptor is closed */
    struct child_limits limits;
};
#define CHILD_SPEC_INIT ((struct child_spec){.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1})

struct child {
    pid_t pid;         /* also the group's and the session's id; 0: none */
    int pidfd;         /* readable once it has ended; -1: none */
    int64_t rss_bytes; /* what the kernel will count as its own, though it was ours: see child_end */
};
#define CHILD_INIT ((struct child){.pidfd = -1})

struct child_end {
    int exit_code;         /* -1 when a signal ended it */
    int signal;            /* 0 when it exited */
    double cpu_s;          /* user and system, with its waited-for children */
    int64_t max_rss_bytes; /* of the largest of them; 0: unknown. Before exec it shares our memory, and the
                            * kernel keeps that as its maximum: one that stays below tells nothing */
};

/* Returns once the program has been started: a command that does not exist or may not be run is an
 * error here (NOT_FOUND, FAILED with errno's reason), not an exit code later. The child is killed
 * when the calling thread's process dies. */
int child_spawn(const struct child_spec *spec, struct child *ret, struct err *err);

/* To the whole group; fine when nothing is left of it. */
void child_signal(const struct child *child, int signal);

/* False while the leader runs. Once it has ended: what is left of its group is killed, the child is
 * reaped, its descriptor closed and *child emptied. */
bool child_reap(struct child *child, struct child_end *ret);

/* Kills the group and reaps at once; fine on an empty child. */
void child_kill(struct child *child);

/* What every child gets: PATH (ours, else the standard one), HOME and TMPDIR (home), LANG, and
 * AIWF_LOCAL_OWNER and AIWF_LOCAL_RUN (the mark), by which it is found again. Append K=V to it: the last
 * of equal names wins (child_env_set). */
void child_env(struct strv *env, const char *home, const char *owner, const char *mark);
void child_env_set(struct strv *env, const char *key, const char *value);
/* "K=V" as a user gave it: USAGE unless K is [A-Za-z_][A-Za-z0-9_]*. */
int child_env_add(struct strv *env, const char *pair, struct err *err);

/* Kills every process of this user that carries owner's mark in its environment, in whatever group,
 * but not the caller nor its parents: what a gateway that was killed left behind. Returns how many. */
int child_end_orphans(const char *owner);
/* The same of every process that has one of these marks. */
int child_end_marked(const struct strv *marks);

/* A process's identity beyond its number: start time in clock ticks since boot (0: no such process). */
uint64_t child_start_ticks(pid_t pid);

/* A private folder (0700) at path; when source is given, a copy of it (tree_copy's limits; at most
 * CHILD_DIR_BYTES: CAPACITY). USAGE when source is no folder, or path lies within it; nothing is left
 * behind then. An older folder at path is replaced. */
#define CHILD_DIR_BYTES (1LL << 30)
int child_dir_make(const char *path, const char *source, struct err *err);

#endif
