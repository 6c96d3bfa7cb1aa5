/* Programs of this machine, by their names. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/* Its path, by PATH, or NULL; the caller frees. Empty parts of PATH, which mean the working folder, are not searched. */
char *program_find(const char *name);

/* A descriptor of the program's, and ours that it is; -1: /dev/null, to be read. */
struct program_fd {
    int as, fd;
};
struct program {
    const char *path; /* NULL: argv[0], which is searched by PATH where it has no slash */
    char *const *argv, *const *env;
    const struct program_fd *fds; /* beside the standard ones, which it inherits */
    size_t n_fds;
};
/* Starts it with the usual SIGPIPE, which we ignore. 0, or the errno. */
int program_start(const struct program *program, pid_t *ret_pid);
/* Until it has ended, whatever interrupts us. Its status, as waitpid has it. */
int program_wait(pid_t pid);
/* The same; what interrupts us ends it, by SIGTERM. */
int program_wait_or_end(pid_t pid);

#endif
