#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sig.h"
#include "base/str.h"

char *program_find(const char *name)
{
    CLEANUP(strv_release) struct strv folders = STRV_INIT;
    const char *path = getenv("PATH");
    strv_split(&folders, path ? path : "", ":");
    for (size_t i = 0; i < folders.n; i++) {
        AUTOFREE char *program = path_join(folders.v[i], name);
        if (access(program, X_OK) == 0)
            return TAKE(program);
    }
    return NULL;
}

int program_start(const struct program *program, pid_t *ret_pid)
{
    sigset_t usual;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    for (size_t i = 0; i < program->n_fds; i++) {
        const struct program_fd *given = &program->fds[i];
        if (given->fd < 0)
            posix_spawn_file_actions_addopen(&actions, given->as, "/dev/null", O_RDONLY, 0);
        else
            posix_spawn_file_actions_adddup2(&actions, given->fd, given->as);
    }
    int rc = posix_spawnp(ret_pid, program->path ? program->path : program->argv[0], &actions, &attributes, program->argv,
                          program->env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

static int wait_until_ended(pid_t pid, bool ends)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        if (ends && sig_interrupted())
            kill(pid, SIGTERM);
    return status;
}

int program_wait(pid_t pid) { return wait_until_ended(pid, false); }

int program_wait_or_end(pid_t pid) { return wait_until_ended(pid, true); }
