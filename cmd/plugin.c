#include "plugin.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/program.h"
#include "base/str.h"

/* No slash, no leading dash: a noun, never a path. */
static bool is_noun(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return islower((unsigned char)word[0]) && word[len] == '\0';
}

static int wait_for_exit(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool plugin_run(int argc, char *const *argv, int *ret_code)
{
    if (!is_noun(argv[0]))
        return false;
    AUTOFREE char *name = xasprintf("aiwf-%s", argv[0]);
    AUTOFREE char *program = program_find(name);
    if (!program)
        return false;

    CLEANUP(strv_release) struct strv words = STRV_INIT;
    strv_add(&words, name);
    for (int i = 1; i < argc; i++)
        strv_add(&words, argv[i]);
    /* We ignore SIGPIPE; the program shall not inherit that. */
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    pid_t pid;
    int rc = posix_spawn(&pid, program, NULL, &attributes, words.v, environ);
    posix_spawnattr_destroy(&attributes);
    if (rc != 0)
        return false;
    *ret_code = wait_for_exit(pid);
    return true;
}
