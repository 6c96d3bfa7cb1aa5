#include "base/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
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

int program_start(char *const argv[], char *const env[], const struct program_fd *fds, size_t n, pid_t *ret_pid)
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
    for (size_t i = 0; i < n; i++) {
        if (fds[i].fd < 0)
            posix_spawn_file_actions_addopen(&actions, fds[i].as, "/dev/null", O_RDONLY, 0);
        else
            posix_spawn_file_actions_adddup2(&actions, fds[i].fd, fds[i].as);
    }
    int rc = posix_spawnp(ret_pid, argv[0], &actions, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return rc;
}
